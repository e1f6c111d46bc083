"""The day as an increment: what advances, what is written, and that the way there leaves no trace."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from ecom_platform.origins.advance import COHORT_TABLES, advance
from ecom_platform.tables import CATALOG
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform.world import World, WorldSettings
from ecom_platform_tests.orchestration.automation.platform import Platform, contents, rows_written

START, END = date(2026, 3, 1), date(2026, 7, 12)
DAY = timedelta(days=1)
WRITTEN = ("raw", "violations", "quarantine", "clean")


def open_at(day: date) -> World:
    return World(WorldSettings(seed=3, users=900, start_month=START, as_of=day, user_anomaly_rate=0.1, order_anomaly_rate=0.1))


def keys(until: date) -> list[str]:
    return [f"{month}" for month in open_at(until).months]


def go(store: DuckDBWarehouse, until: date) -> int:
    progress = advance(store, open_at, until, keys(until), lambda _: None)
    return sum(sum(progress.of(table).written.values()) for table in COHORT_TABLES)


def build(store: DuckDBWarehouse, until: date, months: list[date] | None = None) -> None:
    origin = open_at(until)
    for month in months or origin.months:
        rows = origin.month(month)
        store.replace({table: rows[table.name] for table in COHORT_TABLES}, [f"{month}"])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The raw tables built at once, as of END."""
    store = DuckDBWarehouse(tmp_path_factory.mktemp("whole") / "warehouse.duckdb")
    build(store, END)
    return contents(store, "raw")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DuckDBWarehouse]:
    store = DuckDBWarehouse(tmp_path / "warehouse.duckdb")
    with store.session():
        yield store


class TestAdvance:
    def test_from_nothing_it_builds_the_whole(self, store: DuckDBWarehouse, whole: dict[str, list[str]]) -> None:
        go(store, END)
        assert contents(store, "raw") == whole

    def test_day_by_day_over_a_month_boundary_it_arrives_at_the_whole(
        self, store: DuckDBWarehouse, whole: dict[str, list[str]]
    ) -> None:
        build(store, END - 14 * DAY)
        for ahead in range(13, -1, -1):
            go(store, END - ahead * DAY)
        assert contents(store, "raw") == whole

    def test_missed_days_are_added_in_their_order(self, store: DuckDBWarehouse, whole: dict[str, list[str]]) -> None:
        build(store, END - 14 * DAY)
        told: list[str] = []
        advance(store, open_at, END, keys(END), told.append)
        assert [line[:10] for line in told] == [f"{END - ahead * DAY}" for ahead in range(13, -1, -1)]
        assert contents(store, "raw") == whole

    def test_a_day_run_twice_writes_nothing(self, store: DuckDBWarehouse) -> None:
        build(store, END - DAY)
        assert go(store, END) > 0
        assert go(store, END) == 0

    def test_a_day_of_history_run_again_writes_nothing_and_takes_nothing_back(
        self, store: DuckDBWarehouse, whole: dict[str, list[str]]
    ) -> None:
        build(store, END)
        assert go(store, END - 30 * DAY) == 0
        assert contents(store, "raw") == whole

    def test_a_day_of_history_run_again_brings_back_what_was_lost(
        self, store: DuckDBWarehouse, whole: dict[str, list[str]]
    ) -> None:
        build(store, END)
        orders = CATALOG["raw.orders"]
        # The day with the most orders of those that are long over.
        placed = Counter(row["order_date"] for row in store.read(orders).to_pylist())
        day = max((day for day in placed if day and day < END - 10 * DAY), key=lambda day: (placed[day], day))
        kept = store.query(f"SELECT * FROM raw.orders WHERE order_date <> DATE '{day}' OR order_date IS NULL", [orders]).cast(
            orders.arrow_schema
        )
        lost = sum(store.row_counts(orders).values()) - kept.num_rows
        store.replace({orders: kept}, keys(END))
        assert lost > 0
        go(store, day)
        assert contents(store, "raw") == whole

    def test_cohorts_that_are_apart_come_together(self, store: DuckDBWarehouse, whole: dict[str, list[str]]) -> None:
        first, *rest = open_at(END - 5 * DAY).months
        build(store, END - 5 * DAY, rest)
        build(store, END - 2 * DAY, [first])
        go(store, END)
        assert contents(store, "raw") == whole

    def test_a_cohort_that_was_never_built_is_built_whole(self, store: DuckDBWarehouse, whole: dict[str, list[str]]) -> None:
        build(store, END - 2 * DAY, open_at(END).months[2:])
        go(store, END)
        assert contents(store, "raw") == whole


class TestJob:
    """The same through the job: what is cleaned follows, and equals what a whole build would give."""

    @pytest.fixture(scope="class")
    @staticmethod
    def grown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Platform, list[int]]:
        platform = Platform(tmp_path_factory.mktemp("grown"))
        written = []
        for day in (date(2026, 8, 28), date(2026, 8, 31), date(2026, 9, 1), date(2026, 9, 1)):
            result = platform.day(day, checks=False)
            tables = [table for table in CATALOG.values() if table.layer in WRITTEN and table.partitioned]
            written.append(sum(rows_written(result, table) for table in tables))
        return platform, written

    def test_days_lead_to_what_a_build_from_scratch_gives(self, grown: tuple[Platform, list[int]], tmp_path: Path) -> None:
        scratch = Platform(tmp_path)
        scratch.day(date(2026, 9, 1), checks=False)
        assert contents(grown[0].warehouse, *WRITTEN) == contents(scratch.warehouse, *WRITTEN)

    def test_a_day_writes_its_own_rows_and_a_repeated_day_none(self, grown: tuple[Platform, list[int]]) -> None:
        first, gap, one, again = grown[1]
        assert 0 < max(gap, one) < first / 20
        assert again == 0


ADVANCING = """
import sys
from datetime import date
from pathlib import Path
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform_tests.orchestration.automation.test_increment import END, go
print("begun", flush=True)
go(DuckDBWarehouse(Path(sys.argv[1])), END)
"""


def test_killed_again_and_again_it_arrives_and_no_day_is_half_there(tmp_path: Path, whole: dict[str, list[str]]) -> None:
    path = tmp_path / "warehouse.duckdb"
    store = DuckDBWarehouse(path)
    build(store, END - 30 * DAY)
    moments = random.Random(5)
    kills = 0
    for _ in range(6):
        with subprocess.Popen([sys.executable, "-c", ADVANCING, str(path)], stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            child.stdout.readline()
            try:
                child.wait(timeout=moments.uniform(0.2, 2.5))
            except subprocess.TimeoutExpired:
                child.kill()
                kills += 1
        windows = {row["observed_until"] for row in store.read(CATALOG["raw.observation_windows"]).to_pylist()}
        assert len(windows) == 1, "every cohort is at the same day"
    go(store, END)
    assert kills > 0
    assert contents(store, "raw") == whole
