"""dm_funnel_events: sessions as paths through the purchase funnel."""

from ecom_platform.tables.measures import attribute, count
from ecom_platform.tables.raw.user_events import EVENT_TYPES, REFERRERS
from ecom_platform.tables.raw.users import DEVICES
from ecom_platform.tables.spec import Column, ForeignKey, Layout, Table, Type, signup_month_column

FUNNEL_STAGES = EVENT_TYPES
"""The stages of the purchase funnel, from the shallowest to the deepest."""

DM_FUNNEL_EVENTS = Table(
    layer="marts",
    name="dm_funnel_events",
    doc="One row per session of the event log: when it reached each stage of the purchase funnel, and where it stopped.",
    columns=(
        Column("user_id", Type.STRING, "Whose session."),
        Column("session_id", Type.STRING, "The session."),
        attribute("session_number", "1 for the user's first session, in order of start", minimum=1),
        Column("session_start", Type.TIMESTAMP, "First event (UTC)."),
        Column("session_end", Type.TIMESTAMP, "Last event (UTC)."),
        attribute("duration_seconds", "Seconds from the first event to the last", Type.FLOAT64),
        Column("device", Type.STRING, "Device of the session.", True, DEVICES),
        Column("referrer", Type.STRING, "Where the session came from.", True, REFERRERS),
        attribute("days_since_signup", "Days from signup to the session's start; the signup day is 0"),
        Column("is_in_first_7_days", Type.BOOL, "The session began within [signup, signup + 7 days)."),
        Column("is_in_first_30_days", Type.BOOL, "The session began within [signup, signup + 30 days)."),
        count("event_count", "Events", minimum=1),
        count("view_count", "view_product events"),
        count("cart_count", "add_to_cart events"),
        count("checkout_count", "checkout_start events"),
        count("payment_attempt_count", "payment_attempt events"),
        count("purchase_count", "purchase events"),
        Column("view_at", Type.TIMESTAMP, "Normalised time of view_product (UTC); null without such an event.", True),
        Column("cart_at", Type.TIMESTAMP, "Normalised time of add_to_cart (UTC); null without such an event.", True),
        Column("checkout_at", Type.TIMESTAMP, "Normalised time of checkout_start (UTC); null without such an event.", True),
        Column(
            "payment_attempt_at",
            Type.TIMESTAMP,
            "Normalised time of payment_attempt (UTC); null without such an event.",
            True,
        ),
        Column("purchase_at", Type.TIMESTAMP, "Time of the first purchase (UTC); null without one.", True),
        Column("furthest_stage", Type.STRING, "Deepest stage with an event; null without any.", True, FUNNEL_STAGES),
        Column(
            "drop_off_stage",
            Type.STRING,
            "Stage after which the session went no deeper; null when it purchased, or reached no stage.",
            True,
            FUNNEL_STAGES[:-1],
        ),
        Column("is_checkout_without_cart", Type.BOOL, "Started a checkout and put nothing in the cart: a normal branch."),
        Column("is_discount_session", Type.BOOL, "Any event concerned a product on its discount day."),
        signup_month_column(),
    ),
    key=("user_id", "session_id"),
    foreign_keys=(ForeignKey("user_id", "clean.users"),),
    layout=Layout(partition_by="signup_month", cluster_by=("user_id",)),
)
