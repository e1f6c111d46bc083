"""F4: growth beside the shop's own, looks and carts by user, and what is declined."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ecom_platform.insights.effect import Kind
from ecom_platform.insights.questions.f4_category_growth import INQUIRY
from ecom_platform.tables.insights.category_attention import CATEGORY_ATTENTION
from ecom_platform.tables.marts.dm_category_performance import DM_CATEGORY_PERFORMANCE
from ecom_platform_tests.insights.aggregates import aggregate, answered, answered_from, by_name
from ecom_platform_tests.marts.shop import Shop

MONTHLY = "marts.dm_category_performance"
ATTENTION = "insights.category_attention"


def test_growth_is_beside_the_shops_own() -> None:
    """The shop doubles; Deco does so twice over, from a tenth of the revenue to a fifth. The last month is incomplete."""
    rows = []
    for month in range(25):
        later, wobble = month >= 13, 1 + month % 5 / 100
        for category, sold in (("Deco", (100, 400)), ("Fabric", (900, 1600))):
            rows.append(_month(month, category, sold[later] * (wobble if category == "Deco" else 1)))
    rows += [_month(25, "Deco", 1), _month(25, "Fabric", 1)]
    for row in rows[-2:]:
        row["is_complete_month"] = False
    found = by_name(INQUIRY, {MONTHLY: aggregate(MONTHLY, rows), ATTENTION: aggregate(ATTENTION)})
    deco = found["growth_deco"]
    assert deco.estimate == pytest.approx(1, abs=0.05)
    assert deco.naive_estimate == pytest.approx(3, abs=0.1)
    assert deco.n == 12
    assert deco.sentence.startswith("Deco is growing")
    assert found["growth_fabric"].estimate == pytest.approx(0.8 / 0.9 - 1, abs=0.02)
    assert found["growth_fabric"].sentence.startswith("Fabric is shrinking")
    assert found["efficiency"].kind is Kind.DECLINED


def test_looks_that_end_in_no_cart() -> None:
    """100 users look at both categories; all put Deco in the cart and 40 of them Fabric."""
    cells = [_looks("Deco", 100, 100, 200, 140, 200, 140), _looks("Fabric", 100, 40, 200, 140, 80, 80)]
    cells.append(_looks("all", 200, 140, 400, 280, 280, 40 * 4 + 60))
    found = answered(INQUIRY, category_attention=aggregate(ATTENTION, cells))
    deco, fabric = found["efficiency_deco"], found["efficiency_fabric"]
    assert deco.estimate == pytest.approx(0.6)
    assert fabric.estimate == pytest.approx(-0.6)
    # The gap is a mean over users: its error is that of 40 in 100.
    assert fabric.ci_high is not None
    assert fabric.ci_high == pytest.approx(-0.6 + 1.96 * (0.4 * 0.6 / 99) ** 0.5, abs=1e-3)
    assert fabric.sentence.startswith("Fabric is inefficient")
    assert found["growth"].kind is Kind.DECLINED


def test_nothing_is_said_of_nothing_or_of_one_month() -> None:
    month = aggregate(MONTHLY, [_month(0, "Deco", 5)])
    few = aggregate(ATTENTION, [_looks("Deco", 12, 6, 12, 6, 6, 6), _looks("all", 12, 6, 12, 6, 6, 6)])
    for frames in ({MONTHLY: aggregate(MONTHLY), ATTENTION: aggregate(ATTENTION)}, {MONTHLY: month, ATTENTION: few}):
        found = by_name(INQUIRY, frames)
        assert set(found) == {"growth", "efficiency"}
        assert {each.kind for each in found.values()} == {Kind.DECLINED}


def test_looks_count_in_the_first_30_days_and_a_cart_is_a_look(tmp_path: Path) -> None:
    shop = Shop(observed_until=date(2024, 2, 8))
    shop.user("ann", date(2024, 1, 10))
    shop.session("ann", "2024-02-08 23:00", "view mop", "view mop", "cart sofa")
    shop.user("bob", date(2024, 1, 10))
    shop.session("bob", "2024-01-10 09:00", "view mop")
    shop.session("bob", "2024-02-09 09:00", "cart mop")
    shop.user("young", date(2024, 1, 11))
    shop.session("young", "2024-01-11 09:00", "view mop")
    marts = shop.build(tmp_path, CATEGORY_ATTENTION, DM_CATEGORY_PERFORMANCE)
    names = [column for column in CATEGORY_ATTENTION.column_names if column not in {"signup_month", "category"}]
    found = {row["category"]: [row[name] for name in names] for row in marts.rows(CATEGORY_ATTENTION)}
    assert found == {
        "Cleaning": [2, 2, 0, 3, 1, 0, 0],
        "Furniture": [1, 1, 1, 2, 1, 2, 1],
        "all": [2, 3, 1, 5, 2, 2, 1],
    }
    assert {each.kind for each in answered_from(marts, INQUIRY).values()} == {Kind.DECLINED}


def _month(month: int, category: str, revenue: float) -> dict[str, Any]:
    return {
        "category": category,
        "order_month": date(2024 + month // 12, month % 12 + 1, 1),
        "is_complete_month": True,
        "revenue": Decimal(f"{revenue:.2f}"),
    }


def _looks(category: str, viewed: int, carted: int, *products: float) -> dict[str, Any]:
    names = ("viewed_times_all_viewed", "viewed_times_all_carted", "carted_times_all_viewed", "carted_times_all_carted")
    users = viewed // 2 if category == "all" and viewed > 100 else viewed
    return {
        "category": category,
        "user_count": users,
        "viewed_count": viewed,
        "carted_count": carted,
        **dict(zip(names, map(float, products), strict=True)),
    }
