"""GoogleSQL for DuckDB: sqlglot's translation, and the repairs that make it mean the same.

Each repair is a pattern of DuckDB's SQL for what the translation leaves different: the type that a function returns, the
width of numbers, what an empty group counts, what the ends of a range give, what a text may look like, NaN. What the service
fails for fails here, too. Each has its case in docs/googlesql.md, with a value that the service documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, UnsupportedError

from ecom_platform.tables.spec import Table, Type
from ecom_platform.warehouse.sql import texts
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


def _fill(template: str, /, **parts: exp.Expr) -> exp.Expr:
    """DuckDB's SQL with `:name` replaced by expressions."""
    filled = _template(template).copy()
    for place in list(filled.find_all(exp.Placeholder)):
        place.replace(parts[place.name].copy())
    return filled


@lru_cache(maxsize=128)
def _template(sql: str) -> exp.Expr:
    return sqlglot.parse_one(sql, read="duckdb")


def _become(node: exp.Expr, template: str, /, **parts: exp.Expr) -> None:
    """The node gives way to the filled template, of the same type."""
    filled = _fill(template, **parts)
    filled.type = node.type
    node.replace(filled)


def _is(template: str) -> Callable[[exp.Expr], None]:
    """The repair that fills a template with the node itself (`:node`) and its arguments (`:this`, `:expression`, ...)."""

    def repair(node: exp.Expr) -> None:
        parts = {name: part for name, part in node.args.items() if isinstance(part, exp.Expr)}
        _become(node, template, node=node, **parts)

    return repair


def _as(type_: str) -> Callable[[exp.Expr], None]:
    def repair(node: exp.Expr) -> None:
        _wrap(node, lambda inner: exp.cast(inner, exp.DataType.build(type_, dialect="duckdb"), copy=False))

    return repair


_PHYSICAL = {Type.INT64: "BIGINT", Type.FLOAT64: "DOUBLE", Type.NUMERIC: "DECIMAL(38, 9)"}


def _to_own_type(node: exp.Expr) -> None:
    """ROUND, SIGN and the like come back as the service's type of result, whatever DuckDB chose."""
    type_ = type_of(node)
    if type_ in _PHYSICAL:
        _as(_PHYSICAL[type_])(node)


def _data_type(node: exp.Expr) -> None:
    if node.this is exp.DType.TIMESTAMPTZ:
        node.set("this", exp.DType.TIMESTAMP)
    elif node.this is exp.DType.DECIMAL and not node.expressions:
        node.replace(exp.DataType.build("DECIMAL(38, 9)", dialect="duckdb"))


# numbers

_VALUES = (
    exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.Abs, exp.Mod, exp.IntDiv, exp.SafeAdd, exp.SafeSubtract, exp.SafeMultiply,
    exp.SafeNegate, exp.Alias, exp.If, exp.Case, exp.Coalesce, exp.Nullif, exp.Greatest, exp.Least, exp.Array, exp.Sum,
    exp.Max, exp.Min,
)  # fmt: skip
"""Where a whole number is a value that may grow: DuckDB's literal is 32 bits wide, and so is what it is computed with."""


def _literal(node: exp.Expr) -> None:
    if node.args["is_string"]:
        return
    if not node.name.isdigit():
        if "e" not in node.name.lower():
            node.set("this", f"{node.name}e0")
        return
    value = node
    while isinstance(value.parent, exp.Paren | exp.Neg):
        value = value.parent
    if isinstance(value.parent, _VALUES) or isinstance(value, exp.Neg):
        _as("BIGINT")(value if isinstance(value, exp.Neg) else node)


def _in_parentheses(node: exp.Expr) -> None:
    """A function there is an operator here, and the translation writes it as if nothing stood around it or in it."""
    for name in ("this", "expression"):
        part = node.args[name]
        node.set(name, exp.Paren(this=part))
        node.args[name].type = part.type
    _wrap(node, lambda inner: exp.Paren(this=inner))


def _product(node: exp.Expr) -> None:
    if type_of(node.this) is Type.NUMERIC and type_of(node.expression) is Type.NUMERIC:
        _as("DECIMAL(38, 9)")(node)


def _finite(node: exp.Expr) -> None:
    """What leaves the range fails: the service has no infinite result of finite arguments."""
    arguments = [part for name in ("this", "expression") if (part := node.args.get(name)) is not None]
    guard = " OR ".join(f"NOT ISFINITE(CAST(:a{place} AS DOUBLE))" for place in range(len(arguments)))
    _become(
        node,
        f"CASE WHEN ISFINITE(:node) OR {guard} THEN :node ELSE ERROR('the result is beyond FLOAT64, or none') END",
        node=node,
        **{f"a{place}": part for place, part in enumerate(arguments)},
    )


