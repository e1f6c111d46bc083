"""What arrived as a whole: volume, newest day, mix of values. And what is no cause for alarm."""

from __future__ import annotations

from datetime import date

import pytest

from ecom_platform.quality.checks.arrivals import (
    drift,
    freshness,
    judge_drift,
    judge_freshness,
    observed_until,
    volume,
)
from ecom_platform.tables import CATALOG, CLEANED
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform_tests.quality.conftest import Change

USERS, ORDERS, EVENTS = CATALOG["raw.users"], CATALOG["raw.orders"], CATALOG["raw.user_events"]
UNTIL = date(2024, 12, 31)


def months(*rows: int) -> dict[str, int]:
    return {f"2024-{number:02}-01": count for number, count in enumerate(rows, start=1)}


def test_steady_growth_is_expected() -> None:
    assert not volume(USERS, months(1000, 1050, 1100, 1150, 1200), UNTIL).bad


@pytest.mark.parametrize("rows", [0, 400, 3000])
def test_half_a_month_or_three_are_not(rows: int) -> None:
    found = volume(USERS, months(1000, 1050, 1100, rows), UNTIL)
    assert set(found.bad) == {"2024-04-01"}
    assert "2024-04 has" in found.words


def test_a_month_that_has_not_ended_has_its_share() -> None:
    assert not volume(USERS, months(1000, 1000, 1000, 300), date(2024, 4, 9)).bad
    assert volume(USERS, months(1000, 1000, 1000, 300), date(2024, 4, 30)).bad


def test_a_young_cohort_has_few_orders_yet() -> None:
    assert not volume(ORDERS, months(1000, 1000, 1000, 300), date(2024, 5, 20)).bad
    assert volume(ORDERS, months(1000, 1000, 1000, 300), date(2024, 7, 20)).bad


def test_small_numbers_vary() -> None:
    assert not volume(USERS, months(9, 12, 10, 3), UNTIL).bad


def test_two_months_make_no_custom() -> None:
    assert not volume(USERS, months(1000, 10), UNTIL).bad


def test_a_shop_that_sells_daily_is_not_silent_for_a_week() -> None:
    assert not judge_freshness(ORDERS, date(2024, 12, 31), 9000, UNTIL).bad
    assert not judge_freshness(ORDERS, date(2024, 12, 29), 9000, UNTIL).bad
    found = judge_freshness(ORDERS, date(2024, 12, 24), 9000, UNTIL)
    assert found.bad
    assert "7 days before the last observed day" in found.words


def test_a_shop_that_sells_weekly_may_be() -> None:
    assert not judge_freshness(ORDERS, date(2024, 12, 24), 13, UNTIL).bad


def test_a_table_without_rows_is_not_judged() -> None:
    assert not judge_freshness(ORDERS, None, 0, UNTIL).bad


def test_a_table_that_stopped_long_ago_is_stale() -> None:
    assert judge_freshness(ORDERS, date(2024, 1, 31), 0, UNTIL).bad


def test_shares_within_chance_are_no_drift() -> None:
    declared = {"iOS": 0.4, "Android": 0.45, "Web": 0.15}
    assert not judge_drift("device", declared, {"iOS": 410, "Android": 440, "Web": 150, "toaster": 10})
    assert not judge_drift("device", declared, {"iOS": 6, "Android": 2, "Web": 2})
    assert not judge_drift("device", declared, {})


def test_a_share_that_moved_is_named() -> None:
    said = judge_drift("device", {"iOS": 0.5, "Android": 0.5}, {"iOS": 7000, "Android": 3000})
    assert said == [
        "device is iOS in 70.0% of rows instead of 50%",
        "device is Android in 30.0% of rows instead of 50%",
    ]


@pytest.mark.parametrize("warehouse", ["sound", "dirty"])
def test_the_world_gives_no_cause_for_alarm(warehouse: str, request: pytest.FixtureRequest) -> None:
    store: DuckDBWarehouse = request.getfixturevalue(warehouse)
    until = observed_until(store)
    assert until == date(2024, 5, 20)
    for table in CLEANED:
        if table.partitioned:
            assert not volume(table, store.row_counts(table), until).bad, table
        if table.event_date is not None:
            assert not freshness(table, store, until).bad, table
        if any(column.shares for column in table.columns):
            assert not drift(table, store).bad, table


def test_the_last_days_missing(changed: Change) -> None:
    warehouse = changed("DELETE FROM raw.user_events WHERE event_timestamp >= TIMESTAMP '2024-05-10'")
    assert "The newest row of raw.user_events is of 2024-05-09" in freshness(EVENTS, warehouse, date(2024, 5, 20)).words


def test_a_source_that_lost_its_web_users(changed: Change) -> None:
    assert "device is Web in 0.0% of rows" in drift(USERS, changed("DELETE FROM raw.users WHERE device = 'Web'")).words
