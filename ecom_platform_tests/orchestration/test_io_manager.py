"""What Dagster runs leave in the warehouse and in the event log, seen through a real instance."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow as pa
import pytest

from ecom_platform.orchestration.column_schema import column_schema
from ecom_platform.orchestration.io_manager import WarehouseIOManager, record_row_counts, table_of
from ecom_platform.orchestration.resources import DuckDBResource, WarehouseResource
from ecom_platform.tables import CATALOG
from ecom_platform_tests.warehouse.assets import ASSIGNMENTS, MONTHS, assignments, clean_query, partitioned, raw_rows

CLEAN = CATALOG["clean.experiment_assignments"]
PRODUCTS = CATALOG["raw.products"]
FIRST_THREE = ("2024-01-01", "2024-02-01", "2024-03-01")


def products() -> pa.Table:
    row: dict[str, Any] = dict.fromkeys(PRODUCTS.column_names) | {"product_id": "p", "category": "Deco"}
    return pa.Table.from_pylist([row], schema=PRODUCTS.arrow_schema)


class Platform:
    """An instance, a warehouse, and runs of the given assets over both."""

    def __init__(self, path: Path, instance: dg.DagsterInstance) -> None:
        self.instance = instance
        self.resource = DuckDBResource(path=str(path / "warehouse.duckdb"))
        self.warehouse = self.resource.open()

    def run(self, *assets: dg.AssetsDefinition | dg.SourceAsset, tags: dict[str, str] | None = None, **options: Any) -> bool:
        resources = {"io_manager": WarehouseIOManager(warehouse=self.resource), "warehouse": self.resource}
        return dg.materialize(
            list(assets), instance=self.instance, resources=resources, tags=tags, raise_on_error=False, **options
        ).success

    def run_range(self, *assets: dg.AssetsDefinition, first: str, last: str) -> bool:
        tags = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
        return self.run(*assets, tags=tags)

    def recorded(self, key: list[str], name: str = "dagster/partition_row_count") -> dict[str | None, Any]:
        """A metadata value of the asset's events, by partition."""
        found = {}
        for record in self.instance.fetch_materializations(dg.AssetKey(key), limit=100).records:
            event = record.asset_materialization
            assert event is not None
            found[event.partition] = event.metadata[name].value if name in event.metadata else None
        return found


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield Platform(tmp_path, instance)


def test_a_range_run_records_every_months_own_rows_for_every_asset(platform: Platform) -> None:
    assert platform.run_range(raw_rows, clean_query, first=FIRST_THREE[0], last=FIRST_THREE[-1])
    assert platform.recorded(["raw", "experiment_assignments"]) == dict(zip(FIRST_THREE, (1, 2, 3), strict=True))
    assert platform.recorded(["clean", "experiment_assignments"]) == dict(zip(FIRST_THREE, (0, 1, 2), strict=True))
    assert platform.warehouse.row_counts(CLEAN) == {"2024-02-01": 1, "2024-03-01": 2}


def test_a_run_of_one_partition_touches_no_other(platform: Platform) -> None:
    platform.run_range(raw_rows, clean_query, first=FIRST_THREE[0], last=FIRST_THREE[-1])
    assert platform.run(raw_rows, clean_query, partition_key="2024-05-01")
    assert platform.recorded(["raw", "experiment_assignments"])["2024-05-01"] == 5
    assert platform.warehouse.row_counts(ASSIGNMENTS) == dict(zip((*FIRST_THREE, "2024-05-01"), (1, 2, 3, 5), strict=True))


def test_an_unpartitioned_table_records_its_rows(platform: Platform) -> None:
    @dg.asset(key=["raw", "products"])
    def whole() -> pa.Table:
        return products()

    assert platform.run(whole)
    assert platform.recorded(["raw", "products"], "dagster/row_count") == {None: 1}


