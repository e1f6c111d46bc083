"""A jump is found where there is one, beyond the trend, and nowhere else."""

from __future__ import annotations

from operator import attrgetter, methodcaller

import numpy as np
import pytest

from ecom_platform.stats.aggregates import Sample
from ecom_platform.stats.discontinuity import jump, scan, steps
from ecom_platform_tests.stats.simulation import as_promised, coverage

DAYS = np.arange(21.0)


def orders(rng: np.random.Generator, drop: float, at: float = 7, people: int = 400, bend: float = 0.0) -> list[Sample]:
    """Later orders by the day a cart came first: falling smoothly, and by `drop` from day `at` on."""
    mean = 3 - 0.08 * DAYS + bend * np.sin(DAYS) - drop * (at <= DAYS)
    return [Sample.of(rng.poisson(level, people).astype(float)) for level in mean]


@pytest.mark.parametrize(("same_slope", "degree"), [(False, 1), (True, 1), (True, 2)])
def test_it_is_least_squares_on_the_observations(same_slope: bool, degree: int) -> None:
    from statsmodels.api import OLS

    rng = np.random.default_rng(1)
    day = np.sort(rng.integers(0, 14, 3000))
    y = rng.poisson(3 - 0.08 * day - 0.5 * (day >= 7)).astype(float)
    found = jump(
        DAYS[:14], [Sample.of(y[day == one]) for one in range(14)], 7, bandwidth=7, same_slope=same_slope, degree=degree
    )
    t, after = day - 7.0, (day >= 7).astype(float)
    powers = [t**k for k in range(degree + 1)] + ([] if same_slope else [after * t**k for k in range(1, degree + 1)])
    known = OLS(y, np.column_stack([after, *powers])).fit(cov_type="HC0")
    saturated = OLS(y, np.equal.outer(day, np.arange(14)).astype(float)).fit()
    lack_of_fit = (known.ssr - saturated.ssr) / (14 - len(powers) - 1) / saturated.mse_resid
    assert found.estimate == pytest.approx(known.params[0])
    assert found.dispersion == pytest.approx(lack_of_fit)
    assert found.standard_error == pytest.approx(known.bse[0] * max(lack_of_fit, 1) ** 0.5, rel=0.01)
    assert (found.days, found.n) == (14, 3000)
    assert found.z == pytest.approx(found.estimate / found.standard_error)


def test_the_interval_covers_the_drop() -> None:
    def interval(rng: np.random.Generator) -> tuple[float, float]:
        found = jump(DAYS, orders(rng, 0.4), 7, bandwidth=7)
        return found.ci_low, found.ci_high

    share = coverage(interval, -0.4, runs=300, seed=2)
    assert share >= 0.95 or as_promised(share, runs=300, slack=0.01)


def test_a_trend_that_does_not_fit_is_not_taken_for_a_jump() -> None:
    rng = np.random.default_rng(3)
    found = [jump(DAYS, orders(rng, 0.0, people=3000, bend=0.2), at, bandwidth=7, same_slope=True) for at in range(7, 15)]
    assert all(one.dispersion > 3 for one in found)
    assert max(abs(one.z) for one in found) < 4


def test_the_scan_stands_out_at_the_day_of_the_drop_alone() -> None:
    found = scan(DAYS, orders(np.random.default_rng(4), 0.8, people=2000), range(3, 18), bandwidth=6)
    strongest = max(found, key=lambda one: abs(one.z))
    assert strongest.at == 7
    assert strongest.estimate == pytest.approx(-0.8, abs=0.2)
    assert all(abs(one.z) < abs(strongest.z) / 2 for one in found if one.at != 7)
    assert [one.at for one in scan(DAYS, orders(np.random.default_rng(4), 0.8), [-5, 7, 40], bandwidth=6)] == [7]


def test_series_have_their_own_trend_and_a_common_jump() -> None:
    rng = np.random.default_rng(5)
    first, second = orders(rng, 0.5, people=1000), orders(rng, 0.5, people=1000)
    second = [Sample(s.n, s.mean + 5 + 0.5 * day, s.scatter) for s, day in zip(second, DAYS, strict=True)]
    both = jump([*DAYS, *DAYS], first + second, 7, bandwidth=7, series=["a"] * 21 + ["b"] * 21)
    apart = [jump(DAYS, one, 7, bandwidth=7) for one in (first, second)]
    assert min(one.estimate for one in apart) < both.estimate < max(one.estimate for one in apart)
    assert both.standard_error < 0.85 * min(one.standard_error for one in apart)
    assert both.days == 28


def test_too_few_days_cannot_tell() -> None:
    samples = orders(np.random.default_rng(6), 0.5)
    with pytest.raises(ValueError, match="both sides"):
        jump(DAYS, samples, 0, bandwidth=7)
    with pytest.raises(ValueError, match="too few days"):
        jump(DAYS[5:9], samples[5:9], 6, bandwidth=7, degree=2, same_slope=True)
    with pytest.raises(ValueError, match="both sides"):
        jump(DAYS, [Sample.of([])] * 21, 7, bandwidth=7)
    with pytest.raises(ValueError, match="does not vary"):
        jump(DAYS, [Sample.of([1.0])] * 21, 7, bandwidth=7)


def test_a_family_of_curves_at_once_is_each_of_them_alone() -> None:
    rng = np.random.default_rng(7)
    curves = [
        [orders(rng, drop, people=50 * (1 + curve + series)) for series in range(2)] for curve, drop in enumerate((0, 0.6))
    ]
    n, totals, squares = (
        np.array([[[value(each) for each in series] for series in curve] for curve in curves])
        for value in (attrgetter("n"), attrgetter("total"), methodcaller("scatter_about", 0.0))
    )
    n[1, 0, 5] = totals[1, 0, 5] = squares[1, 0, 5] = 0
    found = steps(DAYS, n, totals, squares, 7, bandwidth=5, same_slope=True)
    for position, curve in enumerate(curves):
        samples, labels = [*curve[0], *curve[1]], ["a"] * 21 + ["b"] * 21
        if position:
            samples[5] = Sample.of([])
        alone = jump([*DAYS, *DAYS], samples, 7, bandwidth=5, same_slope=True, series=labels)
        for name in ("estimate", "standard_error", "z", "p_value"):
            assert getattr(found, name)[position] == pytest.approx(getattr(alone, name)), name
    none = steps(DAYS, np.zeros((1, 1, 21)), np.zeros((1, 1, 21)), np.zeros((1, 1, 21)), 7, bandwidth=5)
    assert np.isnan(none.estimate).all()
