"""2.1: activation by stage, and, by hand, which stage a user is counted under."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ecom_platform.insights.effect import Kind
from ecom_platform.insights.questions.q2_1_dropoff_stage import INQUIRY
from ecom_platform.tables.insights.users_by_stage import USERS_BY_STAGE
from ecom_platform_tests.insights.aggregates import aggregate, answered
from ecom_platform_tests.marts.shop import Marts, Shop

CELLS = "insights.users_by_stage"


def test_the_share_activated_by_stage_and_what_its_definition_leaves_open() -> None:
    def users(first: str, furthest: str, n: int, activated: int, sessions: int) -> dict[str, object]:
        return {
            "first_session_stage": first,
            "furthest_stage": furthest,
            "user_count": n,
            "activated_user_count": activated,
            "users_with_enough_sessions": sessions,
        }

    cells = aggregate(
        CELLS,
        [
            users("view_product", "view_product", 300, 0, 120),
            users("view_product", "purchase", 100, 80, 80),
            users("purchase", "purchase", 100, 70, 70),
            users("none", "none", 40, 0, 0),
            users("add_to_cart", "add_to_cart", 29, 29, 29),
        ],
    )
    found = answered(INQUIRY, users_by_stage=cells)
    assert {each.kind for each in found.values()} == {Kind.DESCRIPTION}
    assert found["stage_view_product"].estimate == 0
    assert found["stage_view_product"].caveats.startswith("By definition")
    assert found["stage_purchase"].estimate == pytest.approx(150 / 200)
    assert found["first_session_view_product"].estimate == pytest.approx(80 / 400)
    assert found["sessions_after_purchase"].estimate == pytest.approx(70 / 100 - 200 / 400)
    assert found["sessions_after_purchase"].n == 500
    assert "20.0 percentage points" in found["sessions_after_purchase"].sentence
    assert not [name for name in found if "add_to_cart" in name], "29 users are too few"


def test_nothing_is_said_of_a_few_users() -> None:
    few = aggregate(CELLS, [{"first_session_stage": "none", "furthest_stage": "none", "user_count": 29}])
    assert {each.kind for each in (*answered(INQUIRY).values(), *answered(INQUIRY, users_by_stage=few).values())} == {
        Kind.DECLINED
    }


def stages(marts: Marts) -> list[tuple[str, str, int]]:
    found = marts.rows(USERS_BY_STAGE, "first_session_stage", "furthest_stage", "user_count")
    return sorted((row["first_session_stage"], row["furthest_stage"], row["user_count"]) for row in found)


def shop_of(*sessions: tuple[str, ...], observed_until: date = date(2024, 1, 31)) -> Shop:
    """A user who signs up on 10 January and has these sessions: when each began, and its events."""
    shop = Shop(observed_until=observed_until)
    shop.user("ann", date(2024, 1, 10))
    for number, (start, *events) in enumerate(sessions):
        shop.session("ann", start, *events, session_id=f"s{number}")
    return shop


@pytest.mark.parametrize(
    ("sessions", "expected"),
    [
        pytest.param([("2024-01-16 23:59", "cart mop")], ("add_to_cart", "add_to_cart"), id="the window's last minute"),
        pytest.param([("2024-01-17 00:00", "cart mop")], ("none", "none"), id="exactly at the window's end"),
        pytest.param(
            [("2024-01-16 23:59", "view mop", "cart mop")],
            ("add_to_cart", "view_product"),
            id="a session over the end: whole as the first one, cut in the window",
        ),
        pytest.param(
            [("2024-01-09 23:59", "cart mop"), ("2024-01-10 00:00", "view mop")],
            ("view_product", "view_product"),
            id="a session before signup is not the first",
        ),
        pytest.param(
            [("2024-01-10 09:00", "cart mop"), ("2024-01-10 09:00", "view mop")],
            ("add_to_cart", "add_to_cart"),
            id="equal timestamps: the smaller id is the first",
        ),
        pytest.param(
            [("2024-01-10 09:00", "view mop", "cart mop", "view mop", "cart mop", "view mop")],
            ("add_to_cart", "add_to_cart"),
            id="repeated steps count once, and the last is not the deepest",
        ),
        pytest.param(
            [("2024-01-10 09:00", "view mop"), ("2024-01-11 09:00", "checkout")],
            ("view_product", "checkout_start"),
            id="a checkout without a cart is deeper than a cart",
        ),
    ],
)
def test_which_stage_a_user_is_counted_under(
    tmp_path: Path, sessions: list[tuple[str, ...]], expected: tuple[str, str]
) -> None:
    # A cohort has an event log once somebody has an event.
    shop = shop_of(*sessions)
    assert stages(shop.build(tmp_path, USERS_BY_STAGE)) == [(*expected, 1)]


def test_a_user_counts_from_the_day_on_which_the_window_has_been_observed_whole(tmp_path: Path) -> None:
    immature = shop_of(("2024-01-10 09:00", "view mop"), observed_until=date(2024, 1, 15))
    assert stages(immature.build(tmp_path, USERS_BY_STAGE)) == []


@pytest.mark.parametrize(
    ("observed_until", "known", "mature"),
    [(date(2024, 4, 8), 1, 0), (date(2024, 4, 7), 0, 0), (date(2025, 1, 3), 1, 1), (date(2025, 1, 2), 1, 0)],
)
def test_outcomes_count_once_their_windows_have_been_observed_whole(
    tmp_path: Path, observed_until: date, known: int, mature: int
) -> None:
    shop = shop_of(("2024-01-10 09:00", "view mop"), observed_until=observed_until)
    for day in (date(2024, 2, 8), date(2024, 2, 9), date(2025, 1, 3), date(2025, 1, 4)):
        shop.order("ann", day, "mop")
    shop.order("ann", date(2024, 3, 1), "sofa", failed=True)
    row = shop.build(tmp_path, USERS_BY_STAGE).row(USERS_BY_STAGE)
    assert (row["return_known_user_count"], row["returned_user_count"]) == (known, known)
    assert (row["mature_user_count"], row["later_orders"], row["later_orders_squared"]) == (mature, 2 * mature, 4 * mature)
    assert (row["later_revenue"], row["later_revenue_squared"]) == (20 * mature, 400 * mature)
