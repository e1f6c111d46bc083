"""Every statement that the warehouse generates, as text: no client, no network.

Names are quoted, literals are typed, and only DML stands between BEGIN and COMMIT. The tests lint all of it, and the
authors' queries inside it, for what the service refuses although its emulators accept it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from ecom_platform.tables.spec import PARTITION_COLUMN, Column, Table, Type
from ecom_platform.warehouse.bigquery import layout
from ecom_platform.warehouse.content import Query

Dataset = Callable[[str], str]

OUTSIDE = "outside the partitions: "
OVERFLOW = "does not fit: "
EVER = "DATE '0001-01-01'"
"""The first day there is: a filter that leaves nothing out, for tables that require one."""

_MARK = "\x00"
_MARKED = re.compile(f"`{_MARK}([^`]+)`\\.`([^`]+)`")


def rendered(query: Query, partitions: Sequence[str] | None, dataset: Dataset, absent: Iterable[Table] = ()) -> str:
    """The query for BigQuery, restricted to the partitions; tables in `absent`, which do not exist, count as empty.

    Raises SqlError for what cannot be carried to both engines.
    """
    from ecom_platform.warehouse.sql import to_bigquery

    known = {(table.layer, table.name): table for table in query.reads}
    missing = set(absent)

    def place(match: re.Match[str]) -> str:
        table = known[match[1], match[2]]
        if table in missing:
            return f"({empty(table)})"
        whole = partitions is None and layout.requires_filter(table)
        return f"(SELECT * FROM {name(table, dataset)} WHERE {everything()})" if whole else name(table, dataset)

    # The mark cannot occur in an author's text, so that only the names of tables are replaced.
    text = to_bigquery(query.sql, query.reads, partitions, lambda layer: _MARK + layer)
    return _MARKED.sub(place, _without_semicolon(text))


def transaction(
    contents: Mapping[Table, str],
    months: Mapping[Table, Sequence[date] | None],
    dataset: Dataset,
    counted: Iterable[Table],
    by_key: bool = False,
) -> str:
    """Replaces the months of every table by the rows of its SELECT, all or nothing, in the order of the mapping.

    The SELECTs have the tables' columns, in any order. The rows of the `counted` tables are the script's result. With
    `by_key`, only rows whose key is among the new ones are deleted.
    """
    statements = ["BEGIN TRANSACTION"]
    for table, select in contents.items():
        columns = ", ".join(quoted(column.name) for column in table.columns)
        condition = _replaced(months[table])
        if by_key:
            same = " AND ".join(_same(quoted(key)) for key in table.key)
            condition += f" AND EXISTS (SELECT 1 FROM ({select}) AS fresh WHERE {same})"
        statements.append(f"DELETE FROM {name(table, dataset)} AS stored WHERE {condition}")
        statements.append(f"INSERT INTO {name(table, dataset)} ({columns})\n{select}")
    statements.append("COMMIT TRANSACTION")
    counts = [count(table, months[table], dataset) for table in counted]
    if counts:
        statements.append("\nUNION ALL\n".join(counts))
    return ";\n".join(statements) + ";"


def fitted(table: Table, select: str, months: Sequence[date] | None, nulls: Iterable[str] = ()) -> str:
    """The SELECT's columns by name, in the types of the specification; a value that does not fit is an error.

    The columns in `nulls` are bare NULLs, to which the service gives the type INT64.
    """
    bare = set(nulls)
    columns = ",\n  ".join(_fitted(column, months, column.name in bare) for column in table.columns)
    return f"SELECT\n  {columns}\nFROM (\n{select}\n) AS content"


def recreated(table: Table, select: str, dataset: Dataset) -> str:
    """Recreates an unpartitioned table whose layout has changed, with its rows, in one statement and so all or nothing."""
    columns = ",\n  ".join(
        f"{quoted(column.name)} {ddl_type(column)} OPTIONS (description = {literal(column.doc)})" for column in table.columns
    )
    clustering = layout.clustered_by(table)
    cluster = f"\nCLUSTER BY {', '.join(map(quoted, clustering))}" if clustering else ""
    divided = layout.divided_by(table)
    partition = f"\nPARTITION BY DATE_TRUNC({quoted(divided)}, MONTH)" if divided else ""
    return (
        f"CREATE OR REPLACE TABLE {name(table, dataset)} (\n  {columns}\n){partition}{cluster}\n"
        f"OPTIONS (description = {literal(table.doc)})\nAS\n{select}"
    )


def staged(table: Table, reference: str) -> str:
    """The rows of a staging table (`dataset.table`)."""
    columns = ", ".join(quoted(column.name) for column in table.columns)
    return f"SELECT {columns} FROM {'.'.join(map(quoted, reference.split('.')))}"


def read(table: Table, columns: Sequence[str], months: Sequence[date] | None, dataset: Dataset) -> str:
    where = f" WHERE {inside(months)}" if months is not None else ""
    if months is None and layout.requires_filter(table):
        where = f" WHERE {everything()}"
    return f"SELECT {', '.join(map(quoted, columns))} FROM {name(table, dataset)}{where}"


def count(table: Table, months: Sequence[date] | None, dataset: Dataset) -> str:
    """Rows by partition, as columns `table_name`, `partition_key` (empty for an unpartitioned table) and `row_count`."""
    if not table.partitioned:
        columns = f"{literal(str(table))} AS table_name, '' AS partition_key, COUNT(*) AS row_count"
        return f"SELECT {columns} FROM {name(table, dataset)}"
    where = everything() if months is None else inside(months)
    return (
        f"SELECT {literal(str(table))} AS table_name, CAST({quoted(PARTITION_COLUMN)} AS STRING) AS partition_key, "
        f"COUNT(*) AS row_count FROM {name(table, dataset)} WHERE {where} GROUP BY partition_key"
    )


def count_stored(references: Mapping[str, str | None], dataset: Dataset) -> str:
    """Rows of stored tables, named `layer.table`; each with the column that it must be filtered by, if any."""
    selects = []
    for full_name, filtered in references.items():
        layer, table = full_name.split(".")
        where = f" WHERE {quoted(filtered)} >= {EVER}" if filtered else ""
        place = f"{quoted(dataset(layer))}.{quoted(table)}"
        selects.append(f"SELECT {literal(full_name)} AS table_name, COUNT(*) AS row_count FROM {place}{where}")
    return "\nUNION ALL\n".join(selects)


def empty(table: Table) -> str:
    """A SELECT without rows, in the table's columns and types."""
    columns = ", ".join(f"CAST(NULL AS {column.type}) AS {quoted(column.name)}" for column in table.columns)
    return f"SELECT {columns} FROM UNNEST([1]) AS nothing WHERE FALSE"


