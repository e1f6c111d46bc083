"""subscription_effect: the same users before and after they join, in user-days."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ecom_platform.tables.analysis.subscription_effect import SUBSCRIPTION_EFFECT
from ecom_platform_tests.marts.shop import Marts, Shop

SIGNUP = date(2024, 1, 1)


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    """Observed for 90 days: pia joins on the 30th day after signup, so 30 days before and 60 from then on."""
    shop = Shop(observed_until=SIGNUP + timedelta(days=89))
    join = SIGNUP + timedelta(days=30)
    shop.user("pia", SIGNUP, subscription_type="Plus", subscription_join_date=join)
    shop.order("pia", join - timedelta(days=1), "mop")
    shop.order("pia", join, "sofa")
    shop.order("pia", SIGNUP + timedelta(days=89), "sofa")
    shop.order("pia", SIGNUP + timedelta(days=70), "sofa", failed=True)
    shop.user("fay", SIGNUP)
    shop.order("fay", SIGNUP, "mop x3")
    shop.session("fay", "2024-01-01 09:00", "cart mop")
    shop.user("gus", SIGNUP, subscription_type="Premium", subscription_join_date=SIGNUP)
    return shop.build(tmp_path_factory.mktemp("shop"), SUBSCRIPTION_EFFECT)


def test_before_and_after_joining(marts: Marts) -> None:
    before = marts.row(SUBSCRIPTION_EFFECT, subscription_type="Plus", period="before_join", activation_level="all")
    after = marts.row(SUBSCRIPTION_EFFECT, subscription_type="Plus", period="after_join", activation_level="all")
    assert before == {
        "subscription_type": "Plus",
        "period": "before_join",
        "activation_level": "all",
        "user_count": 1,
        "observed_user_days": 30,
        "buyer_count": 1,
        "repeat_buyer_count": 0,
        "order_count": 1,
        "revenue": Decimal("10.00"),
        "orders_per_user_per_30_days": 1,
        "revenue_per_user_per_30_days": 10,
        "average_order_value": 10,
        "repurchase_rate": 0,
    }
    assert (after["observed_user_days"], after["order_count"], after["revenue"]) == (60, 2, Decimal("200.00"))
    assert (after["revenue_per_user_per_30_days"], after["repurchase_rate"]) == (100, 1)


def test_the_two_periods_make_up_the_whole(marts: Marts) -> None:
    rows = marts.rows(SUBSCRIPTION_EFFECT, subscription_type="Plus", activation_level="all")
    by_period = {row["period"]: row for row in rows}
    for name in ("observed_user_days", "order_count", "revenue"):
        assert by_period["before_join"][name] + by_period["after_join"][name] == by_period["whole"][name]


def test_who_never_joined_has_only_the_whole(marts: Marts) -> None:
    rows = marts.rows(SUBSCRIPTION_EFFECT, subscription_type="Free", activation_level="all")
    assert [(row["period"], row["revenue_per_user_per_30_days"]) for row in rows] == [("whole", 10)]


def test_who_joined_on_the_signup_day_has_no_day_before(marts: Marts) -> None:
    row = marts.row(SUBSCRIPTION_EFFECT, subscription_type="Premium", period="before_join", activation_level="all")
    assert (row["user_count"], row["observed_user_days"]) == (1, 0)
    assert (row["orders_per_user_per_30_days"], row["average_order_value"], row["repurchase_rate"]) == (None, None, None)


def test_activation_is_held_fixed_by_level(marts: Marts) -> None:
    levels = {(row["subscription_type"], row["activation_level"]) for row in marts.rows(SUBSCRIPTION_EFFECT, period="whole")}
    assert levels == {
        *(("Free", level) for level in ("all", "low")),
        *(("Plus", level) for level in ("all", "none")),
        *(("Premium", level) for level in ("all", "none")),
    }
