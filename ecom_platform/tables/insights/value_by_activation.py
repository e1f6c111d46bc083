"""value_by_activation: what activated users and the others bought, compared as they are."""

from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.tables.insights.outcomes import LATER_VALUE, squares
from ecom_platform.tables.measures import count, money
from ecom_platform.tables.spec import Column, Layout, Table, Type, signup_month_column

MATURE, *LATER = LATER_VALUE

VALUE_BY_ACTIVATION = Table(
    layer="insights",
    name="value_by_activation",
    doc="One row per signup month, activation, device, region and channel: mature users whose activation is known, and what "
    "they bought.",
    columns=(
        Column("is_activated", Type.BOOL, f"Activated: {ACTIVATION.rule}."),
        Column("device", Type.STRING, "Main device; unknown where it is."),
        Column("region", Type.STRING, "Where the users live; unknown where nobody knows."),
        Column("marketing_source", Type.STRING, "Channel that brought the users; unknown where it is."),
        MATURE,
        count("later_buyer_count", "Of them, users with a paid order on days 31 to 360"),
        *LATER,
        money("lifetime_revenue", "Their paid revenue from signup to the last observed day"),
        squares("lifetime_revenue_squared", "Squares of that, summed over users"),
        signup_month_column(),
    ),
    key=("signup_month", "is_activated", "device", "region", "marketing_source"),
    layout=Layout(partition_by="signup_month"),
)
