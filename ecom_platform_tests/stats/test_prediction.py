"""Calibration, discrimination and lift from groups of equal scores."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import expit

from ecom_platform.stats.prediction import auc, calibration, gini, lift
from ecom_platform_tests.stats.simulation import as_promised, coverage

groups = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 30)).flatmap(
        lambda one: st.tuples(st.just(one[0] / 20), st.integers(0, one[1]), st.just(one[1]))
    ),
    min_size=2,
    max_size=25,
)


def columns(rows: list[tuple[float, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    scores, events, n = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    return scores, events, n


def test_slope_and_intercept_are_those_of_statsmodels() -> None:
    from statsmodels.api import GLM, families

    rng = np.random.default_rng(1)
    scores = rng.uniform(0.05, 0.9, 40)
    n = rng.integers(20, 80, 40).astype(float)
    log_odds = np.log(scores / (1 - scores))
    events = rng.binomial(n.astype(int), expit(0.3 + 0.7 * log_odds)).astype(float)
    found = calibration(scores, events, n)
    family, outcome = families.Binomial(), np.column_stack([events, n - events])
    slope = GLM(outcome, np.column_stack([np.ones(40), log_odds]), family=family).fit()
    shift = GLM(outcome, np.ones(40), family=family, offset=log_odds).fit()
    assert (found.slope.estimate, found.slope.standard_error) == pytest.approx((slope.params[1], slope.bse[1]), rel=1e-5)
    assert (found.intercept.estimate, found.intercept.standard_error) == pytest.approx(
        (shift.params[0], shift.bse[0]), rel=1e-5
    )
    assert found.slope.p_value < 0.05


def test_a_right_prediction_is_called_calibrated() -> None:
    def run(rng: np.random.Generator, field: str) -> tuple[float, float]:
        scores = rng.uniform(0.05, 0.6, 50)
        found = calibration(scores, rng.binomial(30, scores).astype(float), np.full(50, 30.0))
        one = getattr(found, field)
        return one.ci_low, one.ci_high

    assert as_promised(coverage(lambda rng: run(rng, "slope"), 1.0, runs=200, seed=2), runs=200, slack=0.01)
    assert as_promised(coverage(lambda rng: run(rng, "intercept"), 0.0, runs=200, seed=3), runs=200, slack=0.01)


def test_errors_by_hand() -> None:
    found = calibration(np.array([0.2, 0.8]), np.array([4.0, 6.0]), np.array([10.0, 10.0]), bins=2)
    assert [(one.score, one.share.estimate, one.n) for one in found.bins] == [(0.2, 0.4, 10), (0.8, 0.6, 10)]
    assert found.expected_error == pytest.approx(0.2)
    assert found.brier == pytest.approx((4 * 0.64 + 6 * 0.04 + 6 * 0.04 + 4 * 0.64) / 20)


@settings(max_examples=50)
@given(groups, st.integers(1, 12))
def test_bins_hold_everyone_once_and_in_order(rows: list[tuple[float, int, int]], bins: int) -> None:
    scores, events, n = columns(rows)
    assume(0 < events.sum() < n.sum())
    try:
        found = calibration(scores, events, n, bins=bins)
    except ValueError:
        return
    assert sum(one.n for one in found.bins) == n.sum() == found.n
    assert len(found.bins) <= bins
    assert (np.diff([one.score for one in found.bins]) > 0).all()
    assert 0 <= found.expected_error <= 1


@settings(max_examples=50)
@given(groups)
def test_the_area_is_the_share_of_pairs_in_the_right_order_whatever_the_scale_of_the_score(
    rows: list[tuple[float, int, int]],
) -> None:
    scores, events, n = columns(rows)
    assume(0 < events.sum() < n.sum())
    found = auc(scores, events, n)
    compared = np.sign(scores[:, None] - scores[None, :]) / 2 + 0.5
    pairs = events @ compared @ (n - events) / events.sum() / (n - events).sum()
    assert found.estimate == pytest.approx(pairs)
    assert auc(scores**3 - 7, events, n) == pytest.approx(found, nan_ok=True)
    share = events.sum() / n.sum()
    assert gini(scores, events, n) == pytest.approx((2 * pairs - 1) * (1 - share), abs=1e-9)


def test_delongs_interval_covers() -> None:
    truth = 0.7602  # P(N(1, 1) > N(0, 1))

    def interval(rng: np.random.Generator) -> tuple[float, float]:
        scores = np.concatenate([rng.normal(1, 1, 60), rng.normal(0, 1, 140)])
        found = auc(scores, (np.arange(200) < 60).astype(float), np.ones(200))
        return found.ci_low, found.ci_high

    assert as_promised(coverage(interval, truth, runs=500, seed=4), runs=500, slack=0.01)


def test_lift_by_hand() -> None:
    top, bottom = lift(np.array([0.9, 0.1, 0.1]), np.array([6.0, 1.0, 1.0]), np.array([10.0, 5.0, 5.0]), parts=2)
    assert (top.mean, top.lift, top.cumulative_share, top.score) == pytest.approx((0.6, 1.5, 0.75, 0.9))
    assert (bottom.n, bottom.mean, bottom.lift, bottom.cumulative_share) == pytest.approx((10, 0.2, 0.5, 1.0))


@given(groups, st.integers(1, 10))
def test_lift_splits_equal_scores_in_proportion_and_loses_nothing(rows: list[tuple[float, int, int]], parts: int) -> None:
    scores, events, n = columns(rows)
    assume(events.sum() > 0)
    found = lift(scores, events, n, parts=parts)
    assert sum(one.mean * one.n for one in found) == pytest.approx(events.sum())
    assert all(one.n == pytest.approx(n.sum() / parts) for one in found)
    assert found[-1].cumulative_share == pytest.approx(1)
    assert lift(np.full(len(n), 0.5), events, n, parts=parts)[0].lift == pytest.approx(1)


def test_the_gini_of_a_perfect_ranking_is_the_outcomes_own() -> None:
    spent = np.array([0.0, 1.0, 3.0, 10.0, 26.0])
    pairs = np.abs(spent[:, None] - spent[None, :]).sum() / (2 * len(spent) * spent.sum())
    assert gini(spent, spent, np.ones(5)) == pytest.approx(pairs)
    assert gini(-spent, spent, np.ones(5)) == pytest.approx(-pairs)
    assert gini(np.zeros(5), spent, np.ones(5)) == pytest.approx(0)
    assert math.isnan(gini(spent, np.zeros(5), np.ones(5)))


def test_what_cannot_be_judged_is_refused() -> None:
    two = np.array([1.0, 1.0])
    with pytest.raises(ValueError, match="between 0 and 1"):
        calibration(np.array([0.1, 1.1]), two, two * 2)
    with pytest.raises(ValueError, match="with the event and without"):
        calibration(np.array([0.1, 0.2]), two, two)
    with pytest.raises(ValueError, match="does not vary"):
        calibration(np.array([0.3, 0.3]), two, two * 2)
    with pytest.raises(ValueError, match="needs observations"):
        lift(two, two, np.zeros(2))
