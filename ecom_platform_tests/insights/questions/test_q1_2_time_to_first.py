"""1.2: value from a landmark, times with censoring, and, by hand, which day a user is counted under."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ecom_platform.insights.effect import Kind
from ecom_platform.insights.questions.q1_2_time_to_first import INQUIRY
from ecom_platform.tables.insights.time_to_first import TIME_TO_FIRST
from ecom_platform.tables.insights.value_by_first_time import VALUE_BY_FIRST_TIME
from ecom_platform_tests.insights.aggregates import aggregate, answered
from ecom_platform_tests.marts.shop import Marts, Shop

VALUES, TIMES = "insights.value_by_first_time", "insights.time_to_first"


def bought(milestone: str, day: int, orders: int, users: int = 100) -> dict[str, object]:
    """Users half of whom place `orders` and half one order more."""
    half = users // 2
    return {
        "milestone": milestone,
        "day": day,
        "mature_user_count": users,
        "later_orders": half * (2 * orders + 1),
        "later_orders_squared": half * (orders**2 + (orders + 1) ** 2),
        "later_revenue": half * (2 * orders + 1) * 100,
        "later_revenue_squared": half * (orders**2 + (orders + 1) ** 2) * 10_000,
    }


def test_later_value_is_compared_at_the_landmark_and_the_step_is_pointed_out() -> None:
    early, late = [bought("first_cart", day, 3) for day in range(7)], [bought("first_cart", day, 1) for day in range(7, 14)]
    values = aggregate(VALUES, [*early, *late, bought("first_cart", 30, 0), bought("first_purchase", 2, 2, users=28)])
    found = answered(INQUIRY, value_by_first_time=values)
    assert found["first_cart_early_orders"].estimate == pytest.approx(2)
    assert found["first_cart_early_revenue"].estimate == pytest.approx(200)
    assert found["first_cart_early_revenue"].scale == "KRW"
    assert found["first_cart_at_all_orders"].estimate == pytest.approx(2)
    assert found["first_cart_step"].estimate == pytest.approx(-2)
    assert found["first_cart_step"].kind is found["first_cart_early_orders"].kind is Kind.ASSOCIATION
    assert found["first_purchase_early_orders"].kind is Kind.DECLINED, "28 users are too few"
    assert found["first_cart_early_orders"].sentence.startswith(
        "Users with their first cart in the first 7 days bring 2.00 paid orders ("
    )


def test_who_has_not_been_observed_long_enough_counts_for_as_long_as_observed() -> None:
    """50 of 100 reach the cart on day 3; of the 50 others half leave on day 9; half of those left reach it on day 20."""
    times = aggregate(
        TIMES,
        [
            {"day": 3, "reached_user_count": 50},
            {"day": 9, "censored_user_count": 25},
            {"day": 20, "reached_user_count": 10},
            {"day": 29, "censored_user_count": 15},
        ],
        milestone="first_cart",
    )
    found = answered(INQUIRY, time_to_first=times)["first_cart_reached"]
    assert found.estimate == pytest.approx(1 - 0.5 * 15 / 25)
    assert (found.kind, found.n) == (Kind.DESCRIPTION, 100)
    assert found.sentence.startswith("70 % (")
    assert found.sentence.endswith("before day 30; half of all have it by day 3.")


def test_nothing_is_said_of_nobody_or_before_the_landmark_has_been_reached() -> None:
    assert {each.kind for each in answered(INQUIRY).values()} == {Kind.DECLINED}
    young = aggregate(TIMES, [{"milestone": "first_cart", "day": 12, "censored_user_count": 400}])
    assert answered(INQUIRY, time_to_first=young)["first_cart_reached"].kind is Kind.DECLINED


def build(folder: Path, observed_until: date, carts: list[str], orders: list[date], failed: bool = False) -> Marts:
    shop = Shop(observed_until=observed_until)
    shop.user("ann", date(2023, 1, 10))
    shop.session("ann", "2023-01-10 09:00", "view mop")
    for start in carts:
        shop.session("ann", start, "cart mop", session_id=start)
    for day in orders:
        shop.order("ann", day, "mop", failed=failed)
    return shop.build(folder, VALUE_BY_FIRST_TIME, TIME_TO_FIRST)


def days(marts: Marts) -> dict[str, int]:
    return {row["milestone"]: row["day"] for row in marts.rows(VALUE_BY_FIRST_TIME)}


@pytest.mark.parametrize(
    ("carts", "orders", "expected"),
    [
        (["2023-01-16 23:59"], [date(2023, 1, 16)], (6, 6)),
        (["2023-01-17 00:00"], [date(2023, 1, 17)], (7, 7)),
        (["2023-02-08 23:59"], [date(2023, 2, 8)], (29, 29)),
        (["2023-02-09 00:00"], [date(2023, 2, 9)], (30, 30)),
        (["2023-01-20 09:00", "2023-01-12 09:00", "2023-01-12 09:01"], [date(2023, 3, 1), date(2023, 1, 11)], (2, 1)),
        ([], [], (30, 30)),
    ],
    ids=["last day of the window", "window's end", "before the landmark", "at the landmark", "repeated", "never"],
)
def test_which_day_a_user_is_counted_under(
    tmp_path: Path, carts: list[str], orders: list[date], expected: tuple[int, int]
) -> None:
    marts = build(tmp_path, date(2024, 1, 31), carts, orders)
    assert days(marts) == dict(zip(("first_cart", "first_purchase"), expected, strict=True))


def test_a_user_counts_by_value_once_the_outcome_window_has_been_observed_whole(tmp_path: Path) -> None:
    """Day 359, the last of the window, is 4 January 2024."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert days(build(tmp_path / "a", date(2024, 1, 3), [], [])) == {}
    assert days(build(tmp_path / "b", date(2024, 1, 4), [], [])) == {"first_cart": 30, "first_purchase": 30}


@pytest.mark.parametrize(
    ("observed_until", "expected"),
    [
        pytest.param(date(2023, 1, 12), [("first_cart", 2, 0, 1), ("first_purchase", 2, 0, 1)], id="immature: censored"),
        pytest.param(date(2023, 1, 13), [("first_cart", 3, 1, 0), ("first_purchase", 3, 1, 0)], id="on the last observed day"),
        pytest.param(date(2024, 6, 30), [("first_cart", 3, 1, 0), ("first_purchase", 3, 1, 0)], id="long observed"),
    ],
)
def test_a_time_is_an_event_or_the_last_day_observed(
    tmp_path: Path, observed_until: date, expected: list[tuple[str, int, int, int]]
) -> None:
    marts = build(
        tmp_path,
        observed_until,
        ["2023-01-13 09:00"] if observed_until >= date(2023, 1, 13) else [],
        [date(2023, 1, 13)] if observed_until >= date(2023, 1, 13) else [],
    )
    columns = ("milestone", "day", "reached_user_count", "censored_user_count")
    assert [tuple(row.values()) for row in marts.rows(TIME_TO_FIRST, *columns)] == expected


def test_a_failed_payment_is_no_first_purchase_and_who_never_buys_is_followed_for_the_window(tmp_path: Path) -> None:
    marts = build(tmp_path, date(2024, 6, 30), [], [date(2023, 1, 11)], failed=True)
    columns = ("milestone", "day", "reached_user_count", "censored_user_count")
    assert [tuple(row.values()) for row in marts.rows(TIME_TO_FIRST, *columns)] == [
        ("first_cart", 29, 0, 1),
        ("first_purchase", 359, 0, 1),
    ]
