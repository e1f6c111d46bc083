"""ltv_repurchase: what users have brought in, and whether they bought again, by fixed ages."""

from ecom_platform.tables.activation import activation_level_group_column
from ecom_platform.tables.spec import Column, Layout, Table, Type

LTV_REPURCHASE = Table(
    layer="analysis",
    name="ltv_repurchase",
    doc="One row per signup month, activation level (and all levels) and horizon: cumulative LTV and repurchase.",
    columns=(
        Column("cohort_month", Type.DATE, "First day of the month in which the cohort signed up."),
        activation_level_group_column(),
        Column("horizon_days", Type.INT64, "Days from signup over which value accumulates: 30, 90, 180 or 365.", minimum=1),
        Column("user_count", Type.INT64, "Users of the cohort and level.", minimum=1),
        Column("eligible_user_count", Type.INT64, "Of them, users whose whole horizon has been observed.", minimum=0),
        Column(
            "buyer_count", Type.INT64, "Eligible users with a paid order by the horizon; null while none is eligible.", True
        ),
        Column(
            "repeat_buyer_count",
            Type.INT64,
            "Eligible users with two paid orders by the horizon; null while none is eligible.",
            True,
        ),
        Column("order_count", Type.INT64, "Their paid orders by the horizon; null while none is eligible.", True),
        Column(
            "revenue", Type.NUMERIC, "Their paid revenue by the horizon, shop currency; null while none is eligible.", True
        ),
        Column(
            "lifetime_value_per_user",
            Type.FLOAT64,
            "LTV: revenue over eligible_user_count, shop currency per user; null while none is eligible.",
            True,
        ),
        Column("buyer_rate", Type.FLOAT64, "buyer_count over eligible_user_count, 0 to 1; null while unknown.", True),
        Column("repurchase_rate", Type.FLOAT64, "repeat_buyer_count over buyer_count, 0 to 1; null without buyers.", True),
        Column(
            "average_order_value", Type.FLOAT64, "AOV: revenue over order_count, shop currency; null without orders.", True
        ),
        Column(
            "order_gap_count",
            Type.INT64,
            "Pairs of consecutive paid orders by the horizon; null while none is eligible.",
            True,
        ),
        Column(
            "average_days_between_orders",
            Type.FLOAT64,
            "Mean days between consecutive paid orders by the horizon; null without such a pair.",
            True,
        ),
    ),
    key=("cohort_month", "activation_level", "horizon_days"),
    layout=Layout(cluster_by=("cohort_month",)),
)
