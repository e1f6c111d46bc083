"""Counter-based randomness: every draw is a function of (seed, purpose, entity), never of what was drawn before.

`stream` turns (seed, purpose) into 64 bits, `bits` mixes them with the entity's number. A draw can so be repeated alone,
in any order, on any worker, and a new purpose changes no other. One call gives 64 bits an entity; a purpose that needs
less takes a lane of them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

U64 = NDArray[np.uint64]
Floats = NDArray[np.float64]

LANE = 1 << 16
"""Values of a 16-bit lane, the resolution of a lookup table."""

CHUNK = 1 << 15
"""Elements mixed at a time, so that the passes stay in the cache."""

_FIRST = np.uint64(0x3C79AC492BA7B653)
_SECOND = np.uint64(0x1C69B3F74AC4AE35)
_27, _33, _11 = np.uint64(27), np.uint64(33), np.uint64(11)


@lru_cache(maxsize=1024)
def stream(seed: int, purpose: str) -> np.uint64:
    """64 bits that stand for one purpose of one seed."""
    return np.uint64(int.from_bytes(blake2b(f"{seed}/{purpose}".encode(), digest_size=8).digest(), "little"))


def mix(values: U64) -> U64:
    """Mix 64-bit integers in place, bijectively. Source: P. Evensen, 'Moremur', 2019, a stronger SplitMix64 finaliser."""
    scratch = np.empty(min(CHUNK, len(values)), dtype=np.uint64)
    for start in range(0, len(values), CHUNK):
        part = values[start : start + CHUNK]
        shifted = scratch[: len(part)]
        np.right_shift(part, _27, out=shifted)
        part ^= shifted
        part *= _FIRST
        np.right_shift(part, _33, out=shifted)
        part ^= shifted
        part *= _SECOND
        np.right_shift(part, _27, out=shifted)
        part ^= shifted
    return values


def bits(seed: int, purpose: str, entities: U64) -> U64:
    """64 uniform bits an entity."""
    return mix(entities ^ stream(seed, purpose))


def uniform(seed: int, purpose: str, entities: U64) -> Floats:
    """A number in (0, 1) an entity."""
    return to_uniform(bits(seed, purpose, entities))


def to_uniform(words: U64) -> Floats:
    """The 53 highest of 64 bits as a number in (0, 1), never 0 or 1."""
    return ((words >> _11).astype(np.float64) + 0.5) * 2.0**-53


def normal(seed: int, purpose: str, entities: U64) -> Floats:
    """A standard normal number an entity, by inversion."""
    from scipy.special import ndtri

    values: Floats = ndtri(uniform(seed, purpose, entities))
    return values


def lane(words: U64, index: int) -> NDArray[np.uint16]:
    """The index-th 16 of 64 bits (0 to 3)."""
    return (words >> np.uint64(16 * index)).astype(np.uint16)


@lru_cache(maxsize=256)
def lookup(weights: tuple[float, ...]) -> NDArray[np.uint16]:
    """The inverse distribution function of a choice, tabulated for a 16-bit lane: `lookup(weights)[lane]` is a choice."""
    cumulative = np.cumsum(np.asarray(weights, dtype=np.float64))
    points = (np.arange(LANE) + 0.5) / LANE * cumulative[-1]
    choices: NDArray[np.uint16] = np.searchsorted(cumulative, points, side="right").astype(np.uint16)
    choices.setflags(write=False)
    return choices


@lru_cache(maxsize=16)
def tabulate(quantile: Callable[[Floats], Floats]) -> Floats:
    """A quantile function tabulated for a 16-bit lane."""
    values = np.asarray(quantile((np.arange(LANE) + 0.5) / LANE))
    values.setflags(write=False)
    return values
