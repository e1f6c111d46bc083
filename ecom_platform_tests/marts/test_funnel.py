"""dm_funnel_events and dm_funnel_conversion: sessions as paths, and the rates of groups of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ecom_platform.tables.analysis.funnel_dropoff import FUNNEL_DROPOFF
from ecom_platform.tables.marts.dm_activation_features import DM_ACTIVATION_FEATURES
from ecom_platform.tables.marts.dm_funnel_conversion import DM_FUNNEL_CONVERSION
from ecom_platform.tables.marts.dm_funnel_events import DM_FUNNEL_EVENTS
from ecom_platform_tests.marts.shop import Marts, Shop

SIGNUP = date(2024, 1, 10)


def minute(number: int, day: int = 10, hour: int = 9) -> datetime:
    return datetime(2024, 1, day, hour, number, tzinfo=UTC)


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    shop = Shop(observed_until=date(2024, 6, 30))
    shop.user("ann", SIGNUP)
    shop.session("ann", "2024-01-10 09:00", "view mop", "cart mop", "view sofa", "checkout", "pay", "buy", session_id="bought")
    shop.session("ann", "2024-01-17 09:00", "view sofa!", "checkout", "pay", session_id="no cart", referrer=None)
    shop.session("ann", "2024-02-09 09:00", "cart mop", "view mop", session_id="cart first", device="Web")
    # The same session id for another user, as a shared device may leave behind.
    shop.user("bob", SIGNUP)
    shop.session("bob", "2024-01-10 09:30", "view mop", session_id="bought")
    return shop.build(tmp_path_factory.mktemp("shop"), DM_FUNNEL_EVENTS, DM_FUNNEL_CONVERSION)


def test_a_session_is_a_path_with_the_first_time_of_each_stage(marts: Marts) -> None:
    assert marts.row(DM_FUNNEL_EVENTS, user_id="ann", session_id="bought") == {
        "user_id": "ann",
        "session_id": "bought",
        "session_number": 1,
        "session_start": minute(0),
        "session_end": minute(5),
        "duration_seconds": 300,
        "device": "iOS",
        "referrer": "direct",
        "days_since_signup": 0,
        "is_in_first_7_days": True,
        "is_in_first_30_days": True,
        "event_count": 6,
        "view_count": 2,
        "cart_count": 1,
        "checkout_count": 1,
        "payment_attempt_count": 1,
        "purchase_count": 1,
        "view_at": minute(0),
        "cart_at": minute(1),
        "checkout_at": minute(3),
        "payment_attempt_at": minute(4),
        "purchase_at": minute(5),
        "furthest_stage": "purchase",
        "drop_off_stage": None,
        "is_checkout_without_cart": False,
        "is_discount_session": False,
        "signup_month": date(2024, 1, 1),
    }


def test_a_checkout_without_a_cart_is_normal_and_no_cart_is_invented(marts: Marts) -> None:
    row = marts.row(DM_FUNNEL_EVENTS, session_id="no cart")
    assert row["is_checkout_without_cart"] is True
    assert (row["cart_at"], row["checkout_at"]) == (None, minute(1, day=17))
    assert (row["furthest_stage"], row["drop_off_stage"]) == ("payment_attempt", "payment_attempt")
    assert row["is_discount_session"] is True


def test_stage_times_never_decrease_with_depth(marts: Marts) -> None:
    """The view was logged after the cart; having reached the cart, the session had reached the view before."""
    row = marts.row(DM_FUNNEL_EVENTS, session_id="cart first")
    assert row["cart_at"] == datetime(2024, 2, 9, 9, 0, tzinfo=UTC)
    assert row["view_at"] == row["cart_at"]
    assert row["drop_off_stage"] == "add_to_cart"


def test_sessions_are_numbered_and_dated_on_the_users_clock(marts: Marts) -> None:
    columns = ("session_id", "session_number", "days_since_signup", "is_in_first_7_days", "is_in_first_30_days")
    rows = sorted(tuple(row.values()) for row in marts.rows(DM_FUNNEL_EVENTS, *columns, user_id="ann"))
    assert rows == [
        ("bought", 1, 0, True, True),
        ("cart first", 3, 30, False, False),
        ("no cart", 2, 7, False, True),
    ]


def test_a_session_id_shared_by_two_users_is_two_sessions(marts: Marts) -> None:
    assert marts.values(DM_FUNNEL_EVENTS, "user_id", session_id="bought") == ["ann", "bob"]


def test_conversion_rates_are_sums_over_sums_of_sessions_that_got_so_far(marts: Marts) -> None:
    first, second, third = marts.rows(DM_FUNNEL_CONVERSION)
    assert list(first.values()) == [date(2024, 1, 10), "iOS", "direct", 2, 1, 1, 1, 1, 0.5, 1, 1, 1, 0.5]
    assert list(second.values()) == [date(2024, 1, 17), "iOS", "unknown", 1, 1, 1, 1, 0, 1, 1, 1, 0, 0]
    assert list(third.values()) == [date(2024, 2, 9), "Web", "direct", 1, 1, 0, 0, 0, 1, 0, None, None, 0]


def test_what_is_no_stage_is_activity_and_changes_no_funnel(tmp_path: Path) -> None:
    def built(others: bool) -> Marts:
        shop = Shop(observed_until=date(2024, 6, 30))
        shop.user("ann", SIGNUP)
        shop.session("ann", "2024-01-10 09:00", *(["other"] if others else []), "view mop", "cart mop", session_id="s1")
        if others:
            shop.session("ann", "2024-01-12 09:00", "other", "other", session_id="s2")
        place = tmp_path / str(others)
        place.mkdir()
        return shop.build(place, DM_FUNNEL_EVENTS, DM_FUNNEL_CONVERSION, FUNNEL_DROPOFF, DM_ACTIVATION_FEATURES)

    with_others, without = built(True), built(False)
    row = with_others.row(DM_FUNNEL_EVENTS, session_id="s2")
    assert (row["event_count"], row["furthest_stage"], row["drop_off_stage"]) == (2, None, None)
    assert with_others.row(DM_FUNNEL_EVENTS, session_id="s1")["event_count"] == 3
    assert sum(with_others.values(DM_ACTIVATION_FEATURES, "session_count")) > sum(
        without.values(DM_ACTIVATION_FEATURES, "session_count")
    )
    assert with_others.rows(DM_FUNNEL_CONVERSION) == without.rows(DM_FUNNEL_CONVERSION)
    everybody = {"segment_dimension": "all"}
    assert with_others.rows(FUNNEL_DROPOFF, **everybody) == without.rows(FUNNEL_DROPOFF, **everybody)
