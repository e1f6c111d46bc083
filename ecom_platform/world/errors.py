"""What an injected data-quality error is, how the kinds of a table share its rows, and the list of errors that scoring reads.

The kinds themselves stand in `user_errors`, `order_errors` and `event_errors`: each is one entry of the table's `KINDS` and
the function that damages the rows it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from ecom_platform.world.draws import Floats

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
Names = NDArray[np.str_]

Draft = TypeVar("Draft")
"""A table's columns on their way from clean to shown: a dataclass of arrays that are damaged in place."""


@dataclass(frozen=True)
class Hits:
    """Rows that get an error, in ascending order, and 16 random bits each from which its size is drawn. Shape (r,)."""

    rows: Rows
    draw: NDArray[np.int64]

    def where(self, mask: Mask) -> Hits:
        return Hits(self.rows[mask], self.draw[mask])


class Change(NamedTuple):
    """One column that a kind of error changed: in which rows, and what was there, as text."""

    column: str
    rows: Rows
    clean: Sequence[str | None]


@dataclass(frozen=True)
class ErrorKind(Generic[Draft]):
    """A kind of error. What it may hit and what it does are functions of the table's draft."""

    name: str
    weight: float
    """How often it is drawn, relative to the other kinds that are possible in the same row."""
    damage: Callable[[Draft, Hits], list[Change]]
    """Damage the rows of the draft and say what was there before."""
    possible: Callable[[Draft, Hits], Mask] | None = None
    """Which rows it may hit; None: any."""
    second: Callable[[Draft, Hits, Names], Mask] | None = None
    """Which rows it may hit beside the row's first error, whose name is the third argument; None: none."""


@dataclass(frozen=True)
class Injection:
    """One kind of error in one column: the rows it changed and the values that were there, as text."""

    kind: str
    column: str
    rows: Rows
    clean: Sequence[str | None]


def inject(
    kinds: Sequence[ErrorKind[Draft]], draft: Draft, hits: Hits, choice: Floats, overlap: Mask
) -> tuple[Injection, ...]:
    """Damage the rows of `hits`, each by one kind, and by a second where `overlap` says so and one can be combined.

    `choice` is a uniform number a row that draws its kind. All arrays have the shape of the hits.
    """
    everywhere = np.ones(len(hits.rows), dtype=bool)
    possible = np.stack([everywhere if kind.possible is None else kind.possible(draft, hits) for kind in kinds], axis=1)
    names = np.array([*(kind.name for kind in kinds), ""])
    first = names[choose(possible * np.asarray([kind.weight for kind in kinds]), choice)]
    injections = []
    for kind in kinds:
        hit = first == kind.name
        if kind.second is not None:
            hit |= overlap & kind.second(draft, hits, first)
        changes = kind.damage(draft, hits.where(hit))
        injections += [Injection(kind.name, *change) for change in changes]
    return tuple(injections)


def choose(weights: Floats, draw: Floats) -> NDArray[np.int64]:
    """A choice a row by its own weights. Shape of weights: (rows, kinds); -1 where they are all zero."""
    cumulative = np.cumsum(weights, axis=1)
    total = cumulative[:, -1]
    choice = (cumulative <= (draw * total)[:, None]).sum(axis=1)
    return np.where(total > 0, choice, -1)


def flags(count: int, rows: Rows) -> Mask:
    """True in the given rows. Shape (count,)."""
    flagged = np.zeros(count, dtype=bool)
    flagged[rows] = True
    return flagged


def iso_dates(days: NDArray[np.integer]) -> list[str]:
    return list(np.datetime_as_string(days.astype("datetime64[D]")))


def iso_times(seconds: NDArray[np.int64]) -> list[str]:
    return [f"{text.replace('T', ' ')}+00:00" for text in np.datetime_as_string(seconds.astype("datetime64[s]"))]


def amounts(units: NDArray[np.int64]) -> list[str]:
    return [f"{unit}.00" for unit in units.tolist()]


def names_of(names: Sequence[str], codes: NDArray[np.integer]) -> list[str]:
    return [names[code] for code in codes.tolist()]


def texts(rows: NDArray[np.uint8]) -> list[str]:
    """Fixed-width keys as text. Shape (n, width)."""
    width = rows.shape[1]
    data = rows.tobytes().decode("ascii")
    return [data[at : at + width] for at in range(0, len(data), width)]
