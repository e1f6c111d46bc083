"""Reading a statement: one SELECT, the tables it reads, every column resolved and every expression typed.

Nothing here knows an engine. What is read is kept, because the same file is asked for at definition time and again for
every run: `analyse` answers a text it has seen from memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from sqlglot import exp
from sqlglot.dialects import Dialect
from sqlglot.errors import OptimizeError, ParseError, TokenError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope
from sqlglot.schema import MappingSchema

from ecom_platform.tables.spec import Table, Type
from ecom_platform.warehouse.sql import grammar
from ecom_platform.warehouse.sql.errors import SqlError, did_you_mean

GOOGLESQL = "bigquery"

_TYPES = {
    **dict.fromkeys(exp.DataType.INTEGER_TYPES, Type.INT64),
    **dict.fromkeys(exp.DataType.FLOAT_TYPES, Type.FLOAT64),
    **dict.fromkeys(exp.DataType.TEXT_TYPES, Type.STRING),
    exp.DType.DECIMAL: Type.NUMERIC,
    exp.DType.BOOLEAN: Type.BOOL,
    exp.DType.DATE: Type.DATE,
    exp.DType.TIMESTAMPTZ: Type.TIMESTAMP,
}


@dataclass(frozen=True)
class Reference:
    """A table's name as the text has it: the characters from `start` up to but not including `end`."""

    table: Table
    start: int
    end: int
    aliased: bool


@dataclass(frozen=True)
class Statement:
    """A statement, understood. `tree` is qualified and typed; who changes it takes a copy."""

    tree: exp.Query
    references: tuple[Reference, ...]

    @property
    def reads(self) -> tuple[Table, ...]:
        return tuple(sorted({reference.table for reference in self.references}, key=str))


def type_of(node: exp.Expr) -> Type | None:
    """The node's GoogleSQL type; None where it is unknown, an untyped NULL, or none of the platform's types."""
    if node.type is None or isinstance(node, exp.Null):
        return None
    return _TYPES.get(node.type.this)


def line_of(node: exp.Expr) -> int:
    """The line the node is on, as far as the parser tells: its own, its nearest part's, or its surroundings'."""
    at: exp.Expr | None = node
    while at is not None:
        for part in at.walk():
            if "line" in part.meta:
                return int(part.meta["line"])
        at = at.parent
    return 1


@lru_cache(maxsize=64)
def parse(sql: str) -> exp.Query:
    """The one SELECT (or set operation) that the text holds. Who changes it takes a copy.

    Raises SqlError when the text does not parse, is no GoogleSQL though it parses, or holds none, several, or another kind
    of statement.
    """
    dialect = Dialect.get_or_raise(GOOGLESQL)
    try:
        tokens = dialect.tokenize(sql)
        grammar.check_words(tokens, sql)
        statements = [statement for statement in dialect.parser().parse(tokens, sql) if statement is not None]
    except ParseError as error:
        first = error.errors[0] if error.errors else {}
        near = f" near {first['highlight']!r}" if first.get("highlight") else ""
        raise SqlError(f"this is no GoogleSQL: {first.get('description') or error}{near}", first.get("line") or 1) from error
    except TokenError as error:
        raise SqlError(f"this is no GoogleSQL: {error}") from error
    if not statements:
        raise SqlError("there is no statement")
    if len(statements) > 1:
        raise SqlError("several statements; an asset is one SELECT", line_of(statements[1]))
    if not isinstance(statements[0], exp.Select | exp.SetOperation):
        raise SqlError(f"not a SELECT but {statements[0].key.upper()}; an asset is one SELECT", line_of(statements[0]))
    for problem, node in grammar.problems(statements[0]):
        raise SqlError(problem, line_of(node))
    return statements[0]


def table_names(tree: exp.Query) -> Iterator[tuple[str, exp.Table]]:
    """Every table that the statement reads, by `layer.table`, common table expressions left out."""
    for node in tree.find_all(exp.Table):
        if node.db:
            yield f"{node.db}.{node.name}", node
        elif not _is_cte(node):
            raise SqlError(
                f"there is no table {node.name}: tables are named layer.table{_close_cte(node)}",
                line_of(node),
            )


@lru_cache(maxsize=512)
def analyse(sql: str, reads: tuple[Table, ...]) -> Statement:
    """The statement with its tables, columns and types resolved against the specifications.

    Raises SqlError, with the line, for a table that is not among `reads` and for a column that is unknown or ambiguous.
    """
    known = {str(table): table for table in reads}
    original = parse(sql)
    references = []
    for name, node in table_names(original):
        if name not in known:
            raise SqlError(f"there is no table {name}{did_you_mean(name, known)}", line_of(node))
        references.append(_reference(sql, node, known[name]))
    used = {reference.table for reference in references}
    return Statement(_resolve(original, used), tuple(references))


