"""Welch's comparison from counts, means and variances is that from rows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ecom_platform.stats.aggregates import Sample
from ecom_platform.stats.estimates import critical_value, log_estimate
from ecom_platform.stats.means import mean, welch
from ecom_platform_tests.stats.simulation import as_promised, coverage

rows = st.lists(st.integers(-1000, 1000).map(float), min_size=2, max_size=30).filter(lambda part: len(set(part)) > 1)


@settings(max_examples=50)
@given(rows, rows, st.sampled_from([0.8, 0.95, 0.99]))
def test_welch_is_that_of_scipy(treatment: list[float], control: list[float], confidence: float) -> None:
    found = welch(Sample.of(treatment), Sample.of(control), confidence=confidence)
    known = stats.ttest_ind(treatment, control, equal_var=False)
    interval = known.confidence_interval(confidence)
    assert (found.t, found.df, found.p_value) == pytest.approx((known.statistic, known.df, known.pvalue))
    assert (found.ci_low, found.ci_high) == pytest.approx((interval.low, interval.high))
    assert found.estimate == pytest.approx(np.mean(treatment) - np.mean(control))
    assert found.n == len(treatment) + len(control)


@settings(max_examples=30)
@given(rows)
def test_a_mean_has_students_interval(part: list[float]) -> None:
    found = mean(Sample.of(part))
    known = stats.ttest_1samp(part, 0.0)
    interval = known.confidence_interval()
    assert (found.ci_low, found.ci_high, found.p_value) == pytest.approx((interval.low, interval.high, known.pvalue))


def test_samples_without_spread_differ_exactly_and_are_not_tested() -> None:
    found = welch(Sample.of([2.0, 2.0]), Sample.of([1.0, 1.0, 1.0]))
    assert (found.estimate, found.ci_low, found.ci_high) == (1.0, 1.0, 1.0)
    assert math.isnan(found.p_value)


def test_too_few_observations() -> None:
    assert math.isnan(mean(Sample.of([3.0])).ci_low)
    with pytest.raises(ValueError, match="two observations"):
        welch(Sample.of([1.0]), Sample.of([1.0, 2.0]))
    with pytest.raises(ValueError, match="between 0 and 1"):
        critical_value(95)


def test_the_interval_holds_the_truth_as_often_as_promised() -> None:
    def interval(rng: np.random.Generator) -> tuple[float, float]:
        found = welch(Sample.of(rng.normal(3, 4, 12)), Sample.of(rng.normal(1, 1, 30)))
        return found.ci_low, found.ci_high

    assert as_promised(coverage(interval, 2.0, runs=1000, seed=1), runs=1000)


def test_a_ratio_on_the_log_scale_is_tested_against_one() -> None:
    found = log_estimate(math.log(2.0), 0.5)
    assert found.estimate == pytest.approx(2.0)
    assert found.ci_low * found.ci_high == pytest.approx(4.0)
    assert found.p_value == pytest.approx(2 * stats.norm.sf(math.log(2.0) / 0.5))
