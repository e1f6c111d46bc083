"""dm_subscription_kpis: the headline numbers of each subscription type."""

from ecom_platform.tables.spec import Column, Layout, Table, Type

DM_SUBSCRIPTION_KPIS = Table(
    layer="marts",
    name="dm_subscription_kpis",
    doc="One row per subscription type as observed at the last observed day: users, buyers, orders, revenue and their rates.",
    columns=(
        Column("subscription_type", Type.STRING, "Free, Plus or Premium; unknown where the source has none."),
        Column("user_count", Type.INT64, "Users.", minimum=0),
        Column("buyer_count", Type.INT64, "Users with at least one paid order.", minimum=0),
        Column("repeat_buyer_count", Type.INT64, "Users with at least two paid orders.", minimum=0),
        Column("order_count", Type.INT64, "Paid orders.", minimum=0),
        Column("revenue", Type.NUMERIC, "Paid revenue from signup on, shop currency.", minimum=0),
        Column("observed_user_days", Type.INT64, "Sum over users of the days each has been observed.", minimum=0),
        Column("buyer_rate", Type.FLOAT64, "buyer_count over user_count, 0 to 1.", True, minimum=0),
        Column("repurchase_rate", Type.FLOAT64, "repeat_buyer_count over buyer_count, 0 to 1; null without buyers.", True),
        Column(
            "average_revenue_per_user", Type.FLOAT64, "ARPU: revenue over user_count, shop currency per user to date.", True
        ),
        Column(
            "average_order_value", Type.FLOAT64, "AOV: revenue over order_count, shop currency; null without orders.", True
        ),
        Column(
            "revenue_per_user_per_30_days",
            Type.FLOAT64,
            "Revenue over observed user-days, times 30: shop currency per user and 30 days.",
            True,
        ),
    ),
    key=("subscription_type",),
    layout=Layout(cluster_by=("subscription_type",)),
)
