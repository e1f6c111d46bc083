"""Stories of users: what is wrong with them, what is done, and what is not held against them."""

from __future__ import annotations

from datetime import date

import pytest

from ecom_platform_tests.quality.remediation.shop import Shop

REPAIRED, SET_ASIDE = "repair", "quarantine"
FAR = date(2124, 1, 6)


def test_a_sound_user_passes_untouched(shop: Shop) -> None:
    shop.user("anna", subscription_type="Plus", subscription_join_date=date(2024, 2, 10))
    shop.remediate()
    assert shop.kinds("users") == set()
    assert shop.clean("users")["anna"]["repair_reason"] is None


def test_a_paid_subscription_without_a_join_date_is_free(shop: Shop) -> None:
    shop.user("anna", subscription_type="Premium")
    shop.remediate()
    assert shop.violations("users") == {("anna", "paid_without_join_date", REPAIRED, "subscription_type")}
    anna = shop.clean("users")["anna"]
    assert (anna["subscription_type"], anna["repair_reason"]) == ("Free", "paid_without_join_date")
    assert anna["original_values"] == "subscription_type=Premium"


def test_a_free_user_has_no_join_date(shop: Shop) -> None:
    shop.user("anna", subscription_join_date=date(2024, 3, 1))
    shop.remediate()
    assert shop.violations("users") == {("anna", "free_with_join_date", REPAIRED, "subscription_join_date")}
    assert shop.clean("users")["anna"]["subscription_join_date"] is None
    assert shop.clean("users")["anna"]["original_values"] == "subscription_join_date=2024-03-01"


def test_nobody_joins_before_signing_up(shop: Shop) -> None:
    shop.user("anna", subscription_type="Plus", subscription_join_date=date(2024, 1, 4))
    shop.user("ben", subscription_type="Plus", subscription_join_date=date(2024, 1, 5))
    shop.remediate()
    assert shop.kinds("users") == {("anna", "join_before_signup")}
    anna = shop.clean("users")["anna"]
    assert (anna["subscription_type"], anna["subscription_join_date"]) == ("Free", None)
    assert anna["original_values"] == "subscription_join_date=2024-01-04; subscription_type=Plus"
    assert shop.clean("users")["ben"]["subscription_type"] == "Plus"


def test_nobody_has_joined_after_the_last_observed_day(shop: Shop) -> None:
    shop.user("anna", subscription_type="Plus", subscription_join_date=date(2024, 7, 1))
    shop.remediate()
    assert shop.kinds("users") == {("anna", "join_in_future")}
    assert shop.clean("users")["anna"]["subscription_type"] == "Free"


def test_a_signup_in_the_future_was_on_the_day_of_the_first_event(shop: Shop) -> None:
    shop.user("anna", signup=FAR)
    shop.session("s1", "anna", "6 10:00", "view_product", "view_product")
    shop.session("s2", "anna", "9 10:00", "view_product", "add_to_cart")
    shop.remediate()
    assert shop.violations("users") == {("anna", "signup_in_future", REPAIRED, "signup_date")}
    assert shop.clean("users")["anna"]["signup_date"] == date(2024, 1, 6)


def test_one_event_that_carries_the_wrong_user_does_not_date_that_user_s_signup(shop: Shop) -> None:
    shop.user("anna", signup=FAR)
    shop.user("ben")
    shop.session("s1", "ben", "5 10:00", "view_product", "view_product", "add_to_cart")
    shop.event("5 10:05", "anna", "s1", "view_product")
    shop.session("s2", "anna", "8 10:00", "view_product", "view_product")
    shop.remediate()
    assert shop.clean("users")["anna"]["signup_date"] == date(2024, 1, 8)


def test_a_first_session_of_two_events_dates_the_signup_though_one_of_them_lost_its_session(shop: Shop) -> None:
    shop.user("anna", signup=FAR)
    shop.event("6 10:00", "anna", None, "view_product")
    shop.event("6 10:05", "anna", "s1", "view_product")
    shop.session("s2", "anna", "8 10:00", "view_product", "view_product")
    shop.remediate()
    assert shop.clean("users")["anna"]["signup_date"] == date(2024, 1, 6)


