"""category_views: what customers looked at and put in the cart, by category, in their first weeks."""

from ecom_platform.tables.dashboard.customers import KEY, LAYOUT, SIGNUP_MONTH
from ecom_platform.tables.marts.dm_customer_segments import SEGMENTS
from ecom_platform.tables.measures import count
from ecom_platform.tables.spec import Column, Table, Type

CATEGORY_VIEWS = Table(
    layer="dashboard",
    name="category_views",
    doc="One row per signup month, kind of customer and category that any of them looked at or put in the cart.",
    columns=(
        *SEGMENTS,
        Column("category", Type.STRING, "Category of the products."),
        count("view_count", "view_product events of the event log (users' first weeks)"),
        count("cart_count", "add_to_cart events of the event log"),
        SIGNUP_MONTH,
    ),
    key=(*KEY, "category"),
    layout=LAYOUT,
)
