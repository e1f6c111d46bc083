"""How many sessions and events a user has, and how many events fall in each session.

A user has 15 to 25 events in 3 to 12 sessions of 2 to 6. Lengths are drawn from the weights below *given* their sum: the
number of ways to fill the remaining sessions weighs every next length, so that every constraint holds for every user.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ecom_platform.world.draws import LANE, U64, Floats, bits, lookup, normal

EVENTS = (15, 25)
SESSIONS = (3, 12)
LENGTHS = (2, 6)

EVENT_WEIGHTS = (3, 4, 5, 7, 9, 11, 12, 12, 12, 10, 9)
"""Weights of 15, 16, ... 25 events."""
SESSION_WEIGHTS = (14, 26, 24, 15, 9, 5, 3, 2, 1, 1)
"""Weights of 3, 4, ... 12 sessions, among those that the number of events allows."""
LENGTH_WEIGHTS = (1.0, 0.8, 0.9, 1.2, 0.8)
"""Weights of 2, 3, ... 6 events in a session."""

INTENT_EVENTS = 0.85
"""Correlation of the number of events with intent, both as normal scores."""

TEN_BITS = 1 << 10


@lru_cache(maxsize=1)
def _session_choice() -> NDArray[np.uint8]:
    """Shape (26, 65536): number of sessions by number of events and lane."""
    table = np.zeros((EVENTS[1] + 1, 1 << 16), dtype=np.uint8)
    counts = np.arange(SESSIONS[0], SESSIONS[1] + 1)
    for events in range(EVENTS[0], EVENTS[1] + 1):
        possible = (counts * LENGTHS[0] <= events) & (counts * LENGTHS[1] >= events)
        table[events] = lookup(tuple(np.where(possible, SESSION_WEIGHTS, 0.0).tolist())) + SESSIONS[0]
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


def _events(seed: int, ids: U64, intent: Floats) -> NDArray[np.int64]:
    """Events of each user: their rank among users is correlated with intent."""
    from scipy.special import ndtr

    rank = ndtr(INTENT_EVENTS * intent + np.sqrt(1 - INTENT_EVENTS**2) * normal(seed, "number of events", ids))
    events: NDArray[np.int64] = lookup(EVENT_WEIGHTS)[(rank * (LANE - 1)).astype(np.int64)].astype(np.int64) + EVENTS[0]
    return events


def session_lengths(seed: int, ids: U64, intent: Floats) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Sessions of each user, shape (n,), and the events of each session, user by user, shape (sum of sessions,)."""
    words = bits(seed, "events and sessions", ids)
    events = _events(seed, ids, intent)
    count = _session_choice()[events, ((words >> np.uint64(16)) & np.uint64(0xFFFF)).astype(np.int64)].astype(np.int64)
    choice = _length_choice()
    lengths = np.zeros((len(ids), SESSIONS[1]), dtype=np.uint8)
    left, remaining = count.copy(), events.copy()
    for each in range(SESSIONS[1]):
        if each % 6 == 0:
            draws = bits(seed, f"session lengths {each // 6}", ids)
        draw = ((draws >> np.uint64(10 * (each % 6))) & np.uint64(TEN_BITS - 1)).astype(np.int64)
        length = choice[left, remaining, draw]
        lengths[:, each] = length
        remaining -= length
        left -= left > 0
    return count, lengths[lengths > 0]
