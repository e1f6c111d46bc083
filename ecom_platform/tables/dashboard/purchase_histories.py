"""purchase_histories: what a forecast knows of customers a year before the last observed day, and what they did since."""

from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.tables.dashboard.customers import LAYOUT, SIGNUP_MONTH
from ecom_platform.tables.measures import attribute, count
from ecom_platform.tables.spec import Column, Table, Type

HOLDOUT_DAYS = 365
"""The last observed days, which a forecast must not know."""

PURCHASE_HISTORIES = Table(
    layer="dashboard",
    name="purchase_histories",
    doc="One row per signup month, activation level and purchase history up to a year ago: its users, and what they did.",
    columns=(
        Column(
            "activation_level",
            Type.STRING,
            f"Level by {ACTIVATION.window}; unknown without an event log.",
            accepted=(*ACTIVATION.levels, "unknown"),
        ),
        attribute("frequency", "x: days with a paid order from 30 days after signup to the last counted day"),
        attribute(
            "recency_weeks", "t_x: weeks from 30 days after signup to the last of those days, to the nearest; 0 without one"
        ),
        attribute("age_weeks", "T: weeks from 30 days after signup to the last counted day, to the nearest"),
        count("user_count", "Users with this history", minimum=1),
        count("holdout_purchase_day_count", f"Their days with a paid order in the last {HOLDOUT_DAYS} observed days"),
        SIGNUP_MONTH,
    ),
    key=("signup_month", "activation_level", "frequency", "recency_weeks", "age_weeks"),
    layout=LAYOUT,
)
