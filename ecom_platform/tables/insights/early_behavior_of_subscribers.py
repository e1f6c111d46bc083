"""early_behavior_of_subscribers: the first week of users who subscribed later, beside that of those who did not."""

from ecom_platform.tables.insights.outcomes import squares
from ecom_platform.tables.measures import count
from ecom_platform.tables.spec import Column, Layout, Table, Type, signup_month_column

FIRST_WEEK = {
    "session": "sessions",
    "active_day": "days with an event",
    "view": "view_product events",
    "cart": "add_to_cart events",
    "checkout": "checkout_start events",
    "purchase": "purchase events",
    "distinct_category": "different categories viewed",
    "discount_view": "views of products on their discount day",
}
"""What is counted of a user's first 7 days, by the first part of its columns' names."""

EARLY_BEHAVIOR_OF_SUBSCRIBERS = Table(
    layer="insights",
    name="early_behavior_of_subscribers",
    doc="One row per signup month and whether users subscribed later: what they did in their first 7 days.",
    columns=(
        Column("is_later_subscriber", Type.BOOL, "The paid subscription began on days 8 to 180 (the signup day is day 1)."),
        count("user_count", "Users observed for 180 days, not subscribed in the first 7, whose first 7 are known"),
        count("activated_user_count", "Of them, activated users"),
        *(
            column
            for name, meaning in FIRST_WEEK.items()
            for column in (
                count(f"{name}_count", f"Their {meaning} in the first 7 days, summed over users"),
                squares(f"{name}_count_squared", f"Squares of a user's {meaning} in the first 7 days, summed over users"),
            )
        ),
        signup_month_column(),
    ),
    key=("signup_month", "is_later_subscriber"),
    layout=Layout(partition_by="signup_month"),
)
