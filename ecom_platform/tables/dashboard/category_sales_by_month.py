"""category_sales_by_month: what customers bought of each category in each calendar month, by price tier."""

from ecom_platform.tables.dashboard.customers import KEY, LAYOUT, SIGNUP_MONTH
from ecom_platform.tables.marts.dm_customer_segments import SEGMENTS
from ecom_platform.tables.measures import count, money
from ecom_platform.tables.raw.products import PRICE_TIERS
from ecom_platform.tables.spec import Column, Table, Type

CATEGORY_SALES_BY_MONTH = Table(
    layer="dashboard",
    name="category_sales_by_month",
    doc="One row per signup month, kind of customer, category, price tier and calendar month with a paid order line.",
    columns=(
        *SEGMENTS,
        Column("category", Type.STRING, "Category of the order lines."),
        Column(
            "price_tier",
            Type.STRING,
            "Price tier of the products; unknown where a line has none.",
            accepted=(*PRICE_TIERS, "unknown"),
        ),
        Column("calendar_month", Type.DATE, "First day of the calendar month of the order date."),
        money("revenue", "Line amounts of paid orders"),
        money("discounted_revenue", "Of that, from lines bought on the product's discount day"),
        count("unit_count", "Units sold"),
        SIGNUP_MONTH,
    ),
    key=(*KEY, "category", "price_tier", "calendar_month"),
    layout=LAYOUT,
)
