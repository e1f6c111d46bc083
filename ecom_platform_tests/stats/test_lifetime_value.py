"""BG/NBD and Gamma-Gamma: the published fits of the CDNOW sample from its raw transactions, and recovery in simulation.

The package `lifetimes` no longer imports, so the oracles are the published numbers, the published formulas, and simulation.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import hyp2f1

from ecom_platform.stats.lifetime_value import (
    BgNbd,
    PurchaseCounts,
    SpendCounts,
    fit_bg_nbd,
    fit_gamma_gamma,
    history,
)

CDNOW = Path(__file__).parent / "data" / "cdnow_sample.csv"
"""2,357 customers of CDNOW who first bought in early 1997: customer, day since 1 January, cents (Fader & Hardie 2001)."""

CALIBRATION_ENDS = 272
"""30 September 1997, the end of the 39 weeks on which the papers fit."""


def transactions() -> dict[int, dict[int, float]]:
    """Dollars by customer and day."""
    spent: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    with CDNOW.open() as file:
        for row in csv.DictReader(file):
            spent[int(row["customer"])][int(row["day"])] += int(row["cents"]) / 100
    return spent


def grouped(rows: Sequence[tuple[float, ...]]) -> list[np.ndarray]:
    distinct, counts = np.unique(np.array(rows), axis=0, return_counts=True)
    return [*distinct.T, counts]


@pytest.fixture(scope="module")
def cdnow() -> PurchaseCounts:
    rows = []
    for days in transactions().values():
        first = min(days)
        x, t_x, t = history(days.keys() - {first}, first, CALIBRATION_ENDS)
        rows.append((x, t_x / 7, t / 7))
    return PurchaseCounts(*grouped(rows))


@pytest.fixture(scope="module")
def fitted(cdnow: PurchaseCounts) -> BgNbd:
    return fit_bg_nbd(cdnow)


def test_bg_nbd_of_cdnow_is_as_published(fitted: BgNbd) -> None:
    """Fader, Hardie & Lee (2005), table 2."""
    assert (fitted.r, fitted.alpha, fitted.a, fitted.b) == pytest.approx((0.243, 4.414, 0.793, 2.426), abs=6e-4)
    assert fitted.log_likelihood == pytest.approx(-9582.4, abs=0.05)
    assert fitted.customers == 2357


def test_a_customers_expected_purchases_are_as_published(fitted: BgNbd) -> None:
    """Fader, Hardie & Lee's note on the spreadsheet: 1.226 in 39 weeks for two purchases, the last in week 30.43 of 38.86."""
    one = (np.array([2.0]), np.array([30.43]), np.array([38.86]))
    assert fitted.expected_given(39, *one)[0] == pytest.approx(1.226, abs=5e-4)


def test_the_holdout_is_forecast_within_the_published_error(cdnow: PurchaseCounts, fitted: BgNbd) -> None:
    """The paper forecasts the cumulative total of 78 weeks within 4 %."""
    customers = np.asarray(cdnow.customers)
    ahead = float(customers @ fitted.expected_given(39, cdnow.x, cdnow.t_x, cdnow.t))
    came = sum(sum(day > CALIBRATION_ENDS for day in days) for days in transactions().values())
    before = float(customers @ np.asarray(cdnow.x))
    assert (before + ahead) / (before + came) == pytest.approx(1, abs=0.06)


def test_the_order_and_grouping_of_customers_do_not_matter(cdnow: PurchaseCounts, fitted: BgNbd) -> None:
    x, t_x, t = np.repeat(np.array(cdnow[:3]), np.asarray(cdnow.customers, dtype=np.int64), axis=1)
    shuffled = np.random.default_rng(1).permutation(2357)
    found = fit_bg_nbd(PurchaseCounts(x[shuffled], t_x[shuffled], t[shuffled], np.ones(2357)))
    assert found[:4] == pytest.approx(fitted[:4], rel=1e-4)
    doubled = fit_bg_nbd(cdnow._replace(customers=2 * np.asarray(cdnow.customers)))
    assert doubled[:4] == pytest.approx(fitted[:4], rel=1e-4)
    assert np.array(doubled.standard_errors) * 2**0.5 == pytest.approx(np.array(fitted.standard_errors), rel=1e-3)


def test_gamma_gamma_of_cdnow_is_as_published() -> None:
    """Fader & Hardie (2013): p 6.25, q 3.74, gamma 15.44, on the 946 customers who bought again."""
    rows = []
    for days in transactions().values():
        again = [amount for day, amount in days.items() if min(days) < day <= CALIBRATION_ENDS]
        if again:
            rows.append((float(len(again)), round(sum(again) / len(again), 2)))
    found = fit_gamma_gamma(SpendCounts(*grouped(rows)))
    assert found.customers == 946
    assert (found.p, found.q, found.v) == pytest.approx((6.25, 3.74, 15.44), abs=0.02)
    assert found.expected_given(np.array([2.0]), np.array([22.35]))[0] == pytest.approx(24.66, abs=0.01)
    in_cents = fit_gamma_gamma(SpendCounts(*grouped([(x, amount * 100) for x, amount in rows])))
    assert (in_cents.p, in_cents.q, in_cents.v / 100) == pytest.approx((found.p, found.q, found.v), rel=1e-4)


