"""A world in memory is what the platform makes of it on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from ecom_platform.quality.statements import platform_sql
from ecom_platform.tables import CATALOG, CLEANED
from ecom_platform.tables.cleaning import clean_of
from ecom_platform.tables.insights import AGGREGATES, LIFETIME_VALUE
from ecom_platform.truth.observation import aggregates, observed
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform.world import World, WorldSettings

SETTINGS = WorldSettings(seed=3, users=1_500, start_month=date(2025, 1, 1), as_of=date(2026, 3, 10))


def _of_sql_alone() -> tuple[str, ...]:
    """The aggregates that rest on nothing that Python has estimated."""
    estimated = set(LIFETIME_VALUE)
    for asset in platform_sql(["insights"]):
        if estimated & set(asset.reads):
            estimated.add(asset.table)
    return tuple(str(table) for table in AGGREGATES if table not in estimated)


EVERYTHING = _of_sql_alone()


@pytest.fixture(scope="module")
def on_disk(tmp_path_factory: pytest.TempPathFactory) -> DuckDBWarehouse:
    """The same world without errors, month by month in a file, every column of every mart."""
    folder: Path = tmp_path_factory.mktemp("world")
    store = DuckDBWarehouse(folder / "warehouse.duckdb")
    world = World(replace(SETTINGS, user_anomaly_rate=0.0, order_anomaly_rate=0.0, event_anomaly_rate=0.0))
    months = [str(month) for month in world.months]
    with store.session():
        for raw in CLEANED:
            rows = _rows(world, raw.name)
            target = clean_of(raw)
            kept = rows.select([name for name in target.column_names if name in rows.column_names])
            for name in target.column_names:
                if name not in kept.column_names:
                    kept = kept.append_column(name, pa.nulls(len(rows), pa.string()))
            store.replace({target: kept}, months if target.partitioned else None)
        windows = CATALOG["raw.observation_windows"]
        store.replace({windows: _rows(world, windows.name)}, months)
        for asset in platform_sql(["marts", "insights"]):
            store.replace({asset.table: asset.query()}, months if asset.table.partitioned else None)
    return store


def _rows(world: World, name: str) -> pa.Table:
    return world.products() if name == "products" else pa.concat_tables([world.month(month)[name] for month in world.months])


@pytest.fixture(scope="module")
def in_memory() -> Mapping[str, pa.Table]:
    with observed(SETTINGS, EVERYTHING) as memory:
        return {name: memory.read(CATALOG[name]) for name in EVERYTHING}


@pytest.mark.parametrize("name", EVERYTHING)
def test_the_columns_that_are_left_out_change_no_other(
    on_disk: DuckDBWarehouse, in_memory: Mapping[str, pa.Table], name: str
) -> None:
    table = CATALOG[name]
    ours, theirs = (_sorted(rows, table.key) for rows in (in_memory[name], on_disk.read(table)))
    assert ours.num_rows > 0
    for column in table.column_names:
        ours_too, theirs_too = (rows.column(column).to_pylist() for rows in (ours, theirs))
        if pa.types.is_floating(table.arrow_schema.field(column).type):
            # The order of a sum of floats is the engine's own.
            assert ours_too == pytest.approx(theirs_too, rel=1e-9)
        else:
            assert ours_too == theirs_too, column


def _sorted(rows: pa.Table, key: tuple[str, ...]) -> pa.Table:
    return rows.sort_by([(name, "ascending") for name in key])


def test_only_what_was_asked_for_is_computed() -> None:
    found = aggregates(SETTINGS, ["insights.value_by_activation"])
    assert list(found) == ["insights.value_by_activation"]
    assert found["insights.value_by_activation"]["later_revenue"].dtype == "float64"


def test_what_rests_on_rows_that_were_not_given_cannot_be_read() -> None:
    from ecom_platform.warehouse.duckdb.memory import Plan, in_memory

    wanted = CATALOG["insights.value_by_activation"]
    with (
        in_memory(Plan(platform_sql(["marts", "insights"]), [wanted])) as memory,
        pytest.raises(KeyError, match=r"clean\.users"),
    ):
        memory.read(wanted)