def _safely(operation: type[exp.Binary]) -> Callable[[exp.Expr], None]:
    def repair(node: exp.Expr) -> None:
        result = operation(this=exp.Paren(this=node.this), expression=exp.Paren(this=node.expression))
        result.type = node.type
        attempt = exp.Anonymous(this="TRY", expressions=[result])
        attempt.type = node.type
        node.replace(attempt)
        if operation is exp.Mul:
            _product(result)

    return repair


# comparisons

_NAN_SIDES: dict[type[exp.Expr], tuple[str, ...]] = {
    exp.LT: ("expression",), exp.LTE: ("expression",), exp.GT: ("this",), exp.GTE: ("this",),
    exp.EQ: ("this", "expression"), exp.NEQ: ("this", "expression"),
}  # fmt: skip


def _comparison(node: exp.Expr) -> None:
    """NaN is in no order and equals nothing, itself included; for DuckDB it is the greatest number."""
    if Type.FLOAT64 not in (type_of(node.this), type_of(node.expression)):
        return
    sides = [node.args[name] for name in _NAN_SIDES[type(node)]]
    if any(type_of(side) is not Type.FLOAT64 or isinstance(side.unnest(), exp.Literal) for side in sides):
        return
    if isinstance(node, exp.EQ | exp.NEQ):
        unequal = "TRUE" if isinstance(node, exp.NEQ) else "FALSE"
        template = f"CASE WHEN ISNAN(:this) AND ISNAN(:expression) THEN {unequal} ELSE :node END"
    else:
        other = "expression" if "this" in _NAN_SIDES[type(node)] else "this"
        template = f"CASE WHEN ISNAN(:{_NAN_SIDES[type(node)][0]}) THEN :{other} IS NULL AND NULL ELSE :node END"
    _become(node, template, node=node, this=node.this, expression=node.expression)


def _between(node: exp.Expr) -> None:
    low, high = node.args["low"], node.args["high"]
    if type_of(high) is not Type.FLOAT64 or isinstance(high, exp.Literal):
        return
    bounds = (exp.GTE(this=node.this.copy(), expression=low.copy()), exp.LTE(this=node.this.copy(), expression=high.copy()))
    both = exp.Paren(this=exp.And(this=bounds[0], expression=bounds[1]))
    both.type = node.type
    node.replace(both)
    for bound in bounds:
        _comparison(bound)


def _least(node: exp.Expr) -> None:
    if type_of(node) is Type.FLOAT64:
        values = [exp.Neg(this=exp.Paren(this=value.copy())) for value in (node.this, *node.expressions)]
        _become(node, "-(:greatest)", greatest=exp.Greatest(this=values[0], expressions=values[1:], ignore_nulls=False))


def _minimum(node: exp.Expr) -> None:
    """NaN, where there is one, is the least as it is the greatest."""
    if type_of(node) is Type.FLOAT64:
        value = node.this.expressions[0] if isinstance(node.this, exp.Distinct) else node.this
        greatest, outer = exp.Max(this=exp.Neg(this=exp.Paren(this=value))), _window_of(node)
        greatest.type = node.type
        node.replace(greatest)
        _wrap(greatest if outer is node else outer, lambda inner: exp.Paren(this=exp.Neg(this=exp.Paren(this=inner))))


def _ordered(node: exp.Expr) -> None:
    """NaN comes before every other number."""
    order = node.parent
    if type_of(node.this) is not Type.FLOAT64 or not isinstance(order, exp.Order):
        return
    key = exp.Ordered(
        this=exp.IsNan(this=node.this.copy()), desc=not node.args.get("desc"), nulls_first=node.args["nulls_first"]
    )
    order.set("expressions", [each for old in order.expressions for each in ((key, old) if old is node else (old,))])


# aggregates


def _window_of(node: exp.Expr) -> exp.Expr:
    """The window around an aggregate, or the aggregate itself."""
    outer = node.parent
    while isinstance(outer, exp.IgnoreNulls):
        outer = outer.parent
    return outer if isinstance(outer, exp.Window) and node.arg_key == "this" else node


def _whole_sum(node: exp.Expr) -> None:
    if type_of(node) is Type.INT64:
        _as("BIGINT")(_window_of(node))


