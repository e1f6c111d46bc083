"""What is done about each kind of error, in one table: the words behind the rules under `sql/violations`.

What belongs here is the decision and its reason; how a row is found to be at fault is in the SQL file's comment. A test
holds the two together, and `docs/remediations.md` is this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Decision = Literal["repair", "quarantine"]


@dataclass(frozen=True)
class Remediation:
    """The remediation of one kind of error in one table.

    `columns` are those that a violation may name as at fault. `decisions` has both values where a repair needs evidence
    that not every row has. `done` says what happens to the value or the row, `why` for what reason. `injected` marks the
    kinds that the synthetic world injects, with labels to score against.
    """

    table: str
    kind: str
    columns: tuple[str, ...]
    decisions: tuple[Decision, ...]
    done: str
    why: str
    injected: bool = False


REPAIR: tuple[Decision, ...] = ("repair",)
QUARANTINE: tuple[Decision, ...] = ("quarantine",)
EITHER: tuple[Decision, ...] = ("repair", "quarantine")

_KEYS = {
    "users": "user_id",
    "products": "product_id",
    "orders": "order_id",
    "order_items": "order_item_id",
    "user_events": "event_id",
    "experiment_assignments": "user_id",
}

_KEY_REMEDIATIONS = tuple(
    remediation
    for table, column in _KEYS.items()
    for remediation in (
        Remediation(table, "missing_key", (column,), QUARANTINE, "set aside", "what cannot be named cannot be referred to"),
        Remediation(
            table, "duplicate_key", (column,), QUARANTINE, "all copies set aside", "which copy is right cannot be told"
        ),
    )
)

_USERS = (
    Remediation(
        "users",
        "signup_in_future",
        ("signup_date",),
        EITHER,
        "the day of the user's first event in the signup month; without one, set aside",
        "the event log starts on the signup day; without a signup day a user belongs to no cohort",
        injected=True,
    ),
    Remediation(
        "users",
        "missing_signup_date",
        ("signup_date",),
        EITHER,
        "as signup_in_future",
        "as signup_in_future",
    ),
    Remediation(
        "users",
        "signup_outside_month",
        ("signup_date",),
        EITHER,
        "as signup_in_future",
        "the month decides the partition, and everything else of the user is there",
    ),
    Remediation(
        "users",
        "join_before_signup",
        ("subscription_join_date", "subscription_type"),
        REPAIR,
        "the date is emptied, a paid type becomes Free",
        "a user is Free until the day of joining, and there is no possible day",
        injected=True,
    ),
    Remediation(
        "users",
        "join_in_future",
        ("subscription_join_date", "subscription_type"),
        REPAIR,
        "the date is emptied, a paid type becomes Free",
        "as observed on the last day, the user had not joined yet",
    ),
    Remediation(
        "users",
        "paid_without_join_date",
        ("subscription_type",),
        REPAIR,
        "the type becomes Free",
        "a user is Free until the day of joining; a source that knows no such days leaves the type null",
        injected=True,
    ),
    Remediation(
        "users",
        "free_with_join_date",
        ("subscription_join_date",),
        REPAIR,
        "the date is emptied",
        "two columns say otherwise, most users are Free, and the type is what the analyses group by",
        injected=True,
    ),
    Remediation(
        "users",
        "unknown_subscription",
        ("subscription_type",),
        REPAIR,
        "emptied",
        "no subscription is better than one nobody sells",
    ),
    Remediation(
        "users",
        "unknown_device",
        ("device",),
        REPAIR,
        "the device of most of the user's events; without events, emptied",
        "events carry a copy of the user's device",
        injected=True,
    ),
    Remediation("users", "unknown_marketing_source", ("marketing_source",), REPAIR, "emptied", "nothing tells the true one"),
    Remediation(
        "users",
        "missing_region",
        ("region",),
        REPAIR,
        "'Unknown'",
        "nothing tells the true one, and the user is sound otherwise",
        injected=True,
    ),
)

_PRODUCTS = (
    Remediation("products", "missing_category", ("category",), REPAIR, "'Unknown'", "its sales are real"),
    Remediation("products", "missing_price", ("price",), REPAIR, "0, no list price", "each line has a price of its own"),
    Remediation("products", "negative_price", ("price",), REPAIR, "0, no list price", "each line has a price of its own"),
    Remediation("products", "unknown_price_tier", ("price_tier",), REPAIR, "emptied", "nothing tells the true one"),
    Remediation(
        "products", "unknown_discount_day", ("discount_day_of_week",), REPAIR, "emptied", "nothing tells the true one"
    ),
)

_ORDERS = (
    Remediation("orders", "missing_user", ("user_id",), QUARANTINE, "set aside", "an order of nobody has no lifetime value"),
    Remediation(
        "orders",
        "orphan_user",
        ("user_id",),
        QUARANTINE,
        "set aside",
        "nothing tells whose it is: an order and an event name no common thing but the user",
        injected=True,
    ),
    Remediation("orders", "user_quarantined", ("user_id",), QUARANTINE, "set aside", "the clean layer would refer to nobody"),
    Remediation(
        "orders", "cancelled_order", ("payment_status",), QUARANTINE, "set aside, its amounts not judged", "it is no sale"
    ),
    Remediation(
        "orders",
        "unknown_payment_status",
        ("payment_status",),
        REPAIR,
        "failed where the event log has a payment attempt of that user and day and no purchase; else success",
        "the event log knows; beyond it, 85 to 95 in 100 orders succeed, and without them revenue would be short",
        injected=True,
    ),
    Remediation(
        "orders",
        "order_before_signup",
        ("order_date",),
        EITHER,
        "the one day on which the user's event log has a paying session more than there are orders; without, set aside",
        "revenue on a guessed day would end up in the wrong window",
        injected=True,
    ),
    Remediation("orders", "missing_order_date", ("order_date",), EITHER, "as order_before_signup", "as order_before_signup"),
    Remediation("orders", "order_in_future", ("order_date",), EITHER, "as order_before_signup", "as order_before_signup"),
    Remediation(
        "orders",
        "negative_amount",
        ("total_amount",),
        EITHER,
        "the sum of its sound lines; without lines, set aside",
        "a total is computed, lines are recorded",
        injected=True,
    ),
    Remediation("orders", "missing_amount", ("total_amount",), EITHER, "as negative_amount", "as negative_amount"),
    Remediation(
        "orders",
        "amount_mismatch",
        ("total_amount",),
        REPAIR,
        "the sum of its sound lines",
        "a total is computed, lines are recorded; and lines that were set aside are no part of it",
        injected=True,
    ),
    Remediation("orders", "no_sound_line", ("total_amount",), QUARANTINE, "set aside", "it has lines, and none sold anything"),
)

_ORDER_ITEMS = (
    Remediation("order_items", "missing_order", ("order_id",), QUARANTINE, "set aside", "nothing tells who bought when"),
    Remediation("order_items", "orphan_order", ("order_id",), QUARANTINE, "set aside", "nothing tells who bought when"),
    Remediation("order_items", "order_quarantined", ("order_id",), QUARANTINE, "set aside", "a line goes with its order"),
    Remediation("order_items", "missing_product", ("product_id",), QUARANTINE, "set aside", "nothing tells what was bought"),
    Remediation(
        "order_items",
        "orphan_product",
        ("product_id",),
        QUARANTINE,
        "set aside, where the source has products at all",
        "the clean layer would refer to no product",
    ),
    Remediation("order_items", "missing_price", ("price",), QUARANTINE, "set aside", "no price, no sale"),
    Remediation("order_items", "zero_price", ("price",), QUARANTINE, "set aside", "a gift, a sample or a stock correction"),
    Remediation("order_items", "negative_price", ("price",), QUARANTINE, "set aside", "an adjustment of accounts"),
    Remediation("order_items", "missing_qty", ("qty",), QUARANTINE, "set aside", "nothing tells how much was sold"),
    Remediation("order_items", "non_positive_qty", ("qty",), QUARANTINE, "set aside", "a return or a stock correction"),
    Remediation(
        "order_items",
        "duplicate_line",
        ("order_item_id",),
        QUARANTINE,
        "the first by key stays, the others are set aside",
        "a shop raises the quantity; the same line twice was sent twice",
    ),
    Remediation(
        "order_items",
        "line_amount_mismatch",
        ("line_amount",),
        REPAIR,
        "price x qty",
        "the product is computed, the factors are recorded",
    ),
    Remediation("order_items", "missing_line_amount", ("line_amount",), REPAIR, "price x qty", "it is computed"),
)

_USER_EVENTS = (
    Remediation(
        "user_events",
        "payment_without_checkout",
        ("event_type",),
        EITHER,
        "view_product where the page is one for browsing (home, category, search, product); else set aside",
        "payments happen on the checkout page, so the page says that the stage is wrong",
        injected=True,
    ),
    Remediation(
        "user_events",
        "purchase_without_payment",
        ("event_type",),
        EITHER,
        "as payment_without_checkout",
        "as payment_without_checkout",
        injected=True,
    ),
    Remediation(
        "user_events",
        "timestamp_reversed",
        ("event_timestamp",),
        REPAIR,
        "the time of the event it must follow",
        "the least change that restores the order of the stages; the later stage is taken to be the wrong one",
        injected=True,
    ),
    Remediation(
        "user_events",
        "session_id_null",
        ("session_id",),
        EITHER,
        "the session of the same user's nearest event less than an hour away; without, set aside",
        "a session's events are at most 20 minutes apart, sessions at least an hour",
        injected=True,
    ),
    Remediation(
        "user_events",
        "user_id_mismatch",
        ("user_id",),
        REPAIR,
        "the user of most of the session's events",
        "a session is one user's visit",
        injected=True,
    ),
    Remediation(
        "user_events",
        "missing_user",
        ("user_id",),
        EITHER,
        "the user of most of the session's events; without any, set aside",
        "a session is one user's visit",
    ),
    Remediation("user_events", "orphan_user", ("user_id",), QUARANTINE, "set aside", "nothing tells who acted"),
    Remediation(
        "user_events", "user_quarantined", ("user_id",), QUARANTINE, "set aside", "the clean layer would refer to nobody"
    ),
    Remediation(
        "user_events", "missing_timestamp", ("event_timestamp",), QUARANTINE, "set aside", "it has no place in a session"
    ),
    Remediation(
        "user_events",
        "event_before_signup",
        ("event_timestamp",),
        QUARANTINE,
        "set aside",
        "everything is measured from signup on: what came before belongs to no day of the user's life here",
    ),
    Remediation("user_events", "unknown_event_type", ("event_type",), QUARANTINE, "set aside", "it is no stage of the funnel"),
    Remediation(
        "user_events",
        "orphan_product",
        ("product_id",),
        REPAIR,
        "emptied, where the source has products at all",
        "the event happened, whatever it showed",
    ),
    Remediation("user_events", "unknown_device", ("device",), REPAIR, "the user's device", "an event carries a copy of it"),
    Remediation("user_events", "unknown_referrer", ("referrer",), REPAIR, "emptied", "nothing tells the true one"),
    Remediation("user_events", "unknown_page", ("page",), REPAIR, "emptied", "nothing tells the true one"),
)

_ASSIGNMENTS = (
    Remediation("experiment_assignments", "orphan_user", ("user_id",), QUARANTINE, "set aside", "nothing tells whose it is"),
    Remediation(
        "experiment_assignments",
        "user_quarantined",
        ("user_id",),
        QUARANTINE,
        "set aside",
        "the clean layer would refer to nobody",
    ),
    Remediation(
        "experiment_assignments", "unknown_arm", ("arm",), QUARANTINE, "set aside", "a guessed arm is no randomised one"
    ),
    Remediation(
        "experiment_assignments",
        "missing_assigned_at",
        ("assigned_at",),
        QUARANTINE,
        "set aside",
        "what came before the assignment cannot be told from what came after",
    ),
)

REMEDIATIONS: tuple[Remediation, ...] = (
    *_KEY_REMEDIATIONS,
    *_USERS,
    *_PRODUCTS,
    *_ORDERS,
    *_ORDER_ITEMS,
    *_USER_EVENTS,
    *_ASSIGNMENTS,
)


def remediations_of(table: str) -> tuple[Remediation, ...]:
    """The remediations of the raw table of this name (without its layer), those of its key first."""
    return tuple(remediation for remediation in REMEDIATIONS if remediation.table == table)


INTRODUCTION = """# Remediations

