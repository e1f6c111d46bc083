"""dm_rfm: recency, frequency and age of each user, as buy-till-you-die models take them.

A clock begins at the start of a day, `clock_start`. Purchases are counted by the day: two orders of a day are one. With
times in days from the clock's beginning to the end of a day, 0 <= t_x <= T and x <= t_x:

- x, `frequency`: days with a paid order from `clock_start` to the last counted day;
- t_x, `recency_days`: the end of the last of those days; 0 without one;
- T, `age_days`: the end of the last counted day.

Three clocks: `first_purchase` begins on the day after the first paid order, so that x counts repeat purchases (the usual
one: Fader, Hardie and Lee, "Counting Your Customers the Easy Way", Marketing Science 24, 2005); `signup` begins on the
signup day; `day_30` is the landmark, the day at which the outcome windows begin.
"""

from ecom_platform.tables.measures import attribute, count, money
from ecom_platform.tables.spec import Column, ForeignKey, Layout, Table, Type, signup_month_column

CLOCKS = ("signup", "day_30", "first_purchase")

HOLDOUTS = (0, 182, 365)
"""Days at the end of what has been observed that are kept back, to compare a model's forecast with."""

_COUNTED = "from clock_start to the last counted day"
_NOTHING_HELD_OUT = "null when none are"

DM_RFM = Table(
    layer="marts",
    name="dm_rfm",
    doc="One row per user, clock and holdout for which the clock has run a day: recency, frequency, age and money.",
    columns=(
        Column("user_id", Type.STRING, "The user."),
        Column(
            "clock",
            Type.STRING,
            "Where time begins: on the signup day, 30 days after it, or on the day after the first paid order.",
            accepted=CLOCKS,
        ),
        attribute("holdout_days", "The last observed days that are not counted: 0, 182 or 365"),
        Column("clock_start", Type.DATE, "First day that the clock counts."),
        count("frequency", f"x: days with a paid order {_COUNTED}"),
        attribute(
            "recency_days",
            "t_x: days from clock_start to the last counted day with a paid order, both included; 0 without one",
        ),
        attribute("age_days", "T: days from clock_start to the last counted day, both included", minimum=1),
        money("revenue", f"Paid revenue {_COUNTED}"),
        count("earlier_frequency", "Days with a paid order before clock_start"),
        count("holdout_frequency", "Days with a paid order in the days held out", null=_NOTHING_HELD_OUT),
        money("holdout_revenue", "Paid revenue in the days held out", null=_NOTHING_HELD_OUT),
        signup_month_column(),
    ),
    key=("user_id", "clock", "holdout_days"),
    foreign_keys=(ForeignKey("user_id", "clean.users"),),
    layout=Layout(partition_by="signup_month", cluster_by=("user_id",)),
)
