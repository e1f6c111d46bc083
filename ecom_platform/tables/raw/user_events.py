"""user_events: what users did on the site in their onboarding window."""

from ecom_platform.tables.raw.users import DEVICES
from ecom_platform.tables.remediation import EITHER, QUARANTINE, REPAIR, Fault, Remediation, emptied, quarantined, replaced
from ecom_platform.tables.spec import Column, ForeignKey, Layout, Table, Type, signup_month_column

EVENT_TYPES = ("view_product", "add_to_cart", "checkout_start", "payment_attempt", "purchase")
"""The stages of the purchase funnel, from the shallowest to the deepest."""
OTHER_EVENT = "other"
"""Anything else that users do: it counts as activity, and is no stage."""
REFERRERS = ("direct", "search", "ads", "push")
PAGES = ("home", "category", "search", "product", "cart", "checkout")

USER_EVENTS = Table(
    layer="raw",
    name="user_events",
    doc="One row per event of a session. The event log covers each user's onboarding window, their first weeks.",
    columns=(
        Column("event_id", Type.STRING, "The event."),
        Column("user_id", Type.STRING, "Who acted."),
        Column("session_id", Type.STRING, "The visit the event belongs to (a UUID)."),
        Column(
            "event_type",
            Type.STRING,
            "Stage of the purchase funnel; other for whatever else was done, which is activity and no stage.",
            accepted=(*EVENT_TYPES, OTHER_EVENT),
        ),
        Column("event_timestamp", Type.TIMESTAMP, "When it happened (UTC)."),
        Column("product_id", Type.STRING, "The product; set on view_product and add_to_cart only.", nullable=True),
        Column("device", Type.STRING, "Copy of the user's device.", nullable=True, accepted=DEVICES),
        Column("referrer", Type.STRING, "Where the session came from.", nullable=True, accepted=REFERRERS),
        Column("page", Type.STRING, "Where on the site it happened.", nullable=True, accepted=PAGES),
        Column("is_discount_event", Type.BOOL, "The product's discount day is the event's weekday.", nullable=True),
        Column("anomaly_flag", Type.BOOL, "An error was injected into this row. For scoring checks only.", nullable=True),
        signup_month_column(),
    ),
    key=("event_id",),
    foreign_keys=(ForeignKey("user_id", "raw.users"), ForeignKey("product_id", "raw.products")),
    # The largest table by far: an analyst's SELECT * over all of it is what the filter stands against.
    layout=Layout(partition_by="signup_month", cluster_by=("user_id", "event_type"), require_filter=True),
    event_date="event_timestamp",
    owner="user_id",
    made_by="world/assemble.py",
    remediations=(
        Remediation(
            "payment_without_checkout",
            ("event_type",),
            EITHER,
            "becomes view_product where the page is one for browsing (home, category, search, product); else quarantined",
            "payments happen on the checkout page, so the page says that the stage is wrong",
            injected=True,
        ),
        Remediation(
            "purchase_without_payment",
            ("event_type",),
            EITHER,
            "as payment_without_checkout",
            "as payment_without_checkout",
            injected=True,
        ),
        Remediation(
            "timestamp_reversed",
            ("event_timestamp",),
            REPAIR,
            "replaced by the time of the event it must follow, where it is the only one of its stage in the session, and less "
            "than 5 seconds before the only one of the stage that leads to it",
            "nobody does that; any other order is behaviour and stays. It is the least change that restores the order of the "
            "stages; the later stage is taken to be the wrong one",
            injected=True,
        ),
        Remediation(
            "session_id_null",
            ("session_id",),
            EITHER,
            "replaced by the session of the same user's nearest event less than an hour away; without one, quarantined",
            "a session's events are at most 20 minutes apart, sessions at least an hour",
            injected=True,
        ),
        Remediation(
            "user_id_mismatch",
            ("user_id",),
            REPAIR,
            "replaced by the user of most of the session's events",
            "a session is one user's visit",
            injected=True,
        ),
        Remediation(
            "missing_user",
            ("user_id",),
            EITHER,
            "replaced by the user of most of the session's events; without any, quarantined",
            "a session is one user's visit",
        ),
        Remediation("orphan_user", ("user_id",), QUARANTINE, "quarantined", "nobody knows who acted"),
        Remediation("user_quarantined", ("user_id",), QUARANTINE, "quarantined", "the clean layer would refer to nobody"),
        quarantined("missing_timestamp", "event_timestamp", Fault.MISSING, "it has no place in a session"),
        Remediation(
            "event_before_signup",
            ("event_timestamp",),
            QUARANTINE,
            "quarantined",
            "everything is measured from signup on: what came before belongs to no day of the user's life here",
        ),
        replaced(
            "unknown_event_type", "event_type", Fault.NOT_ACCEPTED, OTHER_EVENT, "it happened, but is no stage of the funnel"
        ),
        emptied("orphan_product", "product_id", Fault.ORPHAN, "the event happened, whatever it showed"),
        Remediation(
            "unknown_device",
            ("device",),
            REPAIR,
            "replaced by the user's device",
            "an event carries a copy of it",
        ),
        emptied("unknown_referrer", "referrer", Fault.NOT_ACCEPTED, "the true value is unknown"),
        emptied("unknown_page", "page", Fault.NOT_ACCEPTED, "the true value is unknown"),
    ),
)
