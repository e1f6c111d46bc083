"""Time to an event under censoring, from counts by time: Kaplan-Meier, log-rank, and Cox with covariates that change.

Times are counted, not listed: how many had the event at each time, how many left unobserved. An event at the time of a
censoring comes first. Cox takes rows of the counting process, (start, stop] with the covariates that held there, each standing
for any number of equal ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ecom_platform.stats.aggregates import Floats, Numbers, tally
from ecom_platform.stats.estimates import Estimate, critical_value, log_estimate
from ecom_platform.stats.maximum import maximise


class SurvivalCurve(NamedTuple):
    """A Kaplan-Meier curve: one entry a distinct time, in ascending order."""

    time: Floats
    """The times at which something happened."""
    at_risk: Floats
    """How many were still there just before."""
    events: Floats
    """How many had the event then."""
    survival: Floats
    """Share without the event up to and including the time."""
    standard_error: Floats
    """Its standard error by Greenwood's formula."""
    ci_low: Floats
    """Lower end of the interval on the log-minus-log scale; NaN once nobody is left."""
    ci_high: Floats
    """Upper end of that interval."""

    def at(self, time: float) -> float:
        """The share without the event up to and including `time`; NaN beyond the last time observed, unless it is 0 there."""
        if len(self.time) == 0 or (time > self.time[-1] and self.survival[-1] > 0):
            return math.nan
        position = int(np.searchsorted(self.time, time, side="right"))
        return float(self.survival[position - 1]) if position else 1.0

    def quantile(self, share: float = 0.5) -> Estimate:
        """The first time by which at most 1 - `share` are without the event: the median by default, infinite if never reached.

        The interval inverts that of the curve (Brookmeyer & Crowley 1982, Biometrics 38); there is no standard error.
        """
        ends = [self._first(curve, 1 - share) for curve in (self.survival, self.ci_low, self.ci_high)]
        return Estimate(ends[0], math.nan, ends[1], ends[2], math.nan)

    def _first(self, curve: Floats, level: float) -> float:
        reached = np.flatnonzero(curve <= level + 1e-12)
        return float(self.time[reached[0]]) if len(reached) else math.inf


class LogRank(NamedTuple):
    """The log-rank test of equal hazards."""

    chi_square: float
    """The statistic; NaN where no time tells the groups apart."""
    df: int
    """Groups less one."""
    p_value: float
    """Its p-value."""
    observed: Floats
    """Events in each group."""
    expected: Floats
    """Events in each group were the hazards equal."""


class CoxFit(NamedTuple):
    """A proportional hazards model."""

    coefficients: Floats
    """Log hazard ratio for one unit of each covariate, shape (p,)."""
    covariance: Floats
    """Their covariance, the inverse of the observed information, shape (p, p)."""
    hazard_ratios: tuple[Estimate, ...]
    """Hazard ratio of each covariate, tested against 1."""
    log_likelihood: float
    """Partial log-likelihood at the estimate."""
    null_log_likelihood: float
    """Partial log-likelihood with all coefficients 0."""
    events: int
    """Number of events."""


def kaplan_meier(times: Numbers, events: Numbers, censored: Numbers, *, confidence: float = 0.95) -> SurvivalCurve:
    """The Kaplan-Meier curve with Greenwood's error and log-minus-log intervals.

    Kaplan & Meier (1958), JASA 53; the interval as in Kalbfleisch & Prentice (2002), section 1.4.

    Args:
        times: Times, shape (g,), in any order; the same time may occur more than once.
        events: How many had the event at each, shape (g,).
        censored: How many were last seen, without the event, at each, shape (g,).
        confidence: Confidence level at each time.
    """
    time, positions = np.unique(np.asarray(times, dtype=np.float64), return_inverse=True)
    died, left = tally(positions, events, len(time)), tally(positions, censored, len(time))
    at_risk = _from_last(died + left)
    with np.errstate(divide="ignore", invalid="ignore"):
        survival = np.cumprod(1 - np.where(at_risk > 0, died / at_risk, 0.0))
        greenwood = np.sqrt(np.cumsum(np.where(died > 0, died / (at_risk * (at_risk - died)), 0.0)))
        spread = np.exp(critical_value(confidence) * greenwood / np.log(survival))
        inside = (survival > 0) & (survival < 1)
        left_over = np.where(survival > 0, survival, math.nan)
        low = np.where(inside, survival ** (1 / spread), left_over)
        high = np.where(inside, survival**spread, left_over)
        error = left_over * greenwood
    return SurvivalCurve(time, at_risk, died, survival, error, low, high)


