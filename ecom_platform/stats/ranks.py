"""Comparisons by rank, from value counts: how often each value occurs in each sample, so that no row is needed.

A variable with few values (orders, carts) has few counts by nature; one with many (revenue) is binned by who counts, and a bin
is then a tie.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ecom_platform.stats.aggregates import Floats, Numbers, tally
from ecom_platform.stats.estimates import Estimate, normal_estimate, two_sided


class MannWhitney(NamedTuple):
    """The Mann-Whitney U test with its effect size."""

    u: float
    """How many of all pairs the treatment wins, a tie counting one half."""
    z: float
    """U standardised under the null of equal distributions, with the variance corrected for ties and U for continuity."""
    p_value: float
    """Two-sided p-value of equal distributions (normal approximation); NaN where all values are equal."""
    superiority: Estimate
    """P(treatment > control) + P(equal) / 2, tested against 1/2 without assuming equal distributions under the null."""
    n_treatment: int
    """Observations in the treatment sample."""
    n_control: int
    """Observations in the control sample."""


def mann_whitney(values: Numbers, treatment: Numbers, control: Numbers, *, confidence: float = 0.95) -> MannWhitney:
    """The Mann-Whitney U test (Mann & Whitney 1947, Annals of Mathematical Statistics 18) from value counts.

    Args:
        values: The values, shape (g,), in any order; the same value may occur more than once.
        treatment: How many observations of the treatment sample have each value, shape (g,).
        control: The same for the control sample.
        confidence: Confidence level of the superiority's interval.

    Raises:
        ValueError: a sample has no observation.
    """
    levels, (wins, losses) = _merge(values, treatment, control)
    n_treatment, n_control = wins.sum(), losses.sum()
    if not (n_treatment and n_control):
        raise ValueError("A comparison by rank needs an observation in each sample.")
    u = float(wins @ _below(losses))
    n, ties = n_treatment + n_control, wins + losses
    variance = n_treatment * n_control / 12 * (n + 1 - float((ties**3 - ties).sum()) / (n * (n - 1)))
    excess = u - n_treatment * n_control / 2
    corrected = math.copysign(max(abs(excess) - 0.5, 0.0), excess)
    error = math.sqrt(max(variance, 0.0))
    return MannWhitney(
        u,
        corrected / error if error else math.nan,
        two_sided(corrected, error),
        superiority(levels, wins, losses, confidence=confidence),
        int(n_treatment),
        int(n_control),
    )


def superiority(values: Numbers, treatment: Numbers, control: Numbers, *, confidence: float = 0.95) -> Estimate:
    """P(treatment > control) + P(equal) / 2 from value counts, tested against 1/2: the area under a ROC curve.

    The variance is that of DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44, which assumes nothing about the two
    distributions; the interval is cut to [0, 1]. NaN where a sample has no observation.
    """
    _, (wins, losses) = _merge(values, treatment, control)
    n_treatment, n_control = float(wins.sum()), float(losses.sum())
    if not (n_treatment and n_control):
        return Estimate(math.nan, math.nan, math.nan, math.nan, math.nan)
    of_treatment = _below(losses) / n_control
    of_control = 1 - _below(wins) / n_treatment
    share = float(wins @ of_treatment) / n_treatment
    variance = 0.0
    for counts, placements, n in ((wins, of_treatment, n_treatment), (losses, of_control, n_control)):
        variance += float(counts @ (placements - share) ** 2) / (n - 1) / n if n > 1 else math.nan
    whole = normal_estimate(share, math.sqrt(variance), confidence=confidence, null=0.5)
    return whole._replace(ci_low=max(whole.ci_low, 0.0), ci_high=min(whole.ci_high, 1.0))


def spearman(left: Numbers, right: Numbers, counts: Numbers) -> float:
    """Spearman's rank correlation of grouped pairs, ties at their mid-rank; NaN where a variable does not vary.

    Args:
        left: One variable's values, shape (g,).
        right: The other's, shape (g,).
        counts: How many observations have each pair, shape (g,).
    """
    weights = np.asarray(counts, dtype=np.float64)
    ranks = []
    for variable in (left, right):
        _, positions = np.unique(np.asarray(variable, dtype=np.float64), return_inverse=True)
        ranks.append(_below(tally(positions, weights, 0))[positions])
    centred = [rank - np.average(rank, weights=weights) for rank in ranks]
    scale = math.sqrt(float(weights @ centred[0] ** 2) * float(weights @ centred[1] ** 2))
    return float(weights @ (centred[0] * centred[1])) / scale if scale else math.nan


def _merge(values: Numbers, *counts: Numbers) -> tuple[Floats, tuple[Floats, ...]]:
    """Distinct values in ascending order, and each sample's counts of them."""
    levels, positions = np.unique(np.asarray(values, dtype=np.float64), return_inverse=True)
    return levels, tuple(tally(positions, sample, len(levels)) for sample in counts)


def _below(counts: Floats) -> Floats:
    """For each value, how many observations lie below it, an equal one counting one half."""
    return np.asarray(np.cumsum(counts) - counts / 2)
