"""What may be written: the part of GoogleSQL that means the same on both engines.

It is a list of what is allowed, not of what is forbidden. A construct enters it together with a test of its value on
DuckDB against the service's documented semantics; until then it is refused, with the line, and for the usual suspects
with what to write instead. So nothing differs silently: no clock, no chance, no order that the engine is free to choose.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from sqlglot import exp

from ecom_platform.tables.spec import Type
from ecom_platform.warehouse.sql import texts
from ecom_platform.warehouse.sql.analysis import Statement, line_of, type_of
from ecom_platform.warehouse.sql.errors import SqlError
from ecom_platform.warehouse.sql.signatures import ARGUMENTS

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
    exp.SafeDivide, exp.SafeAdd, exp.SafeSubtract, exp.SafeMultiply, exp.SafeNegate, exp.IsNan, exp.IsInf,
    # text
    exp.Concat, exp.Lower, exp.Upper, exp.Length, exp.Substring, exp.Trim, exp.Replace, exp.StartsWith, exp.EndsWith,
    exp.RegexpLike, exp.RegexpExtract, exp.RegexpReplace, exp.Pad, exp.StrPosition, exp.Left, exp.Right, exp.Repeat,
    exp.Reverse, exp.ByteLength, exp.MD5, exp.LowerHex, exp.SHA2Digest, exp.Split, exp.ArraySize, exp.Bracket,
    # days and instants
    exp.Date, exp.DateFromParts, exp.DateTrunc, exp.DateAdd, exp.DateSub, exp.DateDiff, exp.LastDay, exp.Extract,
    exp.Timestamp, exp.TimestampTrunc, exp.TimestampAdd, exp.TimestampSub, exp.TimestampDiff, exp.TimeToStr,
    exp.TsOrDsToDate, exp.TsOrDsToTimestamp, exp.UnixSeconds, exp.UnixMillis, exp.UnixMicros, exp.UnixDate, exp.UnixToTime,
    exp.DateFromUnixDate, exp.StrToDate, exp.StrToTime,
    # aggregates
    exp.Count, exp.CountIf, exp.Sum, exp.Avg, exp.Min, exp.Max, exp.LogicalAnd, exp.LogicalOr, exp.GroupConcat,
    exp.Stddev, exp.StddevSamp, exp.StddevPop, exp.Variance, exp.VariancePop, exp.Corr, exp.CovarSamp, exp.CovarPop,
    # windows
    exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile, exp.Lag, exp.Lead, exp.FirstValue,
    exp.LastValue, exp.NthValue, exp.PercentileCont,
    # rows
    exp.GenerateSeries, exp.GenerateDateArray,
)  # fmt: skip
_ALLOWED = frozenset((*_STRUCTURE, *_OPERATORS, *_FUNCTIONS))

_NUMBERS = frozenset({Type.INT64, Type.FLOAT64, Type.NUMERIC})
_CASTS = {
    Type.INT64: frozenset({Type.FLOAT64, Type.NUMERIC, Type.STRING, Type.BOOL}),
    Type.FLOAT64: frozenset({Type.INT64}),
    Type.NUMERIC: frozenset({Type.INT64, Type.FLOAT64, Type.STRING}),
    Type.BOOL: frozenset({Type.INT64, Type.STRING}),
    Type.DATE: frozenset({Type.STRING, Type.TIMESTAMP}),
    Type.TIMESTAMP: frozenset({Type.DATE, Type.STRING}),
    Type.STRING: frozenset({Type.DATE, Type.TIMESTAMP, Type.NUMERIC, Type.FLOAT64, Type.INT64, Type.BOOL}),
}
_CAST_HINTS = {
    (Type.FLOAT64, Type.NUMERIC): ": for a literal write NUMERIC '0.5'",
}
_DATE_PARTS = frozenset({"DAY", "WEEK", "MONTH", "QUARTER", "YEAR"})
_LAST_DAY_PARTS = frozenset({"MONTH", "QUARTER", "YEAR"})
_TIME_PARTS = frozenset({"MICROSECOND", "MILLISECOND", "SECOND", "MINUTE", "HOUR", "DAY"})
_TRUNC_PARTS = _TIME_PARTS | {"MONTH", "QUARTER", "YEAR"}
_EXTRACTS_OF_INSTANTS = frozenset({"DATE", "HOUR", "MINUTE", "SECOND"})
_EXTRACTS = _EXTRACTS_OF_INSTANTS | {
    "DAYOFWEEK", "DAY", "DAYOFYEAR", "MONTH", "QUARTER", "YEAR", "WEEK", "ISOWEEK", "ISOYEAR",
}  # fmt: skip
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
_DAY_FORMATS = frozenset("YmdFBbAajyGVuUWw")
_TIME_FORMATS = frozenset("HMSfTIp")
_PARSED = frozenset("YmdHMSFT")
_ORDERED = (
    exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile, exp.Lag, exp.Lead, exp.FirstValue,
    exp.LastValue, exp.NthValue,
)  # fmt: skip
_WITHOUT_FRAME = (
    exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile, exp.Lag, exp.Lead, exp.PercentileCont,
)  # fmt: skip


def check(statement: Statement) -> None:
    """Raises SqlError at the first construct that the two engines would not answer alike."""
    for node in statement.tree.walk():
        if type(node) not in _ALLOWED:
            _refuse(node)
        for rule in _RULES_OF[type(node)]:
            rule(node)


def _refuse(node: exp.Expr) -> None:
    raise SqlError(f"{_name(node)} cannot be carried: it is not among the constructs known to mean the same", line_of(node))


def _name(node: exp.Expr) -> str:
    """The construct by the author's word for it."""
    written = str(node.meta.get("name", "")).upper()
    return written or (
        node.name if isinstance(node, exp.Anonymous) else node.sql_name() if isinstance(node, exp.Func) else node.key.upper()
    )