def log_rank(times: Numbers, events: Sequence[Numbers], censored: Sequence[Numbers]) -> LogRank:
    """The log-rank test for two or more groups (Mantel 1966; Peto & Peto 1972, JRSS A 135).

    Args:
        times: Times, shape (g,), common to the groups.
        events: For each group, how many had the event at each time.
        censored: For each group, how many were last seen, without the event, at each time.
    """
    time, positions = np.unique(np.asarray(times, dtype=np.float64), return_inverse=True)
    died, at_risk = [], []
    for group_events, group_censored in zip(events, censored, strict=True):
        died.append(tally(positions, group_events, len(time)))
        at_risk.append(_from_last(died[-1] + tally(positions, group_censored, len(time))))
    d, n = np.array(died), np.array(at_risk)
    all_died, all_n = d.sum(axis=0), n.sum(axis=0)
    happened = all_died > 0
    d, n, all_died, all_n = d[:, happened], n[:, happened], all_died[happened], all_n[happened]
    observed, expected = d.sum(axis=1), (all_died * n / all_n).sum(axis=1)
    scale = np.where(all_n > 1, all_died * (all_n - all_died) / np.maximum(all_n - 1, 1), 0.0)
    shares = n / all_n
    covariance = np.diag((shares * scale).sum(axis=1)) - (shares * scale) @ shares.T
    excess = observed - expected
    df = len(d) - 1
    if np.linalg.matrix_rank(covariance) == 0:
        return LogRank(math.nan, df, math.nan, observed, expected)
    chi_square = float(excess @ np.linalg.pinv(covariance) @ excess)
    return LogRank(chi_square, df, float(stats.chi2.sf(chi_square, df)), observed, expected)


def cox(
    start: Numbers,
    stop: Numbers,
    event: Numbers | NDArray[np.bool_],
    covariates: Floats,
    counts: Numbers | None = None,
    *,
    strata: Sequence[int] | NDArray[np.int64] | None = None,
    confidence: float = 0.95,
) -> CoxFit:
    """Cox's proportional hazards model with covariates that may change over time, Efron's treatment of ties.

    Cox (1972), JRSS B 34; Efron (1977), JASA 72; the counting process form as in Andersen & Gill (1982).

    Args:
        start: Where each row begins, exclusive, shape (g,).
        stop: Where it ends, inclusive, shape (g,).
        event: Whether it ends with the event, shape (g,).
        covariates: What held during the row, shape (g, p) or (g,).
        counts: How many equal rows it stands for; 1 by default. A covariate that changes splits a subject into rows.
        strata: Each stratum has its own baseline hazard; one by default.
        confidence: Confidence level of the hazard ratios.

    Raises:
        ValueError: no event; a row that ends before it begins; no unique maximum, see `maximise`.
    """
    begins, ends = np.asarray(start, dtype=np.float64), np.asarray(stop, dtype=np.float64)
    happened = np.asarray(event, dtype=bool)
    x = np.asarray(covariates, dtype=np.float64).reshape(len(ends), -1)
    weights = np.ones(len(ends)) if counts is None else np.asarray(counts, dtype=np.float64)
    if (begins >= ends).any():
        raise ValueError("A row of the counting process must begin before it ends.")
    if not weights @ happened:
        raise ValueError("A hazard cannot be estimated without an event.")
    centre = np.average(x, axis=0, weights=weights)
    x = x - centre
    labels = np.zeros(len(ends), dtype=np.int64) if strata is None else np.asarray(strata)
    members = [labels == label for label in np.unique(labels)]
    parts = [_RiskSets(begins[of], ends[of], happened[of], x[of], weights[of]) for of in members]
    happenings = float(weights @ happened)
    found = maximise(lambda beta: _partial(parts, beta), happenings * np.abs(x).max(axis=0) ** 2)
    ratios = tuple(
        log_estimate(float(b), math.sqrt(v), confidence=confidence)
        for b, v in zip(found.coefficients, np.diag(found.covariance), strict=True)
    )
    return CoxFit(*found[:2], ratios, *found[2:], int(happenings))


