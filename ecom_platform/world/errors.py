"""What an injected data-quality error is, and the list of them that scoring reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecom_platform.world.draws import Floats

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Injection:
    """One kind of error in one column: the rows it changed and the values that were there, as text."""

    kind: str
    column: str
    rows: Rows
    clean: Sequence[str | None]


def choose(weights: Floats, draw: Floats) -> NDArray[np.int64]:
    """A choice a row by its own weights. Shape of weights: (rows, kinds); -1 where they are all zero."""
    cumulative = np.cumsum(weights, axis=1)
    total = cumulative[:, -1]
    choice = (cumulative <= (draw * total)[:, None]).sum(axis=1)
    return np.where(total > 0, choice, -1)


def iso_dates(days: NDArray[np.integer]) -> list[str]:
    return list(np.datetime_as_string(days.astype("datetime64[D]")))


def iso_times(seconds: NDArray[np.int64]) -> list[str]:
    return [f"{text.replace('T', ' ')}+00:00" for text in np.datetime_as_string(seconds.astype("datetime64[s]"))]


def amounts(units: NDArray[np.int64]) -> list[str]:
    return [f"{unit}.00" for unit in units.tolist()]


def texts(rows: NDArray[np.uint8]) -> list[str]:
    """Fixed-width keys as text. Shape (n, width)."""
    width = rows.shape[1]
    data = rows.tobytes().decode("ascii")
    return [data[at : at + width] for at in range(0, len(data), width)]
