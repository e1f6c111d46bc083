"""user_events: what users did on the site in their onboarding window."""

from ecom_platform.tables.raw.users import DEVICES
from ecom_platform.tables.spec import Column, ForeignKey, Layout, Table, Type, signup_month_column

EVENT_TYPES = ("view_product", "add_to_cart", "checkout_start", "payment_attempt", "purchase")
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
        Column("event_type", Type.STRING, "Stage of the purchase funnel.", accepted=EVENT_TYPES),
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
)
