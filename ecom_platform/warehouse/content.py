"""What can be written to a table, and how rows in memory are brought into its specification's Arrow schema or refused.

Only conversions that lose nothing are made; what is refused is refused before any back end sees it. The rules for a
`Query`'s columns live with each back end, which alone knows the types of what it computes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from ecom_platform.tables.spec import PARTITION_COLUMN, Column, Table, Type
from ecom_platform.warehouse.errors import ContentError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


@dataclass(frozen=True)
class Query:
    """Rows that the warehouse computes itself, so that they never pass through Python.

    `sql` is one GoogleSQL SELECT over tables named `layer.table`; `reads` are the specifications of those tables.
    When the query is written to some partitions of a partitioned table, every partitioned table it reads is
    restricted to the same partitions: a cohort's rows depend on that cohort alone.
    """

    sql: str
    reads: tuple[Table, ...]


Content: TypeAlias = "pa.Table | pd.DataFrame | Query"

RowCounts: TypeAlias = dict[str, int]
"""Rows by partition key (`YYYY-MM-01`); of an unpartitioned table, by the single key `""`."""


def conform(table: Table, content: pa.Table | pd.DataFrame) -> pa.Table:
    """The content in the specification's schema and column order.

    Accepted beside the exact type: a column without any value for every type; any text for STRING; any integer for
    INT64, FLOAT64 and NUMERIC; a decimal of any precision for NUMERIC and FLOAT64; a timestamp of any zone and unit for
    TIMESTAMP, converted to UTC microseconds. A timestamp without a zone is refused: which instant it means is a guess.

    Raises ContentError naming the columns that are unknown, missing or of another type, or whose values do not fit.
    """
    import pyarrow as pa

    arrow = content if isinstance(content, pa.Table) else _from_pandas(table, content)
    check_names(table, arrow.column_names)
    columns = [_conform_column(table, column, arrow.column(column.name)) for column in table.columns]
    return pa.table(columns, schema=table.arrow_schema)


def beside(table: Table, content: Content, stored: pa.Table) -> pa.Table:
    """The content, and the stored rows whose key is not among its keys.

    Raises ContentError for a Query, whose rows are not at hand here.
    """
    import pyarrow as pa

    if isinstance(content, Query):
        raise ContentError(f"{table}: a query cannot be a part of the content; it replaces whole partitions.")
    rows = conform(table, content)
    stays = _keys(table, stored).join(_keys(table, rows).drop_columns(["at"]), _key_columns(table), join_type="left anti")
    return pa.concat_tables([stored.take(stays.column("at")), rows])


def _keys(table: Table, rows: pa.Table) -> pa.Table:
    """The rows' keys as texts, and the position `at` of each. An Arrow join holds no null equal to another: a flag does."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns: dict[str, Any] = {}
    for name in table.key:
        texts: Any = rows.column(name).cast(pa.string())
        columns[f"{name} text"] = pc.fill_null(texts, "")
        columns[f"{name} null"] = rows.column(name).is_null()
    return pa.table({**columns, "at": pa.array(range(rows.num_rows), pa.int64())})


def _key_columns(table: Table) -> list[str]:
    return [f"{name} {part}" for name in table.key for part in ("text", "null")]


def check_names(table: Table, names: Sequence[str]) -> None:
    """Raises ContentError unless `names` are the table's columns, in any order."""
    faults = {
        "unknown": sorted(set(names) - set(table.column_names)),
        "missing": [name for name in table.column_names if name not in names],
        "repeated": sorted({name for name in names if list(names).count(name) > 1}),
    }
    problems = [f"{fault}: {', '.join(columns)}" for fault, columns in faults.items() if columns]
    if problems:
        raise ContentError(f"{table}: the content's columns are not the table's ({'; '.join(problems)}). Nothing was written.")


def wrong_type(table: Table, column: Column, actual: object, hint: str = "") -> ContentError:
    return ContentError(f"{table}.{column.name} is {column.type}, but the content has {actual}{hint}. Nothing was written.")


