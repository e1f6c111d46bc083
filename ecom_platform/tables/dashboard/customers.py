"""Columns that every published aggregate has: whose customers a row counts. A page's filters choose among their values."""

from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.tables.spec import Column, Layout, Type, signup_month_column

_UNKNOWN = "unknown where it was not recorded"

CUSTOMERS = (
    Column("device", Type.STRING, f"Main device of the users; {_UNKNOWN}."),
    Column("region", Type.STRING, f"Where they live; {_UNKNOWN}."),
    Column("marketing_source", Type.STRING, f"Channel that brought them; {_UNKNOWN}."),
    Column("subscription_type", Type.STRING, f"Subscription at the last observed day; {_UNKNOWN}."),
    Column(
        "activation_level",
        Type.STRING,
        f"Level by {ACTIVATION.window}; unknown until they have been observed, and without an event log.",
        accepted=(*ACTIVATION.levels, "unknown"),
    ),
)
"""A null is `unknown`, so that every user is in one row of each table and each axis. In the order of the pages' filters."""

DIMENSIONS = tuple(column.name for column in CUSTOMERS)
KEY = ("signup_month", *DIMENSIONS)
SIGNUP_MONTH = signup_month_column()
LAYOUT = Layout(partition_by="signup_month")
