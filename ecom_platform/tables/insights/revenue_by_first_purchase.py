"""revenue_by_first_purchase: what users who first bought on each day of the first 30 bought after them."""

from ecom_platform.tables.activation import activation_level_group_column
from ecom_platform.tables.insights.outcomes import LATER_VALUE
from ecom_platform.tables.measures import attribute, money
from ecom_platform.tables.spec import Layout, Table, signup_month_column

LANDMARK = 30
"""The day, since signup, at which users are divided: what they had done is before it, what they are worth after it."""

REVENUE_BY_FIRST_PURCHASE = Table(
    layer="insights",
    name="revenue_by_first_purchase",
    doc="One row per signup month, activation level and day of the first purchase: mature users and what they bought later.",
    columns=(
        activation_level_group_column(),
        attribute("first_purchase_day", f"Days from signup to the first paid order; {LANDMARK} where there was none before"),
        *LATER_VALUE,
        money("first_360_days_revenue", "Paid revenue of the same users on days 1 to 360"),
        signup_month_column(),
    ),
    key=("signup_month", "activation_level", "first_purchase_day"),
    layout=Layout(partition_by="signup_month"),
)
