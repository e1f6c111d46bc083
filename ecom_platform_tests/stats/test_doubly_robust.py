"""AIPW from cells is AIPW from rows, is right if one model is, and covers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ecom_platform.stats.aggregates import Sample
from ecom_platform.stats.doubly_robust import aipw
from ecom_platform.stats.logistic import fit_logistic
from ecom_platform.stats.stratified import standardised_difference
from ecom_platform_tests.stats.simulation import as_promised, coverage


def people(rng: np.random.Generator, n: int, curve: float = 0.0, effect: float = 1.0) -> pd.DataFrame:
    """A covariate of six levels drives exposure (logistic) and outcome (straight, or curved); the effect grows with it."""
    x = rng.integers(0, 6, n)
    exposed = rng.random(n) < 1 / (1 + np.exp(1.5 - 0.5 * x))
    y = 0.8 * x + curve * x**2 + exposed * (effect + 0.2 * (x - 2.5)) + rng.normal(0, 1, n)
    return pd.DataFrame({"x": x, "exposed": exposed, "y": y})


def sides(rows: pd.DataFrame) -> tuple[list[Sample], list[Sample], np.ndarray]:
    levels = sorted(rows["x"].unique())
    one, zero = (
        [Sample.of(rows.loc[(rows["x"] == x) & (rows["exposed"] == side), "y"].to_numpy()) for x in levels]
        for side in (True, False)
    )
    return one, zero, np.column_stack([np.ones(len(levels)), levels])


@pytest.mark.parametrize("target", ["all", "exposed"])
def test_the_estimate_and_its_error_are_those_of_the_rows_influence(target: str) -> None:
    rows = people(np.random.default_rng(1), 800, curve=0.1)
    one, zero, design = sides(rows)
    found = aipw(one, zero, design, target=target)  # type: ignore[arg-type]
    x, d, y = np.column_stack([np.ones(800), rows["x"]]), rows["exposed"].to_numpy(float), rows["y"].to_numpy()
    e = 1 / (1 + np.exp(-x @ fit_logistic(x, d, np.ones(800)).coefficients))
    m1, m0 = (x @ np.linalg.lstsq(x[d == side], y[d == side], rcond=None)[0] for side in (1, 0))
    if target == "all":
        score = m1 - m0 + d * (y - m1) / e - (1 - d) * (y - m0) / (1 - e)
        assert found.estimate == pytest.approx(score.mean())
        assert found.standard_error == pytest.approx(score.std() / 800**0.5)
    else:
        score = (d * (y - m0) - (1 - d) * e / (1 - e) * (y - m0)) / d.mean()
        assert found.estimate == pytest.approx(score.mean())
        assert found.standard_error == pytest.approx((score - d / d.mean() * score.mean()).std() / 800**0.5)
    assert (found.lowest_propensity, found.highest_propensity) == pytest.approx((e.min(), e.max()))


def test_saturated_models_are_standardisation() -> None:
    one, zero, _ = sides(people(np.random.default_rng(2), 5000))
    found = aipw(one, zero)
    known = standardised_difference(one, zero, [a.n + b.n for a, b in zip(one, zero, strict=True)])
    assert found.estimate == pytest.approx(known.estimate)
    att = aipw(one, zero, target="exposed")
    known = standardised_difference(one, zero, [a.n for a in one])
    assert att.estimate == pytest.approx(known.estimate)


@pytest.mark.parametrize("curve", [0.0, 0.3])
def test_it_covers_if_the_propensity_is_right_whether_or_not_the_outcome_model_is(curve: float) -> None:
    def interval(rng: np.random.Generator) -> tuple[float, float]:
        one, zero, design = sides(people(rng, 600, curve))
        found = aipw(one, zero, design)
        return found.ci_low, found.ci_high

    assert as_promised(coverage(interval, 1.0, runs=150, seed=3), runs=150, slack=0.015)


def test_cells_with_one_side_are_left_out_by_saturated_models_and_counted() -> None:
    rng = np.random.default_rng(4)
    one, zero = (
        [Sample.of(rng.normal(2, 1, 30)), Sample.of([])],
        [Sample.of(rng.normal(1, 1, 30)), Sample.of(rng.normal(1, 1, 9))],
    )
    found = aipw(one, zero)
    assert (found.n, found.left_out) == (60, 9)
    with pytest.raises(ValueError, match="no cell"):
        aipw(one[1:], zero[1:])
    with pytest.raises(ValueError, match="no cell"):
        aipw([Sample.of([])], [Sample.of([])])
