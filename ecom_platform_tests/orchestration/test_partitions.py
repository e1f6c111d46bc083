"""Signup months: which partitions there are."""

from datetime import date

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


def test_without_an_as_of_date_they_follow_the_calendar() -> None:
    months = signup_months(date(2023, 12, 1), None)
    from datetime import UTC, datetime

    assert months.get_partition_keys(current_time=datetime(2025, 3, 1, 0, 30, tzinfo=UTC))[-1] == "2025-03-01"


def test_everything_shares_one_object() -> None:
    assert signup_months(date(2023, 12, 1), None) is signup_months(date(2023, 12, 1), None)
