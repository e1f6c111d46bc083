"""Column lineage: of which columns of which tables each column of a statement is made.

A column is made of every column that its expression names, followed through subqueries and common table expressions to
the tables: operands and arguments, the conditions of CASE and IF, the partitions and orders of windows, and whatever a
subquery inside the expression names. In a set operation the branches are joined column by column.

What decides only which rows there are (FROM and JOIN ... ON, WHERE, GROUP BY, HAVING, QUALIFY) is not column lineage: it
would be the same for every column and so would say nothing about any. The dependency between the tables tells it already.
It counts in two places, where a value is made of rows and of nothing else:

- COUNT(*) is made of the *rows* it counts: the keys of the tables that they come from, or, where rows were grouped before,
  the grouping columns.
- a column that names no column in any branch (`'all' AS segment`) is made of the rows that it stands in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple, TypeAlias, TypeVar

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, build_scope, walk_in_scope

from ecom_platform.tables.spec import Table
from ecom_platform.warehouse.sql.analysis import analyse


class SourceColumn(NamedTuple):
    """A column of a table, by the table's full name (`layer.table`)."""

    table: str
    column: str


Sources: TypeAlias = frozenset[SourceColumn]

_NOTHING: Sources = frozenset()


@lru_cache(maxsize=512)
def lineage(sql: str, reads: tuple[Table, ...]) -> Mapping[str, Sources]:
    """What every column of the statement is made of, in the order of its select list.

    A column has no source only when no table is read. Raises SqlError as `analyse` does.
    """
    statement = analyse(sql, reads)
    root = build_scope(statement.tree)
    assert root is not None
    walk = _Walk({str(table): table.key for table in statement.reads})
    return dict(zip(statement.tree.named_selects, walk.columns(root), strict=True))


class _Walk:
    """Follows names from scope to scope. What a scope's columns and rows are made of is worked out once."""

    def __init__(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        self._keys = keys
        self._named_by: dict[int, list[Sources]] = {}
        self._rows: dict[int, Sources] = {}

    def columns(self, scope: Scope) -> list[Sources]:
        """What each column of the scope is made of, by position."""
        return [sources or self.rows(scope) for sources in self._names(scope)]

    def rows(self, scope: Scope) -> Sources:
        """What makes a row of the scope's result the row it is."""
        return _once(self._rows, scope, self._rows_of)

    def _names(self, scope: Scope) -> list[Sources]:
        """What each column of the scope names; a column may name nothing."""
        return _once(self._named_by, scope, self._names_of)

    def _names_of(self, scope: Scope) -> list[Sources]:
        node = scope.expression
        if isinstance(node, exp.Union):
            left, right = (self._names(branch) for branch in scope.union_scopes)
            return [ours | theirs for ours, theirs in zip(left, right, strict=True)]
        if isinstance(node, exp.SetOperation):
            return self._names(scope.union_scopes[0])
        if isinstance(node, exp.Select):
            return [self._named(scope, projection) for projection in node.selects]
        # A table function, UNNEST: its one column is made of its arguments, which stand in the scope around it.
        return [self._named(scope.parent or scope, node)]

    def _rows_of(self, scope: Scope) -> Sources:
        node = scope.expression
        if isinstance(node, exp.Union):
            return _all(self.rows(branch) for branch in scope.union_scopes)
        if isinstance(node, exp.SetOperation):
            return self.rows(scope.union_scopes[0])
        if not isinstance(node, exp.Select):
            return _all(self._names(scope))
        if node.args.get("distinct") and (distinct := _all(self._names(scope))):
            return distinct
        group = node.args.get("group")
        grouped = _all(self._named(scope, by) for by in group.expressions) if group else _NOTHING
        return grouped or self._rows_read(scope)

    def _rows_read(self, scope: Scope) -> Sources:
        return _all(self._rows_from(source) for _, source in scope.selected_sources.values())

    def _rows_from(self, source: exp.Expr | Scope) -> Sources:
        if isinstance(source, Scope):
            return self.rows(source)
        table = _full_name(source)
        return frozenset(SourceColumn(table, column) for column in self._keys[table])

    def _named(self, scope: Scope, node: exp.Expr) -> Sources:
        """Everything that an expression of the scope names."""
        found = _NOTHING
        for part in walk_in_scope(node):
            if isinstance(part, exp.Column):
                found |= self._source(scope, part)
            elif isinstance(part, exp.Count) and part.find(exp.Column) is None:
                found |= self._rows_read(scope)
        inside = {id(part) for part in node.walk()}
        return found | _all(
            self._everything(subquery) for subquery in scope.subquery_scopes if id(subquery.expression) in inside
        )

    def _everything(self, scope: Scope) -> Sources:
        if scope.union_scopes:
            return _all(self._everything(branch) for branch in scope.union_scopes)
        return self._named(scope, scope.expression)

    def _source(self, scope: Scope, column: exp.Column) -> Sources:
        name = column.table or column.name
        at: Scope | None = scope
        while at is not None and name not in at.sources:
            at = at.parent
        assert at is not None, f"{column.sql()} is in no scope"
        source = at.sources[name]
        if not isinstance(source, Scope):
            return frozenset({SourceColumn(_full_name(source), column.name)})
        columns = self.columns(source)
        if not isinstance(source.expression, exp.Query):
            return _all(columns)
        return columns[source.expression.named_selects.index(column.name)]


T = TypeVar("T")


def _once(known: dict[int, T], scope: Scope, find: Callable[[Scope], T]) -> T:
    if id(scope) not in known:
        known[id(scope)] = find(scope)
    return known[id(scope)]


def _all(sources: Iterable[Sources]) -> Sources:
    return _NOTHING.union(*sources)


def _full_name(table: exp.Expr) -> str:
    return f"{table.args['db'].name}.{table.name}"
