"""What the rows of particular clean tables keep beyond their columns: how values in a row, and rows among themselves, agree.

A guard with these notices what types and keys cannot: two columns of the same type swapped, a partition shifted by a
month, a file cut short. Everything here must hold whatever source the rows came from; what is demanded of a raw table is
only reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ecom_platform.quality.checks.rules import Family, Holds, Rule, Tables, rules
from ecom_platform.tables.cleaning import QUARANTINE_REASON
from ecom_platform.tables.layers import LAYERS
from ecom_platform.tables.raw.order_items import HALF_CENTS
from ecom_platform.tables.spec import PARTITION_COLUMN, Table

if TYPE_CHECKING:
    import ibis.expr.types as ir


def demands(table: Table) -> tuple[Rule, ...]:
    """Every rule that the rows of a table must keep: what its specification implies, then its invariants.

    Of rejected rows, only what rejecting them added is demanded.
    """
    layer = LAYERS.get(table.layer)
    if layer is not None and layer.rejected:
        added = {QUARANTINE_REASON.name, PARTITION_COLUMN}
        return tuple(rule for rule in rules(table) if added.issuperset(rule.columns))
    return (*rules(table), *invariants(str(table)))


def invariants(table: str) -> tuple[Rule, ...]:
    """The invariants of a table, by its full name; most have none."""
    return _INVARIANTS.get(table, ())


def _rule(name: str, words: str, columns: tuple[str, ...], holds: Holds, reads: tuple[str, ...] = ()) -> Rule:
    return Rule(name, Family.CONSISTENCY, words, columns, holds, reads)


def _signed_up_in_month(rows: ir.Table, _: Tables) -> ir.BooleanColumn:
    return rows.signup_date.truncate("M").cast("date") == rows.signup_month


def _joined_after_signup(rows: ir.Table, _: Tables) -> ir.BooleanColumn:
    return rows.subscription_join_date.isnull() | (rows.subscription_join_date >= rows.signup_date)


def _free_never_joined(rows: ir.Table, _: Tables) -> ir.BooleanColumn:
    return rows.subscription_join_date.isnull() | (rows.subscription_type.fill_null("") != "Free")


def _ordered_after_signup(rows: ir.Table, tables: Tables) -> ir.BooleanColumn:
    users = tables.others["clean.users"].select("user_id", "signup_date", "signup_month")
    early = rows.inner_join(users, ["user_id", "signup_month"])
    return ~rows.order_id.isin(early.filter(early.order_date < early.signup_date).order_id)


def _priced(rows: ir.Table, _: Tables) -> ir.BooleanColumn:
    return (rows.line_amount - rows.price * rows.qty).abs() * HALF_CENTS <= rows.qty + 1


def _adding_up(rows: ir.Table, tables: Tables) -> ir.BooleanColumn:
    orders = tables.others["clean.orders"].select("order_id", "signup_month", "total_amount")
    by_order = rows.group_by(["order_id", "signup_month"])
    sums = by_order.aggregate(lines=rows.line_amount.sum(), half_cents=(rows.qty + 1).sum())
    off = orders.inner_join(sums, ["order_id", "signup_month"])
    differs = (off.lines - off.total_amount).abs() * HALF_CENTS > off.half_cents
    return ~rows.order_id.isin(off.filter(differs).order_id)


def _one_user(rows: ir.Table, _: Tables) -> ir.BooleanColumn:
    sessions = rows.group_by("session_id").aggregate(first=rows.user_id.min(), last=rows.user_id.max())
    return ~rows.session_id.isin(sessions.filter(sessions["first"] != sessions["last"]).session_id)


def _in_order(rows: ir.Table, _: Tables) -> ir.BooleanColumn:
    at, stage = rows.event_timestamp, rows.event_type
    steps = rows.filter(stage.isin(["checkout_start", "payment_attempt", "purchase"]) & rows.session_id.notnull())
    sessions = steps.group_by("session_id").aggregate(
        checkout=at.min(where=stage == "checkout_start"),
        payment=at.min(where=stage == "payment_attempt"),
        purchase=at.min(where=stage == "purchase"),
    )
    early = (sessions.payment < sessions.checkout) | (sessions.purchase < sessions.payment)
    return ~(stage.isin(["payment_attempt", "purchase"]) & rows.session_id.isin(sessions.filter(early).session_id)).fill_null(
        False
    )


def _since(column: str) -> Holds:
    return lambda rows, _: rows[column].cast("date") >= rows.signup_month


_INVARIANTS: Mapping[str, tuple[Rule, ...]] = {
    "clean.users": (
        _rule(
            "signup_in_month",
            "signup_date lies in signup_month",
            ("signup_date", "signup_month"),
            _signed_up_in_month,
        ),
        _rule(
            "joined_after_signup",
            "a subscription begins on the signup day or later",
            ("subscription_join_date", "signup_date"),
            _joined_after_signup,
        ),
        _rule(
            "free_never_joined",
            "a Free user has no join date",
            ("subscription_type", "subscription_join_date"),
            _free_never_joined,
        ),
    ),
    "clean.orders": (
        _rule(
            "ordered_after_signup",
            "an order's day is not before its user's signup",
            ("order_date", "order_id", "user_id"),
            _ordered_after_signup,
            ("clean.users",),
        ),
    ),
    "clean.order_items": (
        _rule("line_priced", "line_amount is price x qty, within rounding", ("line_amount", "price", "qty"), _priced),
        _rule(
            "lines_add_up",
            "the lines of an order add up to its total_amount, within rounding",
            ("line_amount", "order_id"),
            _adding_up,
            ("clean.orders",),
        ),
    ),
    "raw.user_events": (
        _rule(
            "stages_in_order",
            "no session pays before it has begun a checkout, or buys before it pays",
            ("event_type", "event_timestamp", "session_id"),
            _in_order,
        ),
    ),
    "clean.user_events": (
        _rule("session_of_one_user", "all events of a session are one user's", ("session_id", "user_id"), _one_user),
        _rule(
            "event_since_signup_month",
            "nothing happens before the signup month",
            ("event_timestamp",),
            _since("event_timestamp"),
        ),
    ),
    "clean.experiment_assignments": (
        _rule(
            "assigned_since_signup_month",
            "nobody is assigned before the signup month",
            ("assigned_at",),
            _since("assigned_at"),
        ),
    ),
}
