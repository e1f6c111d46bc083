"""2.2: the two ways to a first checkout compared, and, by hand, which way a user is counted under."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ecom_platform.insights.effect import Kind
from ecom_platform.insights.questions.q2_2_checkout_without_cart import INQUIRY
from ecom_platform.tables.insights.first_checkouts import FIRST_CHECKOUTS
from ecom_platform_tests.insights.aggregates import aggregate, answered
from ecom_platform_tests.marts.shop import Shop

CELLS = "insights.first_checkouts"
ATTRIBUTES = {"region": "Seoul", "marketing_source": "unknown", "referrer": "direct"}


def test_who_skips_the_cart_and_how_they_go_on() -> None:
    without = {
        "is_without_cart": True,
        "users_buying_in_session": 80,
        "activated_user_count": 60,
        "users_with_enough_carts": 75,
        "mature_user_count": 100,
        "later_orders": 100,
        "later_orders_squared": 300,
    }
    with_cart = {
        "is_without_cart": False,
        "users_buying_in_session": 300,
        "activated_user_count": 320,
        "users_with_enough_carts": 400,
        "mature_user_count": 400,
        "later_orders": 800,
        "later_orders_squared": 3200,
    }
    cells = aggregate(
        CELLS,
        [
            {**without, "device": "iOS", "user_count": 150},
            {**with_cart, "device": "iOS", "user_count": 250},
            {"is_without_cart": True, "device": "Web", "user_count": 50},
            {"is_without_cart": False, "device": "Web", "user_count": 150},
        ],
        **ATTRIBUTES,
    )
    found = answered(INQUIRY, first_checkouts=cells)
    assert found["share_without_cart"].estimate == pytest.approx(200 / 600)
    assert found["who_device_ios"].estimate == pytest.approx(150 / 400 - 50 / 200)
    assert found["then_bought"].estimate == pytest.approx(80 / 200 - 300 / 400)
    assert found["then_activated"].estimate == pytest.approx(60 / 200 - 320 / 400)
    assert "definition" in found["then_activated"].caveats
    assert found["then_activated_with_cart"].estimate == pytest.approx(60 / 75 - 320 / 400)
    assert found["then_later_orders"].estimate == pytest.approx(-1)
    assert found["then_returned"].kind is Kind.DECLINED, "nobody has been observed so long"
    assert "35.0 percentage points (26.8 to 42.7) less than of those with one (75 %)" in found["then_bought"].sentence


def test_a_few_users_are_too_few() -> None:
    few = aggregate(
        CELLS,
        [
            {"is_without_cart": True, "device": "iOS", "user_count": 29},
            {"is_without_cart": False, "device": "iOS", "user_count": 400},
        ],
        **ATTRIBUTES,
    )
    for found in (answered(INQUIRY), answered(INQUIRY, first_checkouts=few)):
        assert [each.kind for each in found.values()] == [Kind.DECLINED]


@pytest.mark.parametrize(
    ("sessions", "expected"),
    [
        pytest.param([("2024-01-10 09:00", "checkout", "pay")], (True, 1, 0, 1), id="no cart"),
        pytest.param([("2024-01-10 09:00", "cart mop", "checkout", "pay", "buy")], (False, 1, 1, 1), id="a cart"),
        pytest.param([("2024-01-10 09:00", "checkout", "cart mop")], (False, 0, 0, 1), id="a cart after the checkout"),
        pytest.param(
            [("2024-01-10 09:00", "cart mop"), ("2024-01-11 09:00", "checkout", "checkout")],
            (True, 0, 0, 0),
            id="a cart in another session; repeated checkouts are one",
        ),
        pytest.param(
            [("2024-01-12 09:00", "checkout"), ("2024-01-11 09:00", "cart mop", "checkout")],
            (False, 0, 0, 1),
            id="the first in time decides",
        ),
        pytest.param(
            [("2024-01-11 09:00", "checkout"), ("2024-01-11 09:00", "cart mop", "checkout")],
            (True, 0, 0, 1),
            id="equal timestamps: the smaller id is the first",
        ),
        pytest.param(
            [("2024-01-09 09:00", "cart mop", "checkout"), ("2024-01-11 09:00", "checkout")],
            (True, 0, 0, 1),
            id="a session before signup is none of them",
        ),
        pytest.param([("2024-01-17 00:00", "checkout")], None, id="exactly at the window's end"),
        pytest.param([("2024-01-16 23:59", "view mop", "checkout")], (True, 0, 0, 1), id="a session over the end, whole"),
    ],
)
def test_which_way_a_user_is_counted_under(
    tmp_path: Path, sessions: list[tuple[str, ...]], expected: tuple[bool, int, int, int] | None
) -> None:
    shop = Shop(observed_until=date(2024, 1, 31))
    shop.user("ann", date(2024, 1, 10))
    for number, (start, *events) in enumerate(sessions):
        shop.session("ann", start, *events, session_id=f"s{number}")
    columns = ("is_without_cart", "users_paying_in_session", "users_buying_in_session", "users_in_first_session")
    rows = shop.build(tmp_path, FIRST_CHECKOUTS).rows(FIRST_CHECKOUTS, *columns)
    assert [tuple(row.values()) for row in rows] == ([] if expected is None else [expected])
