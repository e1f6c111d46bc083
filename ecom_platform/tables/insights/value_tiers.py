"""value_tiers: users by what they were worth among those who signed up in the same month, and what they had done early on."""

from ecom_platform.tables.activation import activation_level_group_column
from ecom_platform.tables.insights.outcomes import squares
from ecom_platform.tables.measures import count, money
from ecom_platform.tables.spec import Column, Layout, Table, Type, signup_month_column

TIERS = ("Low", "Mid", "High")
"""The value tiers, from the least to the most."""

EARLY_TRAITS = {
    "came_twice": "at least two sessions in the first 7 days",
    "active_three_days": "events on at least three of the first 7 days",
    "carted": "an add_to_cart event in the first 7 days",
    "checked_out": "a checkout_start event in the first 7 days",
    "saw_three_categories": "views of at least three categories in the first 7 days",
    "saw_discount": "an event on a product's discount day in the first 7 days",
    "back_on_day_7": "an event or an order exactly 7 days after signup",
}
"""What a user may have done in the first days, known of every user whose activation level is known."""

VALUE_TIERS = Table(
    layer="insights",
    name="value_tiers",
    doc="One row per signup month, value tier, activation level, channel, device and early subscription: users and traits.",
    columns=(
        Column(
            "value_tier",
            Type.STRING,
            "Third of the signup month by paid revenue on days 31 to 360; users of equal revenue are in the same.",
            accepted=TIERS,
        ),
        activation_level_group_column(),
        Column("marketing_source", Type.STRING, "Channel that brought the users; unknown where it is."),
        Column("device", Type.STRING, "Main device; unknown where it is."),
        Column("is_early_subscriber", Type.BOOL, "The paid subscription began in the first 30 days."),
        count("mature_user_count", "Users whose days 31 to 360 (the signup day is day 1) have been observed whole"),
        money("later_revenue", "Their paid revenue on days 31 to 360"),
        squares("later_revenue_squared", "Squares of that, summed over users"),
        *(count(f"{trait}_user_count", f"Of them, users with {meaning}") for trait, meaning in EARLY_TRAITS.items()),
        signup_month_column(),
    ),
    key=("signup_month", "value_tier", "activation_level", "marketing_source", "device", "is_early_subscriber"),
    layout=Layout(partition_by="signup_month"),
)
