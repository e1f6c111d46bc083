"""purchase_cohorts: how many customers of a calendar month buy again in each calendar month after it."""

from ecom_platform.tables.measures import attribute, count, money
from ecom_platform.tables.metrics import AVERAGE_REVENUE_PER_USER, PAYING_SHARE, metric_column
from ecom_platform.tables.spec import Column, Layout, Table, Type

MONTH = "the period is the calendar month"

PURCHASE_COHORTS = Table(
    layer="analysis",
    name="purchase_cohorts",
    doc="One row per calendar month of the first paid order and number of calendar months since: customers who bought.",
    columns=(
        Column("cohort_month", Type.DATE, "First day of the calendar month of a customer's first paid order."),
        attribute("months_since_first_order", "Calendar months since then; 0 is the month of the first order"),
        Column("is_complete_month", Type.BOOL, "The calendar month has been observed to its end."),
        count("customer_count", "Customers of the cohort", minimum=1),
        count("buyer_count", "Of them, customers with a paid order in the calendar month"),
        count("order_count", "Their paid orders in it"),
        money("revenue", "Their paid revenue in it"),
        metric_column(PAYING_SHARE, "buyer_count", "customer_count", name="purchase_rate", note=MONTH),
        metric_column(AVERAGE_REVENUE_PER_USER, "revenue", "customer_count", name="revenue_per_customer", note=MONTH),
    ),
    key=("cohort_month", "months_since_first_order"),
    layout=Layout(cluster_by=("cohort_month",)),
)
