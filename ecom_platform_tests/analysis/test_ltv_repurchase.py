"""ltv_repurchase: cumulative value of users observed to the horizon, and how many of the buyers bought again."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ecom_platform.tables.analysis.ltv_repurchase import LTV_REPURCHASE
from ecom_platform_tests.marts.shop import Marts, Shop

SIGNUP = date(2024, 1, 1)


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    """Observed for 90 days from 1 January; cal, who signed up a day later, for 89."""
    shop = Shop(observed_until=SIGNUP + timedelta(days=89))
    shop.user("ann", SIGNUP)
    shop.session("ann", "2024-01-01 09:00", "view mop", "cart mop")
    for day in (0, 10, 30, 89):
        shop.order("ann", SIGNUP + timedelta(days=day), "mop")
    shop.order("ann", SIGNUP + timedelta(days=20), "sofa", failed=True)
    shop.user("bob", SIGNUP)
    shop.order("bob", SIGNUP + timedelta(days=5), "sofa")
    shop.user("cal", SIGNUP + timedelta(days=1))
    return shop.build(tmp_path_factory.mktemp("shop"), LTV_REPURCHASE)


def test_value_accumulates_over_users_observed_to_the_horizon(marts: Marts) -> None:
    assert marts.row(LTV_REPURCHASE, activation_level="all", horizon_days=90) == {
        "cohort_month": SIGNUP,
        "activation_level": "all",
        "horizon_days": 90,
        "user_count": 3,
        "eligible_user_count": 2,
        "buyer_count": 2,
        "repeat_buyer_count": 1,
        "order_count": 5,
        "revenue": Decimal("140.00"),
        "lifetime_value_per_user": 70,
        "buyer_rate": 1,
        "repurchase_rate": 0.5,
        "average_order_value": 28,
        "order_gap_count": 3,
        "average_days_between_orders": pytest.approx(89 / 3),
    }


def test_a_horizon_counts_the_orders_before_it_and_the_gaps_between_them(marts: Marts) -> None:
    row = marts.row(LTV_REPURCHASE, activation_level="all", horizon_days=30)
    assert (row["eligible_user_count"], row["order_count"], row["revenue"]) == (3, 3, Decimal("120.00"))
    assert (row["buyer_rate"], row["lifetime_value_per_user"]) == (pytest.approx(2 / 3), 40)
    assert (row["order_gap_count"], row["average_days_between_orders"]) == (1, 10)


def test_levels_split_the_cohort(marts: Marts) -> None:
    low = marts.row(LTV_REPURCHASE, activation_level="low", horizon_days=90)
    none = marts.row(LTV_REPURCHASE, activation_level="none", horizon_days=90)
    assert (low["revenue"], none["revenue"]) == (Decimal("40.00"), Decimal("100.00"))
    assert (none["repurchase_rate"], none["average_days_between_orders"]) == (0, None)


@pytest.mark.parametrize("horizon", [180, 365])
def test_a_horizon_that_nobody_has_reached_is_unknown(marts: Marts, horizon: int) -> None:
    row = marts.row(LTV_REPURCHASE, activation_level="all", horizon_days=horizon)
    assert (row["user_count"], row["eligible_user_count"]) == (3, 0)
    known = {"cohort_month", "activation_level", "horizon_days", "user_count", "eligible_user_count"}
    assert {value for name, value in row.items() if name not in known} == {None}
