"""The long run: orders after onboarding, from a gamma-heterogeneous rate with dropout after an order.

Source of the model: P. Fader, B. Hardie, K. Lee, 'Counting your customers the easy way: an alternative to the Pareto/NBD
model', Marketing Science 24(2), 2005 (BG/NBD), with the rate modulated by the day's demand and the user's multipliers.
Arrivals are drawn in *operational time*, in which every user's rate is 1; multipliers and demand decide when an arrival
falls on the calendar. So the same draws give every potential outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ecom_platform.world.draws import U64, Floats, uniform
from ecom_platform.world.keys import ORDER, belonging
from ecom_platform.world.population import Population
from ecom_platform.world.settings import WorldSettings

MEAN_RATE = 0.00636
"""Orders a day of a user of mean intent without multipliers."""
RATE_SHAPE = 2.1
"""Shape of the gamma distribution of the rate given intent."""
INTENT_RATE = 0.61
"""Effect of intent on the logarithm of the rate."""
DROPOUT_SHAPE = (0.61, 8.45)
"""The probability of dropping out after a paid order is beta-distributed, with these parameters."""

MOST_ORDERS = 400
FIRST_ORDINAL = 16
"""Ordinals below are those of the onboarding sessions."""

_GRID_POINTS = 4_096


@dataclass(frozen=True)
class Shopper:
    """What decides a user's later buying, arrays of shape (n,)."""

    rate: Floats
    """Orders a day, before multipliers, on a mean day."""
    dropout: Floats
    """Probability of dropping out after an order."""
    lifetime: NDArray[np.int64]
    """Paid orders until dropout, from the first one ever."""


def shoppers(settings: WorldSettings, people: Population) -> Shopper:
    seed, ids = settings.seed, people.ids
    slope = INTENT_RATE * settings.confounding
    rate = MEAN_RATE * np.exp(slope * people.intent - slope**2 / 2) * _gamma(uniform(seed, "rate", ids))
    dropout = _beta(uniform(seed, "dropout", ids))
    lifetime = 1 + np.floor(np.log(uniform(seed, "lifetime", ids)) / np.log1p(-dropout))
    return Shopper(rate, dropout, np.minimum(lifetime, MOST_ORDERS).astype(np.int64))


def _gamma(draw: Floats) -> Floats:
    """Gamma draws of mean 1, by inversion."""
    return _interpolate(draw, _gamma_quantiles(RATE_SHAPE))


def _beta(draw: Floats) -> Floats:
    """Beta draws, by inversion, kept off 0 and 1."""
    return np.clip(_interpolate(draw, _beta_quantiles(*DROPOUT_SHAPE)), 1e-9, 1 - 1e-9)


@lru_cache(maxsize=4)
def _gamma_quantiles(shape: float) -> Floats:
    from scipy.special import gammaincinv

    return np.asarray(gammaincinv(shape, _grid()) / shape)


@lru_cache(maxsize=4)
def _beta_quantiles(first: float, second: float) -> Floats:
    from scipy.special import betaincinv

    return np.asarray(betaincinv(first, second, _grid()))


def _grid() -> Floats:
    """Probabilities, dense in both tails."""
    return np.asarray(1 / (1 + np.exp(-np.linspace(-12, 12, _GRID_POINTS))))


def _interpolate(draw: Floats, quantiles: Floats) -> Floats:
    return np.interp(np.log(draw / (1 - draw)), np.linspace(-12, 12, _GRID_POINTS), quantiles)


def operational_time(
    pace: Floats,
    boost: float,
    join_day: NDArray[np.int32],
    start_day: NDArray[np.int32],
    end_day: NDArray[np.int32],
    cumulative: Floats,
    first_day: int,
) -> Floats:
    """Operational time from the start of `start_day` to the start of `end_day`, the pace boosted from `join_day` on.

    `cumulative[i]` is the demand from `first_day` to the start of day `first_day + i`.
    """
    start = cumulative[start_day - first_day]
    end = cumulative[end_day - first_day]
    joined = np.clip(join_day, start_day, end_day)
    middle = cumulative[joined - first_day]
    return pace * ((middle - start) + boost * (end - middle))


def arrivals(
    seed: int, owners: U64, limit: Floats, lifetime: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Arrivals of rate 1 up to `limit` and at most `lifetime` an owner: owner, number (from 0) and time, user by user."""
    users, numbers, times = [], [], []
    active = np.flatnonzero(limit > 0)
    clock = np.zeros(len(active))
    done, block = 0, 2
    while len(active):
        numbered = np.arange(done, done + block)
        ids = belonging(owners[active, None], ORDER, FIRST_ORDINAL + numbered[None, :])
        waits = -np.log(uniform(seed, "wait", ids.ravel())).reshape(ids.shape)
        at = np.cumsum(waits, axis=1)
        at += clock[:, None]
        real = (at <= limit[active, None]) & (numbered < lifetime[active, None])
        row, column = np.nonzero(real)
        users.append(active[row])
        numbers.append(numbered[column])
        times.append(at[row, column])
        going = real[:, -1] & (done + block < lifetime[active])
        active, clock = active[going], at[going, -1]
        done += block
        block = min(block * 2, 32)
    if not users:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    user, number, time = (np.concatenate(parts) for parts in (users, numbers, times))
    place = np.argsort(user * MOST_ORDERS + number, kind="stable")
    return user[place], number[place], time[place]


def days_of(
    time: Floats,
    pace: Floats,
    boost: float,
    join_day: NDArray[np.int32],
    start_day: NDArray[np.int32],
    cumulative: Floats,
    first_day: int,
) -> NDArray[np.int32]:
    """The day on which each arrival falls; the arguments as in `operational_time`, one an arrival."""
    last = first_day + len(cumulative) - 1
    start = cumulative[start_day - first_day]
    joined = np.clip(join_day, start_day, last)
    middle = cumulative[joined - first_day] - start
    spent = time / pace
    target = start + np.where(spent <= middle, spent, middle + (spent - middle) / boost)
    return (first_day + np.searchsorted(cumulative, target, side="left") - 1).astype(np.int32)