def model(r: float, alpha: float, a: float, b: float) -> BgNbd:
    return BgNbd(r, alpha, a, b, (0.0, 0.0, 0.0, 0.0), 0.0, 0)


parameters = st.tuples(
    st.floats(0.2, 3), st.floats(1, 20), st.floats(0.1, 3).filter(lambda a: abs(a - 1) > 0.05), st.floats(0.5, 5)
)


@given(parameters, st.integers(0, 12), st.floats(0, 1), st.floats(1, 60), st.floats(1, 60))
def test_expectations_are_the_published_formulas(
    p: tuple[float, float, float, float], x: int, when: float, t: float, ahead: float
) -> None:
    """Equations (9) and (10) of the paper as printed, where their hypergeometric series is tame."""
    r, alpha, a, b = p
    assume(abs(a + b - 1) > 0.01)
    t_x = when * t if x else 0.0
    found = model(*p)
    series = hyp2f1(r, b, a + b - 1, ahead / (alpha + ahead))
    printed = (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + ahead)) ** r * series)
    assert found.expected(ahead) == pytest.approx(printed, rel=1e-6, abs=1e-8)
    series = hyp2f1(r + x, b + x, a + b + x - 1, ahead / (alpha + t + ahead))
    top = (a + b + x - 1) / (a - 1) * (1 - ((alpha + t) / (alpha + t + ahead)) ** (r + x) * series)
    bottom = 1 + (a / (b + x - 1) * ((alpha + t) / (alpha + t_x)) ** (r + x) if x else 0)
    given_history = found.expected_given(ahead, np.array([float(x)]), np.array([t_x]), np.array([t]))
    assert given_history[0] == pytest.approx(top / bottom, rel=1e-6, abs=1e-8)
    alive = found.probability_alive(np.array([float(x)]), np.array([t_x]), np.array([t]))
    assert alive[0] == pytest.approx(1 / bottom)
    assert 0 <= alive[0] <= 1


def test_expectations_stay_finite_for_many_purchases_and_where_the_formula_divides_by_zero() -> None:
    found = model(0.8, 10.0, 1.0, 4.0)
    many = found.expected_given(330, np.array([600.0]), np.array([329.0]), np.array([330.0]))
    assert 0 < many[0] < 700
    assert found.expected(100.0) == pytest.approx(model(0.8, 10.0, 1.001, 4.0).expected(100.0), rel=1e-3)
    together = model(0.8, 10.0, 0.5, 0.5).expected(100.0)
    assert together == pytest.approx(model(0.8, 10.0, 0.501, 0.501).expected(100.0), rel=1e-2)
    assert found.probability_alive(np.array([500.0]), np.array([1.0]), np.array([1000.0]))[0] == pytest.approx(0, abs=1e-300)


def purchases(rng: np.random.Generator, n: int, p: tuple[float, float, float, float], until: float) -> list[np.ndarray]:
    """Purchase times of customers who follow the model from time 0."""
    r, alpha, a, b = p
    rates, dropout = rng.gamma(r, 1 / alpha, n), rng.beta(a, b, n)
    times = []
    for rate, chance in zip(rates, dropout, strict=True):
        arrivals = np.cumsum(rng.exponential(1 / rate, rng.poisson(rate * until) + 20))
        last = int(rng.geometric(max(chance, 1e-12)))
        times.append(arrivals[:last][arrivals[:last] < until])
    return times


def test_with_the_clock_from_the_landmark_the_truth_is_recovered_whatever_came_before() -> None:
    """Everybody buys in a first burst that has nothing to do with the rate; the landmark at day 30 leaves it out."""
    rng = np.random.default_rng(5)
    truth = (0.8, 60.0, 0.6, 6.0)
    later = purchases(rng, 8000, truth, 660.0)
    rows = []
    for times in later:
        burst = rng.uniform(0, 30, rng.integers(1, 4))
        x, t_x, t = history([*burst, *(30 + times)], 30, 360)
        rows.append((x, min(round(t_x / 7), t / 7), t / 7))
    found = fit_bg_nbd(PurchaseCounts(*grouped(rows)))
    known = np.array([truth[0], truth[1] / 7, truth[2], truth[3]])
    assert (np.abs(np.array(found[:4]) - known) < 4 * np.array(found.standard_errors)).all()
    assert found.a / (found.a + found.b) == pytest.approx(0.6 / 6.6, abs=0.02)
    ahead = found.expected_given(330 / 7, *np.array(rows).T).sum()
    came = sum(int((times >= 330).sum()) for times in later)
    assert ahead / came == pytest.approx(1, abs=0.04)
    assert found.expected(330 / 7) == pytest.approx(np.mean([x for x, _, _ in rows]), rel=0.02)


