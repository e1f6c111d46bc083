"""dm_subscription_kpis: the headline numbers of each subscription type."""

from ecom_platform.tables.measures import count, money
from ecom_platform.tables.metrics import (
    AVERAGE_ORDER_VALUE,
    AVERAGE_REVENUE_PER_USER,
    PAYING_SHARE,
    REPURCHASE_RATE,
    REVENUE_PER_USER_PER_30_DAYS,
    metric_column,
)
from ecom_platform.tables.spec import Column, Layout, Table, Type

DM_SUBSCRIPTION_KPIS = Table(
    layer="marts",
    name="dm_subscription_kpis",
    doc="One row per subscription type as observed at the last observed day: users, buyers, orders, revenue and their rates.",
    columns=(
        Column("subscription_type", Type.STRING, "Free, Plus or Premium; unknown where the source has none."),
        count("user_count", "Users"),
        count("buyer_count", "Users with at least one paid order"),
        count("repeat_buyer_count", "Users with at least two paid orders"),
        count("order_count", "Paid orders"),
        money("revenue", "Paid revenue from signup on"),
        count("observed_user_days", "Sum over users of the days each has been observed"),
        metric_column(PAYING_SHARE, "buyer_count", "user_count", name="buyer_rate"),
        metric_column(REPURCHASE_RATE, "repeat_buyer_count", "buyer_count"),
        metric_column(AVERAGE_REVENUE_PER_USER, "revenue", "user_count"),
        metric_column(AVERAGE_ORDER_VALUE, "revenue", "order_count"),
        metric_column(REVENUE_PER_USER_PER_30_DAYS, "revenue", "observed_user_days"),
    ),
    key=("subscription_type",),
    layout=Layout(cluster_by=("subscription_type",)),
)
