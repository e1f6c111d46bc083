"""Sample ratio, power and CUPED against scipy, statsmodels and regression on rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecom_platform.stats.aggregates import Moments
from ecom_platform.stats.experiments import cuped, detectable_difference, power_of, required_n, sample_ratio
from ecom_platform_tests.stats.simulation import as_promised, coverage


def test_a_mismatch_that_no_eye_would_see_is_found() -> None:
    """Fabijan et al. (2019): 821,588 against 815,482 where half and half was drawn has a p-value of 1.8e-6."""
    found = sample_ratio([821_588, 815_482], [1, 1])
    assert found.p_value == pytest.approx(1.8e-6, rel=0.05)
    assert found.shares[0] == pytest.approx(0.50186, abs=1e-5)
    assert sample_ratio([5_020, 4_980], [0.5, 0.5]).p_value > 0.5
    assert sample_ratio([900, 100], [9, 1]).chi_square == 0


def test_what_has_no_ratio_is_refused() -> None:
    for observed, planned in (([5], [1]), ([5, 5], [1, 0]), ([0, 0], [1, 1]), ([1, 2, 3], [1, 1])):
        with pytest.raises(ValueError, match="two arms or more"):
            sample_ratio(observed, planned)


@given(st.integers(20, 5000), st.integers(20, 5000), st.floats(0.1, 100), st.floats(0.5, 0.99))
def test_the_detectable_difference_is_detected_with_its_power(
    treatment: int, control: int, variance: float, power: float
) -> None:
    difference = detectable_difference(treatment, control, variance, power=power)
    assert power_of(difference, treatment, control, variance) == pytest.approx(power, abs=1e-3)
    assert power_of(0, treatment, control, variance) == pytest.approx(0.05)


def test_what_has_no_power_is_refused() -> None:
    with pytest.raises(ValueError, match="both arms"):
        detectable_difference(0, 10, 1.0)
    with pytest.raises(ValueError, match="outcome that varies"):
        power_of(1.0, 10, 10, 0.0)
    with pytest.raises(ValueError, match="difference of 0"):
        required_n(0.0, 1.0)


def test_power_is_that_of_statsmodels() -> None:
    from statsmodels.stats.power import NormalIndPower

    known = NormalIndPower().power(0.2, 150, 0.05, ratio=2)
    assert power_of(0.6, 300, 150, 9.0) == pytest.approx(known)


@given(st.floats(0.05, 2), st.floats(0.1, 50), st.floats(0.1, 0.9))
def test_the_required_sample_suffices_and_hardly_more(difference: float, variance: float, share: float) -> None:
    n = required_n(difference, variance, treatment_share=share)
    spread = variance / share / (1 - share)
    assert 7.848 * spread / difference**2 <= n <= 7.85 * spread / difference**2 + 1


def arms(rng: np.random.Generator, effect: float = 0.3) -> tuple[Moments, Moments]:
    found = []
    for n, gain in ((150, effect), (250, 0.0)):
        before, age = rng.normal(5, 2, n), rng.integers(0, 5, n).astype(float)
        found.append(Moments.of(y=gain + before + 0.4 * age + rng.normal(0, 1, n), before=before, age=age))
    return found[0], found[1]


def test_cuped_is_the_regression_on_arm_and_covariates() -> None:
    from statsmodels.api import OLS

    rng = np.random.default_rng(3)
    arm = np.repeat([1.0, 0.0], [150, 250])
    x = rng.normal(0, 1, (400, 2))
    y = 0.3 * arm + x @ [1.0, -0.5] + rng.normal(0, 1, 400)
    treatment, control = (Moments.of(y=y[arm == side], a=x[arm == side, 0], b=x[arm == side, 1]) for side in (1, 0))
    found = cuped(treatment, control, "y", ["a", "b"])
    known = OLS(y, np.column_stack([np.ones(400), arm, x])).fit(cov_type="HC1")
    assert found.difference.estimate == pytest.approx(known.params[1])
    assert found.coefficients == pytest.approx(tuple(known.params[2:]))
    assert found.difference.standard_error == pytest.approx(known.bse[1], rel=0.03)


def test_cuped_saves_variance_and_covers() -> None:
    assert cuped(*arms(np.random.default_rng(4)), "y", ["before", "age"]).variance_reduction > 0.7

    def interval(rng: np.random.Generator) -> tuple[float, float]:
        found = cuped(*arms(rng), "y", ["before", "age"]).difference
        return found.ci_low, found.ci_high

    assert as_promised(coverage(interval, 0.3, runs=400, seed=5), runs=400, slack=0.005)


def test_a_covariate_that_says_nothing_changes_nothing() -> None:
    rng = np.random.default_rng(6)
    treatment, control = (Moments.of(y=rng.normal(0, 1, 100), same=np.ones(100)) for _ in range(2))
    assert cuped(treatment, control, "y", ["same"]).variance_reduction == pytest.approx(0)
