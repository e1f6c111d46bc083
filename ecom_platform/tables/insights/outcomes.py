"""Columns that several aggregates have: what a cell's users did later, in counts, sums and sums of squares that add."""

from __future__ import annotations

from ecom_platform.tables.measures import Additivity, Measure, count, money
from ecom_platform.tables.spec import Type


def squares(name: str, doc: str) -> Measure:
    """A sum of squares or of products over users, for errors."""
    return Measure(name, Type.FLOAT64, f"{doc}.", minimum=0, kind=Additivity.ADDITIVE)


LATER_VALUE = (
    count("mature_user_count", "Users whose days 31 to 360 (the signup day is day 1) have been observed whole"),
    count("later_orders", "Their paid orders on days 31 to 360"),
    squares("later_orders_squared", "Squares of those, summed over users"),
    money("later_revenue", "Their paid revenue on days 31 to 360"),
    squares("later_revenue_squared", "Squares of that, summed over users"),
)
"""Paid orders and revenue of [signup + 30, signup + 360), over mature users alone: the others' are unknown, not 0."""

LATER_RETURN = (
    count("return_known_user_count", "Users whose days 31 to 90 (the signup day is day 1) have been observed whole"),
    count("returned_user_count", "Of them, users with an event or an order on those days"),
)
"""Activity in [signup + 30, signup + 90), over users observed so long alone."""
