"""Forecasts judged from groups are judged as from rows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from ecom_platform.stats.forecasts import ForecastGroups, forecast_quality


def rows(forecast: np.ndarray, actual: np.ndarray) -> ForecastGroups:
    """Every observation a group of its own."""
    return ForecastGroups(forecast, actual, np.ones(len(actual)), forecast, actual, np.abs(forecast - actual))


@pytest.fixture(scope="module")
def drawn() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(2)
    mean = random.gamma(1.0, 2.0, 4_000)
    return mean, random.poisson(mean).astype(float)


def test_each_figure_is_what_it_is_called(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    forecast, actual = drawn
    found = forecast_quality(rows(forecast, actual))
    assert found.n == 4_000
    assert found.spearman == pytest.approx(stats.spearmanr(forecast, actual).statistic)
    assert found.absolute_error == pytest.approx(np.abs(forecast - actual).mean())
    assert found.bias == pytest.approx(forecast.sum() / actual.sum() - 1)
    tenths = np.array_split(np.argsort(-forecast), 10)
    errors = [abs(forecast[tenth].mean() / actual[tenth].mean() - 1) for tenth in tenths]
    assert found.decile_error == pytest.approx(np.mean(errors), rel=1e-3)
    covariances = [np.cov(stats.rankdata(each), actual)[0, 1] for each in (forecast, actual)]
    assert found.gini == pytest.approx(covariances[0] / covariances[1], rel=1e-3)


def test_groups_of_equal_forecasts_are_judged_as_their_rows(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    forecast, actual = np.ceil(drawn[0]), drawn[1]
    pairs, n = np.unique(np.column_stack([forecast, actual]), axis=0, return_counts=True)
    grouped = ForecastGroups(
        pairs[:, 0], pairs[:, 1], n, pairs[:, 0] * n, pairs[:, 1] * n, np.abs(pairs[:, 0] - pairs[:, 1]) * n
    )
    assert forecast_quality(grouped) == pytest.approx(forecast_quality(rows(forecast, actual)))


def test_a_perfect_forecast_is_perfect_and_a_constant_one_ranks_nobody(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    actual = drawn[1]
    perfect = forecast_quality(rows(actual, actual))
    assert perfect[:5] == pytest.approx((1.0, 1.0, 0.0, 0.0, 0.0))
    constant = forecast_quality(rows(np.full(len(actual), actual.mean()), actual))
    assert constant.gini == pytest.approx(0.0, abs=1e-12)
    assert math.isnan(constant.spearman)
    assert constant.bias == pytest.approx(0.0)


def test_where_nothing_came_there_is_nothing_to_compare_with() -> None:
    found = forecast_quality(rows(np.ones(20), np.zeros(20)))
    assert found.absolute_error == 1
    assert all(math.isnan(value) for value in (found.gini, found.spearman, found.decile_error, found.bias))
    with pytest.raises(ValueError, match="without an observation"):
        forecast_quality(rows(np.zeros(0), np.zeros(0)))
