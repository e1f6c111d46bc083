"""F3: the effect on later buying is found where the plain comparison exaggerates it."""

from __future__ import annotations

import pytest

from ecom_platform.insights.effect import Kind
from ecom_platform.insights.questions.f3_discount_day import INQUIRY
from ecom_platform_tests.insights.aggregates import answered
from ecom_platform_tests.insights.questions.discounts import MASKS, discounts


def test_the_effect_is_found_and_the_plain_comparison_stands_beside_it() -> None:
    found = answered(INQUIRY, discount_cells=discounts(effect=0.5))
    orders, revenue = found["late_orders"], found["late_revenue"]
    assert orders.kind is revenue.kind is Kind.CAUSAL
    assert orders.estimate == pytest.approx(0.5, abs=2e-3)
    assert revenue.estimate == pytest.approx(5_000, abs=20)
    assert orders.naive_estimate is not None
    assert orders.naive_estimate > 1.2
    assert orders.sentence.startswith("A discount met on the signup day raises the paid orders of days 30 to 359 by 0.50")
    assert found["late_buyers"].estimate == pytest.approx(0.05, abs=1e-3)
    relative = found["late_relative"]
    assert relative.estimate is not None
    assert relative.naive_estimate is not None
    assert 0 < relative.estimate < relative.naive_estimate


def test_the_relative_effect_is_one_on_the_users_who_are_compared() -> None:
    """A mask of k days compares k (7 - k) pairs of weekdays; with all seven days or none there is nobody to compare."""
    relative = answered(INQUIRY, discount_cells=discounts(effect=0.5))["late_relative"]
    weights, means = [], []
    for mask in MASKS:
        unmet = [1 + 0.5 * mask.bit_count() + 0.1 * weekday for weekday in range(7) if not mask >> weekday & 1]
        weights.append((7 - len(unmet)) * len(unmet))
        means.append(sum(unmet) / len(unmet) if unmet else 0.0)
    without = sum(w * mean for w, mean in zip(weights, means, strict=True)) / sum(weights)
    assert relative.estimate == pytest.approx(0.5 / without, rel=5e-3)


def test_no_effect_has_no_direction() -> None:
    orders = answered(INQUIRY, discount_cells=discounts())["late_orders"]
    assert orders.sentence.startswith("Whether a discount met on the signup day raises or lowers")


def test_a_placebo_that_matters_withdraws_every_claim() -> None:
    found = answered(INQUIRY, discount_cells=discounts(placebo=1.0))
    assert {found[name].kind for name in ("late_orders", "late_revenue", "late_buyers")} == {Kind.DECLINED}
    assert "late_relative" not in found
    assert "which refutes the design" in found["placebo"].sentence


def test_without_users_every_outcome_is_declined() -> None:
    assert {each.kind for each in answered(INQUIRY).values()} == {Kind.DECLINED}
