"""1.4: keen users meet more discounts; who saw the same on another weekday tells that discounts do nothing."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from ecom_platform.insights.effect import Kind
from ecom_platform.insights.questions.q1_4_discount_exposure import INQUIRY
from ecom_platform.tables.insights.discount_category_cells import DISCOUNT_CATEGORY_CELLS
from ecom_platform.tables.insights.discount_cells import DISCOUNT_CELLS
from ecom_platform.tables.insights.discount_exposures import DISCOUNT_EXPOSURES
from ecom_platform_tests.insights.aggregates import answered
from ecom_platform_tests.insights.questions.discounts import MASKS, USERS, discounts
from ecom_platform_tests.marts.shop import Shop


def test_a_discount_that_does_nothing_looks_good_only_in_the_plain_comparison() -> None:
    found = answered(INQUIRY, discount_cells=discounts())
    activation = found["activation"]
    assert activation.kind is Kind.CAUSAL
    assert activation.estimate == pytest.approx(0, abs=1e-3)
    assert activation.naive_estimate is not None
    assert activation.naive_estimate > 0.05
    assert activation.n == len(MASKS) * 7 * USERS
    assert activation.sentence.startswith("Whether a discount met on the signup day raises or lowers")
    assert "does not refute" in found["placebo"].sentence


def test_a_discount_that_activates_is_found() -> None:
    activation = answered(INQUIRY, discount_cells=discounts(effect=0.5))["activation"]
    assert activation.estimate == pytest.approx(0.05, abs=1e-3)
    assert activation.sentence.startswith("A discount met on the signup day raises the share of activated users by 5.0")


def test_a_discount_that_nobody_met_and_that_seems_to_matter_withdraws_the_claim() -> None:
    found = answered(INQUIRY, discount_cells=discounts(placebo=1.0))
    assert found["activation"].kind is Kind.DECLINED
    assert "withdrawn" in found["activation"].sentence
    assert found["placebo"].estimate == pytest.approx(0.1, abs=2e-3)


def test_without_users_there_is_nothing_to_say() -> None:
    for users in (None, 0):
        cells = {} if users is None else {"discount_cells": discounts(users=users)}
        (only,) = answered(INQUIRY, **cells).values()
        assert only.kind is Kind.DECLINED


SIGNUP = date(2024, 1, 10)
"""A Wednesday."""


def test_exposure_is_what_was_seen_on_the_signup_day_and_its_weekday(tmp_path: Path) -> None:
    shop = Shop(observed_until=SIGNUP + timedelta(days=359))
    for product, weekday in (("monday", 0), ("wednesday", 2), ("sunday", 6)):
        shop.product(product, category="Deco", price="5.00", price_tier="Low")
        shop.rows["clean.products"][-1]["discount_day_of_week"] = weekday
    for user in ("ann", "bea", "none"):
        shop.user(user, SIGNUP)
    shop.session("ann", "2024-01-10 23:57", "view wednesday", "view monday", "view wednesday")
    shop.session("ann", "2024-01-11 00:00", "view sunday")
    shop.session("bea", "2024-01-10 09:00", "view sunday", "view mop")
    shop.session("none", "2024-01-10 09:00", "view mop")
    for day in (29, 30, 359):
        shop.order("ann", SIGNUP + timedelta(days=day), "mop", "wednesday!")
    shop.order("ann", SIGNUP + timedelta(days=40), "sofa", failed=True)
    marts = shop.build(tmp_path, DISCOUNT_EXPOSURES, DISCOUNT_CELLS, DISCOUNT_CATEGORY_CELLS)
    assert marts.rows(DISCOUNT_EXPOSURES, "user_id", "discount_mask", "signup_weekday", "is_exposed") == [
        {"user_id": "ann", "discount_mask": 1 + 4, "signup_weekday": 2, "is_exposed": True},
        {"user_id": "bea", "discount_mask": 64, "signup_weekday": 2, "is_exposed": False},
    ]
    columns = ("mature_user_count", "later_buyer_count", "later_orders", "later_orders_squared", "later_revenue")
    assert [tuple(row.values()) for row in marts.rows(DISCOUNT_CELLS, *columns)] == [(1, 1, 2, 4, 30), (1, 0, 0, 0, 0)]
    ann = marts.row(DISCOUNT_CELLS, discount_mask=5)
    assert (ann["discounted_revenue"], ann["discounted_revenue_squared"]) == (10, 100)
    assert ann["discounted_revenue_times_revenue"] == 300
    spent = ("category", "category_revenue", "category_revenue_squared", "category_revenue_times_revenue")
    assert [tuple(row.values()) for row in marts.rows(DISCOUNT_CATEGORY_CELLS, *spent)] == [
        ("Cleaning", 20, 400, 600),
        ("Deco", 10, 100, 300),
    ]


def test_users_of_whom_nothing_is_known_yet_are_counted_as_unknown(tmp_path: Path) -> None:
    shop = Shop(observed_until=SIGNUP + timedelta(days=5))
    shop.product("monday", category="Deco", price="5.00", price_tier="Low")
    shop.rows["clean.products"][-1]["discount_day_of_week"] = 0
    shop.user("ann", SIGNUP)
    shop.session("ann", "2024-01-10 09:00", "view monday")
    row = shop.build(tmp_path, DISCOUNT_CELLS).row(DISCOUNT_CELLS)
    assert (row["user_count"], row["activation_known_user_count"], row["mature_user_count"]) == (1, 0, 0)
    assert (row["activated_user_count"], row["later_buyer_count"], row["later_orders"]) == (0, 0, 0)
    assert None not in row.values()
