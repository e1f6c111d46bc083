"""The effect of an exposure given observed covariates: augmented inverse probability weighting on covariate cells.

It removes what the cells tell apart and nothing else: without an experiment it stays an association. Beside it belong the
bounds of `sensitivity`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from scipy.special import expit

from ecom_platform.stats.aggregates import Floats, Sample
from ecom_platform.stats.estimates import normal_estimate
from ecom_platform.stats.logistic import fit_logistic


class DoublyRobust(NamedTuple):
    """A difference adjusted by propensity and outcome models."""

    estimate: float
    """The adjusted difference, exposed less unexposed, in the outcome's unit."""
    standard_error: float
    """From the influence function."""
    ci_low: float
    """Lower end of the interval."""
    ci_high: float
    """Upper end of the interval."""
    p_value: float
    """Two-sided p-value of no difference."""
    lowest_propensity: float
    """Least probability of the exposure in a cell; near 0, few exposed stand for many unexposed."""
    highest_propensity: float
    """Greatest probability of the exposure in a cell; near 1, the reverse."""
    n: int
    """Observations that are compared."""
    left_out: int
    """Observations in cells where only one side occurs, left out by the saturated models."""


def aipw(
    exposed: Sequence[Sample],
    unexposed: Sequence[Sample],
    design: Floats | None = None,
    *,
    target: Literal["all", "exposed"] = "all",
    confidence: float = 0.95,
) -> DoublyRobust:
    """Augmented inverse probability weighting (Robins, Rotnitzky & Zhao 1994, JASA 89), from the cells' samples.

    Right if either the propensity or the outcome model is; the error comes from the influence function, which a cell's count,
    mean and scatter give exactly.

    Args:
        exposed: The exposed's outcome in each of g cells.
        unexposed: The unexposed's outcome in the same cells.
        design: Covariates of each cell, shape (g, p), with a column of ones. The propensity is then logistic and the outcome
            linear in them, which sparse cells need. By default both models are saturated: a share and two means a cell.
        target: The mean effect on `all` (ATE), or on the `exposed` (ATT).
        confidence: Confidence level of the interval.

    Raises:
        ValueError: no cell has both sides; the design does not determine the models.
    """
    cells = [(one, zero, i) for i, (one, zero) in enumerate(zip(exposed, unexposed, strict=True)) if one.n + zero.n]
    whole = sum(one.n + zero.n for one, zero, _ in cells)
    if design is None:
        cells = [cell for cell in cells if cell[0].n and cell[1].n]
    n1 = np.array([one.n for one, _, _ in cells], dtype=np.float64)
    n0 = np.array([zero.n for _, zero, _ in cells], dtype=np.float64)
    if not (n1.sum() and n0.sum()):
        raise ValueError("There is no cell in which both the exposed and the unexposed occur.")
    mean1, mean0 = np.array([one.mean for one, _, _ in cells]), np.array([zero.mean for _, zero, _ in cells])
    scatter1, scatter0 = np.array([one.scatter for one, _, _ in cells]), np.array([zero.scatter for _, zero, _ in cells])
    n = float((n1 + n0).sum())
    if design is None:
        propensity, fitted1, fitted0 = n1 / (n1 + n0), mean1, mean0
    else:
        rows = np.asarray(design, dtype=np.float64)[[i for *_, i in cells]]
        propensity = expit(rows @ fit_logistic(rows, n1, n1 + n0).coefficients)
        fitted1, fitted0 = _linear(rows, mean1, n1), _linear(rows, mean0, n0)
    if target == "all":
        base = fitted1 - fitted0
        weight1, weight0, share = 1 / propensity, 1 / (1 - propensity), 1.0
        own1 = own0 = np.ones_like(base)
    else:
        base = np.zeros_like(mean1)
        fitted1 = fitted0
        weight1, weight0, share = np.ones_like(base), propensity / (1 - propensity), float(n1.sum() / n)
        own1, own0 = np.ones_like(base), np.zeros_like(base)
    effect = (n1 @ (own1 * base + weight1 * (mean1 - fitted1)) + n0 @ (own0 * base - weight0 * (mean0 - fitted0))) / (
        n * share
    )
    # An observation's influence is linear in its outcome, so its square sums from the count, mean and scatter.
    influence1 = own1 * (base - effect) + weight1 * (mean1 - fitted1)
    influence0 = own0 * (base - effect) - weight0 * (mean0 - fitted0)
    squares = n1 @ influence1**2 + weight1**2 @ scatter1 + n0 @ influence0**2 + weight0**2 @ scatter0
    error = math.sqrt(float(squares)) / (n * share)
    bounds = (float(propensity.min()), float(propensity.max()))
    return DoublyRobust(*normal_estimate(float(effect), error, confidence=confidence), *bounds, int(n), int(whole - n))


def _linear(design: Floats, mean: Floats, weights: Floats) -> Floats:
    """Fitted values of a weighted linear regression, for every row."""
    root = np.sqrt(weights)
    solution, _, rank, _ = np.linalg.lstsq(root[:, None] * design, root * mean, rcond=1e-10)
    if rank < design.shape[1]:
        raise ValueError("The covariates do not vary independently among the exposed, or among the unexposed.")
    return np.asarray(design @ solution)
