"""6.3: three comparisons, each declined by itself, and which sessions and users the funnel's aggregate counts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ecom_platform.insights.effect import Kind
from ecom_platform.insights.questions.q6_3_subscriber_behaviour import INQUIRY
from ecom_platform.tables.insights.category_mix import CATEGORY_MIX
from ecom_platform.tables.insights.funnel_moments import FUNNEL_MOMENTS
from ecom_platform_tests.insights.aggregates import aggregate, answered, answered_from
from ecom_platform_tests.insights.funnels import funnel_cell
from ecom_platform_tests.marts.shop import Shop

SIGNUP = date(2024, 1, 10)


def test_stages_of_the_funnel_are_compared_and_adjusted_together() -> None:
    cells = aggregate(
        "insights.funnel_moments",
        [
            funnel_cell([(4, 3, 2, 1, 1), (4, 1, 0, 0, 0)] * 100, subscription="later"),
            funnel_cell([(4, 2, 1, 1, 1), (4, 0, 0, 0, 0)] * 100, subscription="free"),
            funnel_cell([(9, 9, 9, 9, 9)] * 100, subscription="early"),
        ],
    )
    found = answered(INQUIRY, funnel_moments=cells)
    assert found["funnel_view_to_cart"].estimate == pytest.approx(0.5 - 0.25)
    assert found["funnel_view_to_purchase"].estimate == pytest.approx(0)
    assert found["funnel_checkout_to_payment_attempt"].estimate == pytest.approx(0.5 - 1)
    assert found["funnel_view_to_cart"].n == 400
    assert "25.0 percentage points" in found["funnel_view_to_cart"].sentence
    assert found["repurchase"].kind is found["categories"].kind is Kind.DECLINED


def test_repurchase_is_of_buyers() -> None:
    cells = aggregate(
        "insights.category_mix",
        [_mix("subscriber", 100, 60, 45), _mix("free", 200, 60, 30)],
        start_day=180,
        activation_level="low",
        category="all",
    )
    found = answered(INQUIRY, category_mix=cells)
    assert found["buyers"].estimate == pytest.approx(0.6 - 0.3)
    assert found["repeat_buyers"].estimate == pytest.approx(0.75 - 0.5)
    assert found["buyers"].kind is Kind.DESCRIPTION
    assert found["funnel"].kind is Kind.DECLINED


def test_nothing_is_said_of_nobody() -> None:
    found = answered(INQUIRY)
    assert set(found) == {"funnel", "repurchase", "categories"}
    assert {each.kind for each in found.values()} == {Kind.DECLINED}


def test_sessions_begin_before_day_30_and_users_join_from_then_to_day_179(tmp_path: Path) -> None:
    shop = Shop(observed_until=SIGNUP + timedelta(days=179))
    for day in (29, 30, 179):
        shop.user(f"join{day}", SIGNUP, subscription_type="Plus", subscription_join_date=SIGNUP + timedelta(days=day))
    shop.user("free", SIGNUP)
    shop.user("young", SIGNUP + timedelta(days=1))
    shop.session("join30", "2024-02-08 23:50", "view mop", "checkout", "pay", "buy")
    shop.session("join30", "2024-02-07 09:00", "view mop", "cart mop")
    shop.session("join30", "2024-02-09 00:00", "view mop", "cart mop")
    shop.session("young", "2024-01-11 09:00", "view mop")
    marts = shop.build(tmp_path, FUNNEL_MOMENTS, CATEGORY_MIX)
    users = {row["subscription"]: row["user_count"] for row in marts.rows(FUNNEL_MOMENTS)}
    assert users == {"early": 1, "later": 2, "free": 1, "unknown": 1}
    later = marts.row(FUNNEL_MOMENTS, subscription="later")
    stages = ("view", "cart", "checkout", "payment_attempt", "purchase")
    assert [later[f"{stage}_session_count"] for stage in stages] == [2, 2, 1, 1, 1]
    assert (later["view_times_view"], later["cart_times_purchase"], later["purchase_times_purchase"]) == (4, 2, 1)
    assert {each.kind for each in answered_from(marts, INQUIRY).values()} == {Kind.DECLINED}


def _mix(subscription: str, users: int, buyers: int, repeat_buyers: int) -> dict[str, Any]:
    return {
        "subscription": subscription,
        "user_count": users,
        "buyer_count": buyers,
        "repeat_buyer_count": repeat_buyers,
        "revenue": Decimal(100),
    }
