"""funnel_moments: how far the sessions of users' first 30 days got, in sums and products over users."""

from itertools import combinations_with_replacement

from ecom_platform.tables.insights.outcomes import squares
from ecom_platform.tables.measures import count
from ecom_platform.tables.spec import Column, Layout, Table, Type, signup_month_column

STAGES = {
    "view": "a view",
    "cart": "the cart",
    "checkout": "the checkout",
    "payment_attempt": "a payment attempt",
    "purchase": "a purchase",
}
"""The stages of the funnel, from the shallowest to the deepest, by the first part of their columns' names."""

SUBSCRIPTIONS = ("early", "later", "free", "unknown")

FUNNEL_MOMENTS = Table(
    layer="insights",
    name="funnel_moments",
    doc="One row per signup month, device, channel and subscription to come: users and how far their first sessions got.",
    columns=(
        Column("device", Type.STRING, "Main device; unknown where it is."),
        Column("marketing_source", Type.STRING, "Channel that brought the users; unknown where it is."),
        Column(
            "subscription",
            Type.STRING,
            "Early: joined in the first 30 days; later: on days 31 to 180; free: not by then; unknown: not known.",
            accepted=SUBSCRIPTIONS,
        ),
        count("user_count", "Users whose first 30 days are known"),
        *(
            count(f"{stage}_session_count", f"Their sessions of the first 30 days that reached {called} or a deeper stage")
            for stage, called in STAGES.items()
        ),
        *(
            squares(
                f"{one}_times_{two}", f"A user's sessions that reached {STAGES[one]} times {STAGES[two]}, summed over users"
            )
            for one, two in combinations_with_replacement(STAGES, 2)
        ),
        signup_month_column(),
    ),
    key=("signup_month", "device", "marketing_source", "subscription"),
    layout=Layout(partition_by="signup_month"),
)
