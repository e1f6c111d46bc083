"""dm_user_purchase_summary: a user's value, activation and return, each unknown until its window has been observed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ecom_platform.tables.marts.dm_activation_features import DM_ACTIVATION_FEATURES, FEATURE_WINDOWS, FEATURES
from ecom_platform.tables.marts.dm_user_purchase_summary import DM_USER_PURCHASE_SUMMARY as SUMMARY
from ecom_platform.tables.marts.dm_value_windows import OUTCOME_WINDOWS, VALUE_WINDOWS
from ecom_platform_tests.marts.shop import Marts, Shop

SIGNUP = date(2024, 1, 10)
YEAR_LATER = date(2025, 1, 31)
ENDS = sorted({*VALUE_WINDOWS, *(last for _, last in OUTCOME_WINDOWS)})


def day(number: int) -> date:
    """The day `number` days after signup; the signup day is day 0."""
    return SIGNUP + timedelta(days=number)


def at(number: int, time: str = "09:00") -> str:
    return f"{day(number)} {time}"


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    shop = Shop(observed_until=YEAR_LATER)

    # Bea comes twice, fills a cart, checks out, pays, and stays.
    shop.user("bea", SIGNUP, subscription_type="Plus", subscription_join_date=day(60), device="Web", region="Others")
    shop.session("bea", at(0), "view sofa!", "view mop", "cart mop", "checkout", "pay", "buy", minutes_apart=2)
    shop.session("bea", at(2, "10:00"), "view mop", "view mop", referrer="search")
    shop.session("bea", at(7, "00:00"), "view sofa", "cart sofa")
    shop.order("bea", day(0), "mop")
    shop.order("bea", day(6), "sofa", failed=True)
    shop.order("bea", day(29), "sofa!")
    shop.order("bea", day(30), "sofa", "mop x2")
    shop.order("bea", day(359), "mop!")
    shop.order("bea", day(360), "mop")
    shop.order("bea", day(365), "mop x3")

    # Cal looks around once; his second session begins a minute before the seventh day ends and runs over it.
    shop.user("cal", SIGNUP, subscription_type=None, device=None)
    shop.session("cal", at(1), "view mop", "checkout", "pay")
    shop.session("cal", at(6, "23:59"), "view mop", "cart mop")

    # Dot signs up and is never seen.
    shop.user("dot", SIGNUP)

    # Eve has two sessions and a cart and starts no checkout.
    shop.user("eve", SIGNUP)
    shop.session("eve", at(0), "view mop")
    shop.session("eve", at(6), "cart mop")
    return shop.build(tmp_path_factory.mktemp("shop"), SUMMARY)


def test_value_is_the_revenue_of_paid_orders(marts: Marts) -> None:
    assert marts.row(
        SUMMARY,
        "lifetime_revenue",
        "successful_order_count",
        "failed_order_count",
        "first_purchase_date",
        "last_purchase_date",
        "days_to_first_purchase",
        "average_order_value",
        "high_tier_revenue",
        "discounted_revenue",
        "distinct_categories_bought",
        user_id="bea",
    ) == {
        "lifetime_revenue": Decimal("280.00"),
        "successful_order_count": 6,
        "failed_order_count": 1,
        "first_purchase_date": day(0),
        "last_purchase_date": day(365),
        "days_to_first_purchase": 0,
        "average_order_value": pytest.approx(280 / 6),
        "high_tier_revenue": Decimal("200.00"),
        "discounted_revenue": Decimal("110.00"),
        "distinct_categories_bought": 2,
    }


def test_a_user_without_orders_is_worth_nothing_and_has_no_average(marts: Marts) -> None:
    row = marts.row(SUMMARY, user_id="dot")
    assert (row["lifetime_revenue"], row["successful_order_count"], row["failed_order_count"]) == (Decimal(0), 0, 0)
    assert row["average_order_value"] is None
    assert row["first_purchase_date"] is None
    assert row["days_to_first_purchase"] is None


@pytest.mark.parametrize(
    ("window", "revenue", "orders"),
    [
        ("first_7_days", 10, 1),
        ("first_30_days", 110, 2),
        ("first_90_days", 230, 3),
        ("first_180_days", 230, 3),
        ("first_365_days", 250, 5),
        ("days_8_to_90", 220, 2),
        ("days_8_to_180", 220, 2),
        ("days_8_to_360", 230, 3),
        ("days_31_to_180", 120, 1),
        ("days_31_to_360", 130, 2),
    ],
)
def test_windows_are_half_open_and_outcome_windows_leave_the_early_days_out(
    marts: Marts, window: str, revenue: int, orders: int
) -> None:
    row = marts.row(SUMMARY, f"revenue_{window}", f"order_count_{window}", user_id="bea")
    assert list(row.values()) == [Decimal(revenue), orders]


def test_later_revenue_has_its_high_tier_and_its_discounted_part(marts: Marts) -> None:
    row = marts.row(SUMMARY, user_id="bea")
    assert row["high_tier_revenue_days_31_to_360"] == Decimal("100.00")
    assert row["discounted_revenue_days_31_to_360"] == Decimal("10.00")


@pytest.mark.parametrize(
    ("user", "level", "activated"),
    [("bea", "high", True), ("eve", "medium", True), ("cal", "low", False), ("dot", "none", False)],
)
def test_two_sessions_and_a_cart_activate(marts: Marts, user: str, level: str, activated: bool) -> None:
    row = marts.row(SUMMARY, "activation_level", "is_activated", user_id=user)
    assert list(row.values()) == [level, activated]


def test_features_of_the_first_days(marts: Marts) -> None:
    assert marts.row(DM_ACTIVATION_FEATURES, user_id="bea", window_days=7) == {
        "user_id": "bea",
        "window_days": 7,
        "is_window_observed": True,
        "session_count": 2,
        "event_count": 8,
        "view_count": 4,
        "cart_count": 1,
        "checkout_count": 1,
        "payment_attempt_count": 1,
        "purchase_count": 1,
        "active_day_count": 2,
        "distinct_products_viewed": 2,
        "distinct_categories_viewed": 2,
        "distinct_referrers": 2,
        "average_session_minutes": pytest.approx((10 + 1) / 2),
        "average_events_per_session": 4,
        "average_hours_between_sessions": pytest.approx(49),
        "sessions_with_checkout_without_cart": 0,
        "discount_view_count": 1,
        "discount_view_share": 0.25,
        "has_discount_exposure": True,
        "signup_month": date(2024, 1, 1),
    }


def test_a_session_is_cut_where_the_window_ends(marts: Marts) -> None:
    """Cal's cart comes at midnight sharp, on the eighth day: outside the first 7 days, inside the first 30."""
    early, later = marts.rows(DM_ACTIVATION_FEATURES, user_id="cal", window_days=7) + marts.rows(
        DM_ACTIVATION_FEATURES, user_id="cal", window_days=30
    )
    assert (early["session_count"], early["cart_count"]) == (2, 0)
    assert (later["session_count"], later["cart_count"]) == (2, 1)


