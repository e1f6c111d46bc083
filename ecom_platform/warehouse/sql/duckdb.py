"""GoogleSQL for DuckDB: sqlglot's translation, and the repairs that make it mean the same.

What sqlglot 30 gets wrong silently: days come back from date functions as timestamps, an instant becomes one with a
zone, weekdays start at 0, TIMESTAMP_DIFF counts boundaries, a decimal literal is no FLOAT64, a bare NUMERIC keeps
three digits, integer sums are 128 bits wide, a cast to INT64 rounds half to even, a NUMERIC's text keeps its zeros.
Each repair has its test against values from the service's documentation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from sqlglot import exp
from sqlglot.errors import ErrorLevel, UnsupportedError

from ecom_platform.tables.spec import Table, Type
from ecom_platform.warehouse.sql.analysis import Statement, analyse, type_of
from ecom_platform.warehouse.sql.errors import SqlError
from ecom_platform.warehouse.sql.lint import check
from ecom_platform.warehouse.sql.restriction import condition


def render(sql: str, reads: Iterable[Table], partitions: Sequence[str] | None) -> str:
    restricted = None if partitions is None else tuple(partitions)
    return _render(sql, tuple(sorted(set(reads), key=str)), restricted)


@lru_cache(maxsize=512)
def _render(sql: str, reads: tuple[Table, ...], partitions: tuple[str, ...] | None) -> str:
    statement = analyse(sql, reads)
    check(statement)
    tree = statement.tree.copy()
    if partitions is not None:
        tree = _restrict(tree, statement, condition(partitions))
    try:
        return _repair(tree).sql("duckdb", identify=True, comments=False, pretty=True, unsupported_level=ErrorLevel.RAISE)
    except UnsupportedError as error:
        raise SqlError(f"this cannot be carried to DuckDB: {error}") from error


def _restrict(tree: exp.Query, statement: Statement, predicate: str) -> exp.Query:
    partitioned = {str(table) for table in statement.reads if table.partitioned}
    for node in list(tree.find_all(exp.Table)):
        if node.db and f"{node.db}.{node.name}" in partitioned:
            bare = exp.table_(node.name, db=node.db)
            restricted = exp.select("*").from_(bare).where(exp.condition(predicate, dialect="duckdb"), copy=False)
            node.replace(restricted.subquery(node.alias or node.name, copy=False))
    return tree


def _repair(tree: exp.Query) -> exp.Query:
    # Children before parents: a repair reads its node's type and may wrap what was repaired below it.
    nodes = list(tree.walk(bfs=False))
    for node in reversed(nodes):
        if (repair := _REPAIRS.get(type(node))) is not None:
            repair(node)
    for node in tree.walk():
        if node.type is not None and node.type.this is exp.DType.TIMESTAMPTZ:
            node.type = exp.DataType(this=exp.DType.TIMESTAMP)
    return tree


def _wrap(node: exp.Expr, outside: Callable[[exp.Expr], exp.Expr]) -> None:
    """Puts an expression around the node, where the node stands."""
    type_ = node.type
    placeholder = exp.Null()
    node.replace(placeholder)
    wrapped = outside(node)
    wrapped.type = type_
    placeholder.replace(wrapped)


def _as(type_: str) -> Callable[[exp.Expr], None]:
    def repair(node: exp.Expr) -> None:
        _wrap(node, lambda inner: exp.cast(inner, exp.DataType.build(type_, dialect="duckdb"), copy=False))

    return repair


def _data_type(node: exp.Expr) -> None:
    if node.this is exp.DType.TIMESTAMPTZ:
        node.set("this", exp.DType.TIMESTAMP)
    elif node.this is exp.DType.DECIMAL and not node.expressions:
        node.replace(exp.DataType.build("DECIMAL(38, 9)", dialect="duckdb"))


def _whole_sum(node: exp.Expr) -> None:
    if type_of(node) is not Type.INT64:
        return
    window = node.parent
    while isinstance(window, exp.IgnoreNulls | exp.Filter):
        window = window.parent
    _as("BIGINT")(window if isinstance(window, exp.Window) else node)


def _instant(node: exp.Expr) -> None:
    node.replace(exp.cast(node.this, exp.DataType.build("TIMESTAMP", dialect="duckdb")))


def _elapsed(node: exp.Expr) -> None:
    unit = exp.Literal.string(node.args["unit"].name.lower())
    node.replace(exp.Anonymous(this="DATE_SUB", expressions=[unit, node.args["expression"], node.this]))


def _extract(node: exp.Expr) -> None:
    part = node.this.name.upper()
    if part == "DAYOFWEEK":
        _wrap(node, lambda inner: exp.Paren(this=exp.Add(this=inner, expression=exp.Literal.number(1))))
    elif part == "DATE":
        node.replace(exp.cast(node.expression, exp.DataType.build("DATE", dialect="duckdb")))


def _literal(node: exp.Expr) -> None:
    if not node.args["is_string"] and "." in node.name and "e" not in node.name.lower():
        node.set("this", f"{node.name}e0")


def _cast(node: exp.Expr) -> None:
    source, target = type_of(node.this), type_of(node)
    if target is Type.INT64 and source is Type.FLOAT64:
        node.set("this", exp.Round(this=node.this))
    elif target is Type.STRING and source is Type.NUMERIC:
        _wrap(node, _without_trailing_zeros)


def _without_trailing_zeros(text: exp.Expr) -> exp.Expr:
    trimmed = exp.Anonymous(
        this="REGEXP_REPLACE", expressions=[text, exp.Literal.string(r"(\.\d*?)0+$"), exp.Literal.string(r"\1")]
    )
    return exp.Anonymous(this="REGEXP_REPLACE", expressions=[trimmed, exp.Literal.string(r"\.$"), exp.Literal.string("")])


def _unix_seconds(node: exp.Expr) -> None:
    node.replace(exp.Anonymous(this="DATE_SUB", expressions=[exp.Literal.string("second"), _EPOCH.copy(), node.this]))


_EPOCH = exp.cast(exp.Literal.string("1970-01-01"), exp.DataType.build("TIMESTAMP", dialect="duckdb"))

_REPAIRS: dict[type[exp.Expr], Callable[[exp.Expr], None]] = {
    exp.DateTrunc: _as("DATE"),
    exp.DateAdd: _as("DATE"),
    exp.DateSub: _as("DATE"),
    exp.LastDay: _as("DATE"),
    exp.DataType: _data_type,
    exp.Sum: _whole_sum,
    exp.CountIf: _whole_sum,
    exp.Timestamp: _instant,
    exp.TimestampDiff: _elapsed,
    exp.Extract: _extract,
    exp.Literal: _literal,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.UnixSeconds: _unix_seconds,
}