def test_a_signup_in_the_future_without_any_event_cannot_be_repaired(shop: Shop) -> None:
    shop.user("anna", signup=FAR)
    shop.order("o1", "anna")
    shop.line("i1", "o1")
    shop.remediate()
    assert shop.quarantine("users") == {"anna": "signup_in_future"}
    assert shop.quarantine("orders") == {"o1": "user_quarantined"}
    assert shop.quarantine("order_items") == {"i1": "order_quarantined"}


def test_a_join_after_a_signup_that_is_in_the_future_is_judged_by_the_repaired_signup(shop: Shop) -> None:
    shop.user("anna", signup=FAR, subscription_type="Plus", subscription_join_date=date(2024, 3, 1))
    shop.session("s1", "anna", "6 10:00", "view_product", "view_product")
    shop.remediate()
    assert shop.kinds("users") == {("anna", "signup_in_future")}


def test_a_missing_signup_and_one_in_another_month_are_repaired_alike(shop: Shop) -> None:
    shop.user("anna", signup=None)
    shop.user("ben", signup=date(2023, 12, 31), signup_month=date(2024, 1, 1))
    for name in ("anna", "ben"):
        shop.session(f"s-{name}", name, "7 10:00", "view_product", "view_product")
    shop.remediate()
    assert shop.kinds("users") == {("anna", "missing_signup_date"), ("ben", "signup_outside_month")}
    assert {row["signup_date"] for row in shop.clean("users").values()} == {date(2024, 1, 7)}


def test_an_unknown_device_is_that_of_most_of_the_user_s_events(shop: Shop) -> None:
    shop.user("anna", device="toaster")
    shop.user("ben", device="toaster")
    shop.session("s1", "anna", "10:00", "view_product", "view_product", device="Android")
    shop.event("12:00", "anna", "s2", "view_product", device="Web")
    shop.remediate()
    assert shop.kinds("users") == {("anna", "unknown_device"), ("ben", "unknown_device")}
    assert shop.clean("users")["anna"]["device"] == "Android"
    assert shop.clean("users")["ben"]["device"] is None


def test_a_missing_region_is_called_unknown(shop: Shop) -> None:
    shop.user("anna", region=None)
    shop.user("ben", region="")
    shop.remediate()
    assert shop.kinds("users") == {("anna", "missing_region"), ("ben", "missing_region")}
    assert {row["region"] for row in shop.clean("users").values()} == {"Unknown"}


@pytest.mark.parametrize("value", ["Gold", ""])
def test_a_subscription_or_source_nobody_knows_is_emptied(shop: Shop, value: str) -> None:
    shop.user("anna", subscription_type=value, marketing_source=value)
    shop.remediate()
    assert shop.kinds("users") == {("anna", "unknown_subscription"), ("anna", "unknown_marketing_source")}
    assert shop.clean("users")["anna"]["subscription_type"] is None


def test_what_a_foreign_source_does_not_know_is_no_error(shop: Shop) -> None:
    shop.user("anna", device=None, region="France", marketing_source=None, subscription_type=None, is_new_user_flag=None)
    shop.remediate()
    assert shop.kinds("users") == set()


def test_a_user_may_have_several_errors_and_keeps_all_original_values(shop: Shop) -> None:
    shop.user("anna", device="toaster", region=None, subscription_join_date=date(2024, 3, 1))
    shop.remediate()
    anna = shop.clean("users")["anna"]
    assert anna["repair_reason"] == "free_with_join_date,missing_region,unknown_device"
    assert anna["original_values"] == "device=toaster; region=; subscription_join_date=2024-03-01"


def test_rows_that_share_a_key_or_have_none_are_all_quarantined(shop: Shop) -> None:
    shop.user("anna")
    shop.user("anna", region=None)
    shop.user(None)
    shop.user(None, device="toaster")
    shop.user("")
    shop.user("ben")
    shop.remediate()
    assert shop.kinds("users") == {("anna", "duplicate_key"), ("", "missing_key")}
    assert len(shop.rows("quarantine", "users")) == 5
    assert list(shop.clean("users")) == ["ben"]