def test_an_input_is_loaded_for_the_partitions_that_the_mapping_asks_for(platform: Platform) -> None:
    seen: dict[str, list[str]] = {}

    @partitioned(
        ["quarantine", "experiment_assignments"],
        ins={
            "before": dg.AssetIn(raw_rows.key, partition_mapping=dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1))
        },
    )
    def month_before(context: dg.AssetExecutionContext, before: pa.Table) -> pa.Table:
        seen[context.partition_key] = sorted({f"{day}" for day in before["signup_month"].to_pylist()})
        return CATALOG["quarantine.experiment_assignments"].arrow_schema.empty_table()

    platform.run_range(raw_rows, first=FIRST_THREE[0], last=FIRST_THREE[-1])
    assert platform.run(month_before, raw_rows.to_source_asset(), partition_key="2024-03-01")
    assert seen == {"2024-03-01": ["2024-02-01"]}


def test_an_input_comes_as_pandas_when_the_annotation_says_so(platform: Platform) -> None:
    @partitioned(["clean", "experiment_assignments"], ins={"rows": dg.AssetIn(raw_rows.key)})
    def through_pandas(rows: pd.DataFrame) -> pd.DataFrame:
        return rows.assign(repair_reason=None, original_values=None)

    assert platform.run_range(raw_rows, through_pandas, first=FIRST_THREE[0], last=FIRST_THREE[1])
    assert platform.warehouse.row_counts(CLEAN) == {"2024-01-01": 1, "2024-02-01": 2}


def test_an_unpartitioned_asset_reads_every_partition_of_its_input(platform: Platform) -> None:
    rows_seen = []

    @dg.asset(key=["raw", "products"], ins={"rows": dg.AssetIn(raw_rows.key)})
    def over_all(rows: pa.Table) -> pa.Table:
        rows_seen.append(rows.num_rows)
        return products()

    platform.run_range(raw_rows, first=FIRST_THREE[0], last=FIRST_THREE[-1])
    assert platform.run(over_all, raw_rows.to_source_asset())
    assert rows_seen == [6]


def test_an_asset_that_writes_for_itself_records_rows_by_partition(platform: Platform) -> None:
    @dg.multi_asset(
        specs=[dg.AssetSpec(["raw", "experiment_assignments"])],
        partitions_def=MONTHS,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def by_itself(context: dg.AssetExecutionContext, warehouse: WarehouseResource) -> Iterator[dg.MaterializeResult[None]]:
        store = warehouse.open()
        with store.session():
            for month in context.partition_keys:
                counts = store.replace({ASSIGNMENTS: assignments([month])}, [month])
                record_row_counts(context, dg.AssetKey(["raw", "experiment_assignments"]), counts[ASSIGNMENTS])
        yield dg.MaterializeResult(asset_key=["raw", "experiment_assignments"])

    assert platform.run_range(by_itself, clean_query, first=FIRST_THREE[0], last=FIRST_THREE[-1])
    assert platform.recorded(["raw", "experiment_assignments"]) == dict(zip(FIRST_THREE, (1, 2, 3), strict=True))


def test_content_that_does_not_fit_fails_the_step_and_materialises_nothing(platform: Platform) -> None:
    @partitioned(["raw", "experiment_assignments"])
    def misfit(context: dg.AssetExecutionContext) -> pa.Table:
        return assignments(list(context.partition_keys)).drop_columns(["arm"])

    assert not platform.run(misfit, partition_key="2024-01-01")
    assert platform.recorded(["raw", "experiment_assignments"]) == {}
    assert platform.warehouse.tables() == {}


def test_an_asset_that_is_no_table_is_refused_by_name() -> None:
    with pytest.raises(Exception, match=r"raw/userz is not a table of the catalogue.*did you mean raw\.users"):
        table_of(dg.AssetKey(["raw", "userz"]))


@pytest.mark.parametrize("table", CATALOG.values(), ids=str)
def test_the_column_schema_says_all_the_specification_does(table: Any) -> None:
    schema = column_schema(table)
    assert [column.name for column in schema.columns] == list(table.column_names)
    assert all(column.type == spec.type for column, spec in zip(schema.columns, table.columns, strict=True))
    assert all(column.description for column in schema.columns)
    assert schema.constraints is not None
    assert schema.constraints.other == [f"primary key ({', '.join(table.key)})"]


def test_an_asset_that_returns_nothing_is_refused(platform: Platform) -> None:
    @dg.asset(key=["raw", "products"], io_manager_key="io_manager")
    def empty_handed():  # type: ignore[no-untyped-def]
        return None

    assert not platform.run(empty_handed)
    assert platform.warehouse.tables() == {}
