"""6.1: relative differences of the first week, and who is compared."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ecom_platform.insights.effect import Kind
from ecom_platform.insights.questions.q6_1_later_subscribers import INQUIRY
from ecom_platform.tables.insights.early_behavior_of_subscribers import EARLY_BEHAVIOR_OF_SUBSCRIBERS
from ecom_platform_tests.insights.aggregates import aggregate, answered, answered_from
from ecom_platform_tests.marts.shop import Shop

CELLS = "insights.early_behavior_of_subscribers"
SIGNUP = date(2024, 1, 10)


def test_differences_are_relative_and_adjusted_together() -> None:
    cells = aggregate(CELLS, [_cell(later=True, users=200, sessions=3), _cell(later=False, users=400, sessions=2)])
    found = answered(INQUIRY, early_behavior_of_subscribers=cells)
    assert {each.kind for each in found.values()} == {Kind.ASSOCIATION}
    sessions = found["session_count"]
    assert sessions.estimate == pytest.approx(0.5)
    assert sessions.n == 600
    assert sessions.ci_low is not None
    assert 0.2 < sessions.ci_low < 0.5
    assert sessions.p_adjusted is not None
    assert sessions.p_adjusted < 0.001
    assert found["activated"].estimate == pytest.approx(0)
    assert found["activated"].p_adjusted == pytest.approx(1)
    # What nobody did has no ratio.
    assert set(found) == {"activated", "session_count"}


def test_nothing_is_said_of_nobody_or_of_a_few() -> None:
    few = aggregate(CELLS, [_cell(later=True, users=12, sessions=3), _cell(later=False, users=400, sessions=2)])
    for found in (answered(INQUIRY), answered(INQUIRY, early_behavior_of_subscribers=few)):
        assert [each.kind for each in found.values()] == [Kind.DECLINED]


def test_a_later_subscriber_joins_from_day_7_and_before_day_180(tmp_path: Path) -> None:
    shop = Shop(observed_until=SIGNUP + timedelta(days=179))
    for day in (6, 7, 179):
        shop.user(f"join{day}", SIGNUP, subscription_type="Plus", subscription_join_date=SIGNUP + timedelta(days=day))
    shop.user("free", SIGNUP)
    shop.user("untold", SIGNUP, subscription_type=None)
    shop.user("young", SIGNUP + timedelta(days=1))
    shop.session("join7", "2024-01-16 09:00", "view mop", "view sofa!", "cart mop")
    shop.session("join7", "2024-01-17 09:00", "view mop")
    marts = shop.build(tmp_path, EARLY_BEHAVIOR_OF_SUBSCRIBERS)
    free, later = marts.rows(EARLY_BEHAVIOR_OF_SUBSCRIBERS)
    assert (free["is_later_subscriber"], free["user_count"], free["session_count"]) == (False, 1, 0)
    assert (later["is_later_subscriber"], later["user_count"], later["session_count"]) == (True, 2, 1)
    assert (later["view_count"], later["view_count_squared"], later["cart_count"]) == (2, 4.0, 1)
    assert (later["discount_view_count"], later["distinct_category_count"], later["active_day_count"]) == (1, 2, 1)
    assert [each.kind for each in answered_from(marts, INQUIRY).values()] == [Kind.DECLINED]


def _cell(*, later: bool, users: int, sessions: float) -> dict[str, Any]:
    """Half of the users had one session less than the mean, the others one more."""
    return {
        "is_later_subscriber": later,
        "user_count": users,
        "activated_user_count": users // 2,
        "session_count": int(users * sessions),
        "session_count_squared": users * (sessions**2 + 1),
    }
