"""Ratios and smooth functions of means: their errors are those of the resampled statistic."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ecom_platform.stats.aggregates import Moments, Sample
from ecom_platform.stats.ratios import means_ratio, means_ratio_set, ratio_difference, ratio_of_means, smooth_function
from ecom_platform_tests.stats.simulation import as_promised, coverage


def users(rng: np.random.Generator, n: int, value: float = 30.0) -> Moments:
    """Users with orders and a revenue that goes with them."""
    orders = rng.poisson(rng.gamma(2.0, 1.0, n))
    return Moments.of(orders=orders, revenue=orders * value + rng.normal(0, 10, n) * np.sqrt(orders))


def test_a_ratio_of_sums_is_the_linearised_mean() -> None:
    rng = np.random.default_rng(5)
    orders = rng.poisson(3.0, 400) + 1.0
    revenue = orders * rng.normal(30, 5, 400)
    found = ratio_of_means(Moments.of(orders=orders, revenue=revenue), "revenue", "orders")
    ratio = revenue.sum() / orders.sum()
    linearised = (revenue - ratio * orders) / orders.mean()
    assert found.estimate == pytest.approx(ratio)
    assert found.standard_error == pytest.approx(linearised.std(ddof=1) / 20)


def test_a_difference_of_ratios_covers() -> None:
    def interval(rng: np.random.Generator) -> tuple[float, float]:
        found = ratio_difference(users(rng, 300, 33.0), users(rng, 200, 30.0), "revenue", "orders")
        return found.ci_low, found.ci_high

    assert as_promised(coverage(interval, 3.0, runs=800, seed=2), runs=800, slack=0.005)


def test_a_smooth_function_has_the_error_of_the_closed_form() -> None:
    rng = np.random.default_rng(7)
    treatment, control = users(rng, 500), users(rng, 300)
    closed = ratio_difference(treatment, control, "revenue", "orders")
    general = smooth_function((treatment, control), lambda one, two: one[1] / one[0] - two[1] / two[0])
    assert general == pytest.approx(closed, rel=1e-5)
    single = smooth_function(treatment, lambda one: one[1] / one[0], null=30.0)
    assert single[:4] == pytest.approx(ratio_of_means(treatment, "revenue", "orders")[:4], rel=1e-5)
    assert single.p_value == pytest.approx(math.erfc(abs(single.estimate - 30) / single.standard_error / math.sqrt(2)))


def test_a_comparison_within_the_same_users_counts_their_covariance() -> None:
    rng = np.random.default_rng(8)
    own = rng.gamma(2.0, 1.0, 2000)
    before, after = own + rng.normal(0, 0.1, 2000), own + 0.5 + rng.normal(0, 0.1, 2000)
    paired = smooth_function(Moments.of(before=before, after=after), lambda one: one[1] - one[0])
    assert paired.standard_error == pytest.approx((after - before).std(ddof=1) / math.sqrt(2000), rel=1e-6)


def test_a_ratio_of_means_on_the_log_scale_and_fiellers_set_agree_where_both_are_good() -> None:
    treatment, control = Sample.from_moments(10_000, 12.0, 100.0), Sample.from_moments(8_000, 10.0, 90.0)
    log_scale, by_fieller = means_ratio(treatment, control), means_ratio_set(treatment, control)
    assert log_scale.estimate == pytest.approx(1.2)
    assert (log_scale.ci_low, log_scale.ci_high) == pytest.approx((by_fieller.low, by_fieller.high), rel=1e-3)


def test_what_has_no_ratio() -> None:
    with pytest.raises(ValueError, match="positive means"):
        means_ratio(Sample.of([1.0, 2.0]), Sample.of([-1.0, 1.0]))
    assert means_ratio_set(Sample.of([1.0, 2.0]), Sample.of([-1.0, 1.0])).shape == "outside"
    assert math.isnan(ratio_of_means(Moments.of(a=[1, 2], b=[0, 0]), "a", "b").estimate)