def _values(node: exp.Expr, argument: str) -> Iterator[exp.Expr]:
    """What stands in an argument, without the DISTINCT, ORDER BY or IGNORE NULLS around it."""
    found = node.args.get(argument)
    for value in found if isinstance(found, list) else [found]:
        while isinstance(value, exp.Order | exp.IgnoreNulls | exp.Distinct):
            value = value.expressions[0] if isinstance(value, exp.Distinct) else value.this
        if isinstance(value, exp.Expr):
            yield value


def _arguments(node: exp.Expr) -> None:
    for argument, allowed in ARGUMENTS[type(node)].items():
        for value in _values(node, argument):
            found = type_of(value)
            if found is not None and found not in allowed:
                wanted = " or ".join(sorted(str(type_) for type_ in allowed))
                raise SqlError(f"{_name(node)} takes {wanted}, not {found}: CAST it", line_of(node))


def _zone(node: exp.Expr) -> None:
    if node.args.get("zone"):
        raise SqlError(f"{_name(node)} takes no time zone here: all times are in UTC", line_of(node))


def _literal(node: exp.Expr) -> None:
    if not node.args["is_string"] and node.name.isdigit():
        negative = isinstance(node.parent, exp.Neg)
        if int(node.name) > 2**63 - (not negative):
            raise SqlError(f"{node.name} is beyond INT64", line_of(node))
    elif not node.args["is_string"] and float(node.name) == float("inf"):
        raise SqlError(f"{node.name} is beyond FLOAT64", line_of(node))


def _is_whole(node: object, least: int = 0) -> bool:
    return isinstance(node, exp.Literal) and not node.args["is_string"] and node.name.isdigit() and int(node.name) >= least


_COUNTS: dict[type[exp.Expr], tuple[str, int]] = {
    exp.Repeat: ("times", 0),
    exp.Ntile: ("this", 1),
    exp.NthValue: ("offset", 1),
}


def _counted(node: exp.Expr) -> None:
    offset = "offset" if isinstance(node, exp.Lag | exp.Lead) else "expression"
    argument, least = _COUNTS.get(type(node), (offset, 0))
    count = node.args.get(argument)
    if count is not None and not _is_whole(count, least):
        raise SqlError(f"the number in {_name(node)} must be a literal from {least}: the engines differ below", line_of(node))


def _division(node: exp.Expr) -> None:
    sides = (node.args["this"], node.args["expression"])
    decimal = any(type_of(side) is Type.NUMERIC for side in sides) and not any(type_of(side) is Type.FLOAT64 for side in sides)
    if decimal and not isinstance(node, exp.Mod):
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
        raise SqlError(f"{_name(node)} of NUMERIC is rounded differently: CAST(... AS FLOAT64)", line_of(node))


