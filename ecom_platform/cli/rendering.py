"""A result as a table, CSV or Parquet: whatever its columns are called and whatever its values are.

A result is read batch by batch, and its columns go by position: SQL lets two have the same name.
"""

from __future__ import annotations

import csv as text_csv
import io
import json
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from ecom_platform.settings import SettingsError

if TYPE_CHECKING:
    from ecom_platform.warehouse.contract import Stream

_INFINITE = {2**31 - 1: "infinity", -(2**31) + 1: "-infinity", 2**63 - 1: "infinity", -(2**63) + 1: "-infinity"}
"""DuckDB's infinite dates and timestamps."""
_ESCAPED = {code: f"\\x{code:02x}" for code in (*range(32), 127, *range(128, 160))} | {9: "\\t", 10: "\\n", 13: "\\r"}
"""Characters that a terminal would obey instead of showing."""
_LEAST_PLAIN, _MOST_PLAIN = 1e-3, 1e15


def table(stream: Stream, limit: int, width: int | None) -> tuple[str, int, bool]:
    """The first `limit` rows as a table of that width (None: as wide as it needs), how many they are, and whether there
    are more."""
    import pyarrow as pa
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=None, header_style="bold", pad_edge=False)
    for field in stream.schema:
        right = pa.types.is_integer(field.type) or pa.types.is_floating(field.type) or pa.types.is_decimal(field.type)
        shown.add_column(Text(_visible(field.name)), justify="right" if right else "left", no_wrap=width is None)
    rows, more = 0, False
    for row in _rows(stream):
        if rows == limit:
            more = True
            break
        shown.add_row(*(Text("" if value is None else _visible(_shown(value))) for value in row))
        rows += 1
    text = io.StringIO()
    Console(file=text, width=width or 1_000_000, color_system=None).print(shown)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n", rows, more


def csv(stream: Stream, file: BinaryIO) -> int:
    """Writes all rows as CSV (UTF-8, nulls empty, lists and structures as JSON); returns how many."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    try:
        writer = text_csv.writer(text, lineterminator="\n")
        writer.writerow(stream.schema.names)
        rows = 0
        for row in _rows(stream):
            writer.writerow(["" if value is None else _text(value) for value in row])
            rows += 1
        return rows
    finally:
        # The file is the caller's to close.
        text.detach()


def parquet(stream: Stream, file: BinaryIO) -> int:
    """Writes all rows as Parquet; returns how many. Raises SettingsError for columns that it cannot hold."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = stream.schema.names
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise SettingsError(f"Parquet wants a name of its own for every column; repeated: {', '.join(repeated)}.")
    try:
        rows = 0
        with pq.ParquetWriter(file, stream.schema) as writer:
            for batch in stream.batches:
                writer.write_batch(batch)
                rows += batch.num_rows
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise SettingsError(f"This result cannot be written as Parquet: {error}") from None
    return rows


def _rows(stream: Stream) -> Iterator[tuple[Any, ...]]:
    for batch in stream.batches:
        yield from zip(*(map(_value, column) for column in batch.columns), strict=True)


def _value(scalar: Any) -> Any:
    """The value in Python's terms; as text where Python has none, such as a day beyond the year 9999."""
    import numpy as np
    import pyarrow as pa

    if not scalar.is_valid:
        return None
    try:
        return scalar.as_py()
    except (OverflowError, ValueError, NotImplementedError, pa.ArrowException):
        kind = scalar.type
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        number = scalar.value
        unit: Any = "D" if pa.types.is_date32(kind) else getattr(kind, "unit", "ms")
        return _INFINITE.get(number) or str(np.datetime64(number, unit)).replace("T", " ")
    return str(scalar)


def _shown(value: Any) -> str:
    if isinstance(value, float) and math.isfinite(value):
        plain = value == 0 or _LEAST_PLAIN <= abs(value) < _MOST_PLAIN
        return f"{value:.4f}" if plain else f"{value:.6g}"
    return _text(value)


def _text(value: Any) -> str:
    """A value as CSV has it: lists and structures as JSON, bytes in hexadecimal."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | dict | tuple):
        return json.dumps(_plain(value), ensure_ascii=False, default=str)
    return str(value)


def _plain(value: Any) -> Any:
    """The value with nothing in it that JSON does not know: bytes, keys that are no text, numbers that are not finite."""
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, bytes) or (isinstance(value, float) and not math.isfinite(value)):
        return _text(value)
    return value


def _visible(text: str) -> str:
    return text.translate(_ESCAPED)
