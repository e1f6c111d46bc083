"""Columns that hold a plain number: a count, a sum, or an attribute of the row. What is divided is a metric."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from ecom_platform.tables.spec import Column, Type


class Additivity(StrEnum):
    """What may be done with a number over several rows."""

    ADDITIVE = "additive"
    """It adds up over rows that divide a whole, such as users or days; not over rows that overlap, such as windows,
    horizons, or `all` and the levels it contains."""

    DISTINCT = "distinct"
    """It counts things that may be counted in other rows too: it does not add up."""

    ATTRIBUTE = "attribute"
    """It describes its row, such as an age, a rank or a position: there is nothing to add up."""


@dataclass(frozen=True)
class Measure(Column):
    """A numeric column that is no metric."""

    kind: Additivity = field(kw_only=True)


def count(name: str, doc: str, *, null: str = "", minimum: int = 0, kind: Additivity = Additivity.ADDITIVE) -> Measure:
    """A count of what `doc` says (without a full stop); `null` says when it is unknown, if ever."""
    return Measure(name, Type.INT64, _sentence(doc, null), bool(null), minimum=minimum, kind=kind)


def money(name: str, doc: str, *, null: str = "", kind: Additivity = Additivity.ADDITIVE) -> Measure:
    """A sum of money, in the shop's currency."""
    return Measure(name, Type.NUMERIC, _sentence(f"{doc}, shop currency", null), bool(null), minimum=0, kind=kind)


def attribute(name: str, doc: str, type_: Type = Type.INT64, *, null: str = "", minimum: int = 0) -> Measure:
    """A number that describes its row."""
    return Measure(name, type_, _sentence(doc, null), bool(null), minimum=minimum, kind=Additivity.ATTRIBUTE)


def _sentence(doc: str, null: str) -> str:
    return f"{doc}; {null}." if null else f"{doc}."
