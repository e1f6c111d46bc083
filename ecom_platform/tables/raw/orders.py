"""orders: every attempt to buy that reached payment."""

from ecom_platform.tables.spec import Column, ForeignKey, Layout, Table, Type, signup_month_column

PAYMENT_STATUSES = ("success", "failed")

ORDERS = Table(
    layer="raw",
    name="orders",
    doc="One row per order, paid or failed. A failed payment is no revenue.",
    columns=(
        Column("order_id", Type.STRING, "The order."),
        Column("user_id", Type.STRING, "Who ordered."),
        Column("order_date", Type.DATE, "Day of the order (UTC), on or after signup."),
        Column("total_amount", Type.NUMERIC, "Sum of line_amount over the order's items.", minimum=0),
        Column(
            "payment_status",
            Type.STRING,
            "success or failed.",
            accepted=PAYMENT_STATUSES,
            shares=(("success", 0.90), ("failed", 0.10)),
        ),
        Column(
            "is_discount_day", Type.BOOL, "Any of its products has its discount day on the order's weekday.", nullable=True
        ),
        Column("anomaly_flag", Type.BOOL, "An error was injected into this row. For scoring checks only.", nullable=True),
        signup_month_column(),
    ),
    key=("order_id",),
    foreign_keys=(ForeignKey("user_id", "raw.users"),),
    layout=Layout(partition_by="order_date", cluster_by=("user_id",)),
    event_date="order_date",
    owner="user_id",
)
