"""The maximum of a concave likelihood, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ecom_platform.stats.aggregates import Floats

_FLAT = 1e-7
"""Information, in units of that with all coefficients 0, below which the likelihood is called flat."""


class Maximum(NamedTuple):
    """Where a likelihood is greatest."""

    coefficients: Floats
    """The coefficients there, shape (p,)."""
    covariance: Floats
    """The inverse of the information there, shape (p, p)."""
    log_likelihood: float
    """The log-likelihood there."""
    null_log_likelihood: float
    """The log-likelihood with all coefficients 0."""


def maximise(likelihood: Callable[[Floats], tuple[float, Floats, Floats]], most: Floats) -> Maximum:
    """Newton's method with step halving, from coefficients of 0.

    Args:
        likelihood: Takes coefficients, shape (p,); returns the log-likelihood, its gradient and the information (p, p).
        most: An upper bound of each coefficient's information, shape (p,), to tell rounding from information.

    Raises:
        ValueError: a regressor does not vary, or repeats another one; or it separates those with the event from the others,
            so that the likelihood rises for ever.
    """
    beta = np.zeros(len(most))
    value, gradient, information = likelihood(beta)
    null, own = value, np.diag(information)
    scale = np.sqrt(np.where(own > 1e-10 * most, own, 0.0))

    def flat() -> bool:
        return float(np.linalg.eigvalsh(information / np.outer(scale, scale)).min()) < _FLAT

    if not scale.all() or flat():
        raise ValueError("A regressor does not vary independently of the others.")
    for _ in range(100):
        step = np.linalg.solve(information, gradient)
        there = float(gradient @ step) < 1e-9 * (abs(value) + 1)
        for halving in range(40):
            trial = beta + step / 2**halving
            reached = likelihood(trial)
            if reached[0] >= value - 1e-12 * abs(value):
                break
        beta, (value, gradient, information) = trial, reached
        if flat():
            break
        if there:
            return Maximum(beta, np.asarray(np.linalg.inv(information), dtype=np.float64), value, null)
    raise ValueError("There is no maximum: a regressor separates those with the event from the others.")