def _countif(node: exp.Expr) -> None:
    _become(node, "COUNT(CASE WHEN :condition THEN 1 END)", condition=node.this)


def _correlation(node: exp.Expr) -> None:
    """One pair has none."""
    outer = _window_of(node)
    pairs: exp.Expr = exp.Anonymous(this="REGR_COUNT", expressions=[node.expression.copy(), node.this.copy()])
    if outer is not node:
        pairs, aggregate = outer.copy(), pairs
        pairs.set("this", aggregate)
    _become(outer, "CASE WHEN :pairs > 1 THEN :correlation END", pairs=pairs, correlation=outer)


# text


def _plain_length(node: exp.Expr) -> None:
    node.set("binary", False)


def _trim(node: exp.Expr) -> None:
    if node.args.get("expression") is None:
        node.set("expression", exp.Literal.string(texts.WHITE_SPACE))


def _substring(node: exp.Expr) -> None:
    start, length = node.args["start"], node.args.get("length")
    if isinstance(start, exp.Literal):
        if start.name == "0":
            node.set("start", exp.Literal.number(1))
    else:
        place = "CASE WHEN :start > 0 THEN :start WHEN :start = 0 THEN 1 ELSE GREATEST(LENGTH(:text) + 1 + :start, 1) END"
        node.set("start", _fill(place, start=exp.Paren(this=start.copy()), text=node.this))
    if length is not None and not isinstance(length, exp.Literal):
        node.set("length", _fill("CASE WHEN :n < 0 THEN ERROR('a length is below 0') ELSE :n END", n=exp.Paren(this=length)))


def _regexp_extract(node: exp.Expr) -> None:
    _become(
        node,
        "CASE WHEN REGEXP_MATCHES(:this, :expression) THEN :node END",
        node=node,
        this=node.this,
        expression=node.expression,
    )


def _like(node: exp.Expr) -> None:
    # DuckDB knows an escape only where one is named.
    if not isinstance(node.expression, exp.Literal) or "\\" in node.expression.name:
        _wrap(node, lambda inner: exp.Escape(this=inner, expression=exp.Literal.string("\\")))


def _cast(node: exp.Expr) -> None:
    source, target = type_of(node.this), type_of(node)
    if target is Type.INT64 and source is Type.FLOAT64:
        node.set("this", exp.Round(this=node.this))
    elif source is Type.STRING and target in texts.FORMS:
        _from_text(node, target)
    elif target is Type.STRING and source is Type.NUMERIC:
        _wrap(node, _without_trailing_zeros)
    elif target is Type.STRING and source is Type.TIMESTAMP:
        _become(node, _INSTANT_TEXT, instant=node.this)


def _from_text(node: exp.Expr, target: Type) -> None:
    if isinstance(node.this, exp.Literal) and not isinstance(node, exp.TryCast):
        if target is Type.TIMESTAMP:
            node.set("this", exp.Literal.string(str(texts.instant(node.this.name))))
        return
    # What has not the form becomes the empty text, which no cast takes.
    form = exp.Literal.string(f"^(?:{texts.FORMS[target]})$")
    node.set("this", _fill("REGEXP_EXTRACT(:text, :form)", text=node.this, form=form))
    if target is Type.TIMESTAMP:
        cast = "TRY_CAST" if isinstance(node, exp.TryCast) else "CAST"
        _become(node, f"{cast}({_ZONED} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'", text=node.this)


_ZONED = r"""REGEXP_REPLACE(REGEXP_REPLACE(REGEXP_REPLACE(REGEXP_REPLACE(:text,
    '^([\d-]+)[Tt]', '\1 '), '^([\d-]+)$', '\1 00:00:00'), '^([\d-]+ [\d:.]+)$', '\1 UTC'),
    '(\d)([+-])(\d(?::\d+)?)$', '\1\20\3')"""


def _instant(node: exp.Expr) -> None:
    text = type_of(node.this) is Type.STRING
    cast = exp.cast(node.this, exp.DataType.build("TIMESTAMP", dialect="duckdb"))
    cast.type = node.type
    node.replace(cast)
    if text:
        _from_text(cast, Type.TIMESTAMP)


_INSTANT_TEXT = r"""REGEXP_REPLACE(REGEXP_REPLACE(
    STRFTIME(:instant, '%Y-%m-%d %H:%M:%S.%f'), '\.000000$', ''), '(\.\d{3})000$', '\1') || '+00'"""