@pytest.mark.slow
def test_the_standard_errors_cover() -> None:
    rng, truth = np.random.default_rng(6), (0.8, 8.0, 0.8, 4.0)
    held = np.zeros(4)
    for _ in range(100):
        rows = [history(times, 0, 50) for times in purchases(rng, 2500, truth, 50.0)]
        found = fit_bg_nbd(PurchaseCounts(*grouped(rows)))
        held += np.abs(np.array(found[:4]) - truth) < 1.96 * np.array(found.standard_errors)
    assert (held >= 88).all()


def test_the_spread_of_amounts_is_recovered() -> None:
    rng = np.random.default_rng(7)
    p, q, v = 4.0, 5.0, 20_000.0
    x = rng.integers(1, 12, 5000).astype(float)
    scale = rng.gamma(q, 1 / v, 5000)
    found = fit_gamma_gamma(SpendCounts(x, rng.gamma(p * x, 1 / scale) / x, np.ones(5000)))
    assert (np.abs(np.array(found[:3]) - (p, q, v)) < 4 * np.array(found.standard_errors)).all()
    assert found.mean_amount == pytest.approx(v * p / (q - 1), rel=0.03)


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 20), st.integers(1, 20)), min_size=1, max_size=8))
def test_a_handful_of_customers_is_refused_or_fitted_without_certainty(rows: list[tuple[int, int, int]]) -> None:
    histories = [(x, min(t_x, t) if x else 0, t) for x, t_x, t in rows]
    assume(any(x for x, _, _ in histories))
    try:
        found = fit_bg_nbd(PurchaseCounts(*grouped(histories)))
    except ValueError:
        return
    assert all(value > 0 for value in found[:4])
    assert any(not error < value / 4 for error, value in zip(found.standard_errors, found[:4], strict=True))


def test_a_history_counts_days_from_the_landmark_on() -> None:
    assert history([3, 29, 30, 41, 41, 90, 91], 30, 90) == (3, 60, 60)
    assert history([3, 29], 30, 90) == (0, 0, 60)
    assert history([30], 30, 90) == (1, 0, 60)


def test_histories_that_cannot_be_are_refused() -> None:
    def fit(x: float, t_x: float, t: float) -> None:
        fit_bg_nbd(PurchaseCounts(*(np.array([value]) for value in (x, t_x, t, 1.0))))

    for impossible in ((1, 5, 4), (0, 1, 4), (-1, 0, 4), (1, -1, 4)):
        with pytest.raises(ValueError, match="last purchase"):
            fit(*impossible)
    with pytest.raises(ValueError, match="without a purchase"):
        fit(0, 0, 4)
    with pytest.raises(ValueError, match="positive mean amount"):
        fit_gamma_gamma(SpendCounts(np.array([1.0]), np.array([0.0]), np.array([1.0])))


def test_the_distribution_of_purchases_to_come_is_that_of_simulated_customers_and_has_the_expected_mean() -> None:
    model = BgNbd(0.8, 6.0, 0.7, 3.0, (0.0,) * 4, 0.0, 1)
    x, t_x, t = np.array([0, 1, 4, 9]), np.array([0.0, 3.0, 20.0, 25.0]), np.full(4, 26.0)
    chances = model.distribution_given(26.0, x, t_x, t)
    assert chances.sum(axis=1) == pytest.approx(np.ones(4))
    assert chances @ np.arange(101) == pytest.approx(model.expected_given(26.0, x, t_x, t), rel=1e-6)
    random, alive = np.random.default_rng(8), model.probability_alive(x, t_x, t)
    for row in range(4):
        n = 200_000
        rate = random.gamma(model.r + x[row], 1 / (model.alpha + t[row]), n)
        dropout = random.beta(model.a, model.b + x[row], n)
        bought = np.minimum(random.poisson(rate * 26), random.geometric(np.maximum(dropout, 1e-12)))
        bought = np.where(random.random(n) < alive[row], bought, 0)
        for number in range(5):
            share = (bought == number).mean()
            assert chances[row, number] == pytest.approx(share, abs=5 * np.sqrt(share * (1 - share) / n) + 1e-6)


def test_what_lies_beyond_the_last_number_is_in_it() -> None:
    model = BgNbd(0.8, 6.0, 0.7, 3.0, (0.0,) * 4, 0.0, 1)
    few, many = (model.distribution_given(26.0, [9], [25.0], [26.0], most=most) for most in (2, 100))
    assert few[0, :2] == pytest.approx(many[0, :2])
    assert few[0, 2] == pytest.approx(many[0, 2:].sum())
