"""dm_value_windows: what each user bought in fixed windows after signup.

A window is half-open in days since signup, [start_day, end_day). Its short name counts days from 1, the signup day, and
names the last one: `first_30_days` is [0, 30) and `days_31_to_360` is [30, 360).
"""

from ecom_platform.tables.measures import attribute, count, money
from ecom_platform.tables.spec import Column, ForeignKey, Layout, Table, Type, signup_month_column

VALUE_WINDOWS = (7, 30, 90, 180, 365)
"""Days after signup over which revenue and orders accumulate."""

OUTCOME_WINDOWS = ((8, 90), (8, 180), (8, 360), (31, 180), (31, 360))
"""First and last day (the signup day is day 1) of the windows that begin after an activation window has ended.

What follows activation is measured here and nowhere else: an order inside the activation window would be both cause and
effect.
"""

WINDOWS = {
    **{f"first_{days}_days": (0, days) for days in VALUE_WINDOWS},
    **{f"days_{first}_to_{last}": (first - 1, last) for first, last in OUTCOME_WINDOWS},
}
"""Every window by its short name: start and end, [start, end), in days since signup."""

_UNOBSERVED = "null until the window has been observed whole"

DM_VALUE_WINDOWS = Table(
    layer="marts",
    name="dm_value_windows",
    doc="One row per user and window after signup: paid orders and revenue in it. Null until the window has been observed.",
    columns=(
        Column("user_id", Type.STRING, "The user."),
        attribute("start_day", "First day of the window, in days since signup; the signup day is 0"),
        attribute("end_day", "The day at which the window ends; that day itself is outside", minimum=1),
        Column("is_window_observed", Type.BOOL, "The user has been observed for end_day days, the signup day included."),
        count("order_count", "Paid orders in the window", null=_UNOBSERVED),
        money("revenue", "Paid revenue in the window", null=_UNOBSERVED),
        money(
            "high_tier_revenue",
            "Of that, from order lines of High-tier products (a line without a tier is not High)",
            null=_UNOBSERVED,
        ),
        money("discounted_revenue", "Of that, from order lines bought on the product's discount day", null=_UNOBSERVED),
        signup_month_column(),
    ),
    key=("user_id", "start_day", "end_day"),
    foreign_keys=(ForeignKey("user_id", "clean.users"),),
    layout=Layout(partition_by="signup_month", cluster_by=("user_id",)),
)
