"""What each construct takes: the types of its arguments, as the service has them.

The other engine casts what does not fit, and a cast is a difference. Where the service casts too (`CONCAT('a', 1)`), the
author writes the cast, for the text of a number is not the same everywhere. An argument that is not listed takes anything.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from ecom_platform.tables.spec import Type

Types = frozenset[Type]

_BOOL = frozenset({Type.BOOL})
_TEXT = frozenset({Type.STRING})
_WHOLE = frozenset({Type.INT64})
_DAY = frozenset({Type.DATE})
_INSTANT = frozenset({Type.TIMESTAMP})
_EXACT = frozenset({Type.INT64, Type.NUMERIC})
_NUMBER = frozenset({Type.INT64, Type.NUMERIC, Type.FLOAT64})


def _takes(arguments: Mapping[str, Types], *kinds: type[exp.Expr]) -> dict[type[exp.Expr], Mapping[str, Types]]:
    return dict.fromkeys(kinds, arguments)


ARGUMENTS: dict[type[exp.Expr], Mapping[str, Types]] = {
    **_takes({"this": _BOOL, "expression": _BOOL}, exp.And, exp.Or),
    **_takes({"this": _BOOL}, exp.Not, exp.Where, exp.Having, exp.Qualify, exp.CountIf, exp.LogicalAnd, exp.LogicalOr),
    **_takes({"on": _BOOL}, exp.Join),
    **_takes({"this": _NUMBER, "expression": _NUMBER}, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.SafeDivide, exp.Pow, exp.Log),
    **_takes({"this": _NUMBER, "expression": _NUMBER}, exp.SafeAdd, exp.SafeSubtract, exp.SafeMultiply),
    **_takes({"this": _NUMBER, "expression": _NUMBER}, exp.Corr, exp.CovarSamp, exp.CovarPop),
    **_takes({"this": _EXACT, "expression": _EXACT}, exp.Mod),
    **_takes({"this": _WHOLE, "expression": _WHOLE}, exp.IntDiv),
    **_takes({"this": _NUMBER}, exp.Neg, exp.SafeNegate, exp.Abs, exp.Sign, exp.Ceil, exp.Floor, exp.Sqrt, exp.Exp, exp.Ln),
    **_takes({"this": _NUMBER}, exp.Sum, exp.Avg, exp.Stddev, exp.StddevSamp, exp.StddevPop, exp.Variance, exp.VariancePop),
    **_takes({"this": _NUMBER}, exp.PercentileCont, exp.IsNan, exp.IsInf),
    **_takes({"this": _NUMBER, "decimals": _WHOLE}, exp.Round),
    **_takes({"this": _TEXT}, exp.Lower, exp.Upper, exp.Length, exp.ByteLength, exp.Reverse, exp.MD5, exp.SHA2Digest),
    **_takes({"this": _TEXT, "expression": _TEXT}, exp.DPipe, exp.Trim, exp.StartsWith, exp.EndsWith, exp.Like, exp.Split),
    **_takes({"this": _TEXT, "expression": _TEXT, "replacement": _TEXT}, exp.RegexpLike, exp.RegexpExtract, exp.RegexpReplace),
    **_takes({"this": _TEXT, "expression": _TEXT, "replacement": _TEXT}, exp.Replace),
    **_takes({"this": _TEXT, "start": _WHOLE, "length": _WHOLE}, exp.Substring),
    **_takes({"this": _TEXT, "expression": _WHOLE, "fill_pattern": _TEXT}, exp.Pad, exp.Left, exp.Right),
    **_takes({"this": _TEXT, "times": _WHOLE}, exp.Repeat),
    **_takes({"this": _TEXT, "substr": _TEXT}, exp.StrPosition),
    **_takes({"this": _TEXT, "separator": _TEXT}, exp.GroupConcat),
    **_takes({"expressions": _TEXT}, exp.Concat),
    **_takes({"this": _TEXT}, exp.StrToDate, exp.StrToTime),
    **_takes({"this": _DAY | _INSTANT}, exp.Date),
    **_takes({"year": _WHOLE, "month": _WHOLE, "day": _WHOLE}, exp.DateFromParts),
    **_takes({"this": _DAY}, exp.DateTrunc, exp.DateAdd, exp.DateSub, exp.LastDay, exp.UnixDate, exp.TsOrDsToDate),
    **_takes({"this": _DAY, "expression": _DAY}, exp.DateDiff),
    **_takes({"this": _DAY | _INSTANT | _TEXT}, exp.Timestamp),
    **_takes({"this": _INSTANT}, exp.TimestampTrunc, exp.TimestampAdd, exp.TimestampSub, exp.TsOrDsToTimestamp),
    **_takes({"this": _INSTANT, "expression": _INSTANT}, exp.TimestampDiff),
    **_takes({"this": _INSTANT}, exp.UnixSeconds, exp.UnixMillis, exp.UnixMicros),
    **_takes({"this": _WHOLE}, exp.UnixToTime, exp.DateFromUnixDate, exp.Ntile),
    **_takes({"start": _WHOLE, "end": _WHOLE, "step": _WHOLE}, exp.GenerateSeries),
    **_takes({"start": _DAY, "end": _DAY}, exp.GenerateDateArray),
}
