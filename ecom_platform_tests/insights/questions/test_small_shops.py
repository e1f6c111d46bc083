"""Questions asked of shops with little in them: they answer or decline in a sentence, and never fail."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ecom_platform.insights.effect import Kind
from ecom_platform.insights.inquiry import Inquiry, inquiry
from ecom_platform.tables import CATALOG
from ecom_platform.tables.insights.questions import QUESTIONS
from ecom_platform_tests.insights.aggregates import answered, answered_from
from ecom_platform_tests.marts.shop import Marts, Shop

ASKED = ("1.2", "1.3", "2.1", "2.2", "2.3", "3.1", "3.2")


def asked() -> list[Inquiry]:
    return [inquiry(question) for question in QUESTIONS if question.number in ASKED]


def build(shop: Shop, folder: Path) -> Marts:
    return shop.build(folder, *(CATALOG[name] for each in asked() for name in each.reads))


def declines_everything(marts: Marts) -> bool:
    found = [effect for each in asked() for effect in answered_from(marts, each).values()]
    assert all(effect.sentence.endswith(".") for effect in found)
    return {effect.kind for effect in found} == {Kind.DECLINED}


def test_twelve_users_of_one_month_are_too_few(tmp_path: Path) -> None:
    shop = Shop(observed_until=date(2025, 6, 30))
    for number in range(12):
        user = f"u{number}"
        shop.user(user, date(2024, 1, 1 + number))
        shop.session(user, f"2024-01-{1 + number:02} 09:00", "view mop", "cart mop", "checkout", "pay", "buy")
        shop.order(user, date(2024, 3, 1 + number), "sofa")
    assert declines_everything(build(shop, tmp_path))


def test_a_shop_without_an_event_log_tells_of_orders_alone(tmp_path: Path) -> None:
    """80 users of one month, whose orders are known and nothing else."""
    shop = Shop(observed_until=date(2025, 6, 30))
    for number in range(80):
        user, day = f"u{number:02}", 1 + number % 28
        shop.user(user, date(2024, 1, day))
        if number % 2:
            shop.order(user, date(2024, 1, day), "mop")
        if number % 3:
            shop.order(user, date(2024, 3, day), "sofa")
    marts = build(shop, tmp_path)
    told = {
        name: effect
        for each in asked()
        for name, effect in answered_from(marts, each).items()
        if effect.kind is not Kind.DECLINED
    }
    assert set(told) == {"first_purchase_at_all_orders", "first_purchase_at_all_revenue", "first_purchase_reached"}
    assert told["first_purchase_reached"].estimate == 0.5


@pytest.mark.parametrize("each", asked(), ids=lambda each: each.number)
def test_an_empty_warehouse_declines(each: Inquiry) -> None:
    assert {effect.kind for effect in answered(each).values()} == {Kind.DECLINED}


@pytest.mark.parametrize("each", asked(), ids=lambda each: each.number)
def test_no_aggregate_holds_orders_or_revenue_of_the_first_days(each: Inquiry) -> None:
    """Where activation already works, they would take a part of what it does."""
    columns = {column.name for name in each.reads for column in CATALOG[name].columns}
    money_or_orders = {name for name in columns if "order" in name or "revenue" in name}
    assert {name for name in money_or_orders if not name.startswith("later_")} == set()
