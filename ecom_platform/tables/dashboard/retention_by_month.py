"""retention_by_month: who came back in each month since signup."""

from ecom_platform.tables.dashboard.customers import KEY, LAYOUT, SIGNUP_MONTH
from ecom_platform.tables.marts.dm_customer_segments import SEGMENTS
from ecom_platform.tables.measures import attribute, count, money
from ecom_platform.tables.spec import Table

RETENTION_BY_MONTH = Table(
    layer="dashboard",
    name="retention_by_month",
    doc="One row per signup month, kind of customer and month since signup that any of them could have completed.",
    columns=(
        *SEGMENTS,
        attribute("months_since_signup", "Months of 30 days from each user's signup; 0 is the first"),
        count("user_count", "Users, eligible or not"),
        count("eligible_user_count", "Of them, users for whom the whole month has been observed"),
        count("active_user_count", "Eligible users with an event or an order, paid or failed, in the month"),
        count("buyer_count", "Eligible users with a paid order in the month"),
        money("revenue", "Paid revenue of eligible users in the month"),
        SIGNUP_MONTH,
    ),
    key=(*KEY, "months_since_signup"),
    layout=LAYOUT,
)
