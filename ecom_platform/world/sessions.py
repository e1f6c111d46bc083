"""How many sessions and events a user has, and how many events fall in each session.

A user has 15 to 25 events in 3 to 12 sessions of 2 to 6. The number of sessions rises with intent; the events are almost as
many for everybody, so that the sessions of the keen are shorter. Lengths are drawn from the weights below *given* their sum:
the number of ways to fill the remaining sessions weighs every next length, so that every constraint holds for every user.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ecom_platform.world.draws import LANE, U64, Floats, bits, lane, lookup, normal

EVENTS = (15, 25)
SESSIONS = (3, 12)
LENGTHS = (2, 6)

EVENT_WEIGHTS = (1, 1, 2, 3, 4, 5, 6, 8, 12, 18, 24)
"""Weights of 15, 16, ... 25 events, among those that the number of sessions allows."""
SESSION_SHARES = (0.185, 0.14, 0.05, 0.25, 0.225, 0.10, 0.035, 0.01, 0.003, 0.002)
"""Shares of users with 3, 4, ... 12 sessions."""
LENGTH_WEIGHTS = (4.0, 0.2, 0.2, 0.8, 4.0)
"""Weights of 2, 3, ... 6 events in a session: a glance, or a visit long enough to buy."""

INTENT_SESSIONS = 0.87
"""Correlation of the number of sessions with intent, both as normal scores."""

TEN_BITS = 1 << 10


@lru_cache(maxsize=1)
def _event_choice() -> NDArray[np.uint8]:
    """Shape (13, 65536): number of events by number of sessions and lane."""
    table = np.zeros((SESSIONS[1] + 1, LANE), dtype=np.uint8)
    counts = np.arange(EVENTS[0], EVENTS[1] + 1)
    for sessions in range(SESSIONS[0], SESSIONS[1] + 1):
        possible = (sessions * LENGTHS[0] <= counts) & (sessions * LENGTHS[1] >= counts)
        table[sessions] = lookup(tuple(np.where(possible, EVENT_WEIGHTS, 0.0).tolist())) + EVENTS[0]
    return table


@lru_cache(maxsize=1)
def _length_choice() -> NDArray[np.uint8]:
    """Shape (13, 26, 1024): length of the next session by sessions left, events left and a ten-bit draw."""
    sizes = np.arange(LENGTHS[0], LENGTHS[1] + 1)
    ways = np.zeros((SESSIONS[1] + 1, EVENTS[1] + 1))
    ways[0, 0] = 1
    table = np.zeros((SESSIONS[1] + 1, EVENTS[1] + 1, TEN_BITS), dtype=np.uint8)
    points = (np.arange(TEN_BITS) + 0.5) / TEN_BITS
    for left in range(1, SESSIONS[1] + 1):
        for events in range(EVENTS[1] + 1):
            each = np.array(
                [
                    weight * ways[left - 1, events - size] if events >= size else 0.0
                    for size, weight in zip(sizes, LENGTH_WEIGHTS, strict=True)
                ]
            )
            ways[left, events] = each.sum()
            if ways[left, events] > 0:
                table[left, events] = sizes[np.searchsorted(np.cumsum(each) / each.sum() * (1 - 1e-12), points)]
    return table


def _sessions(seed: int, ids: U64, intent: Floats) -> NDArray[np.int64]:
    """Sessions of each user: their rank among users is correlated with intent."""
    from scipy.special import ndtr

    rank = ndtr(INTENT_SESSIONS * intent + np.sqrt(1 - INTENT_SESSIONS**2) * normal(seed, "number of sessions", ids))
    sessions: NDArray[np.int64] = lookup(SESSION_SHARES)[(rank * (LANE - 1)).astype(np.int64)].astype(np.int64) + SESSIONS[0]
    return sessions


def session_lengths(seed: int, ids: U64, intent: Floats) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Sessions of each user, shape (n,), and the events of each session, user by user, shape (sum of sessions,)."""
    count = _sessions(seed, ids, intent)
    events = _event_choice()[count, lane(bits(seed, "number of events", ids), 0)].astype(np.int64)
    choice = _length_choice()
    lengths = np.zeros((len(ids), SESSIONS[1]), dtype=np.uint8)
    left, remaining = count.copy(), events
    for each in range(SESSIONS[1]):
        if each % 6 == 0:
            draws = bits(seed, f"session lengths {each // 6}", ids)
        draw = ((draws >> np.uint64(10 * (each % 6))) & np.uint64(TEN_BITS - 1)).astype(np.int64)
        length = choice[left, remaining, draw]
        lengths[:, each] = length
        remaining -= length
        left -= left > 0
    return count, lengths[lengths > 0]
