"""first_payments: whether users' first payment succeeded, what was known before, and what became of them."""

from ecom_platform.tables.insights.outcomes import LATER_RETURN, LATER_VALUE
from ecom_platform.tables.measures import attribute, count
from ecom_platform.tables.spec import Column, Layout, Table, Type, signup_month_column

FIRST_PAYMENTS = Table(
    layer="insights",
    name="first_payments",
    doc="One row per signup month, outcome of the first payment and what was known before it: users and later outcomes.",
    columns=(
        Column("is_failed", Type.BOOL, "The session of the user's first payment attempt ended without a purchase."),
        attribute("day", "Days from signup to that session"),
        Column("is_first_session", Type.BOOL, "It was the user's first session."),
        Column("is_without_cart", Type.BOOL, "It came to the checkout without a cart."),
        Column("device", Type.STRING, "Main device; unknown where it is."),
        Column("marketing_source", Type.STRING, "Channel that brought the users; unknown where it is."),
        count("user_count", "Users with a payment attempt in the activation window, whose activation is known"),
        *LATER_RETURN,
        *LATER_VALUE,
        signup_month_column(),
    ),
    key=("signup_month", "is_failed", "day", "is_first_session", "is_without_cart", "device", "marketing_source"),
    layout=Layout(partition_by="signup_month"),
)
