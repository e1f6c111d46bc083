"""Stories of orders and their lines."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecom_platform.tables.raw.order_items import HALF_CENTS
from ecom_platform_tests.quality.remediation.shop import Shop

PAID = ("view_product", "checkout_start", "payment_attempt", "purchase")
FAILED = ("view_product", "checkout_start", "payment_attempt")


@pytest.fixture
def anna(shop: Shop) -> Shop:
    shop.user("anna")
    return shop


def test_a_sound_order_passes_untouched(anna: Shop) -> None:
    anna.order("o1", total_amount=Decimal(300))
    anna.line("i1")
    anna.line("i2", product_id="rug", qty=1, line_amount=Decimal(100))
    anna.remediate()
    assert anna.flagged() == set()


def test_a_total_that_is_not_its_lines_sum_becomes_it(anna: Shop) -> None:
    anna.order("o1", total_amount=Decimal(201))
    anna.line("i1")
    anna.remediate()
    assert anna.violations("orders") == {("o1", "amount_mismatch", "repair", "total_amount")}
    assert anna.clean("orders")["o1"]["total_amount"] == Decimal(200)
    assert anna.clean("orders")["o1"]["original_values"] == "total_amount=201"


def test_a_negative_or_missing_total_becomes_the_lines_sum(anna: Shop) -> None:
    anna.order("o1", total_amount=Decimal(-200))
    anna.line("i1", "o1")
    anna.order("o2", total_amount=None)
    anna.line("i2", "o2")
    anna.remediate()
    assert anna.kinds("orders") == {("o1", "negative_amount"), ("o2", "missing_amount")}
    assert {row["total_amount"] for row in anna.clean("orders").values()} == {Decimal(200)}


def test_a_negative_total_without_lines_cannot_be_repaired(anna: Shop) -> None:
    anna.order("o1", total_amount=Decimal(-200))
    anna.remediate()
    assert anna.quarantine("orders") == {"o1": "negative_amount"}


def test_an_order_of_a_source_without_lines_is_taken_as_it_is(anna: Shop) -> None:
    anna.order("o1", total_amount=Decimal(77))
    anna.remediate()
    assert anna.flagged() == set()


def test_an_order_before_its_user_s_signup_is_quarantined_when_its_day_is_unknown(anna: Shop) -> None:
    anna.order("o1", day=date(2024, 1, 4))
    anna.order("o2", day=date(2024, 1, 5))
    anna.remediate()
    assert anna.quarantine("orders") == {"o1": "order_before_signup"}


def test_an_order_before_signup_takes_the_one_day_with_a_payment_and_no_order(anna: Shop) -> None:
    anna.session("s1", "anna", "6 10:00", *PAID)
    anna.session("s2", "anna", "9 10:00", *PAID)
    anna.order("o1", day=date(2024, 1, 6))
    anna.order("o2", day=date(2023, 12, 26))
    anna.remediate()
    assert anna.violations("orders") == {("o2", "order_before_signup", "repair", "order_date")}
    assert anna.clean("orders")["o2"]["order_date"] == date(2024, 1, 9)


def test_with_two_such_days_or_two_such_orders_the_day_is_unknown(anna: Shop) -> None:
    anna.session("s1", "anna", "6 10:00", *PAID)
    anna.session("s2", "anna", "9 10:00", *PAID)
    anna.order("o1", day=date(2023, 12, 26))
    anna.remediate()
    assert anna.quarantine("orders") == {"o1": "order_before_signup"}


def test_an_order_without_a_day_or_in_the_future_is_quarantined(anna: Shop) -> None:
    anna.order("o1", day=None)
    anna.order("o2", day=date(2024, 7, 1))
    anna.remediate()
    assert anna.quarantine("orders") == {"o1": "missing_order_date", "o2": "order_in_future"}


@pytest.mark.parametrize(("path", "status"), [(PAID, "success"), (FAILED, "failed"), (("view_product",), "success")])
def test_an_unknown_payment_status_is_what_the_session_of_that_day_says_else_success(
    anna: Shop, path: tuple[str, ...], status: str
) -> None:
    anna.session("s1", "anna", "6 10:00", *path)
    anna.order("o1", day=date(2024, 1, 6), payment_status="pending")
    anna.remediate()
    assert anna.violations("orders") == {("o1", "unknown_payment_status", "repair", "payment_status")}
    assert anna.clean("orders")["o1"]["payment_status"] == status


def test_an_order_of_nobody_or_of_a_stranger_is_quarantined_with_its_lines(anna: Shop) -> None:
    anna.order("o1", None)
    anna.line("i1", "o1")
    anna.order("o2", "stranger")
    anna.line("i2", "o2")
    anna.remediate()
    assert anna.quarantine("orders") == {"o1": "missing_user", "o2": "orphan_user"}
    assert anna.quarantine("order_items") == {"i1": "order_quarantined", "i2": "order_quarantined"}


def test_a_user_of_another_month_is_a_stranger(anna: Shop) -> None:
    anna.order("o1", "anna", date(2024, 2, 3), signup_month=date(2024, 2, 1))
    anna.remediate()
    assert anna.quarantine("orders") == {"o1": "orphan_user"}


def test_a_cancellation_is_no_sale_and_its_amounts_are_not_judged(anna: Shop) -> None:
    anna.order("C1", payment_status="cancelled", total_amount=Decimal(-200))
    anna.line("i1", "C1", qty=-2, line_amount=Decimal(-200))
    anna.remediate()
    assert anna.quarantine("orders") == {"C1": "cancelled_order"}
    assert anna.quarantine("order_items") == {"i1": "non_positive_qty,order_quarantined"}


def test_gifts_and_corrections_are_no_lines_and_the_total_is_that_of_the_others(anna: Shop) -> None:
    anna.order("o1", total_amount=Decimal(100))
    anna.line("i1")
    anna.line("i2", product_id="rug", price=Decimal(0), line_amount=Decimal(0))
    anna.line("i3", product_id="mop", qty=-1, line_amount=Decimal(-100))
    anna.line("i4", product_id="mop", price=Decimal(-1), qty=1, line_amount=Decimal(-1))
    anna.remediate()
    assert anna.quarantine("order_items") == {"i2": "zero_price", "i3": "non_positive_qty", "i4": "negative_price"}
    assert anna.clean("orders")["o1"]["total_amount"] == Decimal(200)
    assert anna.kinds("orders") == {("o1", "amount_mismatch")}


def test_an_order_of_gifts_alone_sold_nothing(anna: Shop) -> None:
    anna.order("o1", total_amount=Decimal(0))
    anna.line("i1", price=Decimal(0), line_amount=Decimal(0))
    anna.remediate()
    assert anna.quarantine("orders") == {"o1": "no_sound_line"}
    assert anna.quarantine("order_items") == {"i1": "order_quarantined,zero_price"}


def test_of_lines_equal_in_all_but_the_key_the_first_stays(anna: Shop) -> None:
    anna.order("o1", total_amount=Decimal(600))
    for key in ("i3", "i1", "i2"):
        anna.line(key, price_tier=None)
    anna.remediate()
    assert anna.quarantine("order_items") == {"i2": "duplicate_line", "i3": "duplicate_line"}
    assert anna.clean("orders")["o1"]["total_amount"] == Decimal(200)


def test_the_same_product_twice_in_different_numbers_is_no_repetition(anna: Shop) -> None:
    anna.order("o1", total_amount=Decimal(300))
    anna.line("i1")
    anna.line("i2", qty=1, line_amount=Decimal(100))
    anna.order("o2")
    anna.line("i3", "o2")
    anna.remediate()
    assert anna.flagged() == set()


def test_a_line_amount_is_price_times_quantity(anna: Shop) -> None:
    anna.order("o1", total_amount=Decimal(400))
    anna.line("i1", line_amount=Decimal(150))
    anna.line("i2", product_id="rug", line_amount=None)
    anna.remediate()
    assert anna.kinds("order_items") == {("i1", "line_amount_mismatch"), ("i2", "missing_line_amount")}
    assert {row["line_amount"] for row in anna.clean("order_items").values()} == {Decimal(200)}
    assert anna.kinds("orders") == set()


@pytest.mark.parametrize(
    ("price", "qty", "amount", "trusted"),
    [
        ("3.33", 3, "10.00", True),  # 10.00 / 3 rounded
        ("0.67", 3, "2.00", True),
        ("0.00", 3, "0.01", None),  # no price: no sale, whatever the amount
        ("0.13", 1000, "125.00", True),  # 0.125 rounded up
        ("0.13", 1000, "124.98", False),
        ("9.99", 1, "9.99", True),
        ("9.99", 1, "10.01", False),
        ("9.99", 2, "20.00", False),
    ],
)
def test_recorded_money_is_kept_within_what_rounding_a_price_explains(
    anna: Shop, price: str, qty: int, amount: str, trusted: bool | None
) -> None:
    anna.order("o1", total_amount=Decimal(amount))
    anna.line("i1", price=Decimal(price), qty=qty, line_amount=Decimal(amount))
    anna.order("o2", total_amount=Decimal(amount))
    anna.line("i2", "o2", price=Decimal(price), qty=qty, line_amount=None)
    anna.remediate()
    if trusted is None:
        assert anna.clean("order_items") == {}
        return
    money = Decimal(amount) if trusted else Decimal(price) * qty
    assert anna.clean("order_items")["i1"]["line_amount"] == money
    assert [anna.clean("orders")[key]["total_amount"] for key in ("o1", "o2")] == [money, money]
    assert (("o1", "amount_mismatch") in anna.kinds("orders")) is not trusted


@given(st.integers(1, 2000), st.integers(1, 10**7))
def test_no_line_or_order_is_changed_whose_price_is_its_amount_a_unit_rounded(qty: int, cents: int) -> None:
    amount = Decimal(cents) / 100
    price = (amount / qty).quantize(Decimal("0.01"))
    missed = abs(amount - price * qty) * HALF_CENTS
    assert missed <= qty + 1


def test_lines_without_price_quantity_product_or_order_are_quarantined(anna: Shop) -> None:
    anna.order("o1")
    anna.line("i0")
    anna.line("i1", price=None)
    anna.line("i2", qty=None)
    anna.line("i3", product_id=None)
    anna.line("i4", product_id="unicorn")
    anna.line("i5", None)
    anna.line("i6", "o9")
    anna.remediate()
    assert anna.quarantine("order_items") == {
        "i1": "missing_price",
        "i2": "missing_qty",
        "i3": "missing_product",
        "i4": "orphan_product",
        "i5": "missing_order",
        "i6": "orphan_order",
    }


def test_a_source_without_products_has_no_orphan_products() -> None:
    shop = Shop(products=())
    shop.user("anna")
    shop.order("o1")
    shop.line("i1")
    shop.remediate()
    assert shop.flagged() == set()


def test_rows_that_share_a_key_or_have_none_are_all_quarantined(anna: Shop) -> None:
    for key, day in (("o1", 20), ("o1", 21), (None, 20), (None, 20), ("o2", 20)):
        anna.order(key, day=date(2024, 1, day))
    for key, order in (("i1", "o1"), ("i2", "o2"), ("i3", "o2"), (None, "o2"), (None, None)):
        anna.line(key, order)
    anna.line("i3", "o2", qty=3)
    anna.remediate()
    assert anna.kinds("orders") == {("o1", "duplicate_key"), ("", "missing_key")}
    assert sorted(anna.clean("orders")) == ["o2"]
    assert anna.kinds("order_items") == {("i1", "order_quarantined"), ("i3", "duplicate_key"), ("", "missing_key")}
    assert sorted(anna.clean("order_items")) == ["i2"]
    assert len(anna.rows("quarantine", "order_items")) == 5
