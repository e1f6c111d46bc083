"""A comparison with a stratum held fixed: Mantel-Haenszel for events, direct standardisation for means."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from ecom_platform.stats.aggregates import Floats, Numbers, Sample
from ecom_platform.stats.estimates import Estimate, log_estimate, normal_estimate


class Stratum(NamedTuple):
    """Events in the two groups of one stratum."""

    treatment_events: int
    """Events in the treatment group."""
    treatment_n: int
    """Observations in the treatment group."""
    control_events: int
    """Events in the control group."""
    control_n: int
    """Observations in the control group."""


class MantelHaenszel(NamedTuple):
    """Common effects over strata, and whether there is one."""

    odds_ratio: Estimate
    """Common odds ratio, against 1; NaN where no stratum tells the groups apart."""
    risk_ratio: Estimate
    """Common risk ratio, against 1."""
    risk_difference: Estimate
    """Common risk difference, against 0."""
    chi_square: float
    """Cochran-Mantel-Haenszel statistic of conditional independence, one degree of freedom, without continuity correction."""
    p_value: float
    """Its p-value."""
    homogeneity_p: float
    """p-value of one common odds ratio (Breslow & Day with Tarone's correction): when small, a common ratio misleads."""
    strata: int
    """Strata in which both groups occur; the others say nothing and are left out."""
    n: int
    """Observations in those strata."""


class Standardised(NamedTuple):
    """Two groups compared as if both had the same composition."""

    estimate: float
    """Difference of the standardised means, treatment less control."""
    standard_error: float
    """Its standard error, the weights taken as fixed."""
    ci_low: float
    """Lower end of the interval."""
    ci_high: float
    """Upper end of the interval."""
    p_value: float
    """Two-sided p-value of no difference."""
    treatment_mean: float
    """Standardised mean of the treatment group."""
    control_mean: float
    """Standardised mean of the control group."""
    weight_compared: float
    """Share of the standard's weight in strata where both groups have two observations; the rest is left out."""
    n: int
    """Observations in those strata."""


def mantel_haenszel(strata: Sequence[Stratum], *, confidence: float = 0.95) -> MantelHaenszel:
    """Common odds ratio, risk ratio and risk difference over strata, with the Cochran-Mantel-Haenszel test.

    Mantel & Haenszel (1959), JNCI 22. Variances: Robins, Breslow & Greenland (1986), Biometrics 42, for the odds ratio;
    Greenland & Robins (1985), Biometrics 41, for the risk ratio; Sato (1989), Biometrics 45, for the difference. All hold both
    for few large strata and for many sparse ones.

    Raises:
        ValueError: the groups do not meet in any stratum.
    """
    table = np.array([s for s in strata if s.treatment_n and s.control_n], dtype=np.float64).reshape(-1, 4)
    if not len(table):
        raise ValueError("There is no stratum in which both groups occur.")
    a, n1, c, n0 = table.T
    if (a > n1).any() or (c > n0).any():
        raise ValueError("A stratum has more events than observations.")
    n = n1 + n0
    events = a + c
    excess = float((a - n1 * events / n).sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        null_variance = float(np.where(n > 1, n1 * n0 * events * (n - events) / (n * n * (n - 1)), 0.0).sum())
    chi_square = excess * excess / null_variance if null_variance else math.nan
    odds_ratio = _odds_ratio(a, n1, c, n0, confidence)
    return MantelHaenszel(
        odds_ratio,
        _risk_ratio(a, n1, c, n0, confidence),
        _risk_difference(a, n1, c, n0, confidence),
        chi_square,
        float(stats.chi2.sf(chi_square, 1)),
        _homogeneity(a, n1, c, n0, odds_ratio.estimate),
        len(table),
        int(n.sum()),
    )


def standardised_difference(
    treatment: Sequence[Sample], control: Sequence[Sample], weights: Numbers, *, confidence: float = 0.95
) -> Standardised:
    """Direct standardisation: stratum means averaged with the weights of one standard population.

    Args:
        treatment: The treatment group's sample in each stratum.
        control: The control group's, in the same order.
        weights: The standard's share (or count) in each stratum.
        confidence: Confidence level of the interval.

    Raises:
        ValueError: there is no stratum in which both groups have two observations.
    """
    pairs = [
        (left, right, float(weight))
        for left, right, weight in zip(treatment, control, weights, strict=True)
        if left.n > 1 and right.n > 1 and weight > 0
    ]
    whole, used = float(sum(weights)), sum(weight for _, _, weight in pairs)
    if not used:
        raise ValueError("There is no stratum in which both groups have two observations.")
    means = [sum(weight * pair[i].mean for *pair, weight in pairs) / used for i in (0, 1)]
    variance = sum((weight / used) ** 2 * (left.standard_error**2 + right.standard_error**2) for left, right, weight in pairs)
    difference = normal_estimate(means[0] - means[1], math.sqrt(variance), confidence=confidence)
    return Standardised(*difference, means[0], means[1], used / whole, sum(left.n + right.n for left, right, _ in pairs))


def standardised_mean(strata: Sequence[Sample], weights: Numbers, *, confidence: float = 0.95) -> Estimate:
    """One group's mean at the composition of a standard population; NaN where a stratum with weight has too few rows."""
    shares = np.asarray(weights, dtype=np.float64) / float(np.sum(weights))
    weighed = [(share, sample) for share, sample in zip(shares, strata, strict=True) if share > 0]
    mean = sum(share * sample.mean if sample.n else math.nan for share, sample in weighed)
    variance = sum(share**2 * sample.standard_error**2 for share, sample in weighed)
    return normal_estimate(float(mean), math.sqrt(variance), confidence=confidence)


_UNKNOWN = Estimate(math.nan, math.nan, math.nan, math.nan, math.nan)


def _odds_ratio(a: Floats, n1: Floats, c: Floats, n0: Floats, confidence: float) -> Estimate:
    b, d, n = n1 - a, n0 - c, n1 + n0
    r, s, p, q = a * d / n, b * c / n, (a + d) / n, (b + c) / n
    top, bottom = r.sum(), s.sum()
    if not (top and bottom):
        return _UNKNOWN
    variance = (p * r).sum() / (2 * top**2) + (p * s + q * r).sum() / (2 * top * bottom) + (q * s).sum() / (2 * bottom**2)
    return log_estimate(math.log(top / bottom), math.sqrt(variance), confidence=confidence)


def _risk_ratio(a: Floats, n1: Floats, c: Floats, n0: Floats, confidence: float) -> Estimate:
    n = n1 + n0
    top, bottom = (a * n0 / n).sum(), (c * n1 / n).sum()
    if not (top and bottom):
        return _UNKNOWN
    variance = (n1 * n0 * (a + c) / n**2 - a * c / n).sum() / (top * bottom)
    return log_estimate(math.log(top / bottom), math.sqrt(variance), confidence=confidence)


def _risk_difference(a: Floats, n1: Floats, c: Floats, n0: Floats, confidence: float) -> Estimate:
    n = n1 + n0
    weight = (n1 * n0 / n).sum()
    difference = float((a * n0 - c * n1) @ (1 / n) / weight)
    p = ((n1**2 * c - n0**2 * a + n1 * n0 * (n0 - n1) / 2) / n**2).sum()
    q = ((a * (n0 - c) + c * (n1 - a)) / (2 * n)).sum()
    return normal_estimate(difference, math.sqrt(max(difference * p + q, 0.0)) / weight, confidence=confidence)


def _homogeneity(a: Floats, n1: Floats, c: Floats, n0: Floats, odds_ratio: float) -> float:
    """Breslow & Day (1980) with the correction of Tarone (1985), over the strata whose events are neither none nor all."""
    events = a + c
    tells = (events > 0) & (events < n1 + n0)
    if math.isnan(odds_ratio) or tells.sum() < 2:
        return math.nan
    a, n1, n0, events = a[tells], n1[tells], n0[tells], events[tells]
    # The fitted a solves a (n0 - events + a) = odds_ratio (n1 - a) (events - a).
    k, m = 1 - odds_ratio, n0 - events + odds_ratio * (n1 + events)
    constant = -odds_ratio * n1 * events
    fitted = -2 * constant / (m + np.sqrt(m * m - 4 * k * constant))
    variance = 1 / (1 / fitted + 1 / (n1 - fitted) + 1 / (events - fitted) + 1 / (n0 - events + fitted))
    statistic = ((a - fitted) ** 2 / variance).sum() - (a - fitted).sum() ** 2 / variance.sum()
    return float(stats.chi2.sf(statistic, len(a) - 1))
