"""An estimate with its uncertainty: the result that most methods here share, and how an interval is put around it."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

from scipy import stats


class Estimate(NamedTuple):
    """A number, its interval, and the test of its null value."""

    estimate: float
    """The point estimate, in the unit of what is estimated."""
    standard_error: float
    """Its standard error, in the same unit; for a ratio whose interval is built on the log scale, by the delta method."""
    ci_low: float
    """Lower end of the two-sided confidence interval."""
    ci_high: float
    """Upper end of the two-sided confidence interval."""
    p_value: float
    """Two-sided p-value of the null value (0 for a difference, 1 for a ratio); NaN without a standard error."""


@lru_cache(maxsize=256)
def critical_value(confidence: float, df: float | None = None) -> float:
    """The two-sided critical value of the normal distribution, or of Student's t with `df` degrees of freedom."""
    if not 0 < confidence < 1:
        raise ValueError(f"A confidence level lies between 0 and 1, not {confidence}.")
    upper = (1 + confidence) / 2
    return float(stats.norm.ppf(upper) if df is None else stats.t.ppf(upper, df))


def normal_estimate(
    estimate: float, standard_error: float, *, confidence: float = 0.95, null: float = 0.0, df: float | None = None
) -> Estimate:
    """A symmetric (Wald) interval: normal, or Student's t where `df` is given."""
    estimate, standard_error = float(estimate), float(standard_error)
    half = critical_value(confidence, df) * standard_error
    return Estimate(estimate, standard_error, estimate - half, estimate + half, two_sided(estimate - null, standard_error, df))


def log_estimate(log_estimate: float, log_standard_error: float, *, confidence: float = 0.95) -> Estimate:
    """A positive ratio with its interval built on the log scale, tested against 1."""
    log_estimate, log_standard_error = float(log_estimate), float(log_standard_error)
    half = critical_value(confidence) * log_standard_error
    ratio, low, high = (_exp(value) for value in (log_estimate, log_estimate - half, log_estimate + half))
    return Estimate(ratio, ratio * log_standard_error, low, high, two_sided(log_estimate, log_standard_error))


def _exp(value: float) -> float:
    return math.exp(value) if value < 709 else math.inf


def two_sided(difference: float, standard_error: float, df: float | None = None) -> float:
    """The two-sided p-value of a difference from its null value; NaN where the standard error is not positive."""
    if not standard_error > 0:
        return math.nan
    statistic = abs(difference) / standard_error
    return math.erfc(statistic / math.sqrt(2)) if df is None else float(2 * stats.t.sf(statistic, df))
