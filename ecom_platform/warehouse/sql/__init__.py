"""SQL written once, in GoogleSQL, and carried to the engine that runs it.

A statement is read (`analysis`: its tables, columns and types against the specifications), checked (`lint`: nothing that
two engines would answer differently), restricted to partitions, and rendered for DuckDB (`duckdb`) or BigQuery
(`bigquery`, which sees the text all but verbatim). `asset` turns the files of a folder into named, ordered assets;
`lineage` says of which columns each of theirs is made.

This module is the whole interface. It is light to import: the parser loads with the first statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ecom_platform.tables.spec import Table
from ecom_platform.warehouse.sql.asset import Draft, Part, SqlAsset, as_comment, check_sql, load_sql, read_sql, sql_folder
from ecom_platform.warehouse.sql.errors import SqlError

if TYPE_CHECKING:
    from ecom_platform.warehouse.sql.lineage import Sources


def to_duckdb(sql: str, reads: Iterable[Table], partitions: Sequence[str] | None) -> str:
    """The statement in DuckDB's dialect, meaning what it means in GoogleSQL.

    `reads` must hold the specification of every table that the statement reads; others are ignored. With `partitions`
    (keys `YYYY-MM-01`, in any order; none of them: no row), every partitioned table is restricted to them.
    Times are plain TIMESTAMP, in UTC: no result depends on the session's time zone.

    Raises SqlError for a statement that is not one SELECT over `reads`, or that DuckDB would answer differently.
    """
    from ecom_platform.warehouse.sql import duckdb

    return duckdb.render(sql, reads, partitions)


def to_bigquery(sql: str, reads: Iterable[Table], partitions: Sequence[str] | None, dataset: Callable[[str], str]) -> str:
    """The same text with table names replaced: `layer.table` becomes `dataset(layer).table`, restricted as in `to_duckdb`.

    Lines stay where they are, so that a position in BigQuery's message is a position in the file.

    Raises SqlError as `to_duckdb` does: what cannot be carried to both is refused by both.
    """
    from ecom_platform.warehouse.sql import bigquery

    return bigquery.render(sql, reads, partitions, dataset)


def column_sources(sql: str, reads: Iterable[Table]) -> Mapping[str, Sources]:
    """Of which columns of which tables each column of the statement is made, in the order of its select list.

    Raises SqlError for a statement that is not one SELECT over `reads`.
    """
    from ecom_platform.warehouse.sql.lineage import lineage

    return lineage(sql, tuple(sorted(set(reads), key=str)))


__all__ = [
    "Draft",
    "Part",
    "SqlAsset",
    "SqlError",
    "as_comment",
    "check_sql",
    "column_sources",
    "load_sql",
    "read_sql",
    "sql_folder",
    "to_bigquery",
    "to_duckdb",
]