What is done about each kind of error. This file is generated from `ecom_platform/quality/remediation/declarations.py`
(`python -m ecom_platform.quality.remediation.declarations > docs/remediations.md`); how a row is found to be
at fault is in the comment
of `sql/violations/<table>.sql`.

Every raw row ends in exactly one place, `clean` or `quarantine`, as itself:

- `violations.<table>` has a row for each rule that a raw row breaks and each column at fault: the remediation, the value as
  it arrived and the value that replaces it, as text (amounts without trailing zeros, times as `YYYY-MM-DD HH:MM:SS.ffffff`
  in UTC).
- `quarantine.<table>` has the raw rows with a violation that is not repaired, as they arrived, with `quarantine_reason`.
- `clean.<table>` has all others, repaired, with `repair_reason` and `original_values`.

Rules decide within a signup month, so that a month's verdict depends on that month alone. They never read `anomaly_flag`,
`raw.injected_anomalies` or `raw.world_truth`: those are for scoring. Kinds in **bold** are the ones that the synthetic
world injects.
"""

CEILINGS = """
## What cannot be told, and how often a repair is right

Finding is complete for every kind the world injects: each leaves a trace, and the look-alikes (a checkout without a cart,
equal timestamps, a shared device, a purchase the day after its cart) leave none. Mending has ceilings that no rule passes:

