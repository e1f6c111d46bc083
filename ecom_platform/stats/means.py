"""Means of independent samples, from their count, mean and variance."""

from __future__ import annotations

import math
from typing import NamedTuple

from ecom_platform.stats.aggregates import Sample
from ecom_platform.stats.estimates import Estimate, critical_value, normal_estimate, two_sided


class MeanDifference(NamedTuple):
    """The difference of two means, treatment less control, without assuming equal variances."""

    estimate: float
    """Treatment mean less control mean, in the variable's unit."""
    standard_error: float
    """Its standard error."""
    ci_low: float
    """Lower end of the interval, Student's t with Welch's degrees of freedom."""
    ci_high: float
    """Upper end of the interval."""
    p_value: float
    """Two-sided p-value of no difference; NaN where neither sample varies."""
    t: float
    """The test statistic; NaN where neither sample varies."""
    df: float
    """Degrees of freedom by Welch and Satterthwaite; NaN where neither sample varies."""
    treatment_mean: float
    """The mean of the treatment sample."""
    control_mean: float
    """The mean of the control sample."""
    n: int
    """Observations in both samples."""


def mean(sample: Sample, *, confidence: float = 0.95) -> Estimate:
    """The mean of a sample with Student's interval; NaN for all but the mean below two observations."""
    if sample.n < 2:
        return Estimate(sample.mean if sample.n else math.nan, math.nan, math.nan, math.nan, math.nan)
    return normal_estimate(sample.mean, sample.standard_error, confidence=confidence, df=sample.n - 1)


def welch(treatment: Sample, control: Sample, *, confidence: float = 0.95) -> MeanDifference:
    """Welch's t-test and interval (Welch 1947, "The generalization of Student's problem", Biometrika 34).

    Raises:
        ValueError: a sample has fewer than two observations.
    """
    if treatment.n < 2 or control.n < 2:
        raise ValueError(f"Welch's test needs two observations in each sample, not {treatment.n} and {control.n}.")
    difference = treatment.mean - control.mean
    of_treatment, of_control = treatment.variance / treatment.n, control.variance / control.n
    variance = of_treatment + of_control
    means_and_n = (treatment.mean, control.mean, treatment.n + control.n)
    if variance == 0:
        return MeanDifference(difference, 0.0, difference, difference, math.nan, math.nan, math.nan, *means_and_n)
    shares = (of_treatment / variance, of_control / variance)
    df = 1 / (shares[0] ** 2 / (treatment.n - 1) + shares[1] ** 2 / (control.n - 1))
    error = math.sqrt(variance)
    half = critical_value(confidence, df) * error
    p_value = two_sided(difference, error, df)
    return MeanDifference(
        difference, error, difference - half, difference + half, p_value, difference / error, df, *means_and_n
    )
