"""Whether two warehouses hold the same rows, without moving a row: counts and hashes by partition, computed where they live.

A row becomes a text that every engine writes alike, its MD5 two numbers of 32 bits, and a partition the sums of those: no
order of rows changes them, and a row more, less or other does.
"""

from __future__ import annotations

from dataclasses import dataclass

from ecom_platform.tables.spec import PARTITION_COLUMN, Column, Table, Type
from ecom_platform.warehouse.contract import Warehouse

FLOAT_SCALE = 1_000_000
"""Floating-point values are compared to this many parts of one: engines add them up in different orders."""


@dataclass(frozen=True)
class Fingerprint:
    rows: int
    high: int
    low: int


@dataclass(frozen=True)
class Dialect:
    """What the engines call differently."""

    quote: str
    digest: str
    microseconds: str


DIALECTS = {
    "duckdb": Dialect('"', "MD5({})", "EPOCH_US({})"),
    "bigquery": Dialect("`", "TO_HEX(MD5({}))", "UNIX_MICROS({})"),
}
"""By the names of the targets."""


def fingerprints(warehouse: Warehouse, target: str, table: Table) -> dict[str, Fingerprint]:
    """The table's partitions, by key (`""` for an unpartitioned table); those without rows are not there.

    A table that was never written has none.
    """
    if str(table) not in warehouse.tables():
        return {}
    found = warehouse.query_native(fingerprint_sql(table, DIALECTS[target])).to_pylist()
    return {row["partition_key"]: Fingerprint(row["row_count"], int(row["high"]), int(row["low"])) for row in found}


def fingerprint_sql(table: Table, dialect: Dialect) -> str:
    text = " || '|' || ".join(_text(column, dialect) for column in table.columns)
    key = f"CAST({PARTITION_COLUMN} AS STRING)" if table.partitioned else "''"
    where = f" WHERE {PARTITION_COLUMN} >= DATE '0001-01-01'" if table.partitioned else ""
    return (
        "SELECT partition_key, COUNT(*) AS row_count, "
        f"SUM({_number(1)}) AS high, SUM({_number(9)}) AS low FROM (\n"
        f"SELECT {key} AS partition_key, {dialect.digest.format(text)} AS digest\n"
        f"FROM {table.layer}.{table.name}{where}\n) AS hashed GROUP BY partition_key"
    )


def _number(start: int) -> str:
    return f"CAST('0x' || SUBSTR(digest, {start}, 8) AS INT64)"


def _text(column: Column, dialect: Dialect) -> str:
    name = f"{dialect.quote}{column.name}{dialect.quote}"
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
