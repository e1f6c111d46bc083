"""The parts of a gap sum to it, change sign with it, and have the errors of resampling."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecom_platform.stats.aggregates import Moments, Sample
from ecom_platform.stats.decomposition import factor_decomposition, kitagawa

categories = st.lists(st.tuples(st.integers(0, 50), st.floats(0, 100), st.floats(0, 50)), min_size=3, max_size=3).filter(
    lambda rows: sum(n for n, _, _ in rows) > 0
)


def samples(rows: list[tuple[int, float, float]]) -> list[Sample]:
    return [Sample(n, mean if n else 0.0, spread * max(n - 1, 0)) for n, mean, spread in rows]


@given(categories, categories)
def test_composition_and_rates_sum_to_the_gap_and_turn_with_it(
    one: list[tuple[int, float, float]], two: list[tuple[int, float, float]]
) -> None:
    first, second = samples(one), samples(two)
    found, turned = kitagawa(first, second), kitagawa(second, first)
    means = [sum(s.total for s in side) / sum(s.n for s in side) for side in (first, second)]
    assert found.gap.estimate == pytest.approx(means[0] - means[1], abs=1e-9)
    assert found.composition.estimate + found.rates.estimate == pytest.approx(found.gap.estimate, abs=1e-9)
    assert turned.composition.estimate == pytest.approx(-found.composition.estimate, abs=1e-9)
    assert turned.rates.standard_error == pytest.approx(found.rates.standard_error)


def test_kitagawas_parts_by_hand() -> None:
    first = [Sample.from_moments(60, 10.0, 1.0), Sample.from_moments(40, 2.0, 1.0)]
    second = [Sample.from_moments(20, 8.0, 1.0), Sample.from_moments(80, 2.0, 1.0)]
    found = kitagawa(first, second)
    assert found.gap.estimate == pytest.approx(6.8 - 3.2)
    assert found.composition.estimate == pytest.approx(0.4 * 9 - 0.4 * 2)
    assert found.rates.estimate == pytest.approx(2 * 0.4)


def test_kitagawas_errors_are_those_of_drawing_the_samples_again() -> None:
    rng = np.random.default_rng(1)

    def draw(n: int, shares: list[float], means: list[float]) -> list[Sample]:
        which = rng.choice(3, n, p=shares)
        values = np.array(means)[which] + rng.normal(0, 2, n)
        return [Sample.of(values[which == k]) for k in range(3)]

    drawn = [kitagawa(draw(400, [0.5, 0.3, 0.2], [5, 3, 1]), draw(600, [0.2, 0.3, 0.5], [4, 3, 2])) for _ in range(600)]
    for part in range(3):
        spread = np.std([one[part].estimate for one in drawn], ddof=1)
        assert np.mean([one[part].standard_error for one in drawn]) == pytest.approx(spread, rel=0.09)


def test_a_category_that_one_group_lacks_is_composition() -> None:
    first, second = (
        [Sample.from_moments(10, 5.0, 1.0), Sample.of([])],
        [Sample.from_moments(5, 5.0, 1.0), Sample.from_moments(5, 1.0, 1.0)],
    )
    found = kitagawa(first, second)
    assert found.rates.estimate == pytest.approx(0)
    assert found.composition.estimate == pytest.approx(2)
    with pytest.raises(ValueError, match="without observations"):
        kitagawa([Sample.of([])], second[:1])


def buyers(rng: np.random.Generator, n: int, orders: float, value: float) -> Moments:
    count = rng.poisson(orders, n)
    return Moments.of(orders=count, revenue=count * value + rng.normal(0, 5, n) * np.sqrt(count))


def factors(means: np.ndarray) -> np.ndarray:
    """Orders a user, and revenue an order: their product is revenue a user."""
    return np.array([means[0], means[1] / means[0]])


def test_orders_and_order_value_sum_to_the_gap_in_revenue() -> None:
    rng = np.random.default_rng(2)
    first, second = buyers(rng, 2000, 4.0, 30.0), buyers(rng, 3000, 2.0, 28.0)
    found = factor_decomposition(first, second, factors, lambda f: float(f.prod()))
    assert found.gap.estimate == pytest.approx(first.mean("revenue") - second.mean("revenue"))
    assert sum(part.estimate for part in found.parts) == pytest.approx(found.gap.estimate)
    assert sum(found.shares) == pytest.approx(1)
    assert found.parts[0].estimate == pytest.approx((4 - 2) * 29, rel=0.05)
    assert found.parts[1].estimate == pytest.approx((30 - 28) * 3, rel=0.25)


def test_errors_of_factors_are_those_of_drawing_the_samples_again() -> None:
    rng = np.random.default_rng(3)
    drawn = [
        factor_decomposition(buyers(rng, 300, 4.0, 30.0), buyers(rng, 300, 2.0, 28.0), factors, lambda f: float(f.prod()))
        for _ in range(300)
    ]
    for part in range(2):
        spread = np.std([one.parts[part].estimate for one in drawn], ddof=1)
        assert np.mean([one.parts[part].standard_error for one in drawn]) == pytest.approx(spread, rel=0.13)


@given(st.lists(st.floats(1, 5), min_size=4, max_size=4), st.lists(st.floats(1, 5), min_size=4, max_size=4))
def test_four_factors_sum_to_the_gap_and_an_equal_one_accounts_for_nothing(one: list[float], two: list[float]) -> None:
    two[2] = one[2]
    names = ("a", "b", "c", "d")
    first, second = (Moments(names, 10, np.array(side), np.eye(4)) for side in (one, two))
    found = factor_decomposition(first, second, lambda means: means, lambda f: float(f[0] * f[1] + f[2] * f[3] ** 2))
    assert sum(part.estimate for part in found.parts) == pytest.approx(found.gap.estimate, abs=1e-9)
    assert found.parts[2].estimate == pytest.approx(0, abs=1e-9)
