"""Questions asked of shops with little in them: they answer or decline in a sentence, and never fail."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from ecom_platform.insights.effect import Effect, Kind
from ecom_platform.insights.inquiry import Inquiry, as_frame, inquiry
from ecom_platform.tables import CATALOG
from ecom_platform.tables.insights.answers import ANSWERS_TO
from ecom_platform.tables.insights.questions import QUESTIONS
from ecom_platform_tests.insights.aggregates import aggregate, answered, by_name
from ecom_platform_tests.marts.shop import Marts, Shop

BEHAVIOUR = ("1.2", "1.3", "2.1", "2.2", "2.3", "3.1", "3.2")
"""The questions on what users do early on."""

INQUIRIES = {question.number: inquiry(question) for question in QUESTIONS}
ANSWERS = {str(table): number for number, table in ANSWERS_TO.items()}


def build(shop: Shop, folder: Path) -> Marts:
    return shop.build(folder, *(CATALOG[name] for each in INQUIRIES.values() for name in each.reads if name not in ANSWERS))


def all_answers(marts: Marts) -> dict[str, dict[str, Effect]]:
    """The effects by question and name, each question after those whose answers it reads."""
    found: dict[str, dict[str, Effect]] = {}

    def frame(name: str) -> pd.DataFrame:
        if name not in ANSWERS:
            return as_frame(marts.arrow(CATALOG[name]))
        known = {"question": ANSWERS[name], "tables_read": ""}
        return aggregate(name, [{**each.row(), **known} for each in answers_to(ANSWERS[name]).values()])

    def answers_to(number: str) -> dict[str, Effect]:
        if number not in found:
            own = INQUIRIES[number]
            found[number] = by_name(own, {name: frame(name) for name in own.reads})
        return found[number]

    return {number: answers_to(number) for number in INQUIRIES}


def told_by(answers: dict[str, dict[str, Effect]]) -> dict[tuple[str, str], Effect]:
    """What is not declined, by question and name; every effect is a sentence."""
    every = {(number, name): effect for number, found in answers.items() for name, effect in found.items()}
    assert all(effect.sentence.endswith(".") for effect in every.values())
    return {where: effect for where, effect in every.items() if effect.kind is not Kind.DECLINED}


def test_twelve_users_of_one_month_are_too_few(tmp_path: Path) -> None:
    shop = Shop(observed_until=date(2025, 6, 30))
    for number in range(12):
        user = f"u{number}"
        shop.user(user, date(2024, 1, 1 + number))
        shop.session(user, f"2024-01-{1 + number:02} 09:00", "view mop", "cart mop", "checkout", "pay", "buy")
        shop.order(user, date(2024, 3, 1 + number), "sofa")
    assert not told_by(all_answers(build(shop, tmp_path)))


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
    told = told_by(all_answers(build(shop, tmp_path)))
    assert {name for number, name in told if number in BEHAVIOUR} == {
        "first_purchase_at_all_orders",
        "first_purchase_at_all_revenue",
        "first_purchase_reached",
    }
    assert told["1.2", "first_purchase_reached"].estimate == 0.5


@pytest.mark.parametrize("each", INQUIRIES.values(), ids=lambda each: each.number)
def test_an_empty_warehouse_declines(each: Inquiry) -> None:
    assert {effect.kind for effect in answered(each).values()} == {Kind.DECLINED}


@pytest.mark.parametrize("each", [INQUIRIES[number] for number in BEHAVIOUR], ids=lambda each: each.number)
def test_no_aggregate_holds_orders_or_revenue_of_the_first_days(each: Inquiry) -> None:
    """Where activation already works, they would take a part of what it does."""
    columns = {column.name for name in each.reads for column in CATALOG[name].columns}
    money_or_orders = {name for name in columns if "order" in name or "revenue" in name}
    assert {name for name in money_or_orders if not name.startswith("later_")} == set()
