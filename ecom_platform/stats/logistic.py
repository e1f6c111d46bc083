"""Logistic regression on grouped counts: what calibration and propensity scores are fitted with."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from ecom_platform.stats.aggregates import Floats
from ecom_platform.stats.maximum import Maximum, maximise


def fit_logistic(design: Floats, events: Floats, n: Floats) -> Maximum:
    """Maximum likelihood; the log-likelihood is without the binomial coefficients.

    Args:
        design: Regressors of each group, shape (g, p), with a column of ones for an intercept.
        events: Events in each group, shape (g,).
        n: Observations in each group, shape (g,).

    Raises:
        ValueError: there is no unique maximum, see `maximise`.
    """

    def likelihood(beta: Floats) -> tuple[float, Floats, Floats]:
        linear = design @ beta
        fitted = expit(linear)
        value = float(events @ linear - n @ np.logaddexp(0, linear))
        return value, design.T @ (events - n * fitted), design.T @ ((n * fitted * (1 - fitted))[:, None] * design)

    return maximise(likelihood, n @ design**2 / 4)
