"""first_checkouts: how users came to their first checkout, with a cart or without, and how they went on."""

from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.tables.insights.outcomes import LATER_RETURN, LATER_VALUE
from ecom_platform.tables.measures import count
from ecom_platform.tables.spec import Column, Layout, Table, Type, signup_month_column

FIRST_CHECKOUTS = Table(
    layer="insights",
    name="first_checkouts",
    doc="One row per signup month, way to the first checkout and attributes: users, what they did then and later.",
    columns=(
        Column("is_without_cart", Type.BOOL, "The session of the user's first checkout put nothing in the cart."),
        Column("device", Type.STRING, "Main device; unknown where it is."),
        Column("region", Type.STRING, "Where the users live; unknown where nobody knows."),
        Column("marketing_source", Type.STRING, "Channel that brought the users; unknown where it is."),
        Column("referrer", Type.STRING, "Where the session of the first checkout came from; unknown where it is."),
        count("user_count", "Users with a checkout in the activation window, whose activation is known"),
        count("users_paying_in_session", "Of them, users who attempted a payment in that session"),
        count("users_buying_in_session", "Of them, users who bought in that session"),
        count("users_in_discount_session", "Of them, users for whom that session concerned a product on its discount day"),
        count("users_in_first_session", "Of them, users for whom that was their first session"),
        count("users_with_enough_sessions", f"Of them, users with at least {ACTIVATION.sessions} sessions in the window"),
        count(
            "users_with_enough_carts",
            f"Of them, users with at least {ACTIVATION.carts} add_to_cart in the window: others cannot be activated",
        ),
        count("activated_user_count", "Of them, activated users"),
        *LATER_RETURN,
        *LATER_VALUE,
        signup_month_column(),
    ),
    key=("signup_month", "is_without_cart", "device", "region", "marketing_source", "referrer"),
    layout=Layout(partition_by="signup_month"),
)