def _cast(node: exp.Expr) -> None:
    inner = node.args["this"]
    if isinstance(inner, exp.Null):
        return
    target, source = type_of(node), type_of(inner)
    if target is None or source is None:
        raise SqlError("a cast between these types is not carried", line_of(node))
    if target is not source and target not in _CASTS[source]:
        hint = _CAST_HINTS.get((source, target), "")
        raise SqlError(f"CAST from {source} to {target} is not the same on both engines{hint}", line_of(node))
    if not isinstance(node, exp.TryCast) and isinstance(inner, exp.Literal) and source is Type.STRING:
        _check_text(inner, target)


def _check_text(node: exp.Expr, type_: Type) -> None:
    readers = {Type.DATE: texts.day, Type.TIMESTAMP: texts.instant}
    known = readers[type_](node.name) is not None if type_ in readers else texts.is_form(node.name, type_)
    if not known:
        raise SqlError(f"{node.name!r} is no {type_}{_FORM_HINTS.get(type_, '')}", line_of(node))


_FORM_HINTS = {Type.DATE: ": YYYY-MM-DD", Type.TIMESTAMP: ": YYYY-MM-DD HH:MM:SS, in UTC or with an offset such as +02:00"}


def _timestamp(node: exp.Expr) -> None:
    if isinstance(node.this, exp.Literal):
        _check_text(node.this, Type.TIMESTAMP)


_SIGNS: dict[type[exp.Expr], str] = {
    exp.EQ: "=", exp.NEQ: "!=", exp.GT: ">", exp.GTE: ">=", exp.LT: "<", exp.LTE: "<=",
}  # fmt: skip


def _comparison(node: exp.Expr) -> None:
    pairs = [(node.args["this"], node.args["expression"])] if "expression" in node.args else []
    if isinstance(node, exp.Between):
        pairs = [(node.this, node.args["low"]), (node.this, node.args["high"])]
    if isinstance(node, exp.In):
        query = node.args.get("query")
        pairs = [(node.this, value) for value in (query.unnest().selects if query is not None else node.expressions)]
    for left, right in pairs:
        if type(node) in _SIGNS and exp.Null in (type(left), type(right)):
            raise SqlError(f"an operand of {_SIGNS[type(node)]} is the literal NULL: use IS NULL", line_of(node))
        types = {type_of(left), type_of(right)}
        if None not in types and len(types) == 2 and not types <= _NUMBERS:
            named = " with ".join(sorted(str(type_) for type_ in types))
            raise SqlError(f"comparing {named}: make both sides one type (DATE '...', TIMESTAMP '...', CAST)", line_of(node))
        if isinstance(node, exp.In) and Type.FLOAT64 in types and not isinstance(right, exp.Literal | exp.Neg):
            raise SqlError("FLOAT64 IN (...) takes literals: the engines differ on NaN", line_of(node))


def _day_arithmetic(node: exp.Expr) -> None:
    if {type_of(node.args["this"]), type_of(node.args["expression"])} & {Type.DATE, Type.TIMESTAMP}:
        raise SqlError("use DATE_ADD, DATE_SUB, DATE_DIFF or their TIMESTAMP counterparts on days and instants", line_of(node))


def _interval(node: exp.Expr) -> None:
    holder = node.parent
    if not isinstance(holder, _INTERVAL_HOLDERS):
        raise SqlError("an INTERVAL belongs into DATE_ADD, DATE_SUB, TIMESTAMP_ADD or TIMESTAMP_SUB", line_of(node))


_PARTS: dict[type[exp.Expr], frozenset[str]] = {
    **dict.fromkeys((exp.TimestampAdd, exp.TimestampSub, exp.TimestampDiff), _TIME_PARTS),
    exp.TimestampTrunc: _TRUNC_PARTS,
    exp.LastDay: _LAST_DAY_PARTS,
}


def _part(node: exp.Expr) -> None:
    unit = node.args.get("unit")
    if unit is None:
        return
    name = "WEEK" if isinstance(unit, exp.WeekStart) else unit.name.upper().split("(")[0]
    allowed = _PARTS.get(type(node), _DATE_PARTS)
    if name not in allowed:
        raise SqlError(f"the part {name} is not carried here; {', '.join(sorted(allowed))} are", line_of(node))