def inside(months: Sequence[date]) -> str:
    if not months:
        return "FALSE"
    return f"{quoted(PARTITION_COLUMN)} IN ({', '.join(day(month) for month in months)})"


def everything() -> str:
    """A condition that leaves nothing out, on the column by which the table must be filtered."""
    return f"{quoted(PARTITION_COLUMN)} >= {EVER}"


def name(table: Table, dataset: Dataset) -> str:
    return f"{quoted(dataset(table.layer))}.{quoted(table.name)}"


def quoted(identifier: str) -> str:
    return f"`{identifier}`"


def literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{escaped}'"


def day(value: date) -> str:
    return f"DATE '{value.isoformat()}'"


def ddl_type(column: Column) -> str:
    return "NUMERIC(18, 2)" if column.type is Type.NUMERIC else column.type.value


def _without_semicolon(select: str) -> str:
    """The SELECT without what ends a statement, so that it can stand inside another one."""
    from sqlglot.dialects.bigquery import BigQuery

    for token in reversed(BigQuery().tokenize(select)):
        if token.token_type.name != "SEMICOLON":
            break
        select = select[: token.start] + " " + select[token.end + 1 :]
    return select


def _same(key: str) -> str:
    # Nulls are the same, too. In equalities, for the service has no other plan for a correlated subquery.
    fresh, stored = f"IFNULL(CAST(fresh.{key} AS STRING), '')", f"IFNULL(CAST(stored.{key} AS STRING), '')"
    return f"{fresh} = {stored} AND (fresh.{key} IS NULL) = (stored.{key} IS NULL)"


def _replaced(months: Sequence[date] | None) -> str:
    # The service accepts no DELETE without a WHERE clause.
    return "TRUE" if months is None else inside(months)


def _fitted(column: Column, months: Sequence[date] | None, null: bool) -> str:
    name = quoted(column.name)
    if null:
        return f"CAST(NULL AS {column.type}) AS {name}"
    if column.name == PARTITION_COLUMN and months is not None:
        refused = f"ERROR(CONCAT({literal(OUTSIDE)}, IFNULL(CAST({name} AS STRING), 'null')))"
        return f"CASE WHEN {inside(months)} THEN {name} ELSE {refused} END AS {name}"
    if column.type is Type.NUMERIC:
        # The service silently rounds to a column's scale, and has its own words for a value that is too large.
        refused = f"ERROR({literal(OVERFLOW + column.name)})"
        exact = f"ROUND(CAST({name} AS NUMERIC), 2)"
        return (
            f"CASE WHEN {name} IS NULL OR ABS(CAST({name} AS NUMERIC)) < NUMERIC '10000000000000000' THEN {exact} "
            f"ELSE {refused} END AS {name}"
        )
    if column.type is Type.FLOAT64:
        return f"CAST({name} AS FLOAT64) AS {name}"
    return f"{name} AS {name}"
