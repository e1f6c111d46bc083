"""What a day costs: the rows it writes follow the day, not the history."""

from __future__ import annotations

import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from ecom_platform.orchestration.automation.jobs import GENERATE
from ecom_platform.origins.origin import world_settings
from ecom_platform.tables import CATALOG
from ecom_platform.world import World
from ecom_platform_tests.orchestration.automation.platform import Platform, rows_written

LAST = date(2026, 11, 20)
GROWTH = (7 / 3) ** (1 / 18)
WRITTEN = tuple(
    table for table in CATALOG.values() if table.layer in ("raw", "violations", "quarantine", "clean") and table.partitioned
)


def cost(home: Path, start: date, users: int, days: int) -> tuple[int, int, float]:
    """Rows that happened on the last days, rows written to the raw and clean layers for them, and seconds."""
    platform = Platform(home, users=users, start=start)
    platform.day(LAST - timedelta(days=days), checks=False)
    world = World(world_settings(platform.settings, LAST))
    happened = written = 0
    began = time.perf_counter()
    seconds = 0.0
    for ahead in range(days - 1, -1, -1):
        day = LAST - timedelta(days=ahead)
        began = time.perf_counter()
        result = platform.run(GENERATE, day, checks=False)
        seconds += time.perf_counter() - began
        assert result.success
        written += sum(rows_written(result, table) for table in WRITTEN)
        happened += sum(rows.num_rows for name, rows in world.day(day).items() if name != "observation_windows")
    return happened, written, seconds


@pytest.mark.slow
def test_rows_written_follow_the_day_and_not_the_history(tmp_path: Path) -> None:
    scale = 6_000
    # The same number of signups a month in both: the later start is further up the curve of growth.
    long = cost(tmp_path / "long", date(2023, 12, 1), scale, days=3)
    short = cost(tmp_path / "short", date(2025, 12, 1), round(scale * GROWTH**24), days=3)
    for months, (happened, written, seconds) in ((36, long), (12, short)):
        print(f"{months} months: {happened} rows happened, {written} written, {written / happened:.2f} each, {seconds:.1f} s")
    assert long[1] / long[0] <= 1.2 * short[1] / short[0]
