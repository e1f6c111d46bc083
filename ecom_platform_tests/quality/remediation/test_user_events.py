"""Stories of sessions: the errors in them, and the look-alikes that are none."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from ecom_platform_tests.quality.remediation.shop import Shop

VIEW, CART, CHECKOUT, PAYMENT, PURCHASE = "view_product", "add_to_cart", "checkout_start", "payment_attempt", "purchase"


@pytest.fixture
def people(shop: Shop) -> Shop:
    shop.user("anna")
    shop.user("ben")
    return shop


class TestLookAlikes:
    """Nothing here is an error."""

    def test_a_checkout_without_a_cart(self, people: Shop) -> None:
        people.session("s1", "anna", "10:00", VIEW, CHECKOUT, PAYMENT, PURCHASE)
        people.session("s2", "anna", "15:00", VIEW, CHECKOUT)
        people.remediate()
        assert people.flagged() == set()

    def test_equal_timestamps(self, people: Shop) -> None:
        for kind in (PURCHASE, PAYMENT, CHECKOUT, CART, VIEW):
            people.event("10:00", "anna", "s1", kind)
        people.remediate()
        assert people.flagged() == set()

    def test_a_device_that_two_users_share(self, people: Shop) -> None:
        people.session("s1", "anna", "10:00", VIEW, CART)
        people.session("s2", "ben", "10:01", VIEW, CART)
        people.remediate()
        assert people.flagged() == set()

    def test_a_purchase_the_day_after_its_cart_in_a_new_session(self, people: Shop) -> None:
        people.session("s1", "anna", "5 22:00", VIEW, CART)
        people.session("s2", "anna", "6 09:00", CHECKOUT, PAYMENT, PURCHASE)
        people.remediate()
        assert people.flagged() == set()

    def test_a_payment_that_failed_and_views_after_a_purchase(self, people: Shop) -> None:
        people.session("s1", "anna", "10:00", VIEW, CART, CHECKOUT, PAYMENT)
        people.session("s2", "anna", "15:00", VIEW, CHECKOUT, PAYMENT, PURCHASE, VIEW)
        people.remediate()
        assert people.flagged() == set()

    def test_a_second_payment_attempt_after_a_failed_one(self, people: Shop) -> None:
        people.session("s1", "anna", "10:00", VIEW, CHECKOUT, PAYMENT, PAYMENT, PURCHASE)
        people.remediate()
        assert people.flagged() == set()

    def test_another_device_than_usual_and_what_a_source_does_not_know(self, people: Shop) -> None:
        people.session("s1", "anna", "10:00", VIEW, VIEW, device="Web")
        people.session("s2", "anna", "15:00", VIEW, VIEW, device=None, referrer=None, page=None, product_id=None)
        people.remediate()
        assert people.flagged() == set()


class TestStages:
    def test_a_payment_without_a_checkout_on_a_product_page_was_a_view(self, people: Shop) -> None:
        people.session("s1", "anna", "10:00", VIEW, CART)
        wrong = people.event("10:10", "anna", "s1", PAYMENT, page="product")
        people.remediate()
        assert people.violations("user_events") == {(wrong, "payment_without_checkout", "repair", "event_type")}
        assert people.clean("user_events")[wrong]["event_type"] == VIEW
        assert people.clean("user_events")[wrong]["original_values"] == "event_type=payment_attempt"

    def test_a_payment_without_a_checkout_on_the_checkout_page_is_quarantined(self, people: Shop) -> None:
        people.session("s1", "anna", "10:00", VIEW, CART)
        wrong = people.event("10:10", "anna", "s1", PAYMENT)
        people.remediate()
        assert people.quarantine("user_events") == {wrong: "payment_without_checkout"}

    def test_a_checkout_in_another_session_is_no_ground_for_a_payment(self, people: Shop) -> None:
        people.session("s1", "anna", "10:00", VIEW, CHECKOUT)
        wrong = people.event("15:00", "anna", "s2", PAYMENT)
        people.remediate()
        assert people.quarantine("user_events") == {wrong: "payment_without_checkout"}

    def test_a_purchase_without_a_payment_is_no_purchase(self, people: Shop) -> None:
        people.session("s1", "anna", "10:00", VIEW, CART, CHECKOUT)
        browsing = people.event("10:10", "anna", "s1", PURCHASE, page="category")
        people.session("s2", "anna", "15:00", VIEW)
        bare = people.event("15:10", "anna", "s2", PURCHASE)
        people.remediate()
        assert people.kinds("user_events") == {
            (browsing, "purchase_without_payment"),
            (bare, "purchase_without_payment"),
        }
        assert people.clean("user_events")[browsing]["event_type"] == VIEW
        assert people.quarantine("user_events") == {bare: "purchase_without_payment"}

    def test_a_purchase_whose_payment_had_no_checkout_falls_with_it(self, people: Shop) -> None:
        _, payment, purchase = people.session("s1", "anna", "10:00", VIEW, PAYMENT, PURCHASE)
        people.remediate()
        assert people.quarantine("user_events") == {
            payment: "payment_without_checkout",
            purchase: "purchase_without_payment",
        }

    def test_what_is_no_stage_is_kept_as_something_else(self, people: Shop) -> None:
        wrong = [people.event("10:00", "anna", "s1", kind) for kind in ("refund", None)]
        right = people.event("10:01", "anna", "s1", "other")
        people.remediate()
        assert people.kinds("user_events") == {(key, "unknown_event_type") for key in wrong}
        assert {row["event_type"] for row in people.clean("user_events").values()} == {"other"}
        assert people.clean("user_events").keys() == {*wrong, right}


class TestTime:
    def test_a_purchase_before_its_payment_takes_the_payment_s_time(self, people: Shop) -> None:
        people.session("s1", "anna", "10:00", VIEW, CHECKOUT, PAYMENT)
        wrong = people.event("10:03:58", "anna", "s1", PURCHASE)
        people.remediate()
        assert people.violations("user_events") == {(wrong, "timestamp_reversed", "repair", "event_timestamp")}
        repaired = people.clean("user_events")[wrong]
        assert repaired["event_timestamp"] == datetime(2024, 1, 5, 10, 4)
        assert repaired["original_values"] == "event_timestamp=2024-01-05 10:03:58.000000"

    def test_a_payment_before_its_checkout_takes_the_checkout_s_time(self, people: Shop) -> None:
        people.session("s1", "anna", "10:00", VIEW, CHECKOUT)
        wrong = people.event("10:01:59", "anna", "s1", PAYMENT)
        people.remediate()
        assert people.kinds("user_events") == {(wrong, "timestamp_reversed")}
        assert people.clean("user_events")[wrong]["event_timestamp"] == datetime(2024, 1, 5, 10, 2)

    def test_stages_out_of_order_or_repeated_are_behaviour(self, people: Shop) -> None:
        # Back a page: paid, and half an hour later the checkout page again.
        people.event("10:00", "anna", "s1", PAYMENT)
        people.event("10:39", "anna", "s1", CHECKOUT)
        # A checkout begun twice, a payment tried twice; however close, nobody knows which is the wrong one.
        people.session("s2", "anna", "13:00", CHECKOUT, CHECKOUT)
        people.event("12:59:57", "anna", "s2", PAYMENT)
        people.session("s3", "anna", "16:00", CHECKOUT, PAYMENT, PAYMENT)
        people.event("16:01:58", "anna", "s3", PURCHASE)
        # Exactly the 5 seconds that a person needs.
        people.event("18:59:55", "anna", "s4", PAYMENT)
        people.event("19:00", "anna", "s4", CHECKOUT)
        people.remediate()
        assert people.flagged() == set()
        assert {row["event_timestamp"] for row in people.rows("raw", "user_events")} == {
            row["event_timestamp"] for row in people.clean("user_events").values()
        }

    def test_an_event_without_a_time_is_quarantined(self, people: Shop) -> None:
        wrong = people.event(None, "anna", "s1", VIEW)
        people.remediate()
        assert people.quarantine("user_events") == {wrong: "missing_timestamp"}

    def test_what_happened_before_the_signup_is_quarantined(self, people: Shop) -> None:
        early = people.event("4 23:59:59", "anna", "s1", VIEW)
        people.event("0:00", "anna", "s1", CART)
        people.remediate()
        assert people.quarantine("user_events") == {early: "event_before_signup"}

    def test_the_signup_that_counts_is_the_repaired_one(self, shop: Shop) -> None:
        shop.user("anna", signup=date(2124, 1, 5))
        shop.session("s1", "anna", "6 10:00", VIEW, CART)
        shop.remediate()
        assert shop.kinds("user_events") == set()


class TestSessions:
    def test_an_event_without_a_session_belongs_to_that_of_its_nearest_neighbour(self, people: Shop) -> None:
        people.session("s1", "anna", "10:00", VIEW, CART)
        people.session("s2", "anna", "11:30", VIEW, CART)
        lost = people.event("10:20", "anna", None, VIEW)
        people.remediate()
        assert people.violations("user_events") == {(lost, "session_id_null", "repair", "session_id")}
        assert people.clean("user_events")[lost]["session_id"] == "s1"

    def test_the_first_and_the_last_event_of_a_session_find_back_too(self, people: Shop) -> None:
        first = people.event("10:00", "anna", None, VIEW)
        people.session("s1", "anna", "10:05", VIEW, CART)
        last = people.event("10:15", "anna", "", VIEW)
        people.remediate()
        assert {people.clean("user_events")[key]["session_id"] for key in (first, last)} == {"s1"}

    def test_an_event_far_from_any_session_is_quarantined(self, people: Shop) -> None:
        people.session("s1", "anna", "10:00", VIEW, CART)
        lost = people.event("13:00", "anna", None, VIEW)
        people.remediate()
        assert people.quarantine("user_events") == {lost: "session_id_null"}

    def test_another_user_s_session_at_the_same_time_is_no_neighbour(self, people: Shop) -> None:
        people.session("s1", "ben", "10:00", VIEW, CART)
        lost = people.event("10:03", "anna", None, VIEW)
        people.remediate()
        assert people.quarantine("user_events") == {lost: "session_id_null"}

    def test_a_checkout_without_its_session_is_still_ground_for_the_payment(self, people: Shop) -> None:
        people.session("s1", "anna", "10:00", VIEW, CART)
        lost = people.event("10:05", "anna", None, CHECKOUT)
        people.event("10:06", "anna", "s1", PAYMENT)
        people.remediate()
        assert people.kinds("user_events") == {(lost, "session_id_null")}


class TestUsers:
    def test_an_event_of_another_user_than_its_session_s_is_the_owner_s(self, people: Shop) -> None:
        people.session("s1", "anna", "10:00", VIEW, VIEW, CART)
        wrong = people.event("10:08", "ben", "s1", CHECKOUT)
        people.remediate()
        assert people.violations("user_events") == {(wrong, "user_id_mismatch", "repair", "user_id")}
        assert people.clean("user_events")[wrong]["user_id"] == "anna"

    def test_of_two_with_one_event_each_the_one_who_had_signed_up_with_that_device_owns_the_session(self, shop: Shop) -> None:
        shop.user("anna", signup=date(2024, 1, 9))
        shop.user("ben", device="Web")
        shop.user("cleo")
        for session, stranger in (("s1", "anna"), ("s2", "ben")):
            shop.event("10:00", "cleo", session, VIEW)
            shop.event("10:02", stranger, session, VIEW)
        shop.remediate()
        assert {row["user_id"] for row in shop.clean("user_events").values()} == {"cleo"}

    def test_an_event_that_lost_its_session_still_counts_for_its_user(self, people: Shop) -> None:
        people.event("10:00", "ben", "s1", VIEW)
        people.event("10:02", "anna", "s1", VIEW)
        people.event("10:04", "ben", None, VIEW)
        people.remediate()
        assert {row["user_id"] for row in people.clean("user_events").values()} == {"ben"}

    def test_an_event_of_nobody_is_its_session_s_owner_s(self, people: Shop) -> None:
        people.session("s1", "anna", "10:00", VIEW, CART)
        repaired = people.event("10:05", None, "s1", VIEW)
        lost = people.event("10:05", None, "s2", VIEW)
        people.remediate()
        assert people.kinds("user_events") == {(repaired, "missing_user"), (lost, "missing_user")}
        assert people.clean("user_events")[repaired]["user_id"] == "anna"
        assert people.quarantine("user_events") == {lost: "missing_user"}

    def test_events_of_strangers_and_of_users_quarantined_go_with_them(self, people: Shop) -> None:
        people.user("cleo")
        people.user("cleo", region=None)
        stranger = people.session("s1", "stranger", "10:00", VIEW, VIEW)
        doubled = people.session("s2", "cleo", "10:00", VIEW, VIEW)
        people.remediate()
        assert people.quarantine("user_events") == {
            **dict.fromkeys(stranger, "orphan_user"),
            **dict.fromkeys(doubled, "user_quarantined"),
        }


class TestValues:
    def test_values_nobody_knows_are_emptied_and_the_device_is_the_user_s(self, people: Shop) -> None:
        wrong = people.event("10:00", "anna", "s1", VIEW, device="toaster", referrer="fax", page="attic", product_id="unicorn")
        people.remediate()
        assert people.kinds("user_events") == {
            (wrong, "unknown_device"),
            (wrong, "unknown_referrer"),
            (wrong, "unknown_page"),
            (wrong, "orphan_product"),
        }
        event = people.clean("user_events")[wrong]
        assert (event["device"], event["referrer"], event["page"], event["product_id"]) == ("iOS", None, None, None)

    def test_rows_that_share_a_key_or_have_none_are_all_quarantined(self, people: Shop) -> None:
        people.session("s1", "anna", "10:00", VIEW, CART)
        for minute in (5, 6):
            people.event(f"10:0{minute}", "anna", "s1", VIEW, event_id="twin")
            people.event("10:05", "anna", None, "refund", event_id=None)
        people.remediate()
        assert people.kinds("user_events") == {("twin", "duplicate_key"), ("", "missing_key")}
        assert len(people.rows("clean", "user_events")) == 2
        assert len(people.rows("quarantine", "user_events")) == 4
