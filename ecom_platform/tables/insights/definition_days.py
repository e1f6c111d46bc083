"""definition_days: when users met each candidate definition of activation, and what those who met it on a day did later."""

from ecom_platform.tables.insights.outcomes import LATER_VALUE
from ecom_platform.tables.measures import attribute, count
from ecom_platform.tables.spec import Column, Layout, Table, Type, signup_month_column

DAYS = 30
"""Definitions are followed through the days [0, DAYS): the outcome window begins where they end."""

EVENT_TYPES = ("view_product", "add_to_cart", "checkout_start")
"""The events whose counts are candidates. Buying early is left out: it is the outcome's beginning, and no lever for it."""

MOST = 8
"""The largest count that a definition asks for."""

TRAITS = {
    "ios_user_count": "users of iOS",
    "android_user_count": "users of Android",
    "organic_user_count": "users who came by themselves (Organic)",
    "paid_user_count": "users whom advertising brought (Paid)",
}
"""What users were before they did anything, a column each: a cliff in what they bought is not to be one in these."""

MATURE, ORDERS, ORDERS_SQUARED, *_ = LATER_VALUE

DEFINITION_DAYS = Table(
    layer="insights",
    name="definition_days",
    doc="One row per signup month, candidate definition of activation, day on which users met it and condition they met last: "
    "mature users, whom no nudge was shown, and what they did later.",
    columns=(
        attribute("session_count", "Sessions that the definition asks for; 0 where it asks for none"),
        Column(
            "event_type",
            Type.STRING,
            "The event that it asks for; none where it asks for sessions alone, or, with 0 sessions, for nothing: all users.",
            accepted=("none", *EVENT_TYPES),
        ),
        attribute("event_count", "Events of that type that it asks for; 0 where it asks for none"),
        attribute("day", "Days from signup to the moment at which all it asks for had been done"),
        Column(
            "last_condition",
            Type.STRING,
            "What was done last: session, or event, also where an event in the last session completed both.",
            accepted=("session", "event"),
        ),
        MATURE,
        ORDERS,
        ORDERS_SQUARED,
        count("returned_user_count", "Of them, users with an event or an order on days 31 to 90"),
        *(count(name, f"Of them, {doc}") for name, doc in TRAITS.items()),
        signup_month_column(),
    ),
    key=("signup_month", "session_count", "event_type", "event_count", "day", "last_condition"),
    layout=Layout(partition_by="signup_month"),
)
