"""How the platform's tables are laid out in BigQuery."""

from __future__ import annotations

from dataclasses import replace

import pytest
from google.api_core.exceptions import GoogleAPICallError
from google.cloud.bigquery import SchemaField, TimePartitioning
from google.cloud.bigquery import Table as BigQueryTable

from ecom_platform.tables import CATALOG, Table
from ecom_platform.tables.spec import Layout
from ecom_platform.warehouse.bigquery import layout
from ecom_platform.warehouse.bigquery.warehouse import STAGING_MILLISECONDS, BigQueryWarehouse, layers_of
from ecom_platform.warehouse.contract import WarehouseError
from ecom_platform_tests.warehouse.bigquery.emulator import Emulator
from ecom_platform_tests.warehouse.tables import JANUARY, PLACES, VISITS, places, visits

REFERENCE = "p.d.t"


def test_orders_are_divided_by_their_date_and_slices_found_by_clustering() -> None:
    for name in ("raw.orders", "clean.orders"):
        laid = layout.laid_out(CATALOG[name], REFERENCE)
        assert laid.time_partitioning.field == "order_date"
        assert laid.clustering_fields[0] == "signup_month"
        assert not laid.require_partition_filter


def test_events_are_clustered_by_user_and_type_and_want_to_be_filtered() -> None:
    for name in ("raw.user_events", "clean.user_events"):
        laid = layout.laid_out(CATALOG[name], REFERENCE)
        assert laid.time_partitioning.field == "signup_month"
        assert laid.clustering_fields == ["user_id", "event_type"]
        assert laid.require_partition_filter


@pytest.mark.parametrize("table", CATALOG.values(), ids=str)
class TestEveryTable:
    def test_its_slices_are_partitions_or_blocks(self, table: Table) -> None:
        laid = layout.laid_out(table, REFERENCE)
        if table.partitioned:
            assert "signup_month" in (laid.time_partitioning.field, (laid.clustering_fields or [""])[0])
            assert laid.time_partitioning.type_ == "MONTH"
        else:
            assert laid.time_partitioning is None or table.layout.partition_by

    def test_it_has_its_names_types_and_descriptions(self, table: Table) -> None:
        laid = layout.laid_out(table, REFERENCE)
        assert laid.description == table.doc
        assert [(f.name, layout.type_name(f), f.description) for f in laid.schema] == [
            (column.name, column.type, column.doc) for column in table.columns
        ]
        assert all(field.name == field.name.lower() for field in laid.schema)
        assert layout.fault(table, laid) == ""

    def test_the_service_s_bounds_are_kept(self, table: Table) -> None:
        # https://cloud.google.com/bigquery/quotas#table_limits: 4 clustering columns, descriptions of 16,384 characters.
        assert len(layout.clustered_by(table)) <= 4
        assert len(table.doc) < 16_384
        assert all(len(column.doc) < 1_024 for column in table.columns)


class TestAnotherLayout:
    """A stored table that is laid out otherwise than specified is noticed, whatever differs."""

    ORDERS = CATALOG["raw.orders"]

    def stored(self, **attributes: object) -> BigQueryTable:
        laid = layout.laid_out(self.ORDERS, REFERENCE)
        for name, value in attributes.items():
            setattr(laid, name, value)
        return laid

    @pytest.mark.parametrize(
        ("attributes", "fault"),
        [
            ({"clustering_fields": ["user_id"]}, "it is clustered by user_id instead of signup_month, user_id"),
            ({"clustering_fields": None}, "it is clustered by nothing instead of signup_month, user_id"),
            ({"time_partitioning": None}, "it is divided by nothing instead of MONTH of order_date"),
            (
                {"time_partitioning": TimePartitioning(type_="DAY", field="order_date")},
                "it is divided by DAY of order_date instead of MONTH of order_date",
            ),
            (
                {"time_partitioning": TimePartitioning(type_="MONTH", field="signup_month")},
                "it is divided by MONTH of signup_month instead of MONTH of order_date",
            ),
            ({"require_partition_filter": True}, "it requires a partition filter"),
        ],
    )
    def test_of_partitions_and_clusters(self, attributes: dict[str, object], fault: str) -> None:
        assert layout.fault(self.ORDERS, self.stored(**attributes)) == fault

    @pytest.mark.parametrize(
        ("field", "fault"),
        [
            (SchemaField("total_amount", "NUMERIC"), "column total_amount is NUMERIC instead of NUMERIC(18, 2)"),
            (
                SchemaField("total_amount", "NUMERIC", precision=10, scale=4),
                "column total_amount is NUMERIC(10, 4) instead of NUMERIC(18, 2)",
            ),
            (
                SchemaField("total_amount", "NUMERIC", mode="REQUIRED", precision=18, scale=2),
                "column total_amount is NUMERIC(18, 2) NOT NULL instead of NUMERIC(18, 2)",
            ),
        ],
    )
    def test_of_a_column(self, field: SchemaField, fault: str) -> None:
        stored = self.stored()
        stored.schema = [field if field.name == each.name else each for each in stored.schema]
        assert layout.fault(self.ORDERS, stored) == fault

    @pytest.mark.bigquery
    def test_a_partitioned_table_is_refused_and_an_unpartitioned_one_recreated(
        self, bigquery_warehouse: BigQueryWarehouse
    ) -> None:
        clustered = replace(VISITS, layout=Layout(cluster_by=("pages",)))
        bigquery_warehouse.replace({clustered: visits([JANUARY])}, [JANUARY])
        other = BigQueryWarehouse(bigquery_warehouse.options)
        with pytest.raises(WarehouseError, match=r"raw\.visits .* it is clustered by pages instead of nothing.*delete"):
            other.replace({VISITS: visits([JANUARY])}, [JANUARY])
        bigquery_warehouse.replace({PLACES: places("a")}, None)
        bigquery_warehouse.replace({replace(PLACES, layout=Layout(cluster_by=("place",))): places("b")}, None)
        assert bigquery_warehouse.client.get_table(bigquery_warehouse._reference(PLACES)).clustering_fields == ["place"]
        assert bigquery_warehouse.tables()["raw.places"] == 1