class _RiskSets:
    """One stratum, sorted once: sums over those at risk at each event time for any coefficients."""

    def __init__(self, start: Floats, stop: Floats, event: NDArray[np.bool_], x: Floats, weights: Floats) -> None:
        self.x, self.weights = x, weights
        self.times, which = np.unique(stop[event], return_inverse=True)
        self.of_event, self.which = np.flatnonzero(event), which
        self.deaths = tally(which, weights[event], len(self.times))
        self.by_start, self.by_stop = np.argsort(start, kind="stable"), np.argsort(stop, kind="stable")
        # Those at risk at t have start < t <= stop: all that stop at t or later, less those that start at t or later.
        self.first_stop = np.searchsorted(stop[self.by_stop], self.times, side="left")
        self.first_start = np.searchsorted(start[self.by_start], self.times, side="left")
        ties = self.deaths.astype(np.int64)
        self.tied = np.repeat(np.arange(len(self.times)), ties)
        before = np.arange(ties.sum()) - np.repeat(np.cumsum(ties) - ties, ties)
        self.shares = before / np.repeat(self.deaths, ties)

    def at_risk(self, values: Floats) -> Floats:
        """Sums of `values`, shape (g, ...), over those at risk at each event time."""
        stopping = _from_last(values[self.by_stop])
        starting = _from_last(values[self.by_start])
        padding = np.zeros((1, *values.shape[1:]))
        return np.asarray(
            np.concatenate([stopping, padding])[self.first_stop] - np.concatenate([starting, padding])[self.first_start]
        )

    def dying(self, values: Floats) -> Floats:
        """Sums of `values` over those that have the event at each event time."""
        sums = np.zeros((len(self.times), *values.shape[1:]))
        np.add.at(sums, self.which, values[self.of_event])
        return sums

    def over_ties(self, values: Floats) -> Floats:
        """Sums over the tied events of each time."""
        return tally(self.tied, values, len(self.times))


def _partial(parts: Sequence[_RiskSets], beta: Floats) -> tuple[float, Floats, Floats]:
    """Partial log-likelihood, gradient and information; Efron's sum over ties reduces to five scalars a time."""
    p = len(beta)
    value, gradient, information = 0.0, np.zeros(p), np.zeros((p, p))
    for part in parts:
        linear = part.x @ beta
        top = float(linear.max())
        risk = part.weights * np.exp(linear - top)
        with_x = risk[:, None] * part.x
        with_xx = with_x[:, :, None] * part.x[:, None, :]
        s0, s1, s2 = part.at_risk(risk), part.at_risk(with_x), part.at_risk(with_xx)
        d0, d1, d2 = part.dying(risk), part.dying(with_x), part.dying(with_xx)
        remaining = s0[part.tied] - part.shares * d0[part.tied]
        inverse = 1 / remaining
        a0, a1 = part.over_ties(inverse), part.over_ties(part.shares * inverse)
        c0, c1, c2 = (part.over_ties(part.shares**power * inverse**2) for power in (0, 1, 2))
        weights_of_events = part.weights[part.of_event]
        value += float(weights_of_events @ linear[part.of_event] - np.log(remaining).sum() - top * len(remaining))
        gradient += weights_of_events @ part.x[part.of_event] - (a0 @ s1 - a1 @ d1)
        cross = np.einsum("t,ti,tj->ij", c1, s1, d1)
        information += (
            np.tensordot(a0, s2, axes=1)
            - np.tensordot(a1, d2, axes=1)
            - np.einsum("t,ti,tj->ij", c0, s1, s1)
            + cross
            + cross.T
            - np.einsum("t,ti,tj->ij", c2, d1, d1)
        )
    return value, gradient, information


def _from_last(values: Floats) -> Floats:
    """Cumulative sums from the last entry to the first."""
    return np.asarray(np.cumsum(values[::-1], axis=0)[::-1])
