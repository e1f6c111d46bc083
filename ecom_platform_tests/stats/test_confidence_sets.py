"""A confidence set is exactly where its quadratic is not positive, be it an interval, its outside, or all."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ecom_platform.stats.confidence_sets import EMPTY, WHOLE_LINE, at_most_zero, fieller

coefficients = st.floats(-100, 100).map(lambda value: round(value, 2))


@given(coefficients, coefficients, coefficients, st.floats(-1e3, 1e3))
def test_the_set_is_where_the_quadratic_is_at_most_zero(a: float, b: float, c: float, x: float) -> None:
    value = a * x * x + b * x + c
    assume(abs(value) > 1e-6)
    assert (x in at_most_zero(a, b, c)) == (value < 0)


@pytest.mark.parametrize(
    ("quadratic", "shape", "text"),
    [
        ((1, 0, -4), "interval", "[-2, 2]"),
        ((-1, 0, 4), "outside", "[-inf, -2] or [2, inf]"),
        ((-1, 0, -4), "line", "[-inf, inf]"),
        ((1, 0, 4), "empty", "empty"),
        ((0, 2, -4), "outside", "[-inf, 2]"),
        ((0, -2, 4), "outside", "[2, inf]"),
        ((0, 0, -1), "line", "[-inf, inf]"),
        ((0, 0, 1), "empty", "empty"),
        ((math.nan, 0, 0), "line", "[-inf, inf]"),
    ],
)
def test_shapes(quadratic: tuple[float, float, float], shape: str, text: str) -> None:
    found = at_most_zero(*quadratic)
    assert (found.shape, str(found)) == (shape, text)
    assert found.bounded == (shape in ("interval", "empty"))


def test_ends() -> None:
    outside = at_most_zero(-1, 0, 4)
    assert (outside.low, outside.high) == (-math.inf, math.inf)
    assert 0 not in outside
    assert (WHOLE_LINE.low, at_most_zero(1, 0, -4).high) == (-math.inf, 2)
    assert math.isnan(EMPTY.low)
    assert math.isnan(EMPTY.high)


@given(st.floats(-50, 50), st.floats(-50, 50), st.floats(0.01, 30), st.floats(0.01, 30), st.floats(-0.99, 0.99))
def test_fiellers_set_holds_the_ratio_and_is_bounded_only_if_the_denominator_is_significant(
    top: float, bottom: float, top_error: float, bottom_error: float, correlation: float
) -> None:
    assume(abs(bottom) > 1e-3)
    found = fieller(top, bottom, top_error**2, bottom_error**2, correlation * top_error * bottom_error, 1.96)
    ratio = top / bottom
    assert any(low - 1e-6 * (1 + abs(ratio)) <= ratio <= high + 1e-6 * (1 + abs(ratio)) for low, high in found.parts)
    if abs(abs(bottom) / bottom_error - 1.96) > 1e-6:
        assert found.bounded == (abs(bottom) / bottom_error > 1.96)


@given(st.floats(-5, 5), st.floats(-5, 5), st.floats(0.1, 3), st.floats(0.1, 3), st.floats(-0.99, 0.99), st.floats(-20, 20))
def test_fiellers_set_is_where_the_difference_is_not_significant(
    top: float, bottom: float, top_error: float, bottom_error: float, correlation: float, x: float
) -> None:
    covariance = correlation * top_error * bottom_error
    variance = top_error**2 - 2 * x * covariance + x * x * bottom_error**2
    statistic = abs(top - x * bottom) / math.sqrt(variance)
    assume(abs(statistic - 1.96) > 1e-6)
    assert (x in fieller(top, bottom, top_error**2, bottom_error**2, covariance, 1.96)) == (statistic < 1.96)


def test_fiellers_set_covers_a_ratio_whose_denominator_may_be_zero() -> None:
    rng = np.random.default_rng(3)
    truth = 2.0
    tops, bottoms = rng.normal(truth * 0.5, 1, 4000), rng.normal(0.5, 1, 4000)
    held = np.mean([truth in fieller(t, b, 1, 1, 0, 1.959964) for t, b in zip(tops, bottoms, strict=True)])
    assert 0.94 <= held <= 0.96
