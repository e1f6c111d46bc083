"""Partitions as a condition: what a read of a partitioned table is restricted to.

The literals are typed: the service compares a DATE column with a string or a timestamp less kindly than its emulators.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from ecom_platform.tables.spec import PARTITION_COLUMN
from ecom_platform.warehouse.sql.errors import SqlError


def condition(partitions: Sequence[str]) -> str:
    """The predicate on the partition column, in syntax that both dialects share. No partition: no row."""
    if not partitions:
        return "FALSE"
    months = sorted({_month(key) for key in partitions})
    if len(months) == 1:
        return f"{PARTITION_COLUMN} = {_literal(months[0])}"
    if all(_ordinal(after) - _ordinal(before) == 1 for before, after in pairwise(months)):
        return f"{PARTITION_COLUMN} BETWEEN {_literal(months[0])} AND {_literal(months[-1])}"
    return f"{PARTITION_COLUMN} IN ({', '.join(map(_literal, months))})"


def _month(key: str) -> date:
    try:
        month = date.fromisoformat(key)
    except ValueError as error:
        raise SqlError(f"{key!r} is no partition: keys are the first days of months, YYYY-MM-01") from error
    if month.day != 1:
        raise SqlError(f"{key!r} is no partition: keys are the first days of months, YYYY-MM-01")
    return month


def _ordinal(month: date) -> int:
    return month.year * 12 + month.month


def _literal(month: date) -> str:
    return f"DATE '{month.isoformat()}'"
