"""Cluster totals are sufficient: the regression and its clustered errors are those of statsmodels on rows."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.api import OLS

from ecom_platform.stats.aggregates import Moments, pool_moments
from ecom_platform.stats.clustered import cluster_totals, clustered_regression, product, totals_of
from ecom_platform_tests.stats.simulation import as_promised, coverage

REGRESSORS = ("1", "exposed", "age")


def months(rng: np.random.Generator, users: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Months of users who differ: each has a level of their own, some become exposed."""
    user = np.repeat(np.arange(users), rng.integers(1, 8, users))
    n = len(user)
    level = rng.normal(0, 1, users)[user]
    age = rng.integers(0, 10, n).astype(float)
    exposed = (rng.random(users)[user] + 0.1 * age > 0.9).astype(float)
    y = 1 + 0.5 * exposed + 0.1 * age + level + rng.normal(0, 1, n)
    return user, {"1": np.ones(n), "exposed": exposed, "age": age, "y": y}


def moments(user: np.ndarray, rows: dict[str, np.ndarray]) -> Moments:
    names = cluster_totals(REGRESSORS, "y")
    totals = [totals_of({k: v[user == u] for k, v in rows.items()}, REGRESSORS, "y") for u in np.unique(user)]
    return Moments.of(**{name: np.array([one[name] for one in totals]) for name in names})


def test_coefficients_and_clustered_errors_are_those_of_statsmodels() -> None:
    user, rows = months(np.random.default_rng(1), 150)
    found = clustered_regression(moments(user, rows), REGRESSORS, "y")
    design = np.column_stack([rows[name] for name in REGRESSORS])
    known = OLS(rows["y"], design).fit(cov_type="cluster", cov_kwds={"groups": user, "use_correction": False}, use_t=True)
    assert [one.estimate for one in found.coefficients] == pytest.approx(known.params)
    assert found.covariance == pytest.approx(known.cov_params() * 150 / 149)
    assert found.clusters == 150


def test_strata_are_absorbed_by_summing_what_their_means_leave() -> None:
    user, rows = months(np.random.default_rng(5), 120)
    strata = np.equal.outer(rows["age"], np.unique(rows["age"])).astype(float)
    share = strata / strata.sum(axis=0)
    within = {name: rows[name] - strata @ (share.T @ rows[name]) for name in ("exposed", "y")}
    totals = [totals_of({k: v[user == u] for k, v in within.items()}, ["exposed"], "y") for u in range(120)]
    found = clustered_regression(
        Moments.of(**{name: np.array([one[name] for one in totals]) for name in totals[0]}), ["exposed"], "y"
    )
    known = OLS(rows["y"], np.column_stack([rows["exposed"], strata])).fit(
        cov_type="cluster", cov_kwds={"groups": user, "use_correction": False}
    )
    assert found.coefficients[0].estimate == pytest.approx(known.params[0])
    assert found.coefficients[0].standard_error == pytest.approx(known.bse[0] * (120 / 119) ** 0.5)


def test_users_may_come_in_parts() -> None:
    user, rows = months(np.random.default_rng(2), 60)
    parts = [moments(user[at], {k: v[at] for k, v in rows.items()}) for at in (user < 20, user >= 20)]
    whole = clustered_regression(moments(user, rows), REGRESSORS, "y")
    assert clustered_regression(pool_moments(parts), REGRESSORS, "y").covariance == pytest.approx(whole.covariance)


def test_clustered_intervals_cover_where_those_of_rows_do_not() -> None:
    runs = 150

    def clustered(rng: np.random.Generator) -> tuple[float, float]:
        return clustered_regression(moments(*months(rng, 60)), REGRESSORS, "y").coefficients[1][2:4]

    def by_rows(rng: np.random.Generator) -> tuple[float, float]:
        user, rows = months(rng, 60)
        return clustered_regression(moments(np.arange(len(user)), rows), REGRESSORS, "y").coefficients[1][2:4]

    assert as_promised(coverage(clustered, 0.5, runs=runs, seed=3), runs=runs, slack=0.02)
    assert coverage(by_rows, 0.5, runs=100, seed=3) < 0.9


def test_what_is_refused() -> None:
    assert product("y", "exposed") == product("exposed", "y")
    with pytest.raises(ValueError, match="two clusters"):
        clustered_regression(Moments.of(**{"1*1": [1.0], "1*y": [1.0]}), ["1"], "y")
    user, rows = months(np.random.default_rng(4), 20)
    with pytest.raises(ValueError, match="vary independently"):
        clustered_regression(moments(user, rows | {"age": np.full(len(user), 2.0)}), REGRESSORS, "y")
