"""Does a mean jump at a day, beyond the smooth trend of the days around it?

Where a rule says "by day d", those who came just in time and those who came just too late differ little in what else drives
the outcome, and the rule's effect shows as a jump at d and at no other day. Means by day are all that is read.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

from ecom_platform.stats.aggregates import Numbers, Sample
from ecom_platform.stats.estimates import normal_estimate


class Jump(NamedTuple):
    """A step at one day."""

    at: float
    """The first day after the step."""
    estimate: float
    """Mean from that day on less mean before it, at the step, in the outcome's unit; negative for a drop."""
    standard_error: float
    """Its standard error, with the days' scatter about the trend where that exceeds their sampling error."""
    ci_low: float
    """Lower end of the interval."""
    ci_high: float
    """Upper end."""
    p_value: float
    """Two-sided p-value of no step."""
    z: float
    """The estimate over its standard error."""
    dispersion: float
    """Lack of fit: mean square of the days about the trend over that within the days; about 1 if the trend fits."""
    days: int
    """Days, of all series, that were read."""
    n: int
    """Observations in them."""


def jump(
    days: Numbers,
    samples: Sequence[Sample],
    at: float,
    *,
    bandwidth: float,
    degree: int = 1,
    same_slope: bool = False,
    series: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
) -> Jump:
    """The step at a day beyond a local polynomial trend: least squares on the observations, from the days' samples.

    A regression discontinuity in a running variable with few values, with heteroscedasticity-robust errors. A trend that does
    not fit adds to them as in Lee & Card (2008), Journal of Econometrics 142: by the dispersion, where it is above 1.

    Args:
        days: The day of each sample, shape (g,).
        samples: The outcome of those who belong to each day.
        at: The first day after the step: before are the days less than it.
        bandwidth: Days from at - bandwidth to at + bandwidth - 1 are read.
        degree: Degree of the trend: 1 is straight.
        same_slope: One trend across the step, rather than one on each side; it asks for less data and trusts the trend more.
        series: A label for each sample (a cohort, say): each has its own trend, all have the same step.
        confidence: Confidence level of the interval.

    Raises:
        ValueError: too few days on either side to tell a step from a trend; an outcome that does not vary within the days.
    """
    centred = np.asarray(days, dtype=np.float64) - at
    n = np.array([sample.n for sample in samples], dtype=np.float64)
    read = (centred >= -bandwidth) & (centred < bandwidth) & (n > 0)
    labels = np.array([repr(label) for label in series])[read] if series is not None else np.zeros(int(read.sum()))
    t, n = centred[read] / bandwidth, n[read]
    y = np.array([sample.mean for sample in samples])[read]
    scatter = np.array([sample.scatter for sample in samples])[read]
    after = (t >= 0).astype(np.float64)
    if not 0 < after.sum() < len(after):
        raise ValueError(f"There are no days with observations on both sides of day {at:g}.")
    trend = np.column_stack([t**power for power in range(degree + 1)])
    if not same_slope:
        trend = np.column_stack([trend, after[:, None] * trend[:, 1:]])
    step, outcome = np.empty(len(t)), np.empty(len(t))
    parameters = 1
    for label in np.unique(labels):
        own = labels == label
        root = np.sqrt(n[own])[:, None]
        both = np.column_stack([after[own], y[own]])
        solution, _, rank, _ = np.linalg.lstsq(root * trend[own], root * both, rcond=1e-10)
        step[own], outcome[own] = (both - trend[own] @ solution).T
        parameters += int(rank)
    information, freedom = float(n @ step**2), len(t) - parameters
    if freedom < 1 or information <= 1e-9 * float(n @ (after - n @ after / n.sum()) ** 2):
        raise ValueError(f"There are too few days around day {at:g} to tell a step from a trend.")
    within = float(scatter.sum() / max((n - 1).sum(), 1))
    if not within:
        raise ValueError(f"The outcome does not vary within the days around day {at:g}.")
    estimate = float((n * step) @ outcome) / information
    dispersion = float(n @ (outcome - estimate * step) ** 2) / freedom / within
    variance = np.where(n > 1, scatter / np.maximum(n - 1, 1), within)
    error = math.sqrt(float(n * step**2 @ variance) * max(dispersion, 1.0)) / information
    whole = normal_estimate(estimate, error, confidence=confidence)
    observed = int(sum(sample.n for sample, inside in zip(samples, read, strict=True) if inside))
    return Jump(at, *whole, estimate / error, dispersion, len(t), observed)


def scan(
    days: Numbers,
    samples: Sequence[Sample],
    candidates: Sequence[float],
    *,
    bandwidth: float,
    degree: int = 1,
    same_slope: bool = False,
    series: Sequence[Hashable] | None = None,
) -> tuple[Jump, ...]:
    """The step at each candidate day that has days enough around it: a real one stands out among its neighbours."""
    found = []
    for at in candidates:
        try:
            found.append(jump(days, samples, at, bandwidth=bandwidth, degree=degree, same_slope=same_slope, series=series))
        except ValueError:
            continue
    return tuple(found)
