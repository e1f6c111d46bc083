"""funnel_dropoff: how many sessions and users reach each stage, whichever way they came, and where they stop."""

from __future__ import annotations

from datetime import date

import pytest

from ecom_platform.tables.analysis.funnel_dropoff import FUNNEL_DROPOFF
from ecom_platform_tests.marts.shop import Marts, Row, Shop

SIGNUP = date(2024, 1, 1)


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    shop = Shop(observed_until=date(2024, 6, 30))
    shop.user("ann", SIGNUP)
    shop.session("ann", "2024-01-01 09:00", "view mop", "view mop", "cart mop", "checkout", "pay", "buy")
    shop.session("ann", "2024-01-02 09:00", "view mop", referrer="search")
    shop.user("bob", SIGNUP, subscription_type="Plus", subscription_join_date=date(2024, 2, 1))
    shop.session("bob", "2024-01-01 09:00", "view mop", "checkout", "pay", device="Web")
    shop.session("bob", "2024-01-03 09:00", "cart mop", device="Web", referrer=None)
    return shop.build(tmp_path_factory.mktemp("shop"), FUNNEL_DROPOFF)


def stages(marts: Marts, dimension: str, value: str) -> list[Row]:
    rows = marts.rows(FUNNEL_DROPOFF, segment_dimension=dimension, segment_value=value)
    return sorted(rows, key=lambda row: row["stage_number"])


def test_a_stage_is_reached_by_its_event_or_a_deeper_one(marts: Marts) -> None:
    rows = stages(marts, "all", "all")
    assert [row["stage"] for row in rows] == ["view_product", "add_to_cart", "checkout_start", "payment_attempt", "purchase"]
    assert [row["sessions_reached"] for row in rows] == [4, 3, 2, 2, 1]
    assert [row["sessions_with_stage_event"] for row in rows] == [3, 2, 2, 2, 1]
    assert [row["sessions_dropped"] for row in rows] == [1, 1, 0, 1, 0]
    assert [row["users_reached"] for row in rows] == [2, 2, 2, 2, 1]


def test_rates_divide_by_the_stage_before_and_by_all(marts: Marts) -> None:
    rows = stages(marts, "all", "all")
    assert [row["session_conversion_from_previous_stage"] for row in rows] == [None, 0.75, pytest.approx(2 / 3), 1, 0.5]
    assert [row["session_conversion_from_start"] for row in rows] == [1, 0.75, 0.5, 0.5, 0.25]
    assert [row["session_drop_off_rate"] for row in rows] == [0.25, pytest.approx(1 / 3), 0, 0.5, None]
    assert [row["user_conversion_from_previous_stage"] for row in rows] == [None, 1, 1, 1, 0.5]
    assert [row["user_conversion_from_start"] for row in rows] == [1, 1, 1, 1, 0.5]


def test_event_ratios_divide_event_counts(marts: Marts) -> None:
    rows = stages(marts, "all", "all")
    assert [row["event_count"] for row in rows] == [4, 2, 2, 2, 1]
    assert [row["event_ratio_to_previous_stage"] for row in rows] == [None, 0.5, 1, 1, 0.5]


@pytest.mark.parametrize(
    ("dimension", "sessions"),
    [
        ("all", {"all": 4}),
        ("device", {"iOS": 2, "Web": 2}),
        ("referrer", {"direct": 2, "search": 1, "unknown": 1}),
        ("activation_level", {"high": 4}),
        ("subscription_type", {"Free": 2, "Plus": 2}),
    ],
)
def test_every_dimension_covers_every_session_once(marts: Marts, dimension: str, sessions: dict[str, int]) -> None:
    rows = marts.rows(FUNNEL_DROPOFF, segment_dimension=dimension, stage="view_product")
    assert {row["segment_value"]: row["session_count"] for row in rows} == sessions


def test_a_user_is_counted_in_every_segment_of_their_sessions(marts: Marts) -> None:
    assert [row["users_reached"] for row in stages(marts, "referrer", "search")] == [1, 0, 0, 0, 0]
    assert [row["users_reached"] for row in stages(marts, "referrer", "direct")] == [2, 2, 2, 2, 1]


def test_nothing_converts_from_a_stage_that_nobody_reached(marts: Marts) -> None:
    rows = stages(marts, "referrer", "search")
    assert [row["session_conversion_from_previous_stage"] for row in rows] == [None, 0, None, None, None]
    assert [row["session_drop_off_rate"] for row in rows] == [1, None, None, None, None]
