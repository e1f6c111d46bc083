"""activation_by_segment: how many users of each kind were activated."""

from ecom_platform.tables.measures import count
from ecom_platform.tables.spec import Column, Layout, Table, Type, signup_month_column

ACTIVATION_BY_SEGMENT = Table(
    layer="insights",
    name="activation_by_segment",
    doc="One row per signup month, device, region, channel and subscription: users, and how many were activated.",
    columns=(
        Column("device", Type.STRING, "Main device; unknown where it is."),
        Column("region", Type.STRING, "Where the users live; unknown where nobody knows."),
        Column("marketing_source", Type.STRING, "Channel that brought the users; unknown where it is."),
        Column("subscription_type", Type.STRING, "Subscription at the last observed day; unknown where the source has none."),
        count("user_count", "Users whose activation is known"),
        count("activated_user_count", "Of them, activated users"),
        signup_month_column(),
    ),
    key=("signup_month", "device", "region", "marketing_source", "subscription_type"),
    layout=Layout(partition_by="signup_month"),
)
