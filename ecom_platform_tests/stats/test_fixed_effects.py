"""Regression on cells is regression on rows: statsmodels with a dummy for every level, robust or clustered."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.api import OLS

from ecom_platform.stats.aggregates import Sample
from ecom_platform.stats.fixed_effects import absorbing_regression
from ecom_platform_tests.stats.simulation import as_promised, coverage


def panel(rng: np.random.Generator, n: int, effect: float = 0.4) -> pd.DataFrame:
    """An exposure that a mask of weekdays and the weekday decide together; both also drive the outcome."""
    mask, weekday = rng.integers(1, 16, n), rng.integers(0, 4, n)
    exposed = (mask >> weekday) & 1
    y = effect * exposed + 0.3 * mask % 5 - weekday + rng.normal(0, 1 + 0.5 * exposed, n)
    return pd.DataFrame({"mask": mask, "weekday": weekday, "exposed": exposed, "y": y})


def cells(rows: pd.DataFrame) -> tuple[list[Sample], pd.DataFrame]:
    grouped = rows.groupby([name for name in rows.columns if name != "y"])["y"]
    return [Sample.of(part.to_numpy()) for _, part in grouped], grouped.size().index.to_frame(index=False)


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_two_absorbed_factors_are_dummies_on_rows(seed: int, clustered: bool) -> None:
    rows = panel(np.random.default_rng(seed), 400)
    outcomes, keys = cells(rows)
    cluster = keys["mask"].to_numpy() if clustered else None
    found = absorbing_regression(
        outcomes, keys["exposed"].to_numpy(), [keys["mask"].to_numpy(), keys["weekday"].to_numpy()], cluster=cluster
    )
    mask, weekday = (pd.get_dummies(rows[name], prefix=name, drop_first=name == "weekday") for name in ("mask", "weekday"))
    design = pd.concat([rows[["exposed"]], mask, weekday], axis=1).astype(float)
    how = {"cov_type": "cluster", "cov_kwds": {"groups": rows["mask"]}, "use_t": True} if clustered else {"cov_type": "HC1"}
    known = OLS(rows["y"], design).fit(**how)
    (one,) = found.coefficients
    assert one.estimate == pytest.approx(known.params["exposed"])
    assert one.standard_error == pytest.approx(known.bse["exposed"])
    assert (one.ci_low, one.ci_high) == pytest.approx(tuple(known.conf_int().loc["exposed"]))
    assert found.absorbed == mask.shape[1] + weekday.shape[1]
    assert found.n == 400


def test_several_regressors_and_no_factor_are_plain_least_squares() -> None:
    rng = np.random.default_rng(2)
    x = rng.integers(0, 3, (300, 2)).astype(float)
    y = 1 + x @ [0.5, -1.0] + rng.normal(0, 1, 300)
    found = absorbing_regression([Sample.of([value]) for value in y], x, [])
    known = OLS(y, np.column_stack([np.ones(300), x])).fit(cov_type="HC1")
    assert [one.estimate for one in found.coefficients] == pytest.approx(known.params[1:])
    assert found.covariance == pytest.approx(known.cov_params()[1:, 1:])


def test_what_is_common_to_a_stratum_drops_out() -> None:
    rows = panel(np.random.default_rng(3), 500)
    outcomes, keys = cells(rows)
    shifted, _ = cells(rows.assign(y=rows["y"] + 1000 * rows["mask"]))
    for factors in ([keys["mask"].to_numpy()], [keys["mask"].to_numpy(), keys["weekday"].to_numpy()]):
        before, after = (absorbing_regression(y, keys["exposed"].to_numpy(), factors) for y in (outcomes, shifted))
        assert after.coefficients[0] == pytest.approx(before.coefficients[0], rel=1e-6)


def test_the_robust_interval_covers() -> None:
    def interval(rng: np.random.Generator) -> tuple[float, float]:
        outcomes, keys = cells(panel(rng, 400))
        found = absorbing_regression(
            outcomes, keys["exposed"].to_numpy(), [keys["mask"].to_numpy(), keys["weekday"].to_numpy()]
        )
        return found.coefficients[0].ci_low, found.coefficients[0].ci_high

    assert as_promised(coverage(interval, 0.4, runs=200, seed=4), runs=200, slack=0.01)


def test_what_does_not_vary_within_the_strata_is_refused() -> None:
    samples = [Sample.of([1.0, 2.0, 3.0])] * 4
    with pytest.raises(ValueError, match="does not vary"):
        absorbing_regression(samples, np.array([0, 0, 1, 1]), [["a", "a", "b", "b"]])
    with pytest.raises(ValueError, match="does not vary"):
        absorbing_regression(samples, np.array([[0, 0], [1, 2], [0, 0], [1, 2]]), [["a", "a", "b", "b"]])
    with pytest.raises(ValueError, match="needs observations"):
        absorbing_regression([Sample.of([])], np.array([1.0]), [])
    with pytest.raises(ValueError, match="do not determine"):
        absorbing_regression([Sample.of([1.0]), Sample.of([2.0])], np.array([0.0, 1.0]), [])
    with pytest.raises(ValueError, match="two clusters"):
        absorbing_regression(samples, np.array([0, 1, 0, 1]), [], cluster=["u"] * 4)
