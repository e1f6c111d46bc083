"""Survival against the published analyses of two classic data sets, lifelines, and the definition of grouped counts."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import CoxTimeVaryingFitter, KaplanMeierFitter
from lifelines.datasets import load_stanford_heart_transplants
from lifelines.statistics import multivariate_logrank_test

from ecom_platform.stats.survival import cox, kaplan_meier, log_rank
from ecom_platform_tests.stats.simulation import as_promised, coverage

DATA = Path(__file__).parent / "data"

subjects = st.lists(st.tuples(st.integers(1, 12), st.booleans(), st.integers(0, 2)), min_size=6, max_size=60)


def leukaemia(group: str) -> tuple[list[float], list[int], list[int]]:
    """Freireich et al. (1963), Blood 21: weeks in remission under 6-mercaptopurine and placebo."""
    with (DATA / "leukaemia_6mp.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["group"] == group]
    relapses = [int(row["relapse"]) for row in rows]
    return [float(row["weeks"]) for row in rows], relapses, [1 - relapse for relapse in relapses]


def test_the_medians_of_the_leukaemia_trial_are_23_and_8_weeks() -> None:
    treated, placebo = kaplan_meier(*leukaemia("6-MP")), kaplan_meier(*leukaemia("placebo"))
    assert (treated.quantile().estimate, placebo.quantile().estimate) == (23, 8)
    assert treated.at(6) == pytest.approx(0.857, abs=5e-4)
    assert treated.at(23) == pytest.approx(0.448, abs=5e-4)
    assert treated.standard_error[np.searchsorted(treated.time, 6)] == pytest.approx(0.0764, abs=5e-5)


def test_the_log_rank_statistic_of_the_leukaemia_trial_is_16_793() -> None:
    (weeks, relapses, left), (more, later, gone) = leukaemia("6-MP"), leukaemia("placebo")
    nobody, no_one = [0] * len(weeks), [0] * len(more)
    found = log_rank(weeks + more, [relapses + no_one, nobody + later], [left + no_one, nobody + gone])
    assert found.chi_square == pytest.approx(16.793, abs=5e-4)
    assert found.observed.tolist() == [9, 21]
    assert found.expected.tolist() == pytest.approx([19.25, 10.75], abs=5e-3)


def test_the_heart_transplants_look_protective_only_if_the_waiting_counts_for_them() -> None:
    """Crowley & Hu (1977), JASA 72: hazard ratio .266 with transplantation as if known at the start, 1.136 as it happened."""
    rows = load_stanford_heart_transplants()
    over_time = cox(rows["start"], rows["stop"], rows["event"], rows["transplant"].to_numpy())
    assert over_time.hazard_ratios[0].estimate == pytest.approx(1.136, abs=5e-4)
    assert over_time.events == 75
    whole = rows.groupby("id").agg(stop=("stop", "max"), event=("event", "max"), ever=("transplant", "max"))
    fixed = cox(np.full(len(whole), -1.0), whole["stop"], whole["event"], whole["ever"].to_numpy())
    assert fixed.hazard_ratios[0].estimate == pytest.approx(0.266, abs=5e-4)


def test_cox_is_that_of_lifelines_with_four_covariates() -> None:
    rows = load_stanford_heart_transplants()
    names = ["transplant", "age", "year", "surgery"]
    found = cox(rows["start"], rows["stop"], rows["event"], rows[names].to_numpy())
    known = CoxTimeVaryingFitter().fit(rows, id_col="id", event_col="event", start_col="start", stop_col="stop")
    assert found.coefficients == pytest.approx(known.params_[names].to_numpy(), abs=1e-6)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(known.standard_errors_[names].to_numpy(), rel=1e-5)
    assert found.log_likelihood == pytest.approx(known.log_likelihood_)


def test_cox_is_that_of_statsmodels_with_strata_ties_and_late_entry() -> None:
    from statsmodels.duration.hazard_regression import PHReg

    rng = np.random.default_rng(3)
    n = 400
    x, stratum = rng.normal(size=(n, 2)), rng.integers(0, 3, n)
    stop = np.ceil(rng.exponential(np.exp(-0.5 * x[:, 0]) * 8)) + 1
    start = np.floor(stop * rng.uniform(0, 0.8, n)) + 0.5
    event = rng.random(n) < 0.7
    found = cox(start, stop, event, x, strata=stratum)
    known = PHReg(stop, x, status=event, entry=start, strata=stratum, ties="efron").fit()
    assert found.coefficients == pytest.approx(known.params, abs=1e-6)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(known.bse, rel=1e-4)


@settings(max_examples=30)
@given(subjects)
def test_grouped_counts_give_what_single_rows_give(people: list[tuple[int, bool, int]]) -> None:
    stop, event, x = (np.array(column, dtype=float) for column in zip(*people, strict=True))
    rows, counts = np.unique(np.column_stack([stop, event, x]), axis=0, return_counts=True)
    curve = kaplan_meier(rows[:, 0], counts * rows[:, 1], counts * (1 - rows[:, 1]))
    single = kaplan_meier(stop, event, 1 - event)
    assert curve.survival == pytest.approx(single.survival)
    assert curve.ci_low == pytest.approx(single.ci_low, nan_ok=True)
    try:
        together = cox(np.zeros(len(stop)), stop, event, x)
    except ValueError:
        return
    apart = cox(np.zeros(len(rows)), rows[:, 0], rows[:, 1], rows[:, 2], counts)
    assert apart.coefficients == pytest.approx(together.coefficients, abs=1e-6)
    assert apart.log_likelihood == pytest.approx(together.log_likelihood)


@settings(max_examples=30)
@given(subjects)
def test_the_curve_and_the_log_rank_test_are_those_of_lifelines(people: list[tuple[int, bool, int]]) -> None:
    stop, event, group = (np.array(column, dtype=float) for column in zip(*people, strict=True))
    curve = kaplan_meier(stop, event, 1 - event)
    known = KaplanMeierFitter().fit(stop, event)
    assert curve.survival == pytest.approx(known.survival_function_at_times(curve.time).to_numpy())
    bounds = known.confidence_interval_survival_function_.loc[curve.time].to_numpy()
    inside = (curve.survival > 0) & (curve.survival < 1)
    assert curve.ci_low[inside] == pytest.approx(bounds[inside, 0], abs=1e-9)
    assert curve.ci_high[inside] == pytest.approx(bounds[inside, 1], abs=1e-9)
    levels = np.unique(group)
    if len(levels) > 1 and event.any():
        found = log_rank(stop, [event * (group == g) for g in levels], [(1 - event) * (group == g) for g in levels])
        if not math.isnan(found.chi_square):
            expected = multivariate_logrank_test(stop, group, event)
            assert found.chi_square == pytest.approx(expected.test_statistic, abs=1e-6)


@given(subjects)
def test_nobody_comes_back(people: list[tuple[int, bool, int]]) -> None:
    stop, event, _ = (np.array(column, dtype=float) for column in zip(*people, strict=True))
    curve = kaplan_meier(stop, event, 1 - event)
    assert (np.diff(curve.survival) <= 1e-12).all()
    assert (np.diff(curve.at_risk) < 0).all()
    some = curve.survival > 0
    assert ((curve.ci_low <= curve.survival + 1e-12) & (curve.survival <= curve.ci_high + 1e-12))[some].all()
    assert np.isnan(curve.ci_high[~some]).all()
    assert curve.at(0) == 1.0


def test_the_intervals_of_the_curve_cover_under_censoring() -> None:
    def interval(rng: np.random.Generator) -> tuple[float, float]:
        life, leave = rng.exponential(10, 80), rng.uniform(2, 20, 80)
        seen = np.minimum(life, leave)
        curve = kaplan_meier(seen, life <= leave, life > leave)
        position = np.searchsorted(curve.time, 7.0, side="right") - 1
        return curve.ci_low[position], curve.ci_high[position]

    assert as_promised(coverage(interval, math.exp(-0.7), runs=600, seed=9), runs=600, slack=0.01)


def test_beyond_the_last_time_observed_nothing_is_known() -> None:
    curve = kaplan_meier([1, 2, 3], [1, 1, 0], [0, 0, 1])
    assert curve.at(3) == pytest.approx(1 / 3)
    assert math.isnan(curve.at(4))
    assert kaplan_meier([1, 2], [1, 1], [0, 0]).at(4) == 0.0
    assert curve.quantile(0.9).estimate == math.inf


def test_what_has_no_hazard_model_is_refused() -> None:
    with pytest.raises(ValueError, match="begin before it ends"):
        cox([1], [1], [True], np.array([0.0]))
    with pytest.raises(ValueError, match="without an event"):
        cox([0, 0], [1, 2], [False, False], np.array([0.0, 1.0]))
    with pytest.raises(ValueError, match="does not vary"):
        cox([0, 0], [1, 2], [True, True], np.array([1.0, 1.0]))
    with pytest.raises(ValueError, match="no maximum"):
        cox([0] * 6, [1, 2, 3, 7, 8, 9], [1, 1, 1, 0, 0, 0], np.array([1.0, 1, 1, 0, 0, 0]))
