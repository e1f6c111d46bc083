"""Keys: stable, opaque, unique by construction.

What a key names is (month, user, kind, ordinal), packed into 64 bits and mixed bijectively: two things never share a key, a
thing never changes its key, and a key does not show whose it is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecom_platform.world.draws import U64, bits, mix, stream

Bytes = NDArray[np.uint8]

USER_BITS, KIND_BITS, ORDINAL_BITS = 26, 4, 22

USER, SESSION, EVENT, ORDER, ITEM, PRODUCT, STRANGER = range(7)
"""Kinds of thing. A stranger is a user that does not exist: whom an orphan order names."""

WIDTH = 17
UUID_WIDTH = 36

_HEX = np.frombuffer("".join(f"{value:04x}" for value in range(1 << 16)).encode(), dtype=np.uint32)
"""The four hexadecimal digits of every 16-bit number."""


def entities(month: int, users: NDArray[np.integer] | int, kind: int, ordinals: NDArray[np.integer] | int = 0) -> U64:
    """The packed 64-bit names of things. Shape: that of users and ordinals, broadcast."""
    packed = np.asarray(users, dtype=np.uint64) << np.uint64(KIND_BITS + ORDINAL_BITS)
    packed = packed | np.asarray(ordinals, dtype=np.uint64)
    return packed | np.uint64((month << (USER_BITS + KIND_BITS + ORDINAL_BITS)) & (2**64 - 1) | (kind << ORDINAL_BITS))


def belonging(owners: U64, kind: int, ordinals: NDArray[np.integer]) -> U64:
    """The packed names of things that belong to users, from the users' own. Shape: that of both, broadcast."""
    return owners | np.asarray(ordinals, dtype=np.uint64) | np.uint64(kind << ORDINAL_BITS)


def user_number(names: U64) -> NDArray[np.int64]:
    """The users' numbers within their month."""
    numbers: NDArray[np.int64] = ((names >> np.uint64(KIND_BITS + ORDINAL_BITS)) & np.uint64((1 << USER_BITS) - 1)).astype(
        np.int64
    )
    return numbers


def hexadecimal(words: U64) -> Bytes:
    """16 lower-case hexadecimal digits a word, the highest first. Shape (n, 16)."""
    parts = words.astype(">u8").view(">u2")
    digits: Bytes = _HEX[parts].view(np.uint8).reshape(len(words), 16)
    return digits


def keys(seed: int, letter: str, names: U64) -> Bytes:
    """A letter and 16 hexadecimal digits for each packed name. Shape (n, 17)."""
    out = np.empty((len(names), WIDTH), dtype=np.uint8)
    out[:, 0] = ord(letter)
    out[:, 1:] = hexadecimal(mix(names ^ stream(seed, "keys")))
    return out


def uuids(seed: int, names: U64) -> Bytes:
    """A version 4 UUID for each packed name. Shape (n, 36).

    The 64 mixed bits of the name fill the free bits of the first half and four of the second: unique by construction.
    """
    first = mix(names ^ stream(seed, "keys"))
    second = bits(seed, "second half of the UUID", names)
    displaced = (first >> np.uint64(12)) & np.uint64(0xF)
    first = first & np.uint64(0xFFFFFFFFFFFF0FFF) | np.uint64(0x4000)
    second = second & np.uint64(0x3FFFFFFFFFFFFFF0) | np.uint64(0x8000000000000000) | displaced
    out = np.empty((len(names), UUID_WIDTH), dtype=np.uint8)
    for column in (8, 13, 18, 23):
        out[:, column] = ord("-")
    high, low = hexadecimal(first), hexadecimal(second)
    out[:, :8], out[:, 9:13], out[:, 14:18] = high[:, :8], high[:, 8:12], high[:, 12:]
    out[:, 19:23], out[:, 24:] = low[:, :4], low[:, 4:]
    return out
