"""Signup months: which partitions there are."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import dagster as dg
import pytest

from ecom_platform.orchestration.partitions import signup_months


@pytest.mark.parametrize(
    ("as_of", "count", "last"),
    [
        (date(2023, 12, 1), 1, "2023-12-01"),
        (date(2024, 1, 1), 2, "2024-01-01"),
        (date(2026, 11, 22), 36, "2026-11-01"),
        (date(2027, 12, 31), 49, "2027-12-01"),
    ],
)
def test_they_run_from_the_start_month_to_the_as_of_month_that_has_not_ended(as_of: date, count: int, last: str) -> None:
    keys = signup_months(date(2023, 12, 1), as_of).get_partition_keys()
    assert len(keys) == count
    assert keys[0] == "2023-12-01"
    assert keys[-1] == last


@pytest.mark.parametrize("start", [date(1970, 1, 1), date(2040, 1, 1), date(2199, 1, 1)])
def test_the_clock_has_no_say_when_there_is_an_as_of_date(start: date) -> None:
    keys = signup_months(start, date(start.year, 12, 31)).get_partition_keys()
    assert keys == [f"{start.year}-{month:02}-01" for month in range(1, 13)]


def test_finding_the_last_month_walks_no_further_than_the_as_of_date(monkeypatch: pytest.MonkeyPatch) -> None:
    months = signup_months(date(2024, 1, 1), date(2024, 12, 31))
    original, steps = dg.TimeWindowPartitionsDefinition._iterate_time_windows, 0

    def counted(*arguments: Any, **options: Any) -> Iterator[Any]:
        nonlocal steps
        for window in original(*arguments, **options):
            steps += 1
            yield window

    monkeypatch.setattr(dg.TimeWindowPartitionsDefinition, "_iterate_time_windows", counted)
    assert months.get_last_partition_key() == "2024-12-01"
    assert 0 < steps <= 2 * 12 + 2


def test_without_an_as_of_date_they_follow_the_calendar() -> None:
    months = signup_months(date(2023, 12, 1), None)
    assert months.get_partition_keys(current_time=datetime(2025, 3, 1, 0, 30, tzinfo=UTC))[-1] == "2025-03-01"


def test_everything_shares_one_object() -> None:
    assert signup_months(date(2023, 12, 1), None) is signup_months(date(2023, 12, 1), None)
