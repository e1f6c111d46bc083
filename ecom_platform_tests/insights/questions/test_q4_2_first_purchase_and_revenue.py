"""4.2: the landmark divides before from after, levels held fixed, and who is in no cell."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ecom_platform.insights.effect import Kind
from ecom_platform.insights.questions.q4_2_first_purchase_and_revenue import INQUIRY
from ecom_platform.tables.insights.revenue_by_first_purchase import REVENUE_BY_FIRST_PURCHASE
from ecom_platform_tests.insights.aggregates import aggregate, answered, answered_from
from ecom_platform_tests.marts.shop import Shop

CELLS = "insights.revenue_by_first_purchase"
SIGNUP = date(2024, 1, 10)


def test_what_only_goes_with_the_level_is_no_difference_within_levels() -> None:
    """Of each level all spend alike (mean 100 or 300, each half of it or half as much again); the keen buy early."""
    cells = aggregate(
        CELLS,
        [
            _cell("high", 3, users=800, mean=300, first_360_days_revenue=800 * 350),
            _cell("low", 3, users=200, mean=100, first_360_days_revenue=200 * 150),
            _cell("high", 30, users=200, mean=300, first_360_days_revenue=200 * 300),
            _cell("low", 30, users=800, mean=100, first_360_days_revenue=800 * 100),
        ],
    )
    found = answered(INQUIRY, revenue_by_first_purchase=cells)
    crude, within = found["bought_by_day_30"], found["bought_by_day_30_within_levels"]
    assert crude.kind is within.kind is Kind.ASSOCIATION
    assert crude.estimate == pytest.approx(260 - 140)
    assert crude.naive_estimate == pytest.approx(310 - 140)
    assert found["bought_by_day_30_relative"].estimate == pytest.approx(260 / 140 - 1)
    assert within.estimate == pytest.approx(0)
    assert within.naive_estimate == crude.estimate
    assert found["bought_in_first_week"].kind is Kind.DECLINED
    assert "120 KRW" in crude.sentence


def test_nothing_is_said_of_nobody_or_of_a_few() -> None:
    few = aggregate(CELLS, [_cell("high", 0, users=6, mean=10), _cell("high", 30, users=6, mean=10)])
    for found in (answered(INQUIRY), answered(INQUIRY, revenue_by_first_purchase=few)):
        assert {each.kind for each in found.values()} == {Kind.DECLINED}


def test_the_first_purchase_counts_before_day_30_and_the_outcome_from_it_on(tmp_path: Path) -> None:
    shop = Shop(observed_until=SIGNUP + timedelta(days=359))
    for user, first in (("early", 29), ("late", 30)):
        shop.user(user, SIGNUP)
        for day in (first, 359, 360):
            shop.order(user, SIGNUP + timedelta(days=day), "mop")
    shop.order("late", SIGNUP, "sofa", failed=True)
    shop.user("young", SIGNUP + timedelta(days=1))
    shop.order("young", SIGNUP + timedelta(days=1), "sofa")
    marts = shop.build(tmp_path, REVENUE_BY_FIRST_PURCHASE)
    shown = ("first_purchase_day", "mature_user_count", "later_orders", "later_orders_squared", "later_revenue")
    assert marts.rows(REVENUE_BY_FIRST_PURCHASE, *shown, "first_360_days_revenue") == [
        dict(zip((*shown, "first_360_days_revenue"), row, strict=True))
        for row in ((29, 1, 1, 1.0, Decimal(10), Decimal(20)), (30, 1, 2, 4.0, Decimal(20), Decimal(20)))
    ]
    assert marts.values(REVENUE_BY_FIRST_PURCHASE, "activation_level") == ["unknown", "unknown"]
    assert {each.kind for each in answered_from(marts, INQUIRY).values()} == {Kind.DECLINED}


def _cell(level: str, day: int, *, users: int, mean: float, **more: float) -> dict[str, object]:
    """Half of the users spend half the mean, the others half as much again."""
    squared = users * mean**2 * 1.25
    return {
        "activation_level": level,
        "first_purchase_day": day,
        "mature_user_count": users,
        "later_revenue": Decimal(str(users * mean)),
        "later_revenue_squared": squared,
        **{name: Decimal(str(value)) for name, value in more.items()},
    }
