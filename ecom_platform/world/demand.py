"""When shoppers buy: the common intensity of a day, from its month and weekday."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecom_platform.world.draws import Floats
from ecom_platform.world.settings import WorldSettings

EPOCH_WEEKDAY = 3
"""1970-01-01 was a Thursday; Monday is 0."""


def weekdays(days: NDArray[np.integer]) -> NDArray[np.int64]:
    """Weekdays, 0 (Monday) to 6 (Sunday), of days since 1970-01-01."""
    return (days.astype(np.int64) + EPOCH_WEEKDAY) % 7


def demand(settings: WorldSettings, first_day: int, count: int) -> Floats:
    """Relative demand of `count` days from `first_day`: the month's weight times the weekend's, 1 on a mean day."""
    days = np.arange(first_day, first_day + count)
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    seasonality = np.asarray(settings.seasonality)
    weekend = np.where(weekdays(days) >= 5, settings.weekend_factor, 1.0)
    mean = seasonality.mean() * (5 + 2 * settings.weekend_factor) / 7
    return np.asarray(seasonality[months] * weekend / mean, dtype=np.float64)


def cumulative_demand(settings: WorldSettings, first_day: int, count: int) -> Floats:
    """Demand from the start of `first_day` to the start of each of the days after it. Shape (count + 1,)."""
    return np.concatenate([[0.0], np.cumsum(demand(settings, first_day, count))])
