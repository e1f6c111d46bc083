"""Grouped logistic regression is that of statsmodels, and a separated one is refused."""

from __future__ import annotations

import numpy as np
import pytest

from ecom_platform.stats.logistic import fit_logistic


def test_it_is_the_binomial_model_of_statsmodels() -> None:
    from statsmodels.api import GLM, families

    rng = np.random.default_rng(1)
    design = np.column_stack([np.ones(60), rng.normal(0, 2, 60), rng.integers(0, 2, 60)])
    n = rng.integers(1, 50, 60).astype(float)
    events = rng.binomial(n.astype(int), 1 / (1 + np.exp(-design @ [0.2, -0.7, 1.0]))).astype(float)
    found = fit_logistic(design, events, n)
    known = GLM(np.column_stack([events, n - events]), design, family=families.Binomial()).fit(tol=1e-12)
    assert found.coefficients == pytest.approx(known.params, abs=1e-6)
    assert found.covariance == pytest.approx(known.cov_params(), rel=1e-5)


def test_without_a_unique_maximum_it_is_refused() -> None:
    x = np.column_stack([np.ones(4), [0.0, 1.0, 2.0, 3.0]])
    with pytest.raises(ValueError, match="separates"):
        fit_logistic(x, np.array([0.0, 0, 5, 5]), np.full(4, 5.0))
    with pytest.raises(ValueError, match="does not vary independently"):
        fit_logistic(np.ones((4, 2)), np.array([1.0, 2, 3, 4]), np.full(4, 5.0))