def _step(node: exp.Expr) -> None:
    step = node.args["expression"]
    if isinstance(step, exp.Interval):
        step = step.this
    whole = re.fullmatch(r"-?\d+", step.name) if isinstance(step, exp.Literal) else type_of(step) in (None, Type.INT64)
    if not whole:
        raise SqlError(f"{_name(node)} takes an INTERVAL of INT64", line_of(node))


def _day_argument(node: exp.Expr) -> None:
    operands = [node.args.get("this"), node.args.get("expression") if isinstance(node, exp.DateDiff) else None]
    if any(operand is not None and type_of(operand) is Type.TIMESTAMP for operand in operands):
        raise SqlError("this works on days: take DATE(...) of the timestamp first", line_of(node))


def _extract(node: exp.Expr) -> None:
    name = node.args["this"].name.upper()
    if name not in _EXTRACTS:
        raise SqlError(f"EXTRACT({name}) is not carried; {', '.join(sorted(_EXTRACTS))} are", line_of(node))
    of = type_of(node.args["expression"])
    if of is not None and of not in (Type.TIMESTAMP, *(() if name in _EXTRACTS_OF_INSTANTS else (Type.DATE,))):
        raise SqlError(f"EXTRACT({name} FROM ...) does not take {of}", line_of(node))


def _elements(pattern: object) -> list[str]:
    """The letters after the percent signs of a format; a question mark where it is no literal."""
    if not isinstance(pattern, exp.Literal | exp.RawString):
        return ["?"]
    return [piece[:1] or "?" for piece in pattern.name.replace("%%", "").split("%")[1:]]


def _format(node: exp.Expr) -> None:
    allowed = _DAY_FORMATS if isinstance(node.this, exp.TsOrDsToDate) else _DAY_FORMATS | _TIME_FORMATS
    if not set(_elements(node.args["format"])) <= allowed:
        raise SqlError(f"{_name(node)} carries the formats {_named(allowed)} of a literal", line_of(node))


def _parse(node: exp.Expr) -> None:
    allowed = _PARSED - set("HMST") if isinstance(node, exp.StrToDate) else _PARSED
    elements = _elements(node.args["format"])
    if not set(elements) <= allowed or not {"Y", "F"} & set(elements) or len(set(elements)) != len(elements):
        raise SqlError(f"{_name(node)} carries the formats {_named(allowed)} of a literal, the year among them", line_of(node))


def _named(letters: frozenset[str]) -> str:
    return " ".join("%E6S" if letter == "f" else f"%{letter}" for letter in sorted(letters))


def _pattern(node: exp.Expr) -> None:
    pattern = node.args["expression"]
    if not isinstance(pattern, exp.Literal | exp.RawString):
        raise SqlError(f"the pattern of {_name(node)} must be a literal", line_of(node))
    try:
        groups = re.compile(pattern.name).groups
    except re.error as error:
        raise SqlError(f"the pattern of {_name(node)} cannot be carried: {error}", line_of(node)) from error
    if isinstance(node, exp.RegexpExtract):
        if node.args.get("position") or node.args.get("occurrence"):
            raise SqlError(f"{_name(node)} takes a text and a pattern here", line_of(node))
        if groups > 1 or (groups and re.search(r"\||\)[?*{]", pattern.name)):
            raise SqlError(f"{_name(node)} takes one group, which every match has", line_of(node))


def _round(node: exp.Expr) -> None:
    decimals = node.args.get("decimals")
    if decimals is not None and (type_of(node.this) is not Type.NUMERIC or not _is_whole(decimals)):
        raise SqlError("ROUND to decimals is exact for NUMERIC alone, and takes their number as a literal", line_of(node))


def _found(node: exp.Expr) -> None:
    if node.args.get("position") or node.args.get("occurrence"):
        raise SqlError(f"{_name(node)} takes two texts here", line_of(node))


def _digest(node: exp.Expr) -> None:
    outer, inner = (node.parent, node) if isinstance(node, exp.SHA2Digest) else (node, node.this)
    if not isinstance(outer, exp.LowerHex) or not isinstance(inner, exp.SHA2Digest):
        raise SqlError("BYTES cannot be carried: TO_HEX(MD5(x)) and TO_HEX(SHA256(x)) can", line_of(node))


def _split(node: exp.Expr) -> None:
    if not isinstance(node.parent, exp.Unnest | exp.ArraySize | exp.Bracket):
        raise SqlError("arrays are not carried: UNNEST(SPLIT(...)), SPLIT(...)[SAFE_OFFSET(0)] are", line_of(node))


