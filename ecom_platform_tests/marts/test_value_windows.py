"""dm_value_windows: a window holds its first day and not the day it ends at, and is unknown until its last day is observed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ecom_platform.tables.marts.dm_value_windows import DM_VALUE_WINDOWS, WINDOWS
from ecom_platform_tests.marts.shop import Marts, Shop

SIGNUP = date(2024, 1, 10)
ORDER_DAYS = (0, 6, 7, 29, 30, 89, 90, 179, 180, 359, 360, 364, 365)
"""The first and last days of every window, and the days after."""


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    """Bea is observed for over a year and buys a mop (10.00) on every day that matters; Cal is a day short of day 30."""
    shop = Shop(observed_until=SIGNUP + timedelta(days=400))
    shop.user("bea", SIGNUP)
    for day in ORDER_DAYS:
        shop.order("bea", SIGNUP + timedelta(days=day), "mop")
    shop.order("bea", SIGNUP + timedelta(days=30), "sofa", failed=True)
    shop.user("dot", SIGNUP)
    shop.order("dot", SIGNUP + timedelta(days=40), "sofa", "mop!")
    shop.observed[date(2024, 3, 1)] = date(2024, 3, 31)
    shop.user("cal", date(2024, 3, 3))
    shop.order("cal", date(2024, 3, 31), "sofa")
    shop.user("eve", date(2024, 3, 2))
    shop.order("eve", date(2024, 3, 31), "sofa")
    return shop.build(tmp_path_factory.mktemp("shop"), DM_VALUE_WINDOWS)


@pytest.mark.parametrize(("start", "end"), WINDOWS.values())
def test_an_order_on_the_first_day_counts_and_one_on_the_day_after_the_last_does_not(
    marts: Marts, start: int, end: int
) -> None:
    inside = [day for day in ORDER_DAYS if start <= day < end]
    assert {start, end - 1} <= set(inside)
    assert end in ORDER_DAYS
    row = marts.row(DM_VALUE_WINDOWS, "order_count", "revenue", user_id="bea", start_day=start, end_day=end)
    assert row == {"order_count": len(inside), "revenue": Decimal(10 * len(inside))}


def test_an_order_on_the_last_observed_day_counts_in_the_window_that_ends_there(marts: Marts) -> None:
    row = marts.row(DM_VALUE_WINDOWS, user_id="eve", start_day=0, end_day=30)
    assert (row["is_window_observed"], row["order_count"], row["revenue"]) == (True, 1, Decimal(100))


def test_a_window_whose_last_day_has_not_been_observed_is_unknown_whatever_was_bought(marts: Marts) -> None:
    for row in marts.rows(DM_VALUE_WINDOWS, user_id="cal"):
        observed = row["end_day"] == 7
        assert row["is_window_observed"] is observed
        amounts = {row[name] for name in ("order_count", "revenue", "high_tier_revenue", "discounted_revenue")}
        assert amounts == ({0} if observed else {None})


def test_a_user_who_bought_nothing_in_an_observed_window_has_zero(marts: Marts) -> None:
    row = marts.row(DM_VALUE_WINDOWS, user_id="dot", start_day=0, end_day=30)
    assert (row["order_count"], row["revenue"]) == (0, 0)


def test_high_tier_and_discounted_revenue_are_of_the_same_orders(marts: Marts) -> None:
    row = marts.row(DM_VALUE_WINDOWS, user_id="dot", start_day=30, end_day=360)
    assert (row["revenue"], row["high_tier_revenue"], row["discounted_revenue"]) == (110, 100, 10)


def test_every_user_has_every_window_once(marts: Marts) -> None:
    found = {(row["start_day"], row["end_day"]) for row in marts.rows(DM_VALUE_WINDOWS, user_id="cal")}
    assert found == set(WINDOWS.values())
    assert len(marts.rows(DM_VALUE_WINDOWS)) == 4 * len(WINDOWS)
