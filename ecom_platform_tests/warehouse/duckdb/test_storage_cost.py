"""What writing the raw tables month by month costs beside writing each of them at once.

What was more than that went, of 3.4 s for 12,000 users, to merging the write-ahead log every 16 MB (1.4 s) and to threads
that wait for each other over a few thousand rows (0.9 s). The rest is one transaction a month, and ten tables in it.
"""

from __future__ import annotations

import time
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from ecom_platform.origins.advance import of_cohort
from ecom_platform.origins.origin import open_origin
from ecom_platform.settings import Settings
from ecom_platform.tables import Table
from ecom_platform.warehouse.duckdb.types import to_stored
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse

AT_MOST = 2.3


@pytest.mark.slow
def test_months_one_after_the_other_cost_little_more_than_all_at_once(tmp_path: Path) -> None:
    settings = Settings.load({"ECOM_USERS": "12000", "ECOM_AS_OF": "2026-11-22"})
    world = open_origin(settings, settings.observed_until())
    cohorts = {month: of_cohort(world.month(month)) for month in world.months}
    whole: dict[Table, pa.Table] = {
        table: pa.concat_tables([cohort[table] for cohort in cohorts.values()]) for table in next(iter(cohorts.values()))
    }

    started = time.process_time()
    store = DuckDBWarehouse(tmp_path / "warehouse.duckdb")
    with store.session():
        for month, cohort in cohorts.items():
            store.replace(cohort, [f"{month}"])
    by_month = time.process_time() - started

    started = time.process_time()
    with duckdb.connect(str(tmp_path / "at_once.duckdb")) as connection:
        for table, rows in whole.items():
            connection.register("content", to_stored(rows))
            connection.execute(f"CREATE TABLE {table.name} AS FROM content")
    at_once = time.process_time() - started

    assert by_month < AT_MOST * at_once, f"{by_month:.2f} s by month, {at_once:.2f} s at once"