def _bracket(node: exp.Expr) -> None:
    safe = node.args.get("safe") and len(node.expressions) == 1 and _is_whole(node.expressions[0])
    if not safe or not isinstance(node.this, exp.Split):
        raise SqlError("an element is taken by SPLIT(...)[SAFE_OFFSET(n)] with a literal", line_of(node))


def _array_length(node: exp.Expr) -> None:
    if not isinstance(node.this, exp.Split):
        raise SqlError("arrays are not carried: ARRAY_LENGTH(SPLIT(...)) is", line_of(node))


def _exact_with_binary(node: exp.Expr) -> None:
    sides = (node.args["this"], node.args["expression"])
    binary = [side for side in sides if type_of(side) is Type.FLOAT64]
    literal = any(isinstance(side.unnest(), exp.Literal | exp.Neg) for side in binary)
    if literal and any(type_of(side) is Type.NUMERIC for side in sides):
        raise SqlError("NUMERIC with a FLOAT64 literal: write NUMERIC '0.5', or CAST the other to FLOAT64", line_of(node))


def _of_window(window: exp.Expr, part: str) -> exp.Expr | None:
    """A part of the window, be it written there or in the named one that it begins with."""
    found = window.args.get(part)
    name, select = window.args.get("alias"), window.find_ancestor(exp.Select)
    if not found and name is not None and select is not None:
        named = next((each for each in select.args.get("windows") or () if each.name == name.name), None)
        return _of_window(named, part) if named is not None else None
    return found if isinstance(found, exp.Expr) else None


def _window(node: exp.Expr) -> None:
    called = node.args["this"]
    while isinstance(called, exp.IgnoreNulls | exp.RespectNulls):
        called = called.this
    order, spec = (_of_window(node, part) for part in ("order", "spec"))
    if isinstance(called, _ORDERED) and not order:
        raise SqlError(f"{_name(called)} OVER needs an ORDER BY, and a total one", line_of(node))
    if isinstance(called, _WITHOUT_FRAME) and spec:
        raise SqlError(f"{_name(called)} takes no frame", line_of(node))
    if isinstance(called, exp.PercentileCont) and order:
        raise SqlError("PERCENTILE_CONT takes no ORDER BY", line_of(node))
    if order and isinstance(called.args.get("this"), exp.Distinct):
        raise SqlError(f"{_name(called)}(DISTINCT ...) takes no ORDER BY in its window", line_of(node))
    if isinstance(called, exp.GroupConcat):
        raise SqlError("STRING_AGG OVER cannot be carried", line_of(node))
    if any(type_of(key) is Type.FLOAT64 for key in node.args.get("partition_by") or ()):
        raise SqlError("PARTITION BY takes no FLOAT64", line_of(node))
    if spec is not None and (spec.args.get("kind") not in ("ROWS", "RANGE") or spec.args.get("exclude")):
        raise SqlError("a frame is ROWS or RANGE", line_of(node))
    if spec is not None and spec.args.get("kind") == "RANGE" and order and type_of(order.expressions[0].this) is Type.FLOAT64:
        raise SqlError("a RANGE over FLOAT64 cannot be carried: the engines differ on NaN", line_of(node))


def _qualify(node: exp.Expr) -> None:
    select = node.parent
    assert isinstance(select, exp.Select)
    if not any(place.find(exp.Window) for place in (node, *select.expressions)):
        raise SqlError("QUALIFY needs a window function", line_of(node))


def _set_operation(node: exp.Expr) -> None:
    left, right = (side.unnest() for side in (node.args["this"], node.args["expression"]))
    for one, other in zip(left.selects, right.selects, strict=False):
        if isinstance(one.unalias(), exp.Null) or isinstance(other.unalias(), exp.Null):
            continue
        types = {type_of(one), type_of(other)}
        if None not in types and len(types) == 2 and not types <= _NUMBERS:
            named = " and ".join(sorted(str(type_) for type_ in types))
            raise SqlError(f"{one.alias_or_name} is {named} in the parts of the {node.key.upper()}", line_of(other))


def _nan(node: exp.Expr) -> None:
    compared = node.args.get("this")
    if compared is not None and type_of(compared) is Type.FLOAT64:
        other = node.args.get("expression")
        if not isinstance(other, exp.Literal):
            raise SqlError(f"{_name(node)} of FLOAT64 cannot be carried: the engines differ on NaN", line_of(node))


