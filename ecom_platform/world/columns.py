"""NumPy arrays to Arrow columns without a Python object a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ecom_platform.tables.spec import Table

Mask = NDArray[np.bool_]


def validity(valid: Mask | None) -> tuple[pa.Buffer | None, int]:
    """The validity bitmap of a mask (true where there is a value) and the number of nulls."""
    if valid is None:
        return None, 0
    nulls = int(len(valid) - np.count_nonzero(valid))
    return (pa.py_buffer(np.packbits(valid, bitorder="little").data), nulls) if nulls else (None, 0)


def fixed_strings(rows: NDArray[np.uint8], valid: Mask | None = None) -> pa.Array[Any]:
    """Strings of one width from their bytes. Shape (n, width)."""
    count, width = rows.shape
    offsets = np.arange(0, (count + 1) * width, width, dtype=np.int32) if width else np.zeros(count + 1, np.int32)
    bitmap, nulls = validity(valid)
    buffers = [bitmap, pa.py_buffer(offsets.data), pa.py_buffer(np.ascontiguousarray(rows).data)]
    return pa.Array.from_buffers(pa.string(), count, buffers, nulls)


def labels(names: Sequence[str], codes: NDArray[np.integer], valid: Mask | None = None) -> pa.Array[Any]:
    """Strings chosen from a few names by code."""
    index = pa.array(codes) if valid is None or valid.all() else pa.array(codes, mask=~valid)
    return pa.array(names, pa.string()).take(index)


def bools(values: Mask) -> pa.Array[Any]:
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, pa.py_buffer(np.packbits(values, bitorder="little").data)])


def dates(days: NDArray[np.integer], valid: Mask | None = None) -> pa.Array[Any]:
    """Dates from days since 1970-01-01."""
    return plain(pa.date32(), days.astype(np.int32, copy=False), valid)


def timestamps(seconds: NDArray[np.int64]) -> pa.Array[Any]:
    """UTC instants, to the microsecond, from seconds since 1970-01-01."""
    return plain(pa.timestamp("us", tz="UTC"), seconds * 1_000_000)


def money(units: NDArray[np.int64], valid: Mask | None = None) -> pa.Array[Any]:
    """DECIMAL(18, 2) from whole units of the currency."""
    cents = np.empty((len(units), 2), dtype=np.int64)
    np.multiply(units, 100, out=cents[:, 0])
    np.right_shift(cents[:, 0], 63, out=cents[:, 1])
    return plain(pa.decimal128(18, 2), cents, valid, count=len(units))


def plain(kind: pa.DataType, values: NDArray[Any], valid: Mask | None = None, count: int | None = None) -> pa.Array[Any]:
    """A column of a fixed-width type from the memory of an array."""
    bitmap, nulls = validity(valid)
    buffers = [bitmap, pa.py_buffer(np.ascontiguousarray(values).data)]
    return pa.Array.from_buffers(kind, len(values) if count is None else count, buffers, nulls)


def table(spec: Table, columns: Mapping[str, pa.Array[Any]]) -> pa.Table:
    """A table of exactly the specified schema. Raises KeyError when a column is missing."""
    schema = spec.arrow_schema
    return pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema)
