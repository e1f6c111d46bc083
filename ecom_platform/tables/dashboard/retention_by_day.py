"""retention_by_day: who came back on day 1, 7 and 30."""

from ecom_platform.tables.dashboard.customers import KEY, LAYOUT, SIGNUP_MONTH
from ecom_platform.tables.marts.dm_customer_segments import SEGMENTS
from ecom_platform.tables.measures import attribute, count
from ecom_platform.tables.spec import Table

RETENTION_BY_DAY = Table(
    layer="dashboard",
    name="retention_by_day",
    doc="One row per signup month, kind of customer and day (1, 7 and 30): users observed so long, and who came back.",
    columns=(
        *SEGMENTS,
        attribute("days_since_signup", "1, 7 or 30; the signup day is day 0", minimum=1),
        count("eligible_user_count", "Users for whom the whole day has been observed"),
        count("active_user_count", "Of them, users with an event or an order, paid or failed, on that day"),
        SIGNUP_MONTH,
    ),
    key=(*KEY, "days_since_signup"),
    layout=LAYOUT,
)