def test_a_checkout_without_a_cart_is_counted(marts: Marts) -> None:
    row = marts.row(DM_ACTIVATION_FEATURES, user_id="cal", window_days=7)
    assert row["sessions_with_checkout_without_cart"] == 1


def test_a_user_without_events_did_nothing_and_that_is_known(marts: Marts) -> None:
    row = marts.row(DM_ACTIVATION_FEATURES, user_id="dot", window_days=30)
    assert row["is_window_observed"] is True
    assert {row[name] for name in ("session_count", "event_count", "cart_count", "distinct_products_viewed")} == {0}
    assert {row[name] for name in ("average_session_minutes", "discount_view_share", "average_events_per_session")} == {None}
    assert row["has_discount_exposure"] is False


def test_the_summary_carries_the_features_of_both_windows(marts: Marts) -> None:
    for window in (7, 30):
        for features in marts.rows(DM_ACTIVATION_FEATURES, window_days=window):
            summary = marts.row(SUMMARY, user_id=features["user_id"])
            for feature in FEATURES:
                assert summary[f"{feature.name}_first_{window}_days"] == features[feature.name]


def test_time_to_the_first_cart_is_counted_from_the_first_event_and_from_signup(marts: Marts) -> None:
    row = marts.row(SUMMARY, user_id="bea")
    assert row["first_event_at"] == datetime(2024, 1, 10, 9, 0, tzinfo=UTC)
    assert row["first_cart_at"] == datetime(2024, 1, 10, 9, 4, tzinfo=UTC)
    assert row["hours_to_first_cart"] == pytest.approx(4 / 60)
    assert row["days_to_first_cart"] == 0
    assert marts.row(SUMMARY, user_id="eve")["days_to_first_cart"] == 6
    assert marts.row(SUMMARY, user_id="dot")["hours_to_first_cart"] is None


