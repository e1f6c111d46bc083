"""Thresholds and bounds: the papers' numbers, and bounds that hold what they must."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ecom_platform.stats.aggregates import Sample
from ecom_platform.stats.estimates import Estimate
from ecom_platform.stats.sensitivity import e_value, effect_bounds, robustness_value
from ecom_platform_tests.stats.simulation import coverage


def test_the_e_value_of_the_papers_example() -> None:
    """VanderWeele & Ding (2017): a risk ratio of 3.9 (1.8 to 8.7) has E-values 7.26 and 3.0."""
    found = e_value(Estimate(3.9, 0, 1.8, 8.7, 0))
    assert (found.point, found.interval) == pytest.approx((7.26, 3.0), abs=5e-3)


@given(st.floats(0.05, 20), st.floats(1.01, 3))
def test_a_protective_ratio_has_the_e_value_of_its_inverse(ratio: float, spread: float) -> None:
    found = e_value(Estimate(ratio, 0, ratio / spread, ratio * spread, 0))
    inverse = e_value(Estimate(1 / ratio, 0, 1 / ratio / spread, 1 / ratio * spread, 0))
    assert found == pytest.approx(inverse)
    assert 1 <= found.interval <= found.point + 1e-9
    assert (found.interval == 1) == (ratio / spread <= 1 <= ratio * spread)


def test_the_robustness_value_of_the_papers_example() -> None:
    """Cinelli & Hazlett (2020), table 1: t = 4.18 with 783 degrees of freedom has a robustness value of 13.9 %."""
    assert robustness_value(4.18, 783) == pytest.approx(0.139, abs=5e-4)


@given(st.lists(st.floats(0, 10), min_size=2, max_size=30), st.lists(st.floats(0, 10), min_size=2, max_size=30))
def test_without_assumptions_the_bounds_are_as_wide_as_the_range_and_hold_the_difference(
    exposed: list[float], unexposed: list[float]
) -> None:
    one, zero = Sample.of(exposed), Sample.of(unexposed)
    found = effect_bounds(one, zero, 0, 10)
    assert found.high - found.low == pytest.approx(10)
    assert found.low - 1e-9 <= one.mean - zero.mean <= found.high + 1e-9
    assert found.ci_low <= found.low <= found.high <= found.ci_high
    tighter = effect_bounds(one, zero, 0, 10, positive_selection=True, never_harmful=True)
    assert tighter.high == pytest.approx(max(one.mean - zero.mean, tighter.low))
    assert tighter.low == max(found.low, 0)


def test_the_interval_covers_the_effect_at_the_worst_end_of_the_bounds() -> None:
    """Outcomes 0 or 1: at the upper end the unexposed would have had 1 with the exposure, and the exposed 0 without."""

    def interval(rng: np.random.Generator) -> tuple[float, float]:
        exposed = rng.random(300) < 0.4
        y = rng.random(300) < np.where(exposed, 0.7, 0.5)
        found = effect_bounds(Sample.of(y[exposed].astype(float)), Sample.of(y[~exposed].astype(float)), 0, 1)
        return found.ci_low, found.ci_high

    truth = 0.4 * 0.7 + 0.6 * 1 - 0.6 * 0.5
    assert coverage(interval, truth, runs=600, seed=1) == pytest.approx(0.95, abs=0.03)


def test_the_interval_is_two_sided_for_a_point_and_one_sided_for_wide_bounds() -> None:
    """Imbens & Manski (2004), equation (7): the critical value falls from 1.96 to 1.645 as the bounds part."""
    error = math.hypot(0.3, 0.4)
    for gap in (0.0, 0.5, 2.0, 8.0):
        found = effect_bounds(
            Sample.from_moments(100, 10 + gap, 9.0),
            Sample.from_moments(100, 10.0, 16.0),
            0,
            100,
            positive_selection=True,
            never_harmful=True,
        )
        assert (found.low, found.ci_low) == (0, 0)
        assert found.high == pytest.approx(gap)
        critical = (found.ci_high - found.high) / error
        assert stats.norm.cdf(critical + gap / error) - stats.norm.cdf(-critical) == pytest.approx(0.95, abs=1e-6)


def test_what_is_refused() -> None:
    some = Sample.of([0.0, 1.0])
    with pytest.raises(ValueError, match="two observations"):
        effect_bounds(Sample.of([1.0]), some, 0, 1)
    with pytest.raises(ValueError, match="outside"):
        effect_bounds(Sample.of([2.0, 3.0]), some, 0, 1)
    with pytest.raises(ValueError, match="positive"):
        e_value(Estimate(-1, 0, -2, 0, 0))
