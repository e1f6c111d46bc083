"""value_moments: what mature users bought later and of what it was made, in sums and products over users."""

from ecom_platform.tables.activation import activation_level_group_column
from ecom_platform.tables.insights.outcomes import LATER_VALUE, squares
from ecom_platform.tables.measures import money
from ecom_platform.tables.spec import Layout, Table, signup_month_column

VALUE_MOMENTS = Table(
    layer="insights",
    name="value_moments",
    doc="One row per signup month and activation level: mature users, their orders, revenue and High-tier revenue later.",
    columns=(
        activation_level_group_column(),
        *LATER_VALUE,
        money("later_high_tier_revenue", "Their revenue on days 31 to 360 from order lines of High-tier products"),
        squares("later_high_tier_revenue_squared", "Squares of that, summed over users"),
        squares("later_orders_times_revenue", "A user's orders times revenue, summed over users"),
        squares("later_orders_times_high_tier_revenue", "A user's orders times High-tier revenue, summed over users"),
        squares("later_revenue_times_high_tier_revenue", "A user's revenue times High-tier revenue, summed over users"),
        signup_month_column(),
    ),
    key=("signup_month", "activation_level"),
    layout=Layout(partition_by="signup_month"),
)
