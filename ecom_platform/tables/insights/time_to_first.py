"""time_to_first: when users reached their first cart and their first purchase, and until when the others were observed."""

from ecom_platform.tables.insights.value_by_first_time import MILESTONES
from ecom_platform.tables.measures import attribute, count
from ecom_platform.tables.spec import Column, Layout, Table, Type, signup_month_column

HORIZONS = {"first_cart": 30, "first_purchase": 360}
"""Days from signup after which a milestone is followed no further; the event log tells of the first weeks alone."""

TIME_TO_FIRST = Table(
    layer="insights",
    name="time_to_first",
    doc="One row per signup month, milestone and day: users who reached it then, and users last observed then without it.",
    columns=(
        Column("milestone", Type.STRING, "The first add_to_cart, or the first paid order.", accepted=MILESTONES),
        attribute("day", "Days from signup; the signup day is 0"),
        count("reached_user_count", "Users who reached the milestone on that day"),
        count("censored_user_count", "Users last observed on that day, without the milestone"),
        signup_month_column(),
    ),
    key=("signup_month", "milestone", "day"),
    layout=Layout(partition_by="signup_month"),
)
