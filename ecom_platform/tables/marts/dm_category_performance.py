"""dm_category_performance: what each category sold in each calendar month."""

from ecom_platform.tables.measures import Additivity, count, money
from ecom_platform.tables.metrics import (
    AVERAGE_UNIT_PRICE,
    CATEGORY_ORDER_VALUE,
    DISCOUNT_SHARE,
    MONTH_ON_MONTH_GROWTH,
    REVENUE_SHARE,
    SEASONALITY_INDEX,
    YEAR_ON_YEAR_GROWTH,
    metric_column,
)
from ecom_platform.tables.spec import Column, Layout, Table, Type

_COMPLETE = "IF(is_complete_month, revenue, NULL)"


def _months_before(months: int) -> str:
    return f"LAG({_COMPLETE}, {months}) OVER (PARTITION BY category ORDER BY order_month)"


DM_CATEGORY_PERFORMANCE = Table(
    layer="marts",
    name="dm_category_performance",
    doc="One row per category and calendar month of the order date: paid sales, growth and seasonality.",
    columns=(
        Column("category", Type.STRING, "Category of the order line."),
        Column("order_month", Type.DATE, "First day of the calendar month of the order date."),
        Column("is_complete_month", Type.BOOL, "Every cohort that had signed up by then is observed to the month's last day."),
        money("revenue", "Line amounts of paid orders"),
        count("order_count", "Paid orders that contain the category", kind=Additivity.DISTINCT),
        count("unit_count", "Units sold"),
        count("buyer_count", "Different users who bought the category in the month", kind=Additivity.DISTINCT),
        money("discounted_revenue", "Revenue from lines on the product's discount day"),
        metric_column(CATEGORY_ORDER_VALUE, "revenue", "order_count", name="average_order_value"),
        metric_column(AVERAGE_UNIT_PRICE, "revenue", "unit_count"),
        metric_column(REVENUE_SHARE, "revenue", "SUM(revenue) OVER (PARTITION BY order_month)"),
        metric_column(DISCOUNT_SHARE, "discounted_revenue", "revenue"),
        metric_column(MONTH_ON_MONTH_GROWTH, _COMPLETE, _months_before(1)),
        metric_column(YEAR_ON_YEAR_GROWTH, _COMPLETE, _months_before(12)),
        metric_column(SEASONALITY_INDEX),
    ),
    key=("category", "order_month"),
    layout=Layout(cluster_by=("category",)),
)
