"""How good a prediction is: calibration, discrimination and lift, from outcomes grouped by score."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecom_platform.stats.aggregates import Floats, Numbers, tally
from ecom_platform.stats.estimates import Estimate, normal_estimate
from ecom_platform.stats.logistic import fit_logistic
from ecom_platform.stats.proportions import wilson
from ecom_platform.stats.ranks import superiority


class CalibrationBin(NamedTuple):
    """Observations of about the same score."""

    score: float
    """Mean predicted probability."""
    share: Estimate
    """Share in which the event came, with Wilson's interval."""
    n: int
    """Observations."""


class Calibration(NamedTuple):
    """Whether events come as often as predicted."""

    slope: Estimate
    """Coefficient of the score's log odds, tested against 1: below 1 the predictions are too extreme."""
    intercept: Estimate
    """Log odds left when the slope is 1, tested against 0: above 0 events come more often than predicted."""
    expected_error: float
    """Expected calibration error: mean distance of the bins' shares from their scores, weighted by observations."""
    brier: float
    """Mean squared error of the score as a probability."""
    bins: tuple[CalibrationBin, ...]
    """Bins of about equally many observations, from the lowest score up."""
    n: int
    """Observations."""


class LiftPart(NamedTuple):
    """One part (a tenth) of the observations, ranked by score."""

    n: float
    """Observations; fractional where equal scores are split between parts."""
    score: float
    """Their mean score."""
    mean: float
    """Their mean outcome."""
    lift: float
    """That mean over the mean of all."""
    cumulative_share: float
    """Share of the total outcome in this part and those ranked above it."""


def calibration(scores: Numbers, events: Numbers, n: Numbers, *, bins: int = 10, confidence: float = 0.95) -> Calibration:
    """Calibration slope and intercept (Cox 1958, Biometrika 45), expected calibration error, Brier score and bins.

    Args:
        scores: Predicted probability of each group, shape (g,). For slope and intercept it is kept within 1e-6 of 0 and 1.
        events: Events in each group, shape (g,).
        n: Observations in each group, shape (g,).
        bins: How many bins, where there are as many distinct scores. Equal scores are never split.
        confidence: Confidence level of the intervals.

    Raises:
        ValueError: no event, or nothing but events; a score outside [0, 1]; scores that are all the same.
    """
    scores, events, n = (np.asarray(column, dtype=np.float64) for column in (scores, events, n))
    if (scores < 0).any() or (scores > 1).any():
        raise ValueError("A predicted probability lies between 0 and 1.")
    if not 0 < events.sum() < n.sum():
        raise ValueError("Calibration needs both observations with the event and without.")
    safe = np.clip(scores, 1e-6, 1 - 1e-6)
    log_odds = np.log(safe / (1 - safe))
    fit = fit_logistic(np.column_stack([np.ones(len(n)), log_odds]), events, n)
    slope = normal_estimate(float(fit.coefficients[1]), math.sqrt(fit.covariance[1, 1]), confidence=confidence, null=1.0)
    shift, shift_error = _shift(log_odds, events, n)
    members = _bins(scores, n, bins)
    table = []
    for label in range(int(members.max()) + 1):
        of = members == label
        size, happened = int(n[of].sum()), int(events[of].sum())
        table.append(CalibrationBin(float(scores[of] @ n[of]) / size, wilson(happened, size, confidence=confidence), size))
    whole = float(n.sum())
    return Calibration(
        slope,
        normal_estimate(shift, shift_error, confidence=confidence),
        sum(one.n * abs(one.score - one.share.estimate) for one in table) / whole,
        float(events @ (1 - scores) ** 2 + (n - events) @ scores**2) / whole,
        tuple(table),
        int(whole),
    )


