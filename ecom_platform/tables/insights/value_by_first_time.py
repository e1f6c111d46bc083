"""value_by_first_time: what users bought later, by the day of their first cart and of their first purchase."""

from ecom_platform.tables.insights.outcomes import LATER_VALUE
from ecom_platform.tables.measures import attribute
from ecom_platform.tables.spec import Column, Layout, Table, Type, signup_month_column

MILESTONES = ("first_cart", "first_purchase")
LANDMARK = 30
"""The day on which the outcome window begins: who has not reached a milestone before it has not reached it for this."""

VALUE_BY_FIRST_TIME = Table(
    layer="insights",
    name="value_by_first_time",
    doc="One row per signup month, milestone and day on which it was reached: mature users, and what they bought later.",
    columns=(
        Column("milestone", Type.STRING, "The first add_to_cart, or the first paid order.", accepted=MILESTONES),
        attribute("day", f"Days from signup to the milestone; {LANDMARK} where it was not reached before day {LANDMARK}"),
        *LATER_VALUE,
        signup_month_column(),
    ),
    key=("signup_month", "milestone", "day"),
    layout=Layout(partition_by="signup_month"),
)
