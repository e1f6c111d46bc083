"""Correlations of pairs that come in groups, with intervals that assume no particular distribution."""

from __future__ import annotations

import math

import numpy as np

from ecom_platform.stats.aggregates import Floats, Moments, Numbers
from ecom_platform.stats.estimates import Estimate, critical_value, two_sided


def pearson(left: Numbers, right: Numbers, counts: Numbers, *, confidence: float = 0.95) -> Estimate:
    """Pearson's correlation of grouped pairs, its distribution-free interval on Fisher's z scale, tested against 0.

    The variance is that of Steiger & Hakstian (1982), "The asymptotic distribution of elements of a correlation matrix",
    British Journal of Mathematical and Statistical Psychology 35: it holds for counts and amounts, which are far from normal.
    NaN where a variable does not vary.

    Args:
        left: One variable's values, shape (g,).
        right: The other's, shape (g,).
        counts: How many observations have each pair, shape (g,).
        confidence: Confidence level of the interval.
    """
    weights = np.asarray(counts, dtype=np.float64)
    n = float(weights.sum())
    scores = [_standardised(variable, weights) for variable in (left, right)] if n else []
    if n < 3 or any(score is None for score in scores):
        return Estimate(math.nan, math.nan, math.nan, math.nan, math.nan)
    x, y = (score for score in scores if score is not None)
    r = float(np.clip(weights @ (x * y) / n, -1.0, 1.0))
    influence = x * y - r * (x**2 + y**2) / 2
    error = math.sqrt(float(weights @ influence**2)) / n
    if 1 - abs(r) < 1e-12:
        return Estimate(math.copysign(1.0, r), 0.0, math.copysign(1.0, r), math.copysign(1.0, r), math.nan)
    z, half = math.atanh(r), critical_value(confidence) * error / (1 - r * r)
    return Estimate(r, error, math.tanh(z - half), math.tanh(z + half), two_sided(z, error / (1 - r * r)))


def correlation_matrix(moments: Moments) -> Floats:
    """The correlations of all variables, shape (k, k); NaN where one does not vary."""
    spread = np.sqrt(np.diag(moments.scatter))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(moments.scatter / np.outer(spread, spread))


def quantiles(values: Numbers, counts: Numbers, shares: Numbers) -> Floats:
    """The least values that at least these shares of grouped observations do not exceed, shape of `shares`.

    Args:
        values: The values, shape (g,), in any order.
        counts: How many observations have each, shape (g,).
        shares: Between 0 and 1.

    Raises:
        ValueError: no observation.
    """
    rows, weights = np.asarray(values, dtype=np.float64), np.asarray(counts, dtype=np.float64)
    if not weights.sum():
        raise ValueError("A quantile needs an observation.")
    order = np.argsort(rows, kind="stable")
    cumulative = np.cumsum(weights[order])
    # A share such as 0.1 of ten observations is one of them, whatever its last bit.
    wanted = np.maximum(np.asarray(shares, dtype=np.float64) * cumulative[-1] - 1e-9 * cumulative[-1], 0.0)
    return np.asarray(rows[order][np.minimum(np.searchsorted(cumulative, wanted, side="left"), len(rows) - 1)])


def _standardised(variable: Numbers, weights: Floats) -> Floats | None:
    """Deviations from the mean in standard deviations; None where nothing varies."""
    values = np.asarray(variable, dtype=np.float64)
    centred = values - np.average(values, weights=weights)
    scale = math.sqrt(float(weights @ centred**2) / float(weights.sum()))
    return np.asarray(centred / scale) if scale > 1e-12 * max(float(np.abs(values).max()), 1.0) else None