def auc(scores: Numbers, events: Numbers, n: Numbers, *, confidence: float = 0.95) -> Estimate:
    """Area under the ROC curve with DeLong's interval, tested against 1/2, from groups of equal scores.

    Args:
        scores: Score of each group, shape (g,); any increasing function of it gives the same area.
        events: Events in each group, shape (g,).
        n: Observations in each group, shape (g,).
        confidence: Confidence level of the interval.
    """
    happened = np.asarray(events, dtype=np.float64)
    return superiority(scores, happened, np.asarray(n, dtype=np.float64) - happened, confidence=confidence)


def lift(scores: Numbers, totals: Numbers, n: Numbers, *, parts: int = 10) -> tuple[LiftPart, ...]:
    """The outcome by parts of equally many observations, from the highest score down.

    Args:
        scores: Score of each group, shape (g,). Equal scores that straddle two parts are split in proportion.
        totals: Sum of the outcome (events, or money) in each group, shape (g,).
        n: Observations in each group, shape (g,).
        parts: How many parts; 10 gives deciles.
    """
    scores, totals, n = _ranked(scores, totals, n)
    cumulative = [np.concatenate([[0.0], np.cumsum(column)]) for column in (n, totals, n * scores)]
    cuts = np.linspace(0, cumulative[0][-1], parts + 1)
    size, outcome, score = (np.diff(np.interp(cuts, cumulative[0], column)) for column in cumulative)
    overall = float(totals.sum() / n.sum())
    share = np.cumsum(outcome) / totals.sum() if totals.sum() else np.full(parts, math.nan)
    return tuple(
        LiftPart(
            float(size[i]),
            float(score[i] / size[i]),
            float(outcome[i] / size[i]),
            float(outcome[i] / size[i] / overall) if overall else math.nan,
            float(share[i]),
        )
        for i in range(parts)
    )


def gini(scores: Numbers, totals: Numbers, n: Numbers) -> float:
    """Gini coefficient of the outcome ranked by score: twice the area between its concentration curve and the diagonal.

    0 for a score that knows nothing; the outcome's own Gini for one that ranks perfectly, so the normalised coefficient is the
    quotient of the two. NaN where the outcome's total is 0.

    Args:
        scores: Score of each group, shape (g,).
        totals: Sum of the outcome in each group, shape (g,), not negative.
        n: Observations in each group, shape (g,).
    """
    _, totals, n = _ranked(scores, totals, n)
    if not totals.sum():
        return math.nan
    share = np.concatenate([[0.0], np.cumsum(totals) / totals.sum()])
    return float((n / n.sum()) @ (share[1:] + share[:-1]) - 1)


def _shift(log_odds: Floats, events: Floats, n: Floats) -> tuple[float, float]:
    """Intercept with slope 1 and its error, by Newton's method: the likelihood is concave in it."""
    shift = 0.0
    for _ in range(100):
        fitted = 1 / (1 + np.exp(-(log_odds + shift)))
        information = float(n @ (fitted * (1 - fitted)))
        step = float((events - n * fitted).sum()) / information
        shift += max(-2.0, min(2.0, step))
        if abs(step) < 1e-12:
            break
    return shift, 1 / math.sqrt(information)


def _bins(scores: Floats, n: Floats, bins: int) -> NDArray[np.int64]:
    """A bin for each group, 0 the lowest, of about equally many observations and never empty."""
    _, positions = np.unique(scores, return_inverse=True)
    size = np.bincount(positions, weights=n)
    middle = np.cumsum(size) - size / 2
    label = np.minimum(middle / size.sum() * bins, bins - 1).astype(np.int64)
    return np.asarray(np.unique(label[positions], return_inverse=True)[1], dtype=np.int64).reshape(len(scores))


def _ranked(scores: Numbers, totals: Numbers, n: Numbers) -> tuple[Floats, Floats, Floats]:
    """Groups of distinct scores, the highest first, without empty ones."""
    levels, positions = np.unique(np.asarray(scores, dtype=np.float64), return_inverse=True)
    size, outcome = tally(positions, n, len(levels)), tally(positions, totals, len(levels))
    if not size.sum():
        raise ValueError("A ranking needs observations.")
    kept = np.flatnonzero(size > 0)[::-1]
    return levels[kept], outcome[kept], size[kept]
