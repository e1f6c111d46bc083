"""What SQL for BigQuery must never contain although emulators accept it: the known differences, a rule for each.

The rules look at whole scripts as they are sent: the warehouse's own statements with the authors' queries inside them. The
tests put every script of every test through them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import pairwise

import sqlglot
from sqlglot import exp

from ecom_platform.tables.spec import PARTITION_COLUMN

_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In)
_DML = (exp.Query, exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.TruncateTable)


def faults(script: str, filtered: Collection[str] = ()) -> list[str]:
    """What the service would refuse, or read otherwise, in a script; empty when there is nothing.

    `filtered` are the tables, named `dataset.table`, whose queries must say which partitions they want.
    """
    statements = [statement for statement in sqlglot.parse(script, read="bigquery") if statement is not None]
    found = [fault for rule in RULES for fault in rule(statements)]
    return found + list(unfiltered_reads(statements, filtered))


def untyped_partition_literals(statements: list[exp.Expr]) -> Iterator[str]:
    """The partition column, a DATE, is compared with DATE values only.

    A TIMESTAMP is not coerced to DATE and the service refuses the comparison, which is how the stock Dagster I/O manager
    fails; emulators compare what they are given. A string literal is coerced, but a string value is not.
    https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules#coercion
    """
    for statement in statements:
        for node in statement.find_all(*_COMPARISONS):
            sides = [node.this, node.args.get("expression"), node.args.get("low"), node.args.get("high"), *_members(node)]
            if not any(isinstance(side, exp.Column) and side.name == PARTITION_COLUMN for side in sides):
                continue
            for side in sides:
                timestamp = isinstance(side, exp.Cast) and side.is_type("timestamp", "timestamptz", "datetime")
                if timestamp or (isinstance(side, exp.Literal) and side.is_string):
                    yield f"{PARTITION_COLUMN} is compared with {side.sql('bigquery')}, which is no DATE"


def statements_in_transactions(statements: list[exp.Expr]) -> Iterator[str]:
    """A transaction holds queries and DML; DDL on permanent tables is refused inside it.

    https://cloud.google.com/bigquery/docs/transactions#statements_supported_in_transactions
    """
    inside = False
    for statement in statements:
        if isinstance(statement, exp.Transaction):
            inside = True
        elif isinstance(statement, exp.Commit | exp.Rollback):
            inside = False
        elif inside and not isinstance(statement, _DML):
            yield f"{statement.key.upper()} stands inside a transaction"


def open_transactions(statements: list[exp.Expr]) -> Iterator[str]:
    """A transaction begins and ends in one script, and does not nest: what is left open is rolled back without a word.

    https://cloud.google.com/bigquery/docs/transactions#transaction_scope
    """
    depth = 0
    for statement in statements:
        depth += isinstance(statement, exp.Transaction) - isinstance(statement, exp.Commit | exp.Rollback)
        if depth not in (0, 1):
            yield "transactions nest, or one ends that never began"
            return
    if depth:
        yield "a transaction is left open"


def unbounded_changes(statements: list[exp.Expr]) -> Iterator[str]:
    """DELETE and UPDATE have a WHERE clause, be it WHERE TRUE.

    https://cloud.google.com/bigquery/docs/reference/standard-sql/dml-syntax#delete_statement
    """
    for statement in statements:
        for node in statement.find_all(exp.Delete, exp.Update):
            if not node.args.get("where"):
                yield f"{node.key.upper()} has no WHERE clause"


def positional_inserts(statements: list[exp.Expr]) -> Iterator[str]:
    """INSERT names its columns: without the list values go by position, and a table's order of columns is its history.

    https://cloud.google.com/bigquery/docs/reference/standard-sql/dml-syntax#insert_statement
    """
    for statement in statements:
        for node in statement.find_all(exp.Insert):
            if not isinstance(node.this, exp.Schema):
                yield f"INSERT into {node.this.sql('bigquery')} does not name its columns"


def plain_names(statements: list[exp.Expr]) -> Iterator[str]:
    """A table's name has its dataset, and both are quoted: a prefix may hold what is no plain identifier, and a reserved
    word is none. No partition is addressed as `table$YYYYMM`, which is for jobs, not for SQL.

    https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical#quoted_identifiers
    https://cloud.google.com/bigquery/docs/managing-partitioned-table-data
    """
    for statement in statements:
        ctes = {cte.alias for cte in statement.find_all(exp.CTE)}
        for table in statement.find_all(exp.Table):
            if not isinstance(table.this, exp.Identifier) or (table.name in ctes and not table.db):
                continue
            name = table.sql("bigquery", comments=False)
            parts = (table.args.get("db"), table.this)
            if not all(isinstance(part, exp.Identifier) and part.args.get("quoted") for part in parts):
                yield f"{name} is not a quoted `dataset`.`table`"
            if "$" in table.name:
                yield f"{name} addresses a partition by its decorator"


def parameterised_casts(statements: list[exp.Expr]) -> Iterator[str]:
    """A cast is to a bare type: NUMERIC(18, 2) is a column's type and no value's.

    https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#parameterized_data_types
    """
    for statement in statements:
        for node in statement.find_all(exp.Cast):
            if node.to.expressions and not node.to.is_type("array", "struct"):
                yield f"{node.sql('bigquery')} casts to a parameterised type"


def late_declarations(statements: list[exp.Expr]) -> Iterator[str]:
    """DECLARE comes first in a script.

    https://cloud.google.com/bigquery/docs/reference/standard-sql/procedural-language#declare
    """
    kinds = [isinstance(statement, exp.Declare) for statement in statements]
    if any(declares and not before for before, declares in pairwise(kinds)):
        yield "DECLARE stands after another statement"


def unfiltered_reads(statements: list[exp.Expr], filtered: Collection[str]) -> Iterator[str]:
    """Where a table requires a partition filter, every read and every change of it says which partitions it wants.

    The filter stands where the table does, as a comparison of the partition column with constants, by which partitions can
    be pruned; emulators look for the column's name anywhere, if at all.
    https://cloud.google.com/bigquery/docs/querying-partitioned-tables#require_a_partition_filter_in_queries
    """
    for statement in statements:
        for table in statement.find_all(exp.Table):
            if f"{table.db}.{table.name}" not in filtered or isinstance(
                table.find_ancestor(exp.Create, exp.Schema), exp.Schema
            ):
                continue
            holder = table.find_ancestor(exp.Select, exp.Delete, exp.Update)
            where = holder.args.get("where") if holder else None
            if where is None or not any(_names_partitions(node) for node in where.find_all(*_COMPARISONS)):
                yield f"{table.db}.{table.name} is used without a filter on {PARTITION_COLUMN}"


def _names_partitions(node: exp.Expr) -> bool:
    sides = [side for side in (node.this, node.args.get("expression")) if side is not None]
    return any(isinstance(side, exp.Column) and side.name == PARTITION_COLUMN for side in sides)


def _members(node: exp.Expr) -> list[exp.Expr]:
    return list(node.expressions) if isinstance(node, exp.In) else []


Rule = Callable[[list[exp.Expr]], Iterator[str]]
RULES: tuple[Rule, ...] = (
    untyped_partition_literals,
    statements_in_transactions,
    open_transactions,
    unbounded_changes,
    positional_inserts,
    plain_names,
    parameterised_casts,
    late_declarations,
)
