"""What may be written: the part of GoogleSQL that means the same on both engines.

It is a list of what is allowed, not of what is forbidden. A construct enters it together with a test of its value on
DuckDB against the service's documented semantics; until then it is refused, with the line, and for the usual suspects
with what to write instead. So nothing differs silently: no clock, no chance, no order that the engine is free to choose.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from ecom_platform.tables.spec import Type
from ecom_platform.warehouse.sql.analysis import Statement, line_of, type_of
from ecom_platform.warehouse.sql.errors import SqlError

_STRUCTURE = (
    exp.Select, exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Qualify, exp.Order, exp.Ordered, exp.With, exp.CTE,
    exp.TableAlias, exp.Table, exp.Column, exp.Identifier, exp.Alias, exp.Subquery, exp.Union, exp.Except, exp.Intersect,
    exp.Distinct, exp.Star, exp.Literal, exp.RawString, exp.Boolean, exp.Null, exp.Paren, exp.Tuple, exp.Exists, exp.DataType,
    exp.Window, exp.WindowSpec, exp.IgnoreNulls, exp.Unnest, exp.Array, exp.Interval, exp.WeekStart,
    exp.Var, exp.DataTypeParam, exp.Limit,
)  # fmt: skip
_OPERATORS = (
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In, exp.Between, exp.Like,
    exp.NullSafeEQ, exp.NullSafeNEQ, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.DPipe,
)  # fmt: skip
_FUNCTIONS = (
    # values
    exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Cast, exp.TryCast, exp.Greatest, exp.Least,
    # numbers
    exp.Abs, exp.Sign, exp.Round, exp.Ceil, exp.Floor, exp.Sqrt, exp.Exp, exp.Ln, exp.Log, exp.Pow, exp.Mod, exp.IntDiv,
    exp.SafeDivide,
    # text
    exp.Concat, exp.Lower, exp.Upper, exp.Length, exp.Substring, exp.Trim, exp.Replace, exp.StartsWith, exp.EndsWith,
    exp.RegexpLike, exp.Pad,
    # days and instants
    exp.Date, exp.DateFromParts, exp.DateTrunc, exp.DateAdd, exp.DateSub, exp.DateDiff, exp.LastDay, exp.Extract,
    exp.Timestamp, exp.TimestampTrunc, exp.TimestampAdd, exp.TimestampSub, exp.TimestampDiff, exp.TimeToStr,
    exp.TsOrDsToDate, exp.TsOrDsToTimestamp, exp.UnixSeconds, exp.UnixMicros, exp.UnixDate,
    # aggregates
    exp.Count, exp.CountIf, exp.Sum, exp.Avg, exp.Min, exp.Max, exp.LogicalAnd, exp.LogicalOr, exp.GroupConcat,
    exp.Stddev, exp.StddevSamp, exp.StddevPop, exp.Variance, exp.VariancePop, exp.Corr, exp.CovarSamp, exp.CovarPop,
    # windows
    exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile, exp.Lag, exp.Lead, exp.FirstValue,
    exp.LastValue, exp.PercentileCont,
    # rows
    exp.GenerateSeries, exp.GenerateDateArray,
)  # fmt: skip
_ALLOWED = frozenset((*_STRUCTURE, *_OPERATORS, *_FUNCTIONS))

_INSTEAD: dict[type[exp.Expr], str] = {
    exp.CurrentDate: "a result must not depend on the clock: read raw.observation_windows",
    exp.CurrentTimestamp: "a result must not depend on the clock: read raw.observation_windows",
    exp.Rand: "a result must not depend on chance",
    exp.AnyValue: "which value it is, is up to the engine: use MIN or MAX",
    exp.ArgMax: "ties and nulls are up to the engine: QUALIFY ROW_NUMBER() OVER (...) = 1 with a total order",
    exp.ArgMin: "ties and nulls are up to the engine: QUALIFY ROW_NUMBER() OVER (...) = 1 with a total order",
    exp.ArrayAgg: "arrays are not carried: use a window function, or STRING_AGG",
    exp.ApproxQuantiles: "approximate: use PERCENTILE_CONT(x, p) OVER (...)",
    exp.ApproxDistinct: "approximate: use COUNT(DISTINCT x)",
    exp.Limit: "which rows it keeps is up to the engine: QUALIFY ROW_NUMBER() OVER (...) <= n with a total order",
    exp.Struct: "structs are not carried: use columns, or UNION ALL of SELECTs",
    exp.FarmFingerprint: "it has no equal elsewhere",
}

_NUMBERS = frozenset({Type.INT64, Type.FLOAT64, Type.NUMERIC})
_CASTS = {
    Type.INT64: frozenset({Type.FLOAT64, Type.NUMERIC, Type.STRING}),
    Type.FLOAT64: frozenset({Type.INT64, Type.NUMERIC}),
    Type.NUMERIC: frozenset({Type.INT64, Type.FLOAT64, Type.STRING}),
    Type.BOOL: frozenset({Type.INT64, Type.STRING}),
    Type.DATE: frozenset({Type.STRING, Type.TIMESTAMP}),
    Type.TIMESTAMP: frozenset({Type.DATE}),
    Type.STRING: frozenset({Type.DATE, Type.TIMESTAMP, Type.NUMERIC, Type.FLOAT64}),
}
_DATE_PARTS = frozenset({"DAY", "WEEK", "MONTH", "QUARTER", "YEAR"})
_TIME_PARTS = frozenset({"MICROSECOND", "MILLISECOND", "SECOND", "MINUTE", "HOUR", "DAY"})
_EXTRACTS = frozenset({"DATE", "DAYOFWEEK", "DAY", "DAYOFYEAR", "MONTH", "QUARTER", "YEAR", "HOUR", "MINUTE", "SECOND"})
_INTERVAL_HOLDERS = (exp.DateAdd, exp.DateSub, exp.TimestampAdd, exp.TimestampSub, exp.GenerateDateArray)
_RESERVED_WORDS = """
ALL AND ANY ARRAY AS ASC ASSERT_ROWS_MODIFIED AT BETWEEN BY CASE CAST COLLATE CONTAINS CREATE CROSS CUBE CURRENT DEFAULT
DEFINE DESC DISTINCT ELSE END ENUM ESCAPE EXCEPT EXCLUDE EXISTS EXTRACT FALSE FETCH FOLLOWING FOR FROM FULL GROUP GROUPING
GROUPS HASH HAVING IF IGNORE IN INNER INTERSECT INTERVAL INTO IS JOIN LATERAL LEFT LIKE LIMIT LOOKUP MERGE NATURAL NEW NO
NOT NULL NULLS OF ON OR ORDER OUTER OVER PARTITION PRECEDING PROTO QUALIFY RANGE RECURSIVE RESPECT RIGHT ROLLUP ROWS
SELECT SET SOME STRUCT TABLESAMPLE THEN TO TREAT TRUE UNBOUNDED UNION UNNEST USING WHEN WHERE WINDOW WITH WITHIN
"""
"""Words that the service takes for a name only in backticks; the other engine and the parser are more lenient."""
_RESERVED = frozenset(_RESERVED_WORDS.split())
_STATISTICS = (
    exp.Avg, exp.Stddev, exp.StddevSamp, exp.StddevPop, exp.Variance, exp.VariancePop, exp.Corr, exp.CovarSamp, exp.CovarPop,
    exp.PercentileCont, exp.Pow, exp.Sqrt, exp.Ln, exp.Log, exp.Exp,
)  # fmt: skip
_WITH_PARTS = (
    exp.DateTrunc, exp.DateAdd, exp.DateSub, exp.DateDiff, exp.LastDay,
    exp.TimestampTrunc, exp.TimestampAdd, exp.TimestampSub, exp.TimestampDiff,
)  # fmt: skip
_FORMATS = frozenset("YmdHMSfF")


def check(statement: Statement) -> None:
    """Raises SqlError at the first construct that the two engines would not answer alike."""
    for node in statement.tree.walk():
        if type(node) not in _ALLOWED:
            _refuse(node)
        for rule in _RULES_OF[type(node)]:
            rule(node)


def _refuse(node: exp.Expr) -> None:
    name = (
        node.name if isinstance(node, exp.Anonymous) else node.sql_name() if isinstance(node, exp.Func) else node.key.upper()
    )
    reason = _INSTEAD.get(type(node), "it is not among the constructs known to mean the same on both engines")
    raise SqlError(f"{name} cannot be carried: {reason}", line_of(node))


def _division(node: exp.Expr) -> None:
    sides = (node.args["this"], node.args["expression"])
    if any(type_of(side) is Type.NUMERIC for side in sides) and not any(type_of(side) is Type.FLOAT64 for side in sides):
        raise SqlError("dividing NUMERIC is decimal on one engine and not on the other: CAST(... AS FLOAT64)", line_of(node))
    if not isinstance(node, exp.SafeDivide) and not _nonzero(sides[1]):
        raise SqlError("a divisor may be zero: use SAFE_DIVIDE(x, y), which is null then, or a literal", line_of(node))


def _nonzero(divisor: exp.Expr) -> bool:
    if isinstance(divisor, exp.Paren | exp.Neg | exp.Cast):
        return _nonzero(divisor.this)
    literal = isinstance(divisor, exp.Literal) and float(divisor.name) != 0
    return literal or (isinstance(divisor, exp.Nullif) and divisor.expression.name == "0")


def _float_statistic(node: exp.Expr) -> None:
    if any(type_of(value) is Type.NUMERIC for value in (node.args.get("this"), node.args.get("expression")) if value):
        raise SqlError(f"{node.sql_name()} of NUMERIC is rounded differently: CAST(... AS FLOAT64)", line_of(node))  # type: ignore[attr-defined]


def _cast(node: exp.Expr) -> None:
    if isinstance(node.args["this"], exp.Null):
        return
    target = type_of(node)
    source = type_of(node.args["this"])
    if target is None or source is None:
        raise SqlError("a cast between these types is not carried", line_of(node))
    if isinstance(node.args["this"], exp.Literal) and source is Type.STRING:
        source = Type.STRING
    if target is not source and target not in _CASTS[source]:
        hint = ": use FORMAT_TIMESTAMP" if (source, target) == (Type.TIMESTAMP, Type.STRING) else ""
        raise SqlError(f"CAST from {source} to {target} is not the same on both engines{hint}", line_of(node))


def _comparison(node: exp.Expr) -> None:
    pairs = [(node.args["this"], node.args["expression"])] if "expression" in node.args else []
    if isinstance(node, exp.Between):
        pairs = [(node.this, node.args["low"]), (node.this, node.args["high"])]
    if isinstance(node, exp.In):
        pairs = [(node.this, value) for value in node.expressions]
    for left, right in pairs:
        types = {type_of(left), type_of(right)}
        if None not in types and len(types) == 2 and not types <= _NUMBERS:
            named = " with ".join(sorted(str(type_) for type_ in types))
            raise SqlError(f"comparing {named}: make both sides one type (DATE '...', TIMESTAMP '...', CAST)", line_of(node))


def _day_arithmetic(node: exp.Expr) -> None:
    if {type_of(node.args["this"]), type_of(node.args["expression"])} & {Type.DATE, Type.TIMESTAMP}:
        raise SqlError("use DATE_ADD, DATE_SUB, DATE_DIFF or their TIMESTAMP counterparts on days and instants", line_of(node))


def _interval(node: exp.Expr) -> None:
    holder = node.parent
    if not isinstance(holder, _INTERVAL_HOLDERS):
        raise SqlError("an INTERVAL belongs into DATE_ADD, DATE_SUB, TIMESTAMP_ADD or TIMESTAMP_SUB", line_of(node))


def _part(node: exp.Expr) -> None:
    unit = node.args.get("unit")
    if unit is None:
        return
    name = "WEEK" if isinstance(unit, exp.WeekStart) else unit.name.upper().split("(")[0]
    time = isinstance(node, exp.TimestampAdd | exp.TimestampSub | exp.TimestampDiff | exp.TimestampTrunc)
    allowed = _TIME_PARTS if time else _DATE_PARTS
    if name not in allowed:
        raise SqlError(f"the part {name} is not carried here; {', '.join(sorted(allowed))} are", line_of(node))


def _day_argument(node: exp.Expr) -> None:
    operands = [node.args.get("this"), node.args.get("expression") if isinstance(node, exp.DateDiff) else None]
    if any(operand is not None and type_of(operand) is Type.TIMESTAMP for operand in operands):
        raise SqlError("this works on days: take DATE(...) of the timestamp first", line_of(node))


def _extract(node: exp.Expr) -> None:
    name = node.args["this"].name.upper()
    if name not in _EXTRACTS:
        raise SqlError(f"EXTRACT({name}) is not carried; {', '.join(sorted(_EXTRACTS))} are", line_of(node))


def _format(node: exp.Expr) -> None:
    pattern = node.args["format"]
    letters = pattern.name.replace("%%", "").split("%")[1:] if isinstance(pattern, exp.Literal) else ["?"]
    if any(not letter or letter[0] not in _FORMATS for letter in letters):
        raise SqlError("only the formats %Y %m %d %F %H %M %S and %E6S are carried", line_of(node))


def _unnest(node: exp.Expr) -> None:
    if node.args.get("offset"):
        raise SqlError("WITH OFFSET cannot be carried: it starts at 0 on one engine and at 1 on the other", line_of(node))


def _array(node: exp.Expr) -> None:
    if not isinstance(node.parent, exp.Unnest) or isinstance(node.parent.parent, exp.In):
        raise SqlError("arrays are not carried but in FROM UNNEST(...)", line_of(node))


def _group_concat(node: exp.Expr) -> None:
    if not node.find(exp.Order):
        raise SqlError("STRING_AGG needs an ORDER BY, or its order is up to the engine", line_of(node))


def _limit(node: exp.Expr) -> None:
    if node.parent is None or node.parent.parent is not None or not node.parent.args.get("order"):
        raise SqlError(f"LIMIT cannot be carried: {_INSTEAD[exp.Limit]}", line_of(node))


def _like(node: exp.Expr) -> None:
    if "\\" in node.args["expression"].name:
        raise SqlError("LIKE with an escaped character is not carried", line_of(node))


def _distinct(node: exp.Expr) -> None:
    if len(node.args.get("expressions") or ()) > 1 and isinstance(node.parent, exp.AggFunc):
        raise SqlError("DISTINCT counts one expression only", line_of(node))
    if node.args.get("on"):
        raise SqlError("DISTINCT ON is no GoogleSQL", line_of(node))


def _branches(node: exp.Expr) -> None:
    values = [*node.args.get("ifs", ()), node.args.get("true"), node.args.get("false"), node.args.get("default")]
    if isinstance(node, exp.Coalesce | exp.Greatest | exp.Least):
        values = [node.args["this"], *node.expressions]
    types = {type_of(value.args["true"] if isinstance(value, exp.If) else value) for value in values if value is not None}
    types.discard(None)
    if len(types) > 1 and not types <= _NUMBERS:
        named = " and ".join(sorted(str(type_) for type_ in types))
        raise SqlError(f"its values are {named}: make them one type", line_of(node))


def _join(node: exp.Expr) -> None:
    condition = node.args.get("on")
    if node.args.get("side") and condition is not None:
        parts = condition.flatten() if isinstance(condition, exp.And) else [condition]
        if not any(isinstance(part.unnest(), exp.EQ) for part in parts):
            raise SqlError("an outer JOIN needs an equality among its conditions", line_of(node))


def _identifier(node: exp.Expr) -> None:
    # Only a name that the author wrote has a place: the resolver names columns too, and those are always quoted.
    if "line" in node.meta and not node.args.get("quoted") and node.name.upper() in _RESERVED:
        raise SqlError(f"{node.name} is a reserved word of GoogleSQL: choose another name", line_of(node))


_Rule = Callable[[exp.Expr], None]
_RULES: tuple[tuple[type[exp.Expr] | tuple[type[exp.Expr], ...], _Rule], ...] = (
    ((exp.Div, exp.SafeDivide, exp.IntDiv, exp.Mod), _division),
    (_STATISTICS, _float_statistic),
    (exp.Cast, _cast),
    ((exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Between, exp.In), _comparison),
    ((exp.Add, exp.Sub), _day_arithmetic),
    (exp.Interval, _interval),
    (_WITH_PARTS, _part),
    ((exp.DateTrunc, exp.DateAdd, exp.DateSub, exp.DateDiff, exp.LastDay), _day_argument),
    (exp.Extract, _extract),
    (exp.TimeToStr, _format),
    (exp.Unnest, _unnest),
    (exp.Array, _array),
    (exp.GroupConcat, _group_concat),
    (exp.Like, _like),
    (exp.Limit, _limit),
    (exp.Identifier, _identifier),
    ((exp.Case, exp.If, exp.Coalesce, exp.Greatest, exp.Least), _branches),
    (exp.Join, _join),
    (exp.Distinct, _distinct),
)
_RULES_OF: dict[type[exp.Expr], tuple[_Rule, ...]] = {
    allowed: tuple(rule for kinds, rule in _RULES if issubclass(allowed, kinds)) for allowed in _ALLOWED
}
