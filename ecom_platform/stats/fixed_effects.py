"""Regression on cells with absorbed effects: what is common to a stratum, whatever it is, drops out.

Observations alike in every regressor and every stratum make a cell; its count, mean and scatter of the outcome give the same
coefficients and robust errors as its rows.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecom_platform.stats.aggregates import Floats, Sample, tally
from ecom_platform.stats.estimates import Estimate, normal_estimate

Labels = Sequence[Hashable] | NDArray[np.generic]


class Regression(NamedTuple):
    """Coefficients with a robust covariance."""

    coefficients: tuple[Estimate, ...]
    """One a regressor, in the given order, tested against 0."""
    covariance: Floats
    """Their covariance, shape (p, p)."""
    n: int
    """Observations."""
    absorbed: int
    """Free parameters of the absorbed effects."""
    clusters: int | None
    """Clusters of the errors; None when the observations are independent."""


def absorbing_regression(
    outcomes: Sequence[Sample],
    regressors: Floats,
    absorb: Sequence[Labels],
    *,
    cluster: Labels | None = None,
    confidence: float = 0.95,
) -> Regression:
    """Least squares with fixed effects of one or more factors, from cells.

    By the theorem of Frisch, Waugh & Lovell the factors are partialled out of outcome and regressors first. Errors: White's
    with the HC1 correction, or clustered (Liang & Zeger 1986, Biometrika 73) with Student's t on clusters less one degrees
    of freedom.

    Args:
        outcomes: The outcome in each of g cells.
        regressors: What is estimated, shape (g, p) or (g,).
        absorb: Factors, each a label for every cell; the first may have many levels, the others together some hundreds. With
            no factor the regression has an intercept alone.
        cluster: A label for every cell; all observations of a cell are in the same cluster. Where one cluster has rows in
            many cells, as a user has in a panel, use `clustered.clustered_regression`.
        confidence: Confidence level of the intervals.

    Raises:
        ValueError: a regressor does not vary within the factors, or only as another one does; no observation; one cluster.
    """
    n = np.array([cell.n for cell in outcomes], dtype=np.float64)
    kept = n > 0
    if not kept.any():
        raise ValueError("A regression needs observations.")
    n = n[kept]
    y = np.array([cell.mean for cell in outcomes])[kept]
    scatter = np.array([cell.scatter for cell in outcomes])[kept]
    x = np.asarray(regressors, dtype=np.float64).reshape(len(outcomes), -1)[kept]
    factors = [_codes(factor)[kept] for factor in absorb] or [np.zeros(len(n), dtype=np.int64)]
    residuals, absorbed = _partial_out(np.column_stack([y, x]), n, factors)
    y, x_within = residuals[:, 0], residuals[:, 1:]
    _must_vary(x_within, x, n)
    bread = np.linalg.inv(x_within.T @ (n[:, None] * x_within))
    beta = bread @ (x_within.T @ (n * y))
    error = y - x_within @ beta
    rows, parameters = float(n.sum()), x.shape[1] + absorbed
    freedom = rows - parameters
    if freedom <= 0:
        raise ValueError(f"{int(rows)} observations do not determine {parameters} parameters.")
    if cluster is None:
        meat = x_within.T @ ((scatter + n * error**2)[:, None] * x_within) * (rows / freedom)
        clusters, df = None, None
    else:
        labels = _codes(_codes(cluster)[kept])
        clusters = int(labels.max()) + 1
        if clusters < 2:
            raise ValueError("Clustered errors need two clusters.")
        scores = (n * error)[:, None] * x_within
        sums = np.column_stack([tally(labels, column, clusters) for column in scores.T])
        meat = sums.T @ sums * (clusters / (clusters - 1) * (rows - 1) / freedom)
        df = clusters - 1.0
    covariance = np.asarray(bread @ meat @ bread, dtype=np.float64)
    estimates = tuple(
        normal_estimate(float(b), math.sqrt(v), confidence=confidence, df=df)
        for b, v in zip(beta, np.diag(covariance), strict=True)
    )
    return Regression(estimates, covariance, int(rows), absorbed, clusters)


def _codes(labels: Labels) -> NDArray[np.int64]:
    """Labels as integers from 0 on."""
    known: dict[Hashable, int] = {}
    return np.array([known.setdefault(label, len(known)) for label in labels], dtype=np.int64)


def _partial_out(columns: Floats, weights: Floats, factors: Sequence[NDArray[np.int64]]) -> tuple[Floats, int]:
    """What the factors leave of the columns, and how many free parameters they have."""
    first, *others = factors
    within = _demean(columns, weights, first)
    levels = len(np.unique(first))
    if not others:
        return within, levels
    dummies = np.column_stack([np.equal.outer(factor, np.unique(factor)[1:]) for factor in others]).astype(np.float64)
    dummies = _demean(dummies, weights, first)
    root = np.sqrt(weights)[:, None]
    solution, _, rank, _ = np.linalg.lstsq(root * dummies, root * within, rcond=1e-10)
    return np.asarray(within - dummies @ solution), levels + int(rank)


def _demean(columns: Floats, weights: Floats, groups: NDArray[np.int64]) -> Floats:
    levels, positions = np.unique(groups, return_inverse=True)
    size = tally(positions, weights, len(levels))
    means = np.column_stack([tally(positions, weights * column, len(levels)) / size for column in columns.T])
    return np.asarray(columns - means[positions])


def _must_vary(within: Floats, before: Floats, weights: Floats) -> None:
    spread = np.sqrt(weights @ (before - np.average(before, axis=0, weights=weights)) ** 2)
    left = np.sqrt(weights @ within**2)
    if (left <= 1e-8 * np.maximum(spread, 1e-300)).any() or np.linalg.matrix_rank(within / left, tol=1e-8) < within.shape[1]:
        raise ValueError("A regressor does not vary within the absorbed effects, or only as another one does.")