def _reference(sql: str, node: exp.Table, table: Table) -> Reference:
    start, end = node.args["db"].meta["start"], node.this.meta["end"] + 1
    if sql[start:end] != str(table):
        raise SqlError(f"write the table's name plainly, {table}, not {sql[start:end]}", line_of(node))
    return Reference(table, start, end, aliased=bool(node.alias))


def _resolve(tree: exp.Query, reads: Iterable[Table]) -> exp.Query:
    layers: dict[str, object] = {}
    for table in reads:
        tables = layers.setdefault(table.layer, {})
        assert isinstance(tables, dict)
        tables[table.name] = {column.name: column.type.value for column in table.columns}
    # An empty schema would make the resolver guess instead of complain.
    schema = MappingSchema(layers or {"": {"": {"": "INT64"}}}, dialect=GOOGLESQL, normalize=False)
    early = {id(column): column for select in tree.find_all(exp.Select) for column in grammar.named_early(select)}
    for mark, column in early.items():
        column.meta["early"] = mark
    try:
        qualified = qualify(tree.copy(), schema=schema, dialect=GOOGLESQL, quote_identifiers=False, identify=False)
    except OptimizeError as error:
        raise _diagnosis(tree.copy(), {str(table): table for table in reads}, error) from error
    # A column is resolved where it stands; an alias in its place has been replaced by what it names.
    resolved = {column.meta.get("early") for column in qualified.find_all(exp.Column)}
    for mark, column in early.items():
        if mark not in resolved and not _is_joined(column):
            raise SqlError(
                f"{column.name} is named in this SELECT, and not known before: repeat the expression", line_of(column)
            )
    typed = annotate_types(qualified, schema=schema, dialect=GOOGLESQL)
    if not isinstance(typed, exp.Query):
        raise SqlError("an asset is one SELECT")
    return typed


def _is_joined(column: exp.Column) -> bool:
    select = column.find_ancestor(exp.Select)
    joins = select.args.get("joins") or () if select is not None else ()
    return any(column.name == name.name for join in joins for name in join.args.get("using") or ())


def _is_cte(node: exp.Table) -> bool:
    return any(node.name == cte.alias for cte in _visible_ctes(node))


def _close_cte(node: exp.Table) -> str:
    return did_you_mean(node.name, [cte.alias for cte in _visible_ctes(node)])


def _visible_ctes(node: exp.Expr) -> Iterator[exp.CTE]:
    at = node.parent
    while at is not None:
        with_ = at.args.get("with_")
        if isinstance(with_, exp.With):
            yield from with_.expressions
        at = at.parent


def _diagnosis(tree: exp.Query, tables: dict[str, Table], error: OptimizeError) -> SqlError:
    """Which column could not be resolved, and what was probably meant; the parser's own words when that is not it."""
    for scope in traverse_scope(tree):
        own = _columns_of_sources(scope, tables)
        visible = dict(own)
        inner: Scope | None = scope
        while inner is not None and inner.is_subquery and inner.parent is not None:
            inner = inner.parent
            for name, columns in _columns_of_sources(inner, tables).items():
                visible.setdefault(name, columns)
        shared = {name.name for join in scope.expression.args.get("joins") or () for name in join.args.get("using") or ()}
        selects = scope.expression.selects if isinstance(scope.expression, exp.Query) else []
        aliases = {projection.alias for projection in selects if projection.alias}
        for column in scope.columns:
            name, qualifier = column.name, column.table
            if qualifier and qualifier not in visible:
                return SqlError(f"there is no {qualifier} in this FROM{did_you_mean(qualifier, visible)}", line_of(column))
            if qualifier:
                if visible[qualifier] and name not in visible[qualifier]:
                    hint = did_you_mean(name, visible[qualifier])
                    return SqlError(f"{qualifier} has no column {name}{hint}", line_of(column))
                continue
            owners = [source for source, columns in own.items() if name in columns]
            if len(owners) > 1 and name not in shared:
                return SqlError(f"{name} is ambiguous: {' and '.join(owners)} have it", line_of(column))
            everywhere = {known for columns in visible.values() for known in columns}
            if name not in everywhere | aliases:
                return SqlError(f"there is no column {name}{did_you_mean(name, everywhere)}", line_of(column))
    return SqlError(str(error))


def _columns_of_sources(scope: Scope, tables: dict[str, Table]) -> dict[str, list[str]]:
    columns: dict[str, list[str]] = {}
    for name, source in scope.sources.items():
        if name not in scope.selected_sources and not isinstance(source, Scope):
            continue
        if isinstance(source, exp.Table):
            table = tables.get(f"{source.db}.{source.name}")
            columns[name] = list(table.column_names) if table else []
        elif name in scope.selected_sources:
            columns[name] = _names(source)
    return columns


def _names(source: Scope) -> list[str]:
    if isinstance(source.expression, exp.Query):
        return list(source.expression.named_selects)
    alias = source.expression.args.get("alias")
    return [column.name for column in alias.columns] if alias else []