def _without_trailing_zeros(text: exp.Expr) -> exp.Expr:
    return _fill(r"REGEXP_REPLACE(REGEXP_REPLACE(:text, '(\.\d*?)0+$', '\1'), '\.$', '')", text=text)


# days and instants


def _elapsed(node: exp.Expr) -> None:
    unit = exp.Literal.string(node.args["unit"].name.lower())
    node.replace(exp.Anonymous(this="DATE_SUB", expressions=[unit, node.args["expression"], node.this]))


def _extract(node: exp.Expr) -> None:
    part = node.this.name.upper()
    if part == "DAYOFWEEK":
        _wrap(node, lambda inner: exp.Paren(this=exp.Add(this=inner, expression=exp.Literal.number(1))))
    elif part == "DATE":
        node.replace(exp.cast(node.expression, exp.DataType.build("DATE", dialect="duckdb")))
    elif part == "WEEK":
        _become(node, "CAST(STRFTIME(:day, '%U') AS BIGINT)", day=node.expression)
    elif part == "ISOWEEK":
        node.set("this", exp.var("WEEK"))


def _parse(node: exp.Expr) -> None:
    pattern = node.args["format"].name
    form = re.sub(r"%(.)|([^%]+)", lambda part: _DIGITS.get(part[1], r"\d{1,2}") if part[1] else re.escape(part[2]), pattern)
    _become(
        node,
        f"CAST(STRPTIME(REGEXP_EXTRACT(TRIM(:text, :space), :form), :pattern) AS {_PARSED[type(node)]})",
        text=node.this,
        space=exp.Literal.string(texts.WHITE_SPACE),
        form=exp.Literal.string(f"^{form}$"),
        pattern=exp.Literal.string(pattern),
    )


_DIGITS = {"Y": r"\d{4}", "%": "%"}
_PARSED: dict[type[exp.Expr], str] = {exp.StrToDate: "DATE", exp.StrToTime: "TIMESTAMP"}


def _from_unix_time(node: exp.Expr) -> None:
    scale = node.args.get("scale")
    factor = 10 ** (6 - (int(scale.name) if scale is not None else 0))
    _become(node, f"MAKE_TIMESTAMP(CAST(:units AS BIGINT) * {factor})", units=node.this)


_REPAIRS: dict[type[exp.Expr], Callable[[exp.Expr], None]] = {
    exp.DataType: _data_type,
    exp.Literal: _literal,
    exp.Mul: _product,
    exp.IntDiv: _in_parentheses,
    exp.Mod: _in_parentheses,
    exp.Round: _to_own_type,
    exp.Ceil: _to_own_type,
    exp.Floor: _to_own_type,
    exp.Sign: _to_own_type,
    exp.Exp: _finite,
    exp.Pow: _finite,
    exp.SafeAdd: _safely(exp.Add),
    exp.SafeSubtract: _safely(exp.Sub),
    exp.SafeMultiply: _safely(exp.Mul),
    exp.SafeNegate: _is("TRY(-(:this))"),
    **dict.fromkeys(_NAN_SIDES, _comparison),
    exp.Between: _between,
    exp.Least: _least,
    exp.Ordered: _ordered,
    exp.Min: _minimum,
    exp.Sum: _whole_sum,
    exp.CountIf: _countif,
    exp.Corr: _correlation,
    exp.Length: _plain_length,
    exp.Upper: _is("UPPER(REPLACE(:this, 'ß', 'SS'))"),
    exp.Reverse: _is("ARRAY_TO_STRING(LIST_REVERSE(STRING_SPLIT(:this, '')), '')"),
    exp.Trim: _trim,
    exp.Substring: _substring,
    exp.RegexpExtract: _regexp_extract,
    exp.Like: _like,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.DateTrunc: _as("DATE"),
    exp.DateAdd: _as("DATE"),
    exp.DateSub: _as("DATE"),
    exp.LastDay: _as("DATE"),
    exp.DateFromUnixDate: _as("DATE"),
    exp.Timestamp: _instant,
    exp.TimestampDiff: _elapsed,
    exp.Extract: _extract,
    exp.StrToDate: _parse,
    exp.StrToTime: _parse,
    exp.UnixSeconds: _is("DATE_DIFF('second', CAST('1970-01-01' AS TIMESTAMP), :this)"),
    exp.UnixMillis: _is("DATE_DIFF('millisecond', CAST('1970-01-01' AS TIMESTAMP), :this)"),
    exp.UnixToTime: _from_unix_time,
}