def test_a_return_is_an_event_or_an_order_on_the_day(marts: Marts) -> None:
    flags = ("is_active_day_1", "is_active_day_7", "is_active_day_30", "is_active_days_8_to_30", "is_active_days_31_to_90")
    assert list(marts.row(SUMMARY, *flags, user_id="bea").values()) == [False, True, True, True, True]
    assert list(marts.row(SUMMARY, *flags, user_id="cal").values()) == [True, True, False, True, False]
    assert list(marts.row(SUMMARY, *flags, user_id="dot").values()) == [False] * 5


def test_subscription_is_what_the_last_observed_day_shows(marts: Marts) -> None:
    columns = ("subscription_type", "is_paid_subscriber", "days_to_subscription")
    assert list(marts.row(SUMMARY, *columns, user_id="bea").values()) == ["Plus", True, 60]
    assert list(marts.row(SUMMARY, *columns, user_id="dot").values()) == ["Free", False, None]
    assert list(marts.row(SUMMARY, *columns, user_id="cal").values()) == [None, None, None]


@pytest.fixture(scope="module")
def ages(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    """For every window, a user observed for just as many days, and one observed for a day less."""
    shop = Shop(observed_until=YEAR_LATER)
    for days in ENDS:
        for user, age in ((f"{days} whole", days), (f"{days} a day short", days - 1)):
            signup = YEAR_LATER - timedelta(days=age - 1)
            shop.user(user, signup)
            shop.session(user, f"{signup} 09:00", "view mop")
    return shop.build(tmp_path_factory.mktemp("ages"), SUMMARY)


@pytest.mark.parametrize("days", ENDS)
@pytest.mark.parametrize("observed", ["whole", "a day short"])
def test_a_window_is_unknown_until_its_last_day_has_been_observed(ages: Marts, days: int, observed: str) -> None:
    row = ages.row(SUMMARY, user_id=f"{days} {observed}")
    windows = [f"first_{days}_days"] if days in VALUE_WINDOWS else []
    windows += [f"days_{first}_to_{last}" for first, last in OUTCOME_WINDOWS if last == days]
    for window in windows:
        assert row[f"revenue_{window}"] == (0 if observed == "whole" else None)
        assert row[f"order_count_{window}"] == (0 if observed == "whole" else None)
    if days == 7:
        assert row["activation_level"] == ("none" if observed == "whole" else None)
        assert row["is_activated"] is (False if observed == "whole" else None)
    if days in FEATURE_WINDOWS:
        assert row[f"event_count_first_{days}_days"] == (1 if observed == "whole" else None)


def test_retention_flags_are_unknown_until_their_day_has_been_observed(tmp_path: Path) -> None:
    shop = Shop(observed_until=day(7))
    shop.user("ada", SIGNUP)
    shop.session("ada", at(0), "view mop")
    row = shop.build(tmp_path, SUMMARY).row(SUMMARY, user_id="ada")
    assert row["days_observed"] == 8
    assert row["is_active_day_1"] is False
    assert row["is_active_day_7"] is False
    assert row["is_active_day_30"] is None
    assert row["is_active_days_8_to_30"] is None
    assert row["is_active_days_31_to_90"] is None


def test_cohorts_may_be_observed_to_different_days(tmp_path: Path) -> None:
    shop = Shop(observed_until=date(2024, 3, 31))
    shop.observed[date(2024, 1, 1)] = date(2024, 1, 31)
    shop.user("old", date(2024, 1, 31))
    shop.user("new", date(2024, 2, 1))
    marts = shop.build(tmp_path, SUMMARY)
    assert marts.values(SUMMARY, "days_observed") == [60, 1]
