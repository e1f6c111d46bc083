"""Does a mean jump at a day, beyond the smooth trend of the days around it?

Where a rule says "by day d", those who came just in time and those who came just too late differ little in what else drives
the outcome, and the rule's effect shows as a jump at d and at no other day. Means by day are all that is read.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from ecom_platform.stats.aggregates import Floats, Numbers, Sample
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
    read = np.flatnonzero((centred >= -bandwidth) & (centred < bandwidth) & (n > 0))
    if len(set(centred[read] >= 0)) < 2:
        raise ValueError(f"There are no days with observations on both sides of day {at:g}.")
    labels = np.array([repr(label) for label in series])[read] if series is not None else np.zeros(len(read))
    own = [read[labels == label] for label in np.unique(labels)]
    grid = np.array([[*each, *[-1] * (max(map(len, own)) - len(each))] for each in own])
    taken = [samples[i] if i >= 0 else Sample(0, 0.0, 0.0) for i in grid.ravel()]
    n, mean, scatter = (
        np.array([getattr(each, name) for each in taken], dtype=np.float64).reshape(1, *grid.shape)
        for name in ("n", "mean", "scatter")
    )
    fit = _least_squares(np.where(grid >= 0, centred[grid], 0.0), n, mean, scatter, bandwidth, degree, same_slope)
    if not fit.identified[0]:
        raise ValueError(f"There are too few days around day {at:g} to tell a step from a trend.")
    if not fit.within[0]:
        raise ValueError(f"The outcome does not vary within the days around day {at:g}.")
    estimate, error = float(fit.estimate[0]), float(fit.standard_error[0])
    whole = normal_estimate(estimate, error, confidence=confidence)
    return Jump(at, *whole, estimate / error, float(fit.dispersion[0]), len(read), int(n.sum()))


class Steps(NamedTuple):
    """The step at one day in each curve of a family: arrays of shape (f,), NaN where a trend may explain it."""

    estimate: Floats
    """Mean from that day on less mean before it, at the step."""
    standard_error: Floats
    """Its standard error, as in `Jump`."""
    z: Floats
    """The estimate over its standard error."""
    p_value: Floats
    """Two-sided p-value of no step."""


def steps(
    days: Numbers,
    n: Floats,
    totals: Floats,
    squares: Floats,
    at: float,
    *,
    bandwidth: float,
    degree: int = 1,
    same_slope: bool = False,
) -> Steps:
    """`jump` for a whole family of curves at once.

    Args:
        days: The day of each column, shape (g,).
        n: Observations by curve, series and day, shape (f, r, g); 0 leaves a day out. Each series has its own trend.
        totals: Sums of the outcome over them.
        squares: Sums of its squares.
        at: The first day after the step.
        bandwidth: As in `jump`; so are the others.
        degree: Degree of the trend.
        same_slope: One trend across the step.
    """
    centred = np.asarray(days, dtype=np.float64) - at
    near = (centred >= -bandwidth) & (centred < bandwidth)
    size = n[..., near]
    mean = totals[..., near] / np.maximum(size, 1)
    scatter = np.maximum(squares[..., near] - size * mean**2, 0.0)
    fit = _least_squares(centred[near], size, mean, scatter, bandwidth, degree, same_slope)
    usable = fit.identified & (fit.standard_error > 0)
    estimate, error = (np.where(usable, column, math.nan) for column in (fit.estimate, fit.standard_error))
    z = estimate / error
    return Steps(estimate, error, z, 2 * ndtr(-np.abs(z)))


class _Fit(NamedTuple):
    """Least squares of each curve of a family, arrays of shape (f,)."""

    estimate: Floats
    standard_error: Floats
    dispersion: Floats
    within: Floats
    """Variance within the days."""
    identified: NDArray[np.bool_]
    """Whether there are days enough to tell a step from a trend."""


def _least_squares(
    centred: Floats, n: Floats, mean: Floats, scatter: Floats, bandwidth: float, degree: int, same_slope: bool
) -> _Fit:
    """The step at 0 of each curve; n, mean and scatter have shape (f, r, g): curve, series, day."""
    t = np.broadcast_to(centred / bandwidth, n.shape)
    root, after = np.sqrt(n), (t >= 0).astype(np.float64)
    trend = np.stack([t**power for power in range(degree + 1)], axis=-1)
    if not same_slope:
        trend = np.concatenate([trend, after[..., None] * trend[..., 1:]], axis=-1)
    basis, strength, _ = np.linalg.svd(root[..., None] * trend, full_matrices=False)
    used = strength > 1e-10 * np.maximum(strength[..., :1], 1e-300)
    basis = np.where(used[..., None, :], basis, 0.0)

    def beyond_trend(values: Floats) -> Floats:
        weighted = root * values
        along = np.einsum("frgp,frg->frp", basis, weighted)
        return np.asarray(weighted - np.einsum("frgp,frp->frg", basis, along))

    def over_all(values: Floats | NDArray[np.bool_]) -> Floats:
        return np.asarray(values.sum(axis=(1, 2)), dtype=np.float64)

    step, outcome = beyond_trend(after), beyond_trend(mean)
    information = over_all(step**2)
    share = over_all(n * after) / np.maximum(over_all(n), 1)
    freedom = over_all(n > 0) - over_all(used) - 1
    identified = (freedom >= 1) & (information > 1e-9 * over_all(n) * share * (1 - share))
    information = np.where(identified, information, 1.0)
    estimate = over_all(step * outcome) / information
    within = over_all(scatter) / np.maximum(over_all(np.maximum(n - 1, 0)), 1)
    misfit = over_all((outcome - estimate[:, None, None] * step) ** 2) / np.maximum(freedom, 1)
    dispersion = misfit / np.where(within > 0, within, 1.0)
    variance = np.where(n > 1, scatter / np.maximum(n - 1, 1), within[:, None, None])
    error = np.sqrt(over_all(step**2 * variance) * np.maximum(dispersion, 1.0)) / information
    return _Fit(estimate, error, dispersion, within, identified)


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
