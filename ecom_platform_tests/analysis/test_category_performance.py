"""category_performance: rank, growth against last year and against the shop, attention."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ecom_platform.tables.analysis.category_performance import CATEGORY_PERFORMANCE
from ecom_platform_tests.marts.shop import Marts, Shop


def month(number: int) -> date:
    """The first day of the month `number` months after January 2023."""
    return date(2023 + number // 12, number % 12 + 1, 1)


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    """15 complete months and an incomplete one, which would turn every class around if it counted."""
    shop = Shop(observed_until=date(2024, 4, 29))
    shop.product("curtain", category="Fabric", price="20.00", price_tier="Mid")
    shop.product("rug", category="Fabric", price="20.00", price_tier="Mid")
    shop.user("ann", month(0))
    for number in (0, 1, 2):
        shop.order("ann", month(number), "sofa x10", "mop x10", "curtain x10")
        shop.order("ann", month(number + 12), "sofa x12", "mop x5", "curtain x11")
    shop.order("ann", month(14), "mop x90", failed=True)
    shop.order("ann", month(15), "mop x50")
    shop.session("ann", "2023-01-01 09:00", "view sofa", "view sofa", "view mop", "cart sofa", "checkout")
    return shop.build(tmp_path_factory.mktemp("shop"), CATEGORY_PERFORMANCE)


def test_categories_are_ranked_by_revenue(marts: Marts) -> None:
    rows = sorted(marts.rows(CATEGORY_PERFORMANCE), key=lambda row: row["revenue_rank"])
    assert [(row["revenue_rank"], row["category"], row["revenue"]) for row in rows] == [
        (1, "Furniture", Decimal("6600.00")),
        (2, "Fabric", Decimal("1260.00")),
        (3, "Cleaning", Decimal("950.00")),
    ]
    assert sum(row["revenue_share"] for row in rows) == pytest.approx(1)


def test_growth_is_three_complete_months_against_the_same_a_year_before(marts: Marts) -> None:
    row = marts.row(CATEGORY_PERFORMANCE, category="Fabric")
    assert row["revenue_latest_3_months"] == Decimal("660.00")
    assert row["revenue_same_3_months_year_before"] == Decimal("600.00")
    assert row["year_on_year_growth"] == pytest.approx(0.1)
    assert row["shop_year_on_year_growth"] == pytest.approx(4410 / 3900 - 1)


@pytest.mark.parametrize(
    ("category", "growth_class", "share_class"),
    [("Furniture", "growing", "gaining"), ("Cleaning", "declining", "losing"), ("Fabric", "flat", "steady")],
)
def test_classes(marts: Marts, category: str, growth_class: str, share_class: str) -> None:
    """Fabric grows by 10 %, on the border of flat, and 3 points less than the shop."""
    row = marts.row(CATEGORY_PERFORMANCE, category=category)
    assert row["share_class"] == share_class
    assert row["growth_class"] == growth_class


def test_attention_comes_from_the_event_log(marts: Marts) -> None:
    sofa = marts.row(CATEGORY_PERFORMANCE, category="Furniture")
    assert (sofa["view_count"], sofa["cart_count"], sofa["view_to_cart_rate"]) == (2, 1, 0.5)
    fabric = marts.row(CATEGORY_PERFORMANCE, category="Fabric")
    assert (fabric["view_count"], fabric["view_to_cart_rate"]) == (0, None)
    assert (fabric["product_count"], fabric["revenue_per_product"]) == (2, 630)


def test_a_shop_of_less_than_fifteen_complete_months_has_no_growth_class(tmp_path: Path) -> None:
    shop = Shop(observed_until=date(2024, 3, 30))
    shop.user("ann", month(0))
    shop.order("ann", month(0), "mop")
    row = shop.build(tmp_path, CATEGORY_PERFORMANCE).row(CATEGORY_PERFORMANCE, category="Cleaning")
    unknown = ("revenue_latest_3_months", "year_on_year_growth", "growth_class", "share_class", "peak_calendar_month")
    assert {row[name] for name in unknown} == {None}