def check_partitions(table: Table, partitions: Sequence[str] | None) -> tuple[date, ...] | None:
    """The partitions as dates, each once, in the order given; None for an unpartitioned table.

    Raises ContentError when keys are given for an unpartitioned table, not given for a partitioned one, or malformed.
    """
    if not table.partitioned:
        if partitions is not None:
            raise ContentError(f"{table} is not partitioned, but partitions were given: {', '.join(partitions)}.")
        return None
    if not partitions:
        raise ContentError(f"{table} is partitioned by {PARTITION_COLUMN}: name the partitions to replace.")
    return tuple(dict.fromkeys(month(key) for key in partitions))


def month(key: str) -> date:
    """A partition key as its date. Raises ContentError for anything but the first day of a month, `YYYY-MM-01`."""
    try:
        day = date.fromisoformat(key)
    except ValueError:
        day = None
    if day is None or day.day != 1 or day.isoformat() != key:
        raise ContentError(f"{key!r} is not a partition: a partition is the first day of a month, such as 2024-01-01.")
    return day


def count_rows(table: Table, rows: pa.Table, partitions: Iterable[date] | None) -> RowCounts:
    """Rows of the content by partition, 0 included; None for the partitions of an unpartitioned table.

    Raises ContentError when a row lies in none of the partitions, or has none.
    """
    if partitions is None:
        return {"": rows.num_rows}
    counts = {key.isoformat(): 0 for key in partitions}
    for entry in rows.group_by(PARTITION_COLUMN).aggregate([([], "count_all")]).to_pylist():
        key = "null" if entry[PARTITION_COLUMN] is None else entry[PARTITION_COLUMN].isoformat()
        if key not in counts:
            raise outside_partitions(table, key)
        counts[key] = entry["count_all"]
    return counts


def outside_partitions(table: Table, key: str) -> ContentError:
    return ContentError(
        f"{table}: the content has rows whose {PARTITION_COLUMN} is {key}, which is not among the partitions asked for. "
        "Nothing was written."
    )


def _from_pandas(table: Table, frame: pd.DataFrame) -> pa.Table:
    import pandas as pd
    import pyarrow as pa

    if not isinstance(frame, pd.DataFrame):
        raise ContentError(f"{table}: a {type(frame).__name__} cannot be written; an Arrow table, a DataFrame or a Query can.")
    check_names(table, [str(name) for name in frame.columns])
    arrays = {}
    for name in frame.columns:
        try:
            arrays[str(name)] = pa.Array.from_pandas(frame[name])
        except pa.ArrowException as error:
            raise ContentError(f"{table}.{name} mixes values of several types: {_first_line(error)}") from error
    return pa.table(arrays)


def _conform_column(table: Table, column: Column, values: pa.ChunkedArray[Any]) -> pa.ChunkedArray[Any]:
    import pyarrow as pa

    target = table.arrow_schema.field(column.name).type
    actual = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if values.type == target:
        return values
    if not _fits(column.type, actual):
        hint = ""
        if column.type is Type.TIMESTAMP and pa.types.is_timestamp(actual):
            hint = " without a time zone: say which one it is in, for example by tz_localize('UTC')"
        elif column.type is Type.NUMERIC and pa.types.is_floating(actual):
            hint = ": money is exact, so round it into a decimal with 2 digits after the point"
        raise wrong_type(table, column, actual, hint)
    # Arrow converts an integer to a decimal only if every integer of its type would fit, hence the detour.
    between = pa.decimal128(38, 2) if column.type is Type.NUMERIC and pa.types.is_integer(actual) else actual
    try:
        return values.cast(between).cast(target)
    except pa.ArrowException as error:
        raise ContentError(
            f"{table}.{column.name} is {column.type}, but a value of the content ({actual}) does not fit: "
            f"{_first_line(error)}. Nothing was written."
        ) from error


def _fits(type_: Type, actual: pa.DataType) -> bool:
    from pyarrow import types

    if types.is_null(actual):
        return True
    match type_:
        case Type.STRING:
            return bool(types.is_string(actual) or types.is_large_string(actual) or types.is_string_view(actual))
        case Type.INT64:
            return bool(types.is_integer(actual))
        case Type.FLOAT64:
            return bool(types.is_floating(actual) or types.is_integer(actual) or types.is_decimal(actual))
        case Type.NUMERIC:
            return bool(types.is_decimal(actual) or types.is_integer(actual))
        case Type.BOOL:
            return bool(types.is_boolean(actual))
        case Type.DATE:
            return bool(types.is_date(actual))
        case Type.TIMESTAMP:
            return types.is_timestamp(actual) and actual.tz is not None


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".")
