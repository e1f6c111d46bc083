"""orders: every attempt to buy that reached payment."""

from ecom_platform.tables.remediation import EITHER, QUARANTINE, REPAIR, Fault, Remediation, quarantined
from ecom_platform.tables.spec import Column, ForeignKey, Layout, Table, Type, signup_month_column

PAYMENT_STATUSES = ("success", "failed")
CANCELLED = "cancelled"
"""A status that a source may give, and that puts an order into quarantine: it is no sale."""

ORDERS = Table(
    layer="raw",
    name="orders",
    doc="One row per order, paid or failed. A failed payment is no revenue.",
    columns=(
        Column("order_id", Type.STRING, "The order."),
        Column("user_id", Type.STRING, "Who ordered."),
        Column("order_date", Type.DATE, "Day of the order (UTC), on or after signup."),
        Column("total_amount", Type.NUMERIC, "Sum of line_amount over the order's items.", minimum=0),
        Column(
            "payment_status",
            Type.STRING,
            "success or failed.",
            accepted=PAYMENT_STATUSES,
            shares=(("success", 0.90), ("failed", 0.10)),
        ),
        Column(
            "is_discount_day", Type.BOOL, "Any of its products has its discount day on the order's weekday.", nullable=True
        ),
        Column("anomaly_flag", Type.BOOL, "An error was injected into this row. For scoring checks only.", nullable=True),
        signup_month_column(),
    ),
    key=("order_id",),
    foreign_keys=(ForeignKey("user_id", "raw.users"),),
    layout=Layout(partition_by="order_date", cluster_by=("user_id",)),
    event_date="order_date",
    owner="user_id",
    made_by="world/assemble.py",
    remediations=(
        quarantined("missing_user", "user_id", Fault.MISSING, "an order of nobody has no lifetime value"),
        quarantined(
            "orphan_user",
            "user_id",
            Fault.ORPHAN,
            "nobody knows whose it is: an order and an event have nothing in common but the user",
            injected=True,
        ),
        quarantined("user_quarantined", "user_id", Fault.PARENT_QUARANTINED, "the clean layer would refer to nobody"),
        Remediation(
            "cancelled_order",
            ("payment_status",),
            QUARANTINE,
            "quarantined, and its amounts are not judged",
            "it is no sale",
        ),
        Remediation(
            "unknown_payment_status",
            ("payment_status",),
            REPAIR,
            "failed where the event log has a payment attempt of that user and day and no purchase; else success",
            "the event log knows; beyond it, 85 to 95 in 100 orders succeed, and without them revenue would be short",
            injected=True,
        ),
        Remediation(
            "order_before_signup",
            ("order_date",),
            EITHER,
            "replaced by the one day on which the user's event log has one paying session more than there are orders; "
            "without one, quarantined",
            "revenue on a guessed day would end up in the wrong window",
            injected=True,
        ),
        Remediation("missing_order_date", ("order_date",), EITHER, "as order_before_signup", "as order_before_signup"),
        Remediation("order_in_future", ("order_date",), EITHER, "as order_before_signup", "as order_before_signup"),
        Remediation(
            "negative_amount",
            ("total_amount",),
            EITHER,
            "replaced by the sum of its sound lines; without lines, quarantined",
            "a total is computed, lines are recorded",
            injected=True,
        ),
        Remediation("missing_amount", ("total_amount",), EITHER, "as negative_amount", "as negative_amount"),
        Remediation(
            "amount_mismatch",
            ("total_amount",),
            REPAIR,
            "replaced by the sum of its sound lines where it misses that by more than rounding explains",
            "a total is computed, lines are recorded; quarantined lines are no part of it",
            injected=True,
        ),
        Remediation("no_sound_line", ("total_amount",), QUARANTINE, "quarantined", "it has lines, and none sold anything"),
    ),
)
