"""order_items: what was in each order, with the product's attributes as they were at the time."""

from ecom_platform.tables.raw.products import PRICE_TIERS
from ecom_platform.tables.spec import Column, ForeignKey, Layout, Table, Type, signup_month_column

ORDER_ITEMS = Table(
    layer="raw",
    name="order_items",
    doc="One row per line of an order.",
    columns=(
        Column("order_item_id", Type.STRING, "The line."),
        Column("order_id", Type.STRING, "Its order."),
        Column("product_id", Type.STRING, "What was bought."),
        Column("category", Type.STRING, "The product's category at the time."),
        Column("price", Type.NUMERIC, "The product's unit price at the time.", minimum=0),
        Column("price_tier", Type.STRING, "The product's price tier at the time.", nullable=True, accepted=PRICE_TIERS),
        Column("qty", Type.INT64, "Units bought.", minimum=1, shares=(("1", 0.75), ("2", 0.20), ("3", 0.05))),
        Column("line_amount", Type.NUMERIC, "price x qty.", minimum=0),
        Column("is_discounted", Type.BOOL, "The order's weekday is the product's discount day.", nullable=True),
        signup_month_column(),
    ),
    key=("order_item_id",),
    foreign_keys=(ForeignKey("order_id", "raw.orders"), ForeignKey("product_id", "raw.products")),
    layout=Layout(partition_by="signup_month", cluster_by=("order_id",)),
    owner="order_id",
)
