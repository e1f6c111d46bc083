"""dm_category_performance: categories by calendar month, growth between complete months, and seasons."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ecom_platform.tables.marts.dm_category_performance import DM_CATEGORY_PERFORMANCE as CATEGORIES
from ecom_platform_tests.marts.shop import Marts, Shop


def month(number: int) -> date:
    """The first day of the month `number` months after January 2023."""
    return date(2023 + number // 12, number % 12 + 1, 1)


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    shop = Shop(observed_until=date(2024, 3, 30))
    shop.user("ann", month(0))
    shop.user("bob", month(0))
    shop.order("ann", month(0), "sofa", "sofa!", "mop x2")
    shop.order("bob", month(0), "sofa x2")
    shop.order("bob", month(0), "sofa", failed=True)
    shop.order("ann", month(1), "sofa")
    shop.order("bob", month(12), "sofa x6")
    shop.order("bob", month(14), "sofa")
    return shop.build(tmp_path_factory.mktemp("shop"), CATEGORIES)


def test_a_category_sells_what_paid_orders_hold(marts: Marts) -> None:
    assert marts.row(CATEGORIES, category="Furniture", order_month=month(0)) == {
        "category": "Furniture",
        "order_month": month(0),
        "is_complete_month": True,
        "revenue": Decimal("400.00"),
        "order_count": 2,
        "unit_count": 4,
        "buyer_count": 2,
        "discounted_revenue": Decimal("100.00"),
        "average_order_value": 200,
        "average_unit_price": 100,
        "revenue_share": pytest.approx(400 / 420),
        "discounted_share": 0.25,
        "month_on_month_growth": None,
        "year_on_year_growth": None,
        "seasonality_index": None,
    }


def test_a_month_without_sales_is_a_row_of_zeros(marts: Marts) -> None:
    row = marts.row(CATEGORIES, category="Cleaning", order_month=month(1))
    assert (row["revenue"], row["order_count"], row["revenue_share"]) == (0, 0, 0)
    assert (row["average_order_value"], row["discounted_share"]) == (None, None)
    assert row["month_on_month_growth"] == -1


def test_every_month_up_to_the_last_observed_day_has_a_row(marts: Marts) -> None:
    assert marts.values(CATEGORIES, "order_month", category="Furniture") == [month(number) for number in range(15)]


def test_growth_compares_complete_months(marts: Marts) -> None:
    assert marts.row(CATEGORIES, category="Furniture", order_month=month(1))["month_on_month_growth"] == -0.75
    january = marts.row(CATEGORIES, category="Furniture", order_month=month(12))
    assert january["year_on_year_growth"] == 0.5
    assert january["month_on_month_growth"] is None, "the month before sold nothing"


def test_the_last_month_is_incomplete_until_its_last_day_and_has_no_growth(marts: Marts) -> None:
    """March 2024 is observed up to the 30th."""
    row = marts.row(CATEGORIES, category="Furniture", order_month=month(14))
    assert row["is_complete_month"] is False
    assert row["revenue"] == Decimal("100.00")
    assert row["month_on_month_growth"] is None
    assert row["year_on_year_growth"] is None


def test_a_month_is_complete_when_every_cohort_of_its_time_is_observed_to_its_end(tmp_path: Path) -> None:
    shop = Shop(observed_until=date(2023, 3, 31))
    shop.observed[month(1)] = date(2023, 2, 10)
    shop.user("ann", month(0))
    shop.user("late", month(1))
    shop.order("ann", month(0), "mop")
    marts = shop.build(tmp_path, CATEGORIES)
    assert marts.values(CATEGORIES, "is_complete_month") == [True, False, False]


def test_the_seasonality_index_finds_a_season_under_a_trend(tmp_path: Path) -> None:
    """Sales grow by one mop a month; every December sells four times as much. 36 months, the last of them incomplete."""
    shop = Shop(observed_until=date(2025, 12, 30))
    shop.user("ann", month(0))
    for number in range(36):
        level = 100 + number
        shop.order("ann", month(number), f"mop x{level * 4 if number % 12 == 11 else level}")
    marts = shop.build(tmp_path, CATEGORIES)
    index = {row["order_month"].month: row["seasonality_index"] for row in marts.rows(CATEGORIES, category="Cleaning")}
    assert sum(index.values()) == pytest.approx(12)
    assert index[12] / index[6] == pytest.approx(4, rel=0.05)
    assert max(index[month] for month in range(1, 12)) / min(index[month] for month in range(1, 12)) < 1.1


@pytest.mark.parametrize(("months", "known"), [(23, False), (24, True)])
def test_a_season_takes_two_complete_years(tmp_path: Path, months: int, known: bool) -> None:
    last = month(months)
    shop = Shop(observed_until=date.fromordinal(last.toordinal() - 1))
    shop.user("ann", month(0))
    for number in range(months):
        shop.order("ann", month(number), "mop")
    values = shop.build(tmp_path, CATEGORIES).values(CATEGORIES, "seasonality_index")
    assert all(value == pytest.approx(1) for value in values) if known else set(values) == {None}