- `orders.orphan_user`: the order's user is replaced by one who does not exist, and nothing else in the order names a user.
  All of it is lost to quarantine, with its lines and its revenue.
- `orders.order_before_signup`: orders after the onboarding window have no session that dates them. Those within it are
  repaired when the user's event log has exactly one paying session without an order; the others are lost to quarantine.
- `orders.unknown_payment_status`: beyond the event log every order is taken for paid, so the repair is wrong for the share
  of payments that fail (1 in 10 by default), and revenue is too high by that share of the orders affected.
- `user_events.timestamp_reversed`: the true time lies 5 seconds to 20 minutes after the event it must follow. The repair
  restores the order and the day, never the second.
- `user_events.payment_without_checkout`, `purchase_without_payment`: the stage is recovered, the product that was viewed
  is not: `product_id` stays null and `is_discount_event` false.
- `user_events.session_id_null`: an event whose session has no other event with a session less than an hour away is lost.
- `user_events.user_id_mismatch`: where a session's events are claimed by two users in equal numbers, devices and signup
  days decide; two who also share those cannot be told apart. Sessions of four events or more always can.
- `users.missing_region`: nothing in the data tells a region.
"""


def markdown() -> str:
    """The table as a document."""
    parts = [INTRODUCTION]
    for table in _KEYS:
        parts.append(f"\n## {table}\n\n| kind | columns | remediation | what is done | why |\n|---|---|---|---|---|\n")
        for each in remediations_of(table):
            kind = f"**`{each.kind}`**" if each.injected else f"`{each.kind}`"
            columns = ", ".join(f"`{column}`" for column in each.columns)
            parts.append(f"| {kind} | {columns} | {', else '.join(each.decisions)} | {each.done} | {each.why} |\n")
    return "".join((*parts, CEILINGS))


if __name__ == "__main__":
    print(markdown(), end="")
