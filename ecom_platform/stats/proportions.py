"""Shares of a count, their difference and their ratio."""

from __future__ import annotations

import math

from ecom_platform.stats.estimates import Estimate, critical_value, log_estimate, two_sided


def wilson(events: int, n: int, *, confidence: float = 0.95) -> Estimate:
    """A share with Wilson's score interval, which stays inside [0, 1] and is right for small counts too.

    Wilson (1927), "Probable inference, the law of succession, and statistical inference", JASA 22. There is no null value:
    the p-value is NaN. Without observations every field is NaN but the interval, which is [0, 1].
    """
    _must_be_counts(events, n)
    if n == 0:
        return Estimate(math.nan, math.nan, 0.0, 1.0, math.nan)
    z = critical_value(confidence)
    share = events / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if events == 0 else centre - half
    high = 1.0 if events == n else centre + half
    return Estimate(share, math.sqrt(share * (1 - share) / n), low, high, math.nan)


def newcombe(
    treatment_events: int, treatment_n: int, control_events: int, control_n: int, *, confidence: float = 0.95
) -> Estimate:
    """The difference of two independent shares with Newcombe's hybrid score interval (his method 10).

    Newcombe (1998), "Interval estimation for the difference between independent proportions", Statistics in Medicine 17. The
    p-value is that of the pooled score test (Pearson's chi-square without correction).
    """
    treatment = wilson(treatment_events, treatment_n, confidence=confidence)
    control = wilson(control_events, control_n, confidence=confidence)
    if not (treatment_n and control_n):
        return Estimate(math.nan, math.nan, -1.0, 1.0, math.nan)
    difference = treatment.estimate - control.estimate
    below = math.hypot(treatment.estimate - treatment.ci_low, control.ci_high - control.estimate)
    above = math.hypot(treatment.ci_high - treatment.estimate, control.estimate - control.ci_low)
    pooled = (treatment_events + control_events) / (treatment_n + control_n)
    null_error = math.sqrt(pooled * (1 - pooled) * (1 / treatment_n + 1 / control_n))
    error = math.hypot(treatment.standard_error, control.standard_error)
    return Estimate(difference, error, difference - below, difference + above, two_sided(difference, null_error))


def risk_ratio(
    treatment_events: int, treatment_n: int, control_events: int, control_n: int, *, confidence: float = 0.95
) -> Estimate:
    """The ratio of two independent shares, its interval on the log scale (Katz et al. 1978, Biometrics 34).

    Raises:
        ValueError: a sample has no event, so that the ratio or its logarithm does not exist.
    """
    _must_be_counts(treatment_events, treatment_n)
    _must_be_counts(control_events, control_n)
    if not (treatment_events and control_events):
        raise ValueError("A risk ratio needs an event in each sample.")
    error = math.sqrt(1 / treatment_events - 1 / treatment_n + 1 / control_events - 1 / control_n)
    ratio = treatment_events / treatment_n / (control_events / control_n)
    return log_estimate(math.log(ratio), error, confidence=confidence)


def _must_be_counts(events: int, n: int) -> None:
    if not 0 <= events <= n:
        raise ValueError(f"{events} events among {n} observations cannot be.")
