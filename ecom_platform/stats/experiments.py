"""Around an experiment: is the sample what was drawn, what could it detect, and what does a covariate save?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from ecom_platform.stats.aggregates import Moments, Sample
from ecom_platform.stats.means import MeanDifference, welch


class SampleRatio(NamedTuple):
    """Whether the arms have the sizes that were drawn."""

    chi_square: float
    """Pearson's statistic against the planned shares."""
    p_value: float
    """Its p-value; a mismatch is declared at a small one (0.001), as this is watched in every experiment."""
    shares: tuple[float, ...]
    """Share of each arm."""
    n: int
    """Observations in all arms."""


class Cuped(NamedTuple):
    """A difference of means after what covariates from before the experiment explain is taken out."""

    difference: MeanDifference
    """Welch's comparison of the adjusted outcome."""
    coefficients: tuple[float, ...]
    """What was taken out for one unit of each covariate."""
    variance_reduction: float
    """Share of the variance of the difference that the covariates took away."""


def sample_ratio(observed: Sequence[int], planned: Sequence[float]) -> SampleRatio:
    """Sample ratio mismatch (Fabijan et al. 2019, "Diagnosing sample ratio mismatch in online controlled experiments", KDD).

    Args:
        observed: Observations in each arm.
        planned: The share of each arm as drawn; scaled to sum to 1.

    Raises:
        ValueError: fewer than two arms; a planned share that is not positive; no observation.
    """
    shares = np.asarray(planned, dtype=np.float64)
    counts = np.asarray(observed, dtype=np.float64)
    if len(shares) < 2 or len(counts) != len(shares) or (shares <= 0).any() or not counts.sum():
        raise ValueError("A sample ratio needs two arms or more, each with a positive planned share, and observations.")
    chi_square, p_value = stats.chisquare(counts, counts.sum() * shares / shares.sum())
    return SampleRatio(float(chi_square), float(p_value), tuple(float(c / counts.sum()) for c in counts), int(counts.sum()))


def detectable_difference(
    treatment_n: int, control_n: int, variance: float, *, power: float = 0.8, significance: float = 0.05
) -> float:
    """The least true difference that a two-sided test finds with the given power (normal approximation).

    Args:
        treatment_n: Observations in the treatment.
        control_n: Observations in the control.
        variance: Variance of the outcome in each arm; share (1 - share) for an event.
        power: Chance that the test finds it.
        significance: Two-sided level of the test.
    """
    quantiles = stats.norm.ppf(1 - significance / 2) + stats.norm.ppf(power)
    return float(quantiles * _error(treatment_n, control_n, variance))


def power_of(difference: float, treatment_n: int, control_n: int, variance: float, *, significance: float = 0.05) -> float:
    """The chance that a two-sided test finds a true difference (normal approximation), on the right side or the wrong."""
    shift = abs(difference) / _error(treatment_n, control_n, variance)
    critical = stats.norm.ppf(1 - significance / 2)
    return float(stats.norm.sf(critical - shift) + stats.norm.cdf(-critical - shift))


def required_n(
    difference: float, variance: float, *, treatment_share: float = 0.5, power: float = 0.8, significance: float = 0.05
) -> int:
    """The observations, in both arms together, with which a two-sided test finds a true difference with the given power."""
    if not difference:
        raise ValueError("No sample is large enough to find a difference of 0.")
    quantiles = float(stats.norm.ppf(1 - significance / 2) + stats.norm.ppf(power))
    spread = variance / (treatment_share * (1 - treatment_share))
    return math.ceil(spread * (quantiles / difference) ** 2)


def _error(treatment_n: int, control_n: int, variance: float) -> float:
    """Standard error of a difference of means."""
    if not (treatment_n > 0 and control_n > 0 and variance > 0):
        raise ValueError("Power needs observations in both arms and an outcome that varies.")
    return math.sqrt(variance * (1 / treatment_n + 1 / control_n))


def cuped(treatment: Moments, control: Moments, outcome: str, covariates: Sequence[str], *, confidence: float = 0.95) -> Cuped:
    """CUPED (Deng, Xu, Kohavi & Walker 2013, WSDM) with any number of covariates, from the moments of each arm.

    A covariate must have been fixed before the arms were drawn, or the adjustment biases the effect. The coefficients are
    those of the pooled regression within arms.

    Raises:
        ValueError: fewer than two observations in an arm.
    """
    y = treatment.index(outcome)
    x = [treatment.index(name) for name in covariates]
    within = treatment.scatter + control.scatter
    theta = np.linalg.lstsq(within[np.ix_(x, x)], within[x, y], rcond=1e-10)[0]
    centre = (treatment + control).means[x]

    def adjusted(arm: Moments) -> Sample:
        scatter = arm.scatter[y, y] - 2 * theta @ arm.scatter[x, y] + theta @ arm.scatter[np.ix_(x, x)] @ theta
        return Sample(arm.n, float(arm.means[y] - theta @ (arm.means[x] - centre)), max(float(scatter), 0.0))

    plain = welch(treatment[outcome], control[outcome], confidence=confidence)
    after = welch(adjusted(treatment), adjusted(control), confidence=confidence)
    saved = 1 - (after.standard_error / plain.standard_error) ** 2 if plain.standard_error else math.nan
    return Cuped(after, tuple(float(value) for value in theta), saved)
