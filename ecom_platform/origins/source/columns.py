"""How a column as it was given becomes the raw table's column: only by conversions that lose nothing.

Anything that would change a value (a float into money, a timestamp into a day, a text into a number) must be written
in the source's SQL, where it can be seen. Text from a CSV file, which has no types, is parsed instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ecom_platform.origins.source.errors import SourceError, did_you_mean
from ecom_platform.origins.source.settings import ANY_OTHER, VOCABULARIES
from ecom_platform.tables.remediation import Fault
from ecom_platform.tables.spec import PARTITION_COLUMN, Column, Table, Type

DUCKDB_TYPES = {
    Type.STRING: "VARCHAR",
    Type.INT64: "BIGINT",
    Type.FLOAT64: "DOUBLE",
    Type.BOOL: "BOOLEAN",
    Type.DATE: "DATE",
    Type.TIMESTAMP: "TIMESTAMPTZ",
    Type.NUMERIC: "DECIMAL(18, 2)",
}

_INTEGERS = frozenset(
    f"{sign}{size}" for sign in ("", "U") for size in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
)
_TIMESTAMPS = frozenset(("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE"))


def quoted(name: str) -> str:
    """The name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def required_columns(table: Table) -> tuple[str, ...]:
    """The columns that a source must give: the key, what it belongs to, and when it happened."""
    belongs_to = [key.column for key in table.foreign_keys if not table.column(key.column).nullable]
    dates = [] if table.event_date is None else [table.event_date]
    return tuple(dict.fromkeys([*table.key, *belongs_to, *dates]))


def check_names(file: str, table: Table, given: Sequence[str]) -> None:
    """Raises SourceError for a column that the raw table does not have, or a required one that is missing."""
    known = [name for name in table.column_names if name != PARTITION_COLUMN]
    for name in given:
        if name not in table.column_names:
            raise SourceError(f"{file}: {table} has no column {name}{did_you_mean(name, known)} (it has {', '.join(known)})")
    if missing := [name for name in required_columns(table) if name not in given]:
        raise SourceError(f"{file}: {table} needs {'columns' if len(missing) > 1 else 'a column'} {', '.join(missing)}")


def fits(column: Column, given: str) -> bool:
    """Whether a DuckDB type converts into the column's without loss: integers into text and money, but no float into either.

    A timestamp without a zone is taken as UTC.
    """
    match column.type:
        case Type.STRING:
            return given in _INTEGERS or given in ("VARCHAR", "UUID") or given.startswith("ENUM(")
        case Type.INT64:
            return given in _INTEGERS
        case Type.FLOAT64:
            return given in _INTEGERS or given in ("FLOAT", "DOUBLE") or given.startswith("DECIMAL(")
        case Type.BOOL:
            return given == "BOOLEAN"
        case Type.DATE:
            return given == "DATE"
        case Type.TIMESTAMP:
            return given in _TIMESTAMPS
        case Type.NUMERIC:
            decimal = re.fullmatch(r"DECIMAL\(\d+,\s*(\d+)\)", given)
            return given in _INTEGERS or (decimal is not None and int(decimal[1]) <= 2)


def misfit(file: str, table: Table, column: Column, given: str) -> SourceError:
    """The error for a column of another type, with the expression that would convert it."""
    if nested := re.search(r"^(STRUCT|MAP|UNION)\(|\[\d*\]$", given):
        part = f"{column.name}.NAME" if nested[1] == "STRUCT" else f"{column.name}[1]"
        return SourceError(
            f"{file}: column {column.name} holds several values in one ({given}), but {table} needs one {column.type}; "
            f"say in {table.name}.sql which is meant, as in {part}"
        )
    remedy = f"CAST({column.name} AS {DUCKDB_TYPES[column.type]})"
    where = "" if file.endswith(".sql") else f" in {table.name}.sql instead"
    return SourceError(
        f"{file}: column {column.name} is {given}, but {table} needs {column.type}; "
        f"convert it{where}, if that is what is meant: {remedy}"
    )


_WRITTEN_AS = {
    Type.DATE: "2024-01-31",
    Type.TIMESTAMP: "2024-01-31 18:30:00",
    Type.NUMERIC: "1234.50",
    Type.BOOL: "true or false",
}


def written_as(column: Column) -> str:
    """How a CSV file writes the column's values, where it can be written otherwise."""
    example = _WRITTEN_AS.get(column.type)
    return f" ({column.type} is written {example} here)" if example else ""


def converted(column: Column) -> str:
    """An expression for the column in the raw table's type, from a given column that fits."""
    return f"CAST({quoted(column.name)} AS {DUCKDB_TYPES[column.type]})"


def parsed(column: Column) -> str:
    """An expression that parses the column from text; null for empty text, and for a text that `unparsable` finds."""
    return f"TRY_CAST(nullif({quoted(column.name)}, '') AS {DUCKDB_TYPES[column.type]})"


def mapped(column: Column, value: str, meant: Mapping[str, str]) -> str:
    """An expression for what a value stands for, given that of a text; null stays null."""
    others = meant.get(ANY_OTHER)
    whens = [(f"{value} = {_literal(own)}", stands_for) for own, stands_for in meant.items() if own != ANY_OTHER]
    if others is not None:
        accepted = ", ".join(map(_literal, VOCABULARIES[column.name]))
        known = f" AND {value} NOT IN ({accepted})" if accepted else ""
        whens.append((f"{value} IS NOT NULL{known}", others))
    cases = " ".join(f"WHEN {condition} THEN nullif({_literal(stands_for)}, '')" for condition, stands_for in whens)
    return f"CASE {cases} ELSE {value} END" if cases else value


def known(table: Table, column: Column, value: str) -> str:
    """An expression that has, where a source does not know a value, what the raw table calls such a value from the start.

    What a source never knew is no error of its data. Only texts whose absence has a name are affected.
    """
    missing = next(
        (each for each in table.remediations if each.columns == (column.name,) and each.fault is Fault.MISSING), None
    )
    if missing is None or missing.value is None or column.type is not Type.STRING:
        return value
    return f"coalesce(nullif({value}, ''), {_literal(missing.value)})"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def unparsable(column: Column) -> str | None:
    """A condition that is true of a text which is no value of the column's type, or would lose something as one.

    None when every text is a value.
    """
    text = f"nullif({quoted(column.name)}, '')"
    value = parsed(column)
    match column.type:
        case Type.STRING:
            return None
        case Type.INT64 | Type.NUMERIC:
            return f"({text} IS NOT NULL AND ({value} IS NULL OR {value} <> TRY_CAST({text} AS DECIMAL(38, 10))))"
        case Type.DATE:
            return f"({text} IS NOT NULL AND ({value} IS NULL OR {value} <> TRY_CAST({text} AS TIMESTAMP)))"
        case _:
            return f"({text} IS NOT NULL AND {value} IS NULL)"
