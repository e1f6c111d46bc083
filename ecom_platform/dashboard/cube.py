"""Cubes: whole numbers by kind of customer and axis, small enough to travel inside a page.

A cube is dense: every cell has a number. Each measure is divided by the greatest number that divides all its values and laid
out in planes of bytes (all lowest bytes, then the next), which gzip packs far better than the numbers as they are; base64
makes it text. Money is exact to the hundredth. Sums of squares, which only intervals need, are rounded to 24 bits.
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from ecom_platform.tables.dashboard.customers import DIMENSIONS
from ecom_platform.tables.spec import Table, Type
from ecom_platform.warehouse.contract import Warehouse

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

SQUARES_BITS = 24
HUNDREDTHS = 100

Value = str | int | bool
"""A value of an axis; a month is the text `YYYY-MM`."""


@dataclass(frozen=True)
class CubeSpec:
    """Which sums a cube holds: `measures` of `table` by kind of customer and `axes`, where `where` (GoogleSQL) holds.

    `computed` are measures that the table has no column of, as GoogleSQL over one row. `values` gives the
    values of an axis that has them whether or not they occur; of any other, they are those that occur, and of months all
    between the first and the last of the page.
    """

    table: Table
    axes: tuple[str, ...]
    measures: tuple[str, ...]
    where: str = "TRUE"
    computed: Mapping[str, str] = field(default_factory=dict, hash=False)
    values: Mapping[str, tuple[Value, ...]] = field(default_factory=dict, hash=False)

    @property
    def sql(self) -> str:
        keys = ", ".join((*DIMENSIONS, *self.axes))
        sums = ", ".join(f"SUM({self.computed.get(measure, measure)}) AS {measure}" for measure in self.measures)
        return f"SELECT {keys}, {sums} FROM {self.table} WHERE {self.where} GROUP BY {keys}"


@dataclass(frozen=True)
class Cube:
    """The numbers: each measure an array of shape (kinds, *axes). `kinds` are the values of `DIMENSIONS` of each kind."""

    kinds: Sequence[tuple[str, ...]]
    axes: Mapping[str, Sequence[Value]]
    measures: Mapping[str, Numbers]

    @staticmethod
    def of_rows(spec: CubeSpec, rows: Mapping[str, Sequence[Any]], kinds: Sequence[tuple[str, ...]]) -> Cube:
        """The cube of the rows that `spec.sql` gives, over these kinds of customers."""
        import numpy as np

        axes = {axis: _values(spec, axis, rows[axis]) for axis in spec.axes}
        place = {kind: number for number, kind in enumerate(kinds)}
        index: list[Any] = [[place[kind] for kind in zip(*(rows[name] for name in DIMENSIONS), strict=True)]]
        for axis, values in axes.items():
            at = {value: number for number, value in enumerate(values)}
            index.append([at[_shown(value)] for value in rows[axis]])
        shape = (len(kinds), *map(len, axes.values()))
        measures = {}
        for name in spec.measures:
            measures[name] = np.zeros(shape)
            measures[name][tuple(np.asarray(each, dtype=np.intp) for each in index)] = np.asarray(rows[name], dtype=np.float64)
        return Cube(kinds, axes, measures)

    def encoded(self, spec: CubeSpec) -> dict[str, Any]:
        """As JSON can hold it: `data` has the planes of every measure in order, each `planes` bytes deep, times `scale`."""
        described, parts = {}, []
        for name, numbers in self.measures.items():
            squares = name not in spec.computed and spec.table.column(name).type is Type.FLOAT64
            planes, scale = _planes(numbers, squares)
            described[name] = {"planes": len(planes), "scale": scale}
            parts.extend(planes)
        data = base64.b64encode(gzip.compress(b"".join(parts), 9, mtime=0)).decode()
        return {"axes": {name: list(values) for name, values in self.axes.items()}, "measures": described, "data": data}

    @staticmethod
    def decoded(encoded: Mapping[str, Any], kinds: Sequence[tuple[str, ...]]) -> Cube:
        """The cube that a page holds."""
        import numpy as np

        shape = (len(kinds), *(len(values) for values in encoded["axes"].values()))
        cells = int(np.prod(shape))
        data = np.frombuffer(gzip.decompress(base64.b64decode(encoded["data"])), dtype=np.uint8)
        measures, at = {}, 0
        for name, how in encoded["measures"].items():
            numbers = np.zeros(cells)
            for plane in range(how["planes"]):
                numbers += data[at : at + cells] * float(256**plane)
                at += cells
            measures[name] = (numbers * how["scale"]).reshape(shape)
        if at != len(data):
            raise ValueError(f"a cube has {len(data):,} bytes, and its measures and axes need {at:,}")
        return Cube(kinds, encoded["axes"], measures)


def read_cubes(store: Warehouse, specs: Mapping[str, CubeSpec]) -> dict[str, Cube]:
    """The cubes of a page, all over the same kinds of customers and the same months: those that occur in any of them."""
    found = {name: store.query(spec.sql, [spec.table]).to_pydict() for name, spec in specs.items()}
    kinds = sorted({kind for rows in found.values() for kind in zip(*(rows[name] for name in DIMENSIONS), strict=True)})
    months = {
        axis: _months([day for name, spec in specs.items() if axis in spec.axes for day in found[name][axis]])
        for spec in specs.values()
        for axis in spec.axes
        if spec.table.column(axis).type is Type.DATE
    }
    shared = {name: replace(spec, values={**months, **spec.values}) for name, spec in specs.items()}
    return {name: Cube.of_rows(spec, found[name], kinds) for name, spec in shared.items()}


def _shown(value: Any) -> Value:
    if isinstance(value, date):
        return f"{value:%Y-%m}"
    known: Value = value
    return known


def _values(spec: CubeSpec, axis: str, found: Sequence[Any]) -> list[Value]:
    if axis in spec.values:
        return list(spec.values[axis])
    return [_shown(value) for value in sorted(set(found))]


def _months(days: Sequence[date]) -> tuple[Value, ...]:
    """Every month from the first of the days to the last."""
    if not days:
        return ()
    first, last = (day.year * 12 + day.month - 1 for day in (min(days), max(days)))
    return tuple(f"{month // 12:04}-{month % 12 + 1:02}" for month in range(first, last + 1))


def _planes(numbers: Numbers, squares: bool) -> tuple[list[bytes], float]:
    import numpy as np

    if squares:
        top = float(numbers.max(initial=0))
        scale = 2.0 ** max(int(np.ceil(np.log2(top + 1))) - SQUARES_BITS, 0)
        whole = np.rint(numbers / scale).astype(np.int64)
    else:
        hundredths = np.rint(numbers * HUNDREDTHS).astype(np.int64)
        divisor = int(np.gcd.reduce(hundredths, axis=None)) or 1
        whole, scale = hundredths // divisor, divisor / HUNDREDTHS
    planes = []
    while whole.any():
        planes.append((whole & 255).astype(np.uint8).tobytes())
        whole >>= 8
    return planes, scale
