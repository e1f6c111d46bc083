"""products: what the shop sells."""

from ecom_platform.tables.remediation import Fault, emptied, replaced
from ecom_platform.tables.spec import Column, Layout, Table, Type

CATEGORIES = ("Furniture", "Appliances", "Cleaning", "Kitchenware", "Fabric", "Organizers", "Deco")
PRICE_TIERS = ("Low", "Mid", "High")

PRODUCTS = Table(
    layer="raw",
    name="products",
    doc="One row per product. Not partitioned: the catalogue is the same for every cohort.",
    columns=(
        Column("product_id", Type.STRING, "The product."),
        Column("category", Type.STRING, "Category; the synthetic shop has seven."),
        Column("price", Type.NUMERIC, "List price in the shop's currency.", minimum=0),
        Column(
            "price_tier",
            Type.STRING,
            "Low, Mid or High by price within the category.",
            nullable=True,
            accepted=PRICE_TIERS,
            shares=(("Low", 0.30), ("Mid", 0.50), ("High", 0.20)),
        ),
        Column("brand", Type.STRING, "Brand.", nullable=True),
        Column(
            "discount_day_of_week",
            Type.INT64,
            "Weekday of the discount, 0 (Monday) to 6 (Sunday).",
            nullable=True,
            minimum=0,
            maximum=6,
        ),
    ),
    key=("product_id",),
    layout=Layout(cluster_by=("product_id",)),
    made_by="world/catalogue.py",
    remediations=(
        replaced("missing_category", "category", Fault.MISSING, "Unknown", "its sales are real"),
        replaced("missing_price", "price", Fault.MISSING, "0", "0 is no list price; each line has a price of its own"),
        replaced("negative_price", "price", Fault.OUT_OF_RANGE, "0", "0 is no list price; each line has a price of its own"),
        emptied("unknown_price_tier", "price_tier", Fault.NOT_ACCEPTED, "the true value is unknown"),
        emptied("unknown_discount_day", "discount_day_of_week", Fault.OUT_OF_RANGE, "the true value is unknown"),
    ),
)
