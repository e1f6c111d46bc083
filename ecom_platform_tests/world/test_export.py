"""Export: files hold what the world says, month by month."""

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ecom_platform.world import world as world_module
from ecom_platform.world.export import write_world
from ecom_platform_tests.world.worlds import TABLES, world


def test_the_files_hold_the_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world_module, "BLOCK", 5)
    small = world(users=200, as_of=date(2024, 4, 30))
    seen: list[tuple[date, int, int]] = []
    paths = write_world(small, tmp_path, progress=lambda month, done, total: seen.append((month, done, total)))
    assert seen == [(month, at, len(small.months)) for at, month in enumerate(small.months, start=1)]
    assert pq.read_table(tmp_path / "products.parquet").equals(small.products())
    for month in small.months:
        for name, table in small.month(month).items():
            path = tmp_path / name / f"signup_month={month}.parquet"
            assert path in paths
            assert pq.ParquetFile(path).read().equals(table), name
    assert len(paths) == 1 + len(TABLES) * len(small.months)
    assert not list(tmp_path.rglob("*.partial"))


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="format is 'csv'; it must be one of parquet"):
        write_world(world(), tmp_path, format="csv")
