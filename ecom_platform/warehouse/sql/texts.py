"""Which text is a value: the service's canonical forms, as patterns of RE2 that are also Python's.

https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

from ecom_platform.tables.spec import Type

_DAY = r"(?:000[1-9]|00[1-9]\d|0[1-9]\d{2}|[1-9]\d{3})-(?:0?[1-9]|1[0-2])-(?:0?[1-9]|[12]\d|3[01])"
_TIME = r"(?:[01]?\d|2[0-3]):[0-5]?\d:[0-5]?\d(?:\.\d{1,6})?"
_OFFSET = r"[+-](?:0?\d|1[0-4])(?::[0-5]\d)?"
_SPACE = r"[ \t\n\f\r\v]*"
_DECIMAL = r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"

FORMS: dict[Type, str] = {
    Type.BOOL: r"[tT][rR][uU][eE]|[fF][aA][lL][sS][eE]",
    Type.INT64: rf"{_SPACE}[+-]?(?:\d+|0[xX][0-9a-fA-F]+){_SPACE}",
    Type.NUMERIC: rf"{_SPACE}[+-]?{_DECIMAL}{_SPACE}",
    Type.FLOAT64: rf"{_SPACE}[+-]?(?:{_DECIMAL}|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?|[nN][aA][nN]){_SPACE}",
    Type.DATE: _DAY,
    Type.TIMESTAMP: rf"{_DAY}(?:[ Tt]{_TIME}(?:[Zz]|{_OFFSET}| [A-Za-z][A-Za-z0-9_+/-]*)?)?",
}
"""What a cast from STRING takes; the rest fails it. A NUMERIC is rounded to nine decimals, half away from zero."""

WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
"""What TRIM takes away: Unicode's White_Space."""

_INSTANT = re.compile(rf"({_DAY})(?:[ Tt]({_TIME})([Zz]|{_OFFSET})?)?")


def is_form(text: str, type_: Type) -> bool:
    return type_ not in FORMS or re.fullmatch(FORMS[type_], text) is not None


def day(text: str) -> date | None:
    """The day that a literal means; None where it is none."""
    if not is_form(text, Type.DATE):
        return None
    try:
        return date(*map(int, text.split("-")))
    except ValueError:
        return None


def instant(text: str) -> datetime | None:
    """The instant that a literal means, in UTC; None where it is none, or names a zone by its name."""
    found = _INSTANT.fullmatch(text)
    midnight = day(found[1]) if found else None
    if found is None or midnight is None:
        return None
    hours, minutes, seconds = (found[2] or "0:0:0").split(":")
    whole, _, fraction = seconds.partition(".")
    moment = datetime(midnight.year, midnight.month, midnight.day, int(hours), int(minutes), int(whole), tzinfo=UTC)
    moment += timedelta(microseconds=int(fraction.ljust(6, "0"))) if fraction else timedelta()
    return moment.replace(tzinfo=_zone(found[3] or "Z")).astimezone(UTC).replace(tzinfo=None)


def _zone(offset: str) -> timezone:
    if offset in "Zz":
        return UTC
    hours, _, minutes = offset[1:].partition(":")
    size = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return timezone(-size if offset[0] == "-" else size)
