"""5.2: a gap that one factor makes, the parts' sum, and what the aggregate counts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecom_platform.insights.effect import Effect, Kind
from ecom_platform.insights.questions.q5_2_value_gap import INQUIRY, PARTS
from ecom_platform.tables.insights.value_moments import VALUE_MOMENTS
from ecom_platform_tests.insights.aggregates import aggregate, answered, answered_from
from ecom_platform_tests.marts.shop import Shop

CELLS = "insights.value_moments"
SIGNUP = date(2024, 1, 10)


def test_a_gap_of_orders_alone_is_put_down_to_orders_alone() -> None:
    """All pay 100 an order, 40 of it for High-tier products; the activated order three times, the others once or twice."""
    found = _answered(([3] * 100, 100, 40), ([1, 2] * 50, 100, 40))
    assert {each.kind for each in found.values()} == {Kind.DESCRIPTION}
    assert found["gap"].estimate == pytest.approx(150)
    assert found["from_orders"].estimate == pytest.approx(150)
    assert found["from_basket"].estimate == pytest.approx(0)
    assert found["from_high_tier_share"].estimate == pytest.approx(0)
    assert found["high_tier_share_difference"].estimate == pytest.approx(0)
    assert "accounts for 100 %" in found["from_orders"].sentence


def test_a_gap_of_the_high_tier_alone_is_put_down_to_it_alone() -> None:
    found = _answered(([2] * 100, 150, 75), ([2] * 100, 100, 25))
    assert found["gap"].estimate == pytest.approx(100)
    assert found["from_high_tier_share"].estimate == pytest.approx(100)
    assert found["from_high_tier_share"].naive_estimate == pytest.approx(100)
    assert found["high_tier_share_difference"].estimate == pytest.approx(0.25)


amounts = st.tuples(st.lists(st.integers(1, 9), min_size=30, max_size=60), st.integers(10, 900), st.integers(0, 9))


@settings(deadline=None)
@given(amounts, amounts)
def test_the_parts_sum_to_the_gap(one: tuple[list[int], int, int], two: tuple[list[int], int, int]) -> None:
    found = _answered(one, two)
    parts = sum(found[name].estimate or 0.0 for name in PARTS)
    assert parts == pytest.approx(found["gap"].estimate, abs=1e-6)


def test_nothing_is_said_of_nobody_of_a_few_and_of_those_who_bought_nothing() -> None:
    few = _cells("high", [1] * 9, 100, 40) + _cells("low", [1] * 9, 100, 40)
    nothing = _cells("high", [1] * 90, 100, 40) + _cells("low", [0] * 90, 100, 40)
    for cells in ([], few, nothing):
        (effect,) = answered(INQUIRY, value_moments=aggregate(CELLS, cells)).values()
        assert effect.kind is Kind.DECLINED


def test_orders_count_from_day_30_to_day_359_of_users_observed_so_long(tmp_path: Path) -> None:
    shop = Shop(observed_until=SIGNUP + timedelta(days=359))
    shop.user("ann", SIGNUP)
    for day in (29, 30, 359):
        shop.order("ann", SIGNUP + timedelta(days=day), "mop", "sofa")
    shop.order("ann", SIGNUP + timedelta(days=31), "sofa", failed=True)
    shop.user("bob", SIGNUP)
    shop.user("young", SIGNUP + timedelta(days=1))
    shop.order("young", SIGNUP + timedelta(days=100), "sofa")
    marts = shop.build(tmp_path, VALUE_MOMENTS)
    (row,) = marts.rows(VALUE_MOMENTS)
    assert (row["activation_level"], row["mature_user_count"], row["later_orders"]) == ("unknown", 2, 2)
    assert (row["later_revenue"], row["later_high_tier_revenue"]) == (Decimal(220), Decimal(200))
    assert row["later_orders_times_revenue"] == 440
    assert row["later_orders_times_high_tier_revenue"] == 400
    assert row["later_revenue_times_high_tier_revenue"] == 44_000
    assert row["later_high_tier_revenue_squared"] == 40_000
    assert [each.kind for each in answered_from(marts, INQUIRY).values()] == [Kind.DECLINED]


def _cells(level: str, orders: list[int], each: float, of_it_high_tier: float) -> list[dict[str, Any]]:
    n = np.array(orders, dtype=float)
    revenue, high = n * each, n * of_it_high_tier
    return [
        {
            "activation_level": level,
            "mature_user_count": len(n),
            "later_orders": int(n.sum()),
            "later_orders_squared": float(n @ n),
            "later_revenue": Decimal(str(revenue.sum())),
            "later_revenue_squared": float(revenue @ revenue),
            "later_high_tier_revenue": Decimal(str(high.sum())),
            "later_high_tier_revenue_squared": float(high @ high),
            "later_orders_times_revenue": float(n @ revenue),
            "later_orders_times_high_tier_revenue": float(n @ high),
            "later_revenue_times_high_tier_revenue": float(revenue @ high),
        }
    ]


def _answered(activated: tuple[list[int], int, int], others: tuple[list[int], int, int]) -> dict[str, Effect]:
    cells = aggregate(CELLS, [*_cells("high", *activated), *_cells("low", *others)])
    return answered(INQUIRY, value_moments=cells)
