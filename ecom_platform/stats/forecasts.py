"""How good forecasts of an amount are, from observations grouped by what was foreseen and by what came."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ecom_platform.stats.aggregates import Numbers, tally
from ecom_platform.stats.prediction import gini, lift
from ecom_platform.stats.ranks import spearman


class ForecastGroups(NamedTuple):
    """Observations by forecast and by what came, one entry for those that are about alike; each field of shape (g,)."""

    forecast_group: Numbers
    """What the group's forecasts are alike in: the same number, rising with the forecast."""
    actual_group: Numbers
    """The same for what came."""
    n: Numbers
    """Observations in the group."""
    forecast: Numbers
    """Their forecasts, added up."""
    actual: Numbers
    """What came, added up; not negative."""
    absolute_error: Numbers
    """Their distances, added up."""


class ForecastQuality(NamedTuple):
    """How good forecasts are: how they rank, how far off they are, and whether they are too high."""

    gini: float
    """Gini of what came, ranked by the forecast, over that of a perfect ranking; NaN where nothing came or all is alike."""
    spearman: float
    """Rank correlation of the groups, ties at their mid-rank; NaN where one of them does not vary."""
    decile_error: float
    """Mean relative error of the means of ten equal parts by forecast, those in which something came; NaN without any."""
    absolute_error: float
    """Mean distance of a forecast from what came."""
    bias: float
    """Total foreseen over the total that came, less 1; NaN where nothing came."""
    n: int
    """Observations."""


def forecast_quality(groups: ForecastGroups) -> ForecastQuality:
    """How good forecasts are. Observations whose forecasts are of one group are ranked alike.

    Raises:
        ValueError: no observation.
    """
    columns = [np.asarray(column, dtype=np.float64) for column in groups]
    forecast_group, actual_group, n, forecast, actual, absolute_error = columns
    if not n.sum():
        raise ValueError("Forecasts cannot be judged without an observation.")
    _, positions = np.unique(forecast_group, return_inverse=True)
    length = int(positions.max()) + 1
    score = (tally(positions, forecast, length) / tally(positions, n, length))[positions]
    perfect = gini(actual_group, actual, n)
    tenths = [part for part in lift(score, actual, n) if part.mean > 0]
    errors = [abs(part.score / part.mean - 1) for part in tenths]
    total = float(actual.sum())
    return ForecastQuality(
        gini(score, actual, n) / perfect if perfect > 0 else math.nan,
        spearman(score, actual_group, n),
        sum(errors) / len(errors) if errors else math.nan,
        float(absolute_error.sum() / n.sum()),
        float(forecast.sum()) / total - 1 if total else math.nan,
        int(n.sum()),
    )
