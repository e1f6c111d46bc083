"""Always-valid inference holds over all looks at once, where a fixed interval does not."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from ecom_platform.stats.sequential import always_valid, mixing_scale, so_far


def looks(rng: np.random.Generator, effect: float) -> tuple[np.ndarray, np.ndarray]:
    """The difference and its error at each of 200 looks, 20 observations an arm apart."""
    n = 20 * np.arange(1, 201)
    errors = np.sqrt(2 / n)
    steps = rng.normal(effect * 20, math.sqrt(2 * 20), 200)
    return np.cumsum(steps) / n, errors


def test_it_holds_over_all_looks_and_peeking_at_a_fixed_interval_does_not() -> None:
    rng = np.random.default_rng(1)
    mixing = mixing_scale(math.sqrt(2 / 4000))
    ever, naive, runs = 0, 0, 400
    for _ in range(runs):
        estimates, errors = looks(rng, 0.1)
        said = so_far(always_valid(e, s, mixing) for e, s in zip(estimates, errors, strict=True))
        ever += not said[-1].ci_low <= 0.1 <= said[-1].ci_high
        naive += bool((np.abs(estimates - 0.1) > 1.96 * errors).any())
    assert ever / runs <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / runs)
    assert naive / runs > 0.3


def test_an_effect_is_found() -> None:
    rng = np.random.default_rng(2)
    mixing = mixing_scale(math.sqrt(2 / 4000))
    found = [so_far(always_valid(e, s, mixing) for e, s in zip(*looks(rng, 0.15), strict=True))[-1].p_value for _ in range(50)]
    assert np.mean(np.array(found) < 0.05) > 0.9


@given(st.floats(-10, 10), st.floats(0.01, 5), st.floats(0.01, 5))
def test_the_test_rejects_exactly_when_the_interval_leaves_zero_out(estimate: float, error: float, mixing: float) -> None:
    found = always_valid(estimate, error, mixing)
    if abs(found.p_value - 0.05) > 1e-9:
        assert (found.p_value < 0.05) == (not found.ci_low <= 0 <= found.ci_high)
    assert found.ci_high - found.ci_low > 2 * 1.96 * error


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_the_mixing_scale_makes_the_planned_interval_about_the_shortest(confidence: float) -> None:
    def width(mixing: float) -> float:
        return always_valid(0, 0.2, mixing, confidence=confidence).ci_high

    best = optimize.minimize_scalar(width, bounds=(0.01, 5), method="bounded").fun
    assert width(mixing_scale(0.2, confidence=confidence)) == pytest.approx(best, rel=0.01)


def test_what_is_said_is_never_taken_back() -> None:
    rng = np.random.default_rng(3)
    said = so_far(always_valid(e, s, 0.2) for e, s in zip(*looks(rng, 0.1), strict=True))
    assert all(later.ci_low >= earlier.ci_low for earlier, later in pairwise(said))
    assert all(later.p_value <= earlier.p_value for earlier, later in pairwise(said))


def test_without_data_nothing_is_said() -> None:
    assert always_valid(1.0, 0.0, 0.5)[1:] == (-math.inf, math.inf, 1.0)
    assert always_valid(1.0, math.nan, 0.5).p_value == 1.0
    with pytest.raises(ValueError, match="positive standard deviation"):
        always_valid(1.0, 1.0, 0.0)
