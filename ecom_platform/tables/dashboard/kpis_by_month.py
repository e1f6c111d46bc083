"""kpis_by_month: what customers did in each calendar month, the headline numbers of the shop."""

from ecom_platform.tables.dashboard.customers import KEY, LAYOUT, SIGNUP_MONTH
from ecom_platform.tables.marts.dm_customer_segments import SEGMENTS
from ecom_platform.tables.measures import count, money
from ecom_platform.tables.spec import Column, Table, Type

KPIS_BY_MONTH = Table(
    layer="dashboard",
    name="kpis_by_month",
    doc="One row per signup month, kind of customer and calendar month in which any of them signed up or was active.",
    columns=(
        *SEGMENTS,
        Column("calendar_month", Type.DATE, "First day of the calendar month (UTC) in which it happened."),
        count("new_user_count", "Users who signed up in the month"),
        count("activated_user_count", "Of them, activated users"),
        count("activation_known_user_count", "Users who signed up in the month and of whom it is known"),
        count("active_user_count", "Users with an event or an order, paid or failed, in the month; adds up over users only"),
        count("buyer_count", "Users with a paid order in the month; adds up over users only"),
        count("repeat_buyer_count", "Of them, users who had a paid order before, in the month or earlier"),
        count("order_count", "Paid orders of the month"),
        count("failed_order_count", "Orders of the month whose payment failed"),
        money("revenue", "Paid revenue of the month"),
        count("session_count", "Sessions that began in the month and reached a stage of the funnel"),
        count("purchase_session_count", "Of them, sessions that reached purchase"),
        SIGNUP_MONTH,
    ),
    key=(*KEY, "calendar_month"),
    layout=LAYOUT,
)
