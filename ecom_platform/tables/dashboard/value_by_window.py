"""value_by_window: what customers brought in within fixed windows after signup."""

from ecom_platform.tables.dashboard.customers import KEY, LAYOUT, SIGNUP_MONTH
from ecom_platform.tables.insights.outcomes import squares
from ecom_platform.tables.marts.dm_customer_segments import SEGMENTS
from ecom_platform.tables.measures import attribute, count, money
from ecom_platform.tables.spec import Table

VALUE_BY_WINDOW = Table(
    layer="dashboard",
    name="value_by_window",
    doc="One row per signup month, kind of customer and window after signup: users observed so long, and what they bought.",
    columns=(
        *SEGMENTS,
        attribute("start_day", "First day of the window, in days since signup; the signup day is 0"),
        attribute("end_day", "The day at which the window ends; that day itself is outside", minimum=1),
        count("eligible_user_count", "Users for whom the whole window has been observed"),
        count("buyer_count", "Of them, users with a paid order in the window"),
        count("order_count", "Their paid orders in the window"),
        money("revenue", "Their paid revenue in the window"),
        squares("revenue_squared", "Squares of a user's paid revenue in the window, summed over users"),
        SIGNUP_MONTH,
    ),
    key=(*KEY, "start_day", "end_day"),
    layout=LAYOUT,
)
