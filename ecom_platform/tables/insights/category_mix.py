"""category_mix: what users of each kind spent on each category after a landmark."""

from ecom_platform.tables.activation import activation_level_group_column
from ecom_platform.tables.insights.outcomes import squares
from ecom_platform.tables.measures import Additivity, attribute, count, money
from ecom_platform.tables.spec import Column, Layout, Table, Type, signup_month_column

LANDMARKS = (30, 180)
"""Days since signup from which purchases are counted, to day 360: after activation, and once most subscribers have joined."""

SUBSCRIPTIONS = ("subscriber", "free", "unknown")

_EACH = "in the window, of the category (of all categories in the row `all`)"

CATEGORY_MIX = Table(
    layer="insights",
    name="category_mix",
    doc="One row per signup month, landmark, activation level, subscription and category: buyers and what they spent on it.",
    columns=(
        attribute("start_day", f"The landmark, {' or '.join(map(str, LANDMARKS))}: the window is [start_day, 360)"),
        activation_level_group_column(),
        Column(
            "subscription",
            Type.STRING,
            "Subscriber: the paid subscription began before the landmark; free: it had not; unknown: the source has none.",
            accepted=SUBSCRIPTIONS,
        ),
        Column("category", Type.STRING, "Category of the order lines; all for every category together."),
        count("user_count", "Mature users of the cell, whether they bought or not; in the row `all` alone, else 0"),
        count("buyer_count", f"Users with a paid order {_EACH}", kind=Additivity.DISTINCT),
        count("repeat_buyer_count", f"Users with at least two paid orders {_EACH}", kind=Additivity.DISTINCT),
        money("revenue", f"Line amounts of their paid orders {_EACH}"),
        squares("revenue_squared", "Squares of a user's revenue of the category, summed over users"),
        squares("revenue_times_total", "A user's revenue of the category times that of all categories, summed over users"),
        signup_month_column(),
    ),
    key=("signup_month", "start_day", "activation_level", "subscription", "category"),
    layout=Layout(partition_by="signup_month"),
)
