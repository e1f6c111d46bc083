"""category_attention: who looked at each category and who put it in the cart, in counts and products over users."""

from ecom_platform.tables.insights.outcomes import squares
from ecom_platform.tables.measures import Additivity, count
from ecom_platform.tables.spec import Column, Layout, Table, Type, signup_month_column

CATEGORY_ATTENTION = Table(
    layer="insights",
    name="category_attention",
    doc="One row per signup month and category: users who looked at it in their first 30 days, and who put it in the cart.",
    columns=(
        Column("category", Type.STRING, "Category of the products; all for the sum over categories."),
        count("user_count", "Users who looked at the category; in the row all, at any", kind=Additivity.DISTINCT),
        count("viewed_count", "Pairs of a user and a category looked at: the users, but in the row all"),
        count("carted_count", "Of them, pairs in which the user put something of the category in the cart"),
        squares("viewed_times_all_viewed", "A user's viewed_count times that of all categories, summed over users"),
        squares("viewed_times_all_carted", "A user's viewed_count times the carted_count of all, summed over users"),
        squares("carted_times_all_viewed", "A user's carted_count times the viewed_count of all, summed over users"),
        squares("carted_times_all_carted", "A user's carted_count times that of all categories, summed over users"),
        signup_month_column(),
    ),
    key=("signup_month", "category"),
    layout=Layout(partition_by="signup_month"),
)
