"""Whether two warehouses hold the same rows, without moving a row: counts and hashes by partition, computed where they live.

A row becomes a text that every engine writes alike, its MD5 becomes two numbers of 32 bits, and a partition the sums of
those. The order of rows does not change them; a row that is added, lost or changed does.
"""

from __future__ import annotations

from dataclasses import dataclass

from ecom_platform.tables.spec import PARTITION_COLUMN, Column, Table, Type

FLOAT_SCALE = 1_000_000
"""Floating-point values are compared to this many parts of one: engines add them up in different orders."""


@dataclass(frozen=True)
class Fingerprint:
    rows: int
    high: int
    low: int


@dataclass(frozen=True)
class FingerprintDialect:
    """What engines write differently: the quote around a name, and templates for a text's MD5 in hexadecimal digits and
    for an instant's microseconds since 1970."""

    quote: str
    digest: str
    microseconds: str


def fingerprint_sql(table: Table, dialect: FingerprintDialect) -> str:
    """A SELECT of `partition_key`, `row_count`, `high` and `low`, a row for each partition of the table."""
    text = " || '|' || ".join(_text(column, dialect) for column in table.columns)
    key = f"CAST({PARTITION_COLUMN} AS STRING)" if table.partitioned else "''"
    where = f" WHERE {PARTITION_COLUMN} >= DATE '0001-01-01'" if table.partitioned else ""
    return (
        "SELECT partition_key, COUNT(*) AS row_count, "
        f"SUM({_number(1)}) AS high, SUM({_number(9)}) AS low FROM (\n"
        f"SELECT {key} AS partition_key, {dialect.digest.format(text)} AS digest\n"
        f"FROM {_quoted(table.layer, dialect)}.{_quoted(table.name, dialect)}{where}\n) AS hashed GROUP BY partition_key"
    )


def _number(start: int) -> str:
    return f"CAST('0x' || SUBSTR(digest, {start}, 8) AS INT64)"


def _text(column: Column, dialect: FingerprintDialect) -> str:
    name = _quoted(column.name, dialect)
    match column.type:
        case Type.STRING:
            # With its length before it, no text can pass for two.
            text = f"CAST(LENGTH({name}) AS STRING) || ':' || {name}"
        case Type.NUMERIC:
            text = f"CAST(CAST({name} * 100 AS INT64) AS STRING)"
        case Type.FLOAT64:
            text = f"CAST(CAST(ROUND({name} * {FLOAT_SCALE}) AS INT64) AS STRING)"
        case Type.TIMESTAMP:
            text = f"CAST({dialect.microseconds.format(name)} AS STRING)"
        case Type.BOOL:
            text = f"CASE WHEN {name} THEN 't' ELSE IF({name} IS NULL, NULL, 'f') END"
        case _:
            text = f"CAST({name} AS STRING)"
    return f"IFNULL({text}, '-')"


def _quoted(name: str, dialect: FingerprintDialect) -> str:
    return f"{dialect.quote}{name}{dialect.quote}"
