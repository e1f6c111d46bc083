"""Watching a source's files: by content, month by month, and never half a file."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from ecom_platform.orchestration.automation.source_files import SETTLE_SECONDS, Look, Watch, look, ranges

START, AS_OF = date(2026, 1, 1), date(2026, 3, 31)
USERS = "user_id,signup_date\na,2026-01-05\nb,2026-02-05\nc,2026-03-05\n"
LATER = SETTLE_SECONDS + 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "users.csv").write_text(USERS)
    return tmp_path


def at(folder: Path, watch: Watch, now: float) -> Look:
    return look(Watch.of(watch.cursor()), folder, START, AS_OF, now)


@pytest.fixture
def loaded(folder: Path) -> Watch:
    """The watch after the files have been there for a while."""
    return at(folder, at(folder, Watch(), 0).watch, LATER).watch


def test_files_are_taken_when_nothing_has_changed_for_a_while(folder: Path) -> None:
    first = at(folder, Watch(), 0)
    assert not first.months
    assert not at(folder, first.watch, SETTLE_SECONDS / 2).months
    assert at(folder, first.watch, LATER).months == ("2026-01-01", "2026-02-01", "2026-03-01")


def test_a_file_that_is_still_growing_waits(folder: Path, loaded: Watch) -> None:
    watch, now = loaded, 100.0
    for size in range(len(USERS), len(USERS) + 3):
        (folder / "users.csv").write_text((USERS + "d,2026-02-06\n")[: size + 1])
        now += LATER
        found = at(folder, watch, now)
        watch = found.watch
        assert not found.months
    (folder / "users.csv").write_text(USERS + "d,2026-02-06\n")
    watch = at(folder, watch, now + 1).watch
    assert at(folder, watch, now + 1 + LATER).months == ("2026-02-01",)


def test_only_the_months_that_are_others_are_loaded_old_ones_too(folder: Path, loaded: Watch) -> None:
    (folder / "users.csv").write_text(USERS.replace("a,2026-01-05", "a,2026-01-06"))
    found = at(folder, at(folder, loaded, 100).watch, 100 + LATER)
    assert found.months == ("2026-01-01",)


def test_a_file_that_was_touched_or_written_again_the_same_is_no_change(folder: Path, loaded: Watch) -> None:
    (folder / "users.csv").write_text(USERS)
    os.utime(folder / "users.csv", (1, 1))
    found = at(folder, loaded, 1000)
    assert not found.months
    assert found.why == "No file has changed."


def test_a_parquet_file_without_its_end_waits(folder: Path, loaded: Watch) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"product_id": ["p"], "price": [1]}), folder / "whole.parquet")
    content = (folder / "whole.parquet").read_bytes()
    (folder / "whole.parquet").unlink()
    (folder / "products.parquet").write_bytes(content[:-10])
    for now in (100, 200, 300):
        found = at(folder, loaded, now)
        assert not found.months
        assert "cannot be read" in found.why
    (folder / "products.parquet").write_bytes(content)
    assert at(folder, at(folder, found.watch, 400).watch, 400 + LATER).months


def test_months_become_contiguous_ranges() -> None:
    every = [f"2026-{month:02}-01" for month in range(1, 8)]
    months = [every[0], every[2], every[3], every[6]]
    assert list(ranges(months, every)) == [(every[0], every[0]), (every[2], every[3]), (every[6], every[6])]
