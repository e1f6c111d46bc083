"""dm_customer_segments: the segments that each user belongs to, for everything that counts customers by segment."""

from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.tables.spec import Column, ForeignKey, Layout, Table, Type, signup_month_column

UNKNOWN = "unknown"
"""The segment of users of whom it was not recorded, so that every user is in exactly one."""

_NOT_RECORDED = f"{UNKNOWN} where it was not recorded"

SEGMENTS = (
    Column("device", Type.STRING, f"Main device of the users; {_NOT_RECORDED}."),
    Column("region", Type.STRING, f"Where they live; {_NOT_RECORDED}."),
    Column("marketing_source", Type.STRING, f"Channel that brought them; {_NOT_RECORDED}."),
    Column("subscription_type", Type.STRING, f"Subscription at the last observed day; {_NOT_RECORDED}."),
    Column(
        "activation_level",
        Type.STRING,
        f"Level by {ACTIVATION.window}; {UNKNOWN} until they have been observed, and without an event log.",
        accepted=(*ACTIVATION.levels, UNKNOWN),
    ),
)

DM_CUSTOMER_SEGMENTS = Table(
    layer="marts",
    name="dm_customer_segments",
    doc="One row per user: device, region, channel, subscription and activation level, with unknown in place of null.",
    columns=(Column("user_id", Type.STRING, "The user."), *SEGMENTS, signup_month_column()),
    key=("user_id",),
    foreign_keys=(ForeignKey("user_id", "clean.users"),),
    layout=Layout(partition_by="signup_month", cluster_by=("user_id",)),
)
