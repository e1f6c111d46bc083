"""category_performance: the categories ranked, with their growth and their use of attention."""

from ecom_platform.tables.measures import Additivity, attribute, count, money
from ecom_platform.tables.metrics import (
    AVERAGE_UNIT_PRICE,
    CATEGORY_ORDER_VALUE,
    DISCOUNT_SHARE,
    REVENUE_PER_PRODUCT,
    REVENUE_SHARE,
    SEASONALITY_INDEX,
    VIEW_TO_CART_RATE,
    YEAR_ON_YEAR_GROWTH,
    metric_column,
)
from ecom_platform.tables.spec import Column, Table, Type

GROWTH_CLASSES = ("growing", "flat", "declining")
SHARE_CLASSES = ("gaining", "steady", "losing")

TOO_SHORT = "null with fewer than 15 complete months"

CATEGORY_PERFORMANCE = Table(
    layer="analysis",
    name="category_performance",
    doc="One row per category sold: rank, sales, growth against last year and the shop, sales per product and per view.",
    columns=(
        attribute("revenue_rank", "1 for the category with the most revenue", minimum=1),
        Column("category", Type.STRING, "The category."),
        money("revenue", "Paid revenue over all observed months"),
        metric_column(REVENUE_SHARE, "revenue", "SUM(revenue) OVER ()"),
        count("order_count", "Paid orders that contain the category", kind=Additivity.DISTINCT),
        count("unit_count", "Units sold"),
        metric_column(CATEGORY_ORDER_VALUE, "revenue", "order_count", name="average_order_value"),
        metric_column(AVERAGE_UNIT_PRICE, "revenue", "unit_count"),
        metric_column(DISCOUNT_SHARE),
        count("product_count", "Products listed in the category"),
        metric_column(REVENUE_PER_PRODUCT, "revenue", "product_count"),
        count("view_count", "Product views in the event log (users' first weeks)"),
        count("cart_count", "add_to_cart events in the event log (users' first weeks)"),
        metric_column(VIEW_TO_CART_RATE, "cart_count", "view_count"),
        money("revenue_latest_3_months", "Revenue of the latest three complete months", null=TOO_SHORT),
        money("revenue_same_3_months_year_before", "Revenue of the same three months a year before", null=TOO_SHORT),
        metric_column(
            YEAR_ON_YEAR_GROWTH,
            "revenue_latest_3_months",
            "revenue_same_3_months_year_before",
            note="of the latest three complete months; null with fewer than 15 complete months",
        ),
        metric_column(
            YEAR_ON_YEAR_GROWTH,
            "IF(revenue_latest_3_months IS NULL, NULL, SUM(revenue_latest_3_months) OVER ())",
            "SUM(revenue_same_3_months_year_before) OVER ()",
            name="shop_year_on_year_growth",
            note="the same, of all categories together",
        ),
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
        attribute(
            "peak_calendar_month",
            "Calendar month (1 to 12) in which the category sells best for the season",
            null="null when unknown",
            minimum=1,
        ),
        metric_column(SEASONALITY_INDEX, name="peak_seasonality_index", note="that of the peak month"),
    ),
    key=("category",),
)
