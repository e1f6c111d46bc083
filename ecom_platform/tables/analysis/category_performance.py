"""category_performance: the categories ranked, with their growth and their use of attention."""

from ecom_platform.tables.spec import Column, Table, Type

GROWTH_CLASSES = ("growing", "flat", "declining")
SHARE_CLASSES = ("gaining", "steady", "losing")

CATEGORY_PERFORMANCE = Table(
    layer="analysis",
    name="category_performance",
    doc="One row per category sold: rank, sales, growth against last year and the shop, sales per product and per view.",
    columns=(
        Column("revenue_rank", Type.INT64, "1 for the category with the most revenue.", minimum=1),
        Column("category", Type.STRING, "The category."),
        Column("revenue", Type.NUMERIC, "Paid revenue over all observed months, shop currency.", minimum=0),
        Column("revenue_share", Type.FLOAT64, "Share of the revenue of all categories, 0 to 1; null without revenue.", True),
        Column("order_count", Type.INT64, "Paid orders that contain the category.", minimum=0),
        Column("unit_count", Type.INT64, "Units sold.", minimum=0),
        Column("average_order_value", Type.FLOAT64, "Revenue per order that contains the category, shop currency.", True),
        Column("average_unit_price", Type.FLOAT64, "Revenue per unit sold, shop currency.", True),
        Column("discounted_share", Type.FLOAT64, "Share of revenue sold on the product's discount day, 0 to 1.", True),
        Column("product_count", Type.INT64, "Products listed in the category.", minimum=0),
        Column("revenue_per_product", Type.FLOAT64, "Revenue per listed product, shop currency; null without any.", True),
        Column("view_count", Type.INT64, "Product views in the event log (users' first weeks).", minimum=0),
        Column("cart_count", Type.INT64, "add_to_cart events in the event log (users' first weeks).", minimum=0),
        Column("view_to_cart_rate", Type.FLOAT64, "cart_count over view_count; null without views.", True),
        Column(
            "revenue_latest_3_months",
            Type.NUMERIC,
            "Revenue of the latest three complete months, shop currency; null with fewer than 15 complete months.",
            True,
        ),
        Column(
            "revenue_same_3_months_year_before",
            Type.NUMERIC,
            "Revenue of the same three months a year before, shop currency; null with fewer than 15 complete months.",
            True,
        ),
        Column("year_on_year_growth", Type.FLOAT64, "The first over the second, minus 1; null when unknown.", True),
        Column("shop_year_on_year_growth", Type.FLOAT64, "The same for all categories together; null when unknown.", True),
        Column(
            "growth_class",
            Type.STRING,
            "growing above +10 %, declining below -10 %, flat between; null when unknown.",
            True,
            GROWTH_CLASSES,
        ),
        Column(
            "share_class",
            Type.STRING,
            "gaining when growth is over 5 percentage points above the shop's, losing when as much below, else steady.",
            True,
            SHARE_CLASSES,
        ),
        Column(
            "peak_calendar_month",
            Type.INT64,
            "Calendar month (1 to 12) with the highest seasonality index; null when unknown.",
            True,
            minimum=1,
        ),
        Column("peak_seasonality_index", Type.FLOAT64, "That index; 1 is the average month; null when unknown.", True),
    ),
    key=("category",),
)
