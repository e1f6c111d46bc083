"""dm_category_performance: what each category sold in each calendar month."""

from ecom_platform.tables.spec import Column, Layout, Table, Type

DM_CATEGORY_PERFORMANCE = Table(
    layer="marts",
    name="dm_category_performance",
    doc="One row per category and calendar month of the order date: paid sales, growth and seasonality.",
    columns=(
        Column("category", Type.STRING, "Category of the order line."),
        Column("order_month", Type.DATE, "First day of the calendar month of the order date."),
        Column("is_complete_month", Type.BOOL, "Every cohort that had signed up by then is observed to the month's last day."),
        Column("revenue", Type.NUMERIC, "Line amounts of paid orders, shop currency.", minimum=0),
        Column("order_count", Type.INT64, "Paid orders that contain the category.", minimum=0),
        Column("unit_count", Type.INT64, "Units sold.", minimum=0),
        Column("buyer_count", Type.INT64, "Different users who bought the category in the month.", minimum=0),
        Column("discounted_revenue", Type.NUMERIC, "Revenue from lines on the product's discount day.", minimum=0),
        Column(
            "average_order_value",
            Type.FLOAT64,
            "The category's revenue per paid order that contains it, shop currency; null without orders.",
            True,
        ),
        Column("average_unit_price", Type.FLOAT64, "Revenue per unit sold, shop currency; null without units.", True),
        Column(
            "revenue_share", Type.FLOAT64, "Share of the month's revenue of all categories, 0 to 1; null without any.", True
        ),
        Column("discounted_share", Type.FLOAT64, "discounted_revenue over revenue, 0 to 1; null without revenue.", True),
        Column(
            "month_on_month_growth",
            Type.FLOAT64,
            "Revenue over that of the month before, minus 1; null when either is incomplete or the base missing or zero.",
            True,
        ),
        Column(
            "year_on_year_growth",
            Type.FLOAT64,
            "Revenue over that of twelve months before, minus 1; null when either is incomplete or the base missing or zero.",
            True,
        ),
        Column(
            "seasonality_index",
            Type.FLOAT64,
            "Calendar month's level against the trend, 1 on average over a year; null with fewer than 24 complete months.",
            True,
            minimum=0,
        ),
    ),
    key=("category", "order_month"),
    layout=Layout(cluster_by=("category",)),
)
