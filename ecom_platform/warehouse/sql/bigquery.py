"""GoogleSQL for BigQuery: the author's text, with the names of the tables replaced and nothing else touched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ecom_platform.tables.spec import Table
from ecom_platform.warehouse.sql.analysis import analyse
from ecom_platform.warehouse.sql.lint import check
from ecom_platform.warehouse.sql.restriction import condition


def render(sql: str, reads: Iterable[Table], partitions: Sequence[str] | None, dataset: Callable[[str], str]) -> str:
    statement = analyse(sql, tuple(sorted(set(reads), key=str)))
    check(statement)
    predicate = None if partitions is None else condition(partitions)
    text = sql
    for reference in sorted(statement.references, key=lambda reference: reference.start, reverse=True):
        table = reference.table
        name = f"`{dataset(table.layer)}`.`{table.name}`"
        if predicate is not None and table.partitioned:
            name = f"(SELECT * FROM {name} WHERE {predicate})"
        alias = "" if reference.aliased else f" AS {table.name}"
        text = text[: reference.start] + name + alias + text[reference.end :]
    return text
