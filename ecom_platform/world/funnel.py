"""What happens in a session: how deep it goes, and the sequence of its events.

A session ends in one of eight ways. Its events follow the path of that ending, filled up with product views; the variants
of a pattern differ in where the views are.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecom_platform.world.draws import LANE, lookup
from ecom_platform.world.sessions import LENGTHS

VIEW, CART, CHECKOUT, PAYMENT, PURCHASE = range(5)
"""Event types, in the order of `EVENT_TYPES`."""

PATHS = (
    (VIEW,),
    (VIEW, CART),
    (VIEW, CART, CHECKOUT),
    (VIEW, CHECKOUT),
    (VIEW, CART, CHECKOUT, PAYMENT),
    (VIEW, CHECKOUT, PAYMENT),
    (VIEW, CART, CHECKOUT, PAYMENT, PURCHASE),
    (VIEW, CHECKOUT, PAYMENT, PURCHASE),
)
"""What each ending passes through. A payment without a purchase failed; a checkout without a cart is normal."""
BROWSED = 0
FIRST_PAYMENT = 4
FIRST_PAID = 6
"""The endings from which on there is a payment, and a purchase."""

STAGE_WEIGHTS = {
    2: (0.87, 0.0, 0.13, 0.0, 0.0),
    3: (0.34, 0.53, 0.13, 0.0, 0.0),
    4: (0.31, 0.31, 0.03, 0.0, 0.35),
    5: (0.01, 0.02, 0.02, 0.885, 0.065),
    6: (0.01, 0.02, 0.02, 0.885, 0.065),
}
"""Weights of how a session ends that goes beyond browsing, by its number of events: at the cart, at the checkout, at the
checkout without a cart, at the payment, at the payment without a cart. A payment needs room for its purchase, so that no
length decides whether it succeeds."""

CONVERSION = (0.0, 0.0, 0.081, 0.082, 0.085, 0.255, 0.314)
"""Share of sessions that go beyond browsing, on a mean day, for a user of mean intent, by the number of events."""

VARIANTS = 4


class Patterns(NamedTuple):
    """Sequences of events by pattern, ((ending * 7) + length) * 4 + variant."""

    events: NDArray[np.uint8]
    """Shape (patterns, 6)."""
    last_view: NDArray[np.uint8]
    carts: NDArray[np.uint8]
    decided: NDArray[np.uint8]
    """Position of the deepest event."""


def pattern(ending: NDArray[np.integer], length: NDArray[np.integer], variant: NDArray[np.integer]) -> NDArray[np.int64]:
    """Number of a pattern."""
    number: NDArray[np.int64] = (ending.astype(np.int64) * (LENGTHS[1] + 1) + length) * VARIANTS + variant
    return number


@lru_cache(maxsize=1)
def patterns() -> Patterns:
    size = len(PATHS) * (LENGTHS[1] + 1) * VARIANTS
    events = np.zeros((size, LENGTHS[1]), dtype=np.uint8)
    last_view, carts, decided = (np.zeros(size, dtype=np.uint8) for _ in range(3))
    for ending, path in enumerate(PATHS):
        for length in range(max(LENGTHS[0], len(path)), LENGTHS[1] + 1):
            for variant in range(VARIANTS):
                row = (ending * (LENGTHS[1] + 1) + length) * VARIANTS + variant
                sequence = _sequence(path, length - len(path), variant)
                events[row, :length] = sequence
                last_view[row] = max(at for at, kind in enumerate(sequence) if kind == VIEW)
                carts[row] = sequence.count(CART)
                decided[row] = max(at for at, kind in enumerate(sequence) if kind == path[-1])
    return Patterns(events, last_view, carts, decided)


def _sequence(path: tuple[int, ...], views: int, variant: int) -> list[int]:
    """The path with so many more views: all before it; or one after it; or, for carts, a second view and cart."""
    if variant == 1 and views >= 1:
        return [VIEW] * (views - 1) + [*path, VIEW]
    if variant == 2 and path == (VIEW, CART) and views >= 2:
        return [VIEW] * (views - 2) + [*path, *path]
    return [VIEW] * views + [*path]


@lru_cache(maxsize=8)
def endings(failure_rate: float) -> NDArray[np.uint8]:
    """Shape (7, 65536): the ending of a session that goes beyond browsing, by its length and a lane."""
    table = np.zeros((LENGTHS[1] + 1, LANE), dtype=np.uint8)
    for length, (cart, checkout, cartless, payment, cartless_payment) in STAGE_WEIGHTS.items():
        paid = np.array([payment, cartless_payment])
        weights = (0.0, cart, checkout, cartless, *(paid * failure_rate).tolist(), *(paid * (1 - failure_rate)).tolist())
        table[length] = lookup(weights)
    return table
