"""Correlations and quantiles of grouped values, held to those of the rows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ecom_platform.stats.aggregates import Moments
from ecom_platform.stats.correlation import correlation_matrix, pearson, quantiles


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9), st.integers(1, 5)), min_size=3, max_size=20))
def test_grouped_pairs_have_the_correlation_of_their_rows(groups: list[tuple[int, int, int]]) -> None:
    left, right, counts = (np.array(column) for column in zip(*groups, strict=True))
    rows = np.repeat(left, counts), np.repeat(right, counts)
    found = pearson(left, right, counts)
    if len(set(rows[0])) == 1 or len(set(rows[1])) == 1:
        assert math.isnan(found.estimate)
        return
    assert found.estimate == pytest.approx(stats.pearsonr(*rows).statistic, abs=1e-9)
    assert -1 <= found.ci_low <= found.estimate + 1e-12
    assert found.estimate <= found.ci_high + 1e-12 <= 1 + 1e-9


def test_of_normal_variables_the_interval_is_fishers() -> None:
    x, y = np.random.default_rng(3).multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], 40_000).T
    found = pearson(x, y, np.ones(len(x)))
    expected = stats.pearsonr(x, y).confidence_interval()
    assert found.ci_low == pytest.approx(expected.low, abs=5e-4)
    assert found.ci_high == pytest.approx(expected.high, abs=5e-4)


def test_the_interval_covers_of_skewed_variables_too_where_fishers_does_not() -> None:
    """Log-normal amounts that share a factor: the true correlation is that of ten million rows."""

    def draw(random: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
        shared = random.normal(size=n)
        return np.exp(0.4 * shared + 0.4 * random.normal(size=n)), np.exp(0.4 * shared + 0.4 * random.normal(size=n))

    truth = (math.exp(0.16) - 1) / (math.exp(0.32) - 1)
    covered, fisher = 0, 0
    for seed in range(300):
        x, y = draw(np.random.default_rng(seed), 3_000)
        found, normal = pearson(x, y, np.ones(len(x))), stats.pearsonr(x, y).confidence_interval()
        covered += found.ci_low <= truth <= found.ci_high
        fisher += normal.low <= truth <= normal.high
    assert 0.91 <= covered / 300 <= 0.985
    assert fisher / 300 < 0.91


def test_perfect_correlation_has_no_width_and_a_constant_has_none() -> None:
    assert pearson([1, 2, 3], [2, 4, 6], [1, 1, 1])[:4] == (1.0, 0.0, 1.0, 1.0)
    assert math.isnan(pearson([1, 1, 1], [1, 2, 3], [1, 1, 1]).estimate)
    assert math.isnan(pearson([], [], []).estimate)


def test_a_matrix_of_moments_is_numpys() -> None:
    rows = np.random.default_rng(1).gamma(2.0, size=(50, 3))
    found = correlation_matrix(Moments.of(a=rows[:, 0], b=rows[:, 1], c=rows[:, 2]))
    assert found == pytest.approx(np.corrcoef(rows.T))


@given(
    st.lists(st.tuples(st.integers(-5, 9), st.integers(1, 4)), min_size=1, max_size=12),
    st.lists(st.floats(0, 1), min_size=1, max_size=4),
)
def test_quantiles_of_groups_are_those_of_the_rows(groups: list[tuple[int, int]], shares: list[float]) -> None:
    values, counts = (np.array(column) for column in zip(*groups, strict=True))
    rows = np.repeat(values, counts)
    for share, found in zip(shares, quantiles(values, counts, shares), strict=True):
        assert (rows <= found).mean() >= share - 1e-8
        assert (rows < found).mean() <= share + 1e-8


def test_a_quantile_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="needs an observation"):
        quantiles([], [], [0.5])
