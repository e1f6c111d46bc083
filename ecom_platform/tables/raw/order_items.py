"""order_items: what was in each order, with the product's attributes as they were at the time."""

from ecom_platform.tables.raw.products import PRICE_TIERS
from ecom_platform.tables.remediation import QUARANTINE, REPAIR, Fault, Remediation, emptied, quarantined, replaced
from ecom_platform.tables.spec import Column, ForeignKey, Layout, Table, Type, signup_month_column

HALF_CENTS = 200
"""Half cents, the most that rounding moves an amount of two decimals by, in one unit of money."""

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
        Column("line_amount", Type.NUMERIC, "What was charged for it: price x qty, within rounding.", minimum=0),
        Column("is_discounted", Type.BOOL, "The order's weekday is the product's discount day.", nullable=True),
        signup_month_column(),
    ),
    key=("order_item_id",),
    foreign_keys=(ForeignKey("order_id", "raw.orders"), ForeignKey("product_id", "raw.products")),
    layout=Layout(partition_by="signup_month", cluster_by=("order_id",)),
    owner="order_id",
    made_by="world/assemble.py",
    remediations=(
        quarantined("missing_order", "order_id", Fault.MISSING, "nobody knows who bought when"),
        quarantined("orphan_order", "order_id", Fault.ORPHAN, "nobody knows who bought when"),
        quarantined("order_quarantined", "order_id", Fault.PARENT_QUARANTINED, "a line goes with its order"),
        quarantined("missing_product", "product_id", Fault.MISSING, "nobody knows what was bought"),
        quarantined("orphan_product", "product_id", Fault.ORPHAN, "the clean layer would refer to no product"),
        replaced("missing_category", "category", Fault.MISSING, "Unknown", "the sale is real"),
        quarantined("missing_price", "price", Fault.MISSING, "no price, no sale"),
        Remediation("zero_price", ("price",), QUARANTINE, "quarantined", "it is a gift, a sample or a stock correction"),
        quarantined("negative_price", "price", Fault.OUT_OF_RANGE, "it is an adjustment of accounts"),
        emptied("unknown_price_tier", "price_tier", Fault.NOT_ACCEPTED, "the true value is unknown"),
        quarantined("missing_qty", "qty", Fault.MISSING, "nobody knows how much was sold"),
        quarantined("non_positive_qty", "qty", Fault.OUT_OF_RANGE, "it is a return or a stock correction"),
        Remediation(
            "duplicate_line",
            ("order_item_id",),
            QUARANTINE,
            "the first by key stays, the others are quarantined",
            "a shop raises the quantity; the same line twice was sent twice",
        ),
        Remediation(
            "line_amount_mismatch",
            ("line_amount",),
            REPAIR,
            "replaced by price x qty where it misses that by more than rounding explains",
            "the product is computed, the factors are recorded",
        ),
        Remediation("missing_line_amount", ("line_amount",), REPAIR, "replaced by price x qty", "it is computed"),
    ),
)
