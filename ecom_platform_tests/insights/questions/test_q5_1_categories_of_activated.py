"""5.1: shares of revenue, errors by user, and what the aggregate counts at the window's bounds."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ecom_platform.insights.effect import Kind
from ecom_platform.insights.questions.q5_1_categories_of_activated import INQUIRY
from ecom_platform.tables.insights.category_mix import CATEGORY_MIX
from ecom_platform_tests.insights.aggregates import aggregate, answered, answered_from
from ecom_platform_tests.marts.shop import Shop

CELLS = "insights.category_mix"
SIGNUP = date(2024, 1, 10)


def test_shares_are_sums_over_sums_and_adjusted_together() -> None:
    mops = np.array([100.0, 0.0] * 500)
    found = answered(
        INQUIRY,
        category_mix=aggregate(CELLS, [*_cells("high", 150 - mops, mops), *_cells("low", 50 + mops, mops)], start_day=30),
    )
    sofa, mop = found["furniture"], found["cleaning"]
    assert {each.kind for each in found.values()} == {Kind.ASSOCIATION}
    assert sofa.estimate == pytest.approx(100 / 150 - 100 / 150)
    assert "chance alone may" in sofa.sentence
    assert mop.n == 2_000
    assert mop.p_adjusted is not None


def test_the_interval_of_a_difference_covers_it_when_spending_varies_by_user() -> None:
    rng = np.random.default_rng(7)
    covered = 0
    for _ in range(200):
        sides = []
        for level, taste in (("high", 0.45), ("low", 0.40)):
            money = rng.lognormal(3, 1, 400)
            part = money * rng.beta(taste * 4, (1 - taste) * 4, 400)
            sides += _cells(level, np.round(money - part, 2), np.round(part, 2))
        difference = answered(INQUIRY, category_mix=aggregate(CELLS, sides, start_day=30))["cleaning"]
        assert difference.ci_low is not None
        assert difference.ci_high is not None
        covered += difference.ci_low <= 0.05 <= difference.ci_high
    assert 0.90 < covered / 200 < 0.985


def test_nothing_is_said_of_nobody_or_of_a_few() -> None:
    few = aggregate(CELLS, [*_cells("high", np.ones(9), np.ones(9)), *_cells("low", np.ones(9), np.ones(9))], start_day=30)
    for found in (answered(INQUIRY), answered(INQUIRY, category_mix=few)):
        assert [each.kind for each in found.values()] == [Kind.DECLINED]


def test_purchases_count_from_the_landmark_to_day_359_and_a_subscription_before_it(tmp_path: Path) -> None:
    shop = Shop(observed_until=SIGNUP + timedelta(days=359))
    shop.user("ann", SIGNUP, subscription_type="Plus", subscription_join_date=SIGNUP + timedelta(days=30))
    for day in (29, 30, 179, 180, 359):
        shop.order("ann", SIGNUP + timedelta(days=day), "mop", "mop", "sofa")
    shop.order("ann", SIGNUP + timedelta(days=200), "sofa", failed=True)
    shop.user("bob", SIGNUP)
    shop.user("young", SIGNUP + timedelta(days=1))
    shop.order("young", SIGNUP + timedelta(days=100), "sofa")
    marts = shop.build(tmp_path, CATEGORY_MIX)
    shown = ("user_count", "buyer_count", "repeat_buyer_count", "revenue", "revenue_squared", "revenue_times_total")

    def cell(start_day: int, subscription: str, category: str) -> tuple[Any, ...]:
        where = {"start_day": start_day, "subscription": subscription, "category": category}
        return tuple(marts.row(CATEGORY_MIX, *shown, **where).values())

    assert cell(30, "free", "all") == (2, 1, 1, Decimal(480), 480.0**2, 480.0**2)
    assert cell(30, "free", "Cleaning") == (0, 1, 1, Decimal(80), 80.0**2, 80.0 * 480)
    assert cell(180, "subscriber", "Furniture") == (0, 1, 1, Decimal(200), 200.0**2, 200.0 * 240)
    assert cell(180, "free", "all") == (1, 0, 0, Decimal(0), 0.0, 0.0)
    assert len(marts.rows(CATEGORY_MIX)) == 7
    assert [each.kind for each in answered_from(marts, INQUIRY).values()] == [Kind.DECLINED]


def _cells(level: str, sofas: Any, mops: Any) -> list[dict[str, Any]]:
    """The cells of users who spent these amounts on Furniture and Cleaning."""
    whole = sofas + mops
    return [
        {
            "activation_level": level,
            "subscription": "unknown",
            "category": category,
            "user_count": len(whole) if category == "all" else 0,
            "buyer_count": int((spent > 0).sum()),
            "revenue": Decimal(f"{spent.sum():.2f}"),
            "revenue_squared": float(spent @ spent),
            "revenue_times_total": float(spent @ whole),
        }
        for category, spent in (("Furniture", sofas), ("Cleaning", mops), ("all", whole))
    ]
