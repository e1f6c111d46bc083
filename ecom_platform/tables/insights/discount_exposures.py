"""discount_exposures: which discounts stood on what each user saw on the signup day. The cells are counted from it."""

from ecom_platform.tables.measures import attribute
from ecom_platform.tables.spec import Column, ForeignKey, Layout, Table, Type, signup_month_column


def mask_column() -> Column:
    return attribute(
        "discount_mask",
        "Weekdays that would have discounted a product seen on the signup day: Monday 1, ..., Sunday 64",
        minimum=1,
    )


def weekday_column() -> Column:
    return attribute("signup_weekday", "Weekday of the signup, 0 (Monday) to 6 (Sunday)")


def exposed_column() -> Column:
    return Column("is_exposed", Type.BOOL, "The mask holds the weekday of the signup: a product on its discount day was seen.")


DISCOUNT_EXPOSURES = Table(
    layer="insights",
    name="discount_exposures",
    doc="One row per user who saw a product with a discount day on the signup day: which weekdays would have discounted it.",
    columns=(
        Column("user_id", Type.STRING, "The user."),
        mask_column(),
        weekday_column(),
        exposed_column(),
        signup_month_column(),
    ),
    key=("user_id",),
    foreign_keys=(ForeignKey("user_id", "clean.users"),),
    layout=Layout(partition_by="signup_month", cluster_by=("user_id",)),
)
