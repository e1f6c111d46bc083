"""Regression of rows that come in clusters (a user's months, sessions, orders), from cluster totals.

The rows of a cluster enter a cluster-robust covariance only through the cluster's totals of the products of its regressors
with each other and with the outcome. Their moments over clusters are thus sufficient: a user with a hundred rows is one
observation of a few totals. Many strata are absorbed before: take each variable, outcome and regressors, less its mean in the
stratum, and sum the products of what is left (Frisch, Waugh & Lovell), without an intercept. For a ratio or any other function
of cluster totals see `ratios`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ecom_platform.stats.aggregates import Floats, Moments
from ecom_platform.stats.estimates import Estimate, normal_estimate


class ClusteredRegression(NamedTuple):
    """Least squares coefficients with cluster-robust errors."""

    coefficients: tuple[Estimate, ...]
    """One a regressor, in the given order, tested against 0."""
    covariance: Floats
    """Their covariance, shape (k, k)."""
    clusters: int
    """Number of clusters."""


def product(left: str, right: str) -> str:
    """The name of the total of a product over a cluster's rows: `product("1", "late")` is `1*late`, in either order."""
    return "*".join(sorted((left, right)))


def cluster_totals(regressors: Sequence[str], outcome: str) -> tuple[str, ...]:
    """The names of the totals that `clustered_regression` reads: each pair of regressors, and each with the outcome."""
    pairs = [product(left, right) for i, left in enumerate(regressors) for right in regressors[i:]]
    return (*pairs, *(product(name, outcome) for name in regressors))


def totals_of(rows: Mapping[str, Floats], regressors: Sequence[str], outcome: str) -> dict[str, float]:
    """The totals of one cluster from its rows: the definition that a query must keep to."""
    pairs = [(left, right) for i, left in enumerate(regressors) for right in (*regressors[i:], outcome)]
    return {product(left, right): float(rows[left] @ rows[right]) for left, right in pairs}


def clustered_regression(
    totals: Moments, regressors: Sequence[str], outcome: str, *, confidence: float = 0.95
) -> ClusteredRegression:
    """Least squares with errors clustered as the totals are (Liang & Zeger 1986, Biometrika 73).

    The covariance is scaled by clusters / (clusters - 1); intervals take Student's t with clusters - 1 degrees of freedom.
    There is no intercept unless a regressor is 1 everywhere.

    Args:
        totals: Moments over clusters of the totals that `cluster_totals` names.
        regressors: The regressors.
        outcome: The outcome.
        confidence: Confidence level of the intervals.

    Raises:
        ValueError: fewer than two clusters; regressors that do not vary independently.
    """
    if totals.n < 2:
        raise ValueError("Clustered errors need two clusters.")
    k = len(regressors)
    gram = np.array([[totals.mean(product(a, b)) for b in regressors] for a in regressors])
    size = np.sqrt(np.diag(gram))
    if not size.all() or np.linalg.matrix_rank(gram / np.outer(size, size), tol=1e-10) < k:
        raise ValueError("The regressors do not vary independently.")
    bread = np.linalg.inv(gram)
    beta = bread @ np.array([totals.mean(product(name, outcome)) for name in regressors])
    # A cluster's score is linear in its totals, and the scores of all clusters sum to 0.
    score = np.zeros((k, len(totals.names)))
    for i, name in enumerate(regressors):
        score[i, totals.index(product(name, outcome))] += 1
        for j, other in enumerate(regressors):
            score[i, totals.index(product(name, other))] -= beta[j]
    covariance = bread @ score @ totals.mean_covariance @ score.T @ bread
    estimates = tuple(
        normal_estimate(float(b), math.sqrt(v), confidence=confidence, df=totals.n - 1)
        for b, v in zip(beta, np.diag(covariance), strict=True)
    )
    return ClusteredRegression(estimates, np.asarray(covariance), totals.n)