@pytest.mark.parametrize(
    ("datasets", "layers"),
    [
        ({"ecom_raw": {}, "ecom_clean": {}}, ["clean", "raw"]),
        ({"ecom_raw": {}, "ecom_dev_raw": {}, "ecom_dev_platform": {}}, ["raw"]),
        ({"ecom_raw": {"layer": "raw"}, "ecom_dev_raw": {"layer": "raw"}}, ["raw"]),
        ({"ecom_own_layer": {"layer": "own_layer"}, "ecom_platform": {}, "other_raw": {}}, ["own_layer", "platform"]),
    ],
)
def test_a_longer_prefix_is_another_warehouse(datasets: dict[str, dict[str, str]], layers: list[str]) -> None:
    assert layers_of("ecom_", datasets) == layers


@pytest.mark.bigquery
class TestOverTheWire:
    def test_two_prefixes_in_one_project_do_not_see_each_other(self, emulator: Emulator) -> None:
        short = emulator.options()
        long = emulator.options(f"{short.dataset_prefix}dev_")
        for options, name in ((short, "a"), (long, "b")):
            BigQueryWarehouse(options).replace({PLACES: places(name)}, None)
        assert BigQueryWarehouse(short).tables() == {"raw.places": 1}
        assert BigQueryWarehouse(long).tables() == {"raw.places": 1}

    def test_a_staging_dataset_that_keeps_its_tables_is_set_right(self, bigquery_warehouse: BigQueryWarehouse) -> None:
        bigquery_warehouse.client.create_dataset(bigquery_warehouse._dataset("staging"))
        bigquery_warehouse.replace({PLACES: places("a")}, None)
        staging = bigquery_warehouse.client.get_dataset(bigquery_warehouse._dataset("staging"))
        assert staging.default_table_expiration_ms == STAGING_MILLISECONDS

    def test_the_tables_are_made_so(self, bigquery_warehouse: BigQueryWarehouse) -> None:
        for name in ("raw.orders", "raw.user_events", "raw.products"):
            table = CATALOG[name]
            bigquery_warehouse.replace(
                {table: table.arrow_schema.empty_table()}, ["2024-01-01"] if table.partitioned else None
            )
            stored = bigquery_warehouse.client.get_table(bigquery_warehouse._reference(table))
            specified = layout.laid_out(table, REFERENCE)
            assert stored.clustering_fields == specified.clustering_fields
            assert stored.time_partitioning == specified.time_partitioning
            assert stored.description == table.doc
            assert [field.description for field in stored.schema] == [column.doc for column in table.columns]

    def test_a_careless_query_of_the_events_is_refused(self, bigquery_warehouse: BigQueryWarehouse) -> None:
        events = CATALOG["raw.user_events"]
        bigquery_warehouse.replace({events: events.arrow_schema.empty_table()}, ["2024-01-01"])
        try:
            bigquery_warehouse.client.query(f"SELECT * FROM {bigquery_warehouse.options.dataset('raw')}.user_events").result()
        except GoogleAPICallError:
            with pytest.raises(WarehouseError):
                bigquery_warehouse.query_native("SELECT * FROM raw.user_events")
        else:
            # Not every emulator enforces it; the table demands it all the same.
            assert bigquery_warehouse.client.get_table(bigquery_warehouse._reference(events)).require_partition_filter

    def test_staging_is_emptied_and_would_expire_by_itself(self, bigquery_warehouse: BigQueryWarehouse) -> None:
        products = CATALOG["raw.products"]
        row = dict.fromkeys(products.column_names) | {"product_id": "p"}
        import pyarrow as pa

        bigquery_warehouse.replace({products: pa.Table.from_pylist([row], schema=products.arrow_schema)}, None)
        staging = bigquery_warehouse.client.get_dataset(bigquery_warehouse._dataset("staging"))
        assert staging.default_table_expiration_ms == STAGING_MILLISECONDS
        assert list(bigquery_warehouse.client.list_tables(staging)) == []