def _condition(node: exp.Expr) -> None:
    case = node.parent
    if isinstance(case, exp.Case) and case.args.get("this") is not None:
        types = {type_of(case.this), type_of(node.args["this"])}
        if None not in types and len(types) == 2 and not types <= _NUMBERS:
            raise SqlError("CASE compares values of two types", line_of(node))
    elif type_of(node.args["this"]) not in (None, Type.BOOL):
        raise SqlError(f"a condition is BOOL, not {type_of(node.args['this'])}", line_of(node))


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
    select = node.parent
    if not isinstance(select, exp.Query) or select.parent is not None or not _is_total(select):
        raise SqlError(
            "LIMIT cannot be carried: which rows it keeps is up to the engine. QUALIFY ROW_NUMBER() OVER (...) <= n with a"
            " total order, or at the end of a query an ORDER BY that names every column of its list",
            line_of(node),
        )


def _is_total(query: exp.Query) -> bool:
    """Rows that tie are equal: every column of the list is among what the rows are ordered by."""
    order = query.args.get("order")
    keys = [ordered.this for ordered in order.expressions] if order is not None else []
    ordinals = {int(key.name) for key in keys if _is_whole(key)}
    names = {key.name for key in keys if isinstance(key, exp.Column)}
    return all(
        position in ordinals or item.alias_or_name in names or item.unalias() in keys
        for position, item in enumerate(query.selects, start=1)
    )


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
    for equality in condition.find_all(exp.EQ) if condition is not None else ():
        if Type.FLOAT64 in (type_of(equality.this), type_of(equality.expression)):
            raise SqlError("a JOIN on FLOAT64 cannot be carried: the engines differ on NaN", line_of(node))
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
    ((exp.TimeToStr, exp.Timestamp, exp.TimestampTrunc, exp.Date, exp.StrToTime, exp.DateTrunc), _zone),
    ((exp.Add, exp.Sub), _day_arithmetic),
    ((exp.DateTrunc, exp.DateAdd, exp.DateSub, exp.DateDiff, exp.LastDay), _day_argument),
    (tuple(ARGUMENTS), _arguments),
    (exp.Literal, _literal),
    ((exp.Div, exp.SafeDivide, exp.IntDiv, exp.Mod), _division),
    ((exp.Add, exp.Sub, exp.Mul), _exact_with_binary),
    (_STATISTICS, _float_statistic),
    (exp.Cast, _cast),
    (exp.Timestamp, _timestamp),
    ((exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Between, exp.In), _comparison),
    ((exp.Pad, exp.Left, exp.Right, exp.Repeat, exp.Ntile, exp.NthValue, exp.Lag, exp.Lead), _counted),
    (exp.Interval, _interval),
    ((exp.DateAdd, exp.DateSub, exp.TimestampAdd, exp.TimestampSub), _step),
    (_WITH_PARTS, _part),
    (exp.Extract, _extract),
    (exp.TimeToStr, _format),
    ((exp.StrToDate, exp.StrToTime), _parse),
    ((exp.RegexpLike, exp.RegexpExtract, exp.RegexpReplace), _pattern),
    (exp.Round, _round),
    (exp.StrPosition, _found),
    ((exp.LowerHex, exp.SHA2Digest), _digest),
    (exp.Split, _split),
    (exp.Bracket, _bracket),
    (exp.ArraySize, _array_length),
    (exp.Unnest, _unnest),
    (exp.Array, _array),
    (exp.GroupConcat, _group_concat),
    (exp.Window, _window),
    (exp.Qualify, _qualify),
    ((exp.Union, exp.Except, exp.Intersect), _set_operation),
    (exp.Limit, _limit),
    (exp.Identifier, _identifier),
    (exp.If, _condition),
    ((exp.Case, exp.Nullif), _nan),
    ((exp.Case, exp.If, exp.Coalesce, exp.Greatest, exp.Least), _branches),
    (exp.Join, _join),
    (exp.Distinct, _distinct),
)
_RULES_OF: dict[type[exp.Expr], tuple[_Rule, ...]] = {
    allowed: tuple(rule for kinds, rule in _RULES if issubclass(allowed, kinds)) for allowed in _ALLOWED
}
