"""purchase_histories: what each user had bought half a year before the last observed day, and bought in that half-year."""

from ecom_platform.tables.measures import attribute, count, money
from ecom_platform.tables.spec import Column, ForeignKey, Layout, Table, Type, signup_month_column

LANDMARK_DAY = 30
"""The day after signup on which the clock of a purchase history starts."""

HOLDOUT_WEEKS = 26
"""The weeks before the last observed day that a forecast is held against and knows nothing of."""

PURCHASE_HISTORIES = Table(
    layer="insights",
    name="purchase_histories",
    doc="One row per user who signed up 30 days or more before the holdout: days with a purchase before it and in it.",
    columns=(
        Column("user_id", Type.STRING, "The user."),
        count("purchase_days", "Days with a paid order from the landmark to the last day before the holdout"),
        attribute("last_purchase_day", "Days from the landmark to the end of the last of them; 0 without one"),
        attribute("observed_days", "Days from the landmark to the last day before the holdout, both included", minimum=1),
        money("spent", "Paid revenue from the landmark to the last day before the holdout"),
        count("earlier_purchase_days", "Days with a paid order from the landmark to a year before the last observed day"),
        count("recent_purchase_days", "Days with a paid order in the 183 days before the holdout, from the landmark on"),
        money("recent_spent", "Paid revenue in those days, from the landmark on"),
        count("holdout_purchase_days", "Days with a paid order in the holdout"),
        money("holdout_spent", "Paid revenue in the holdout"),
        signup_month_column(),
    ),
    key=("user_id",),
    foreign_keys=(ForeignKey("user_id", "clean.users"),),
    layout=Layout(partition_by="signup_month", cluster_by=("user_id",)),
)
