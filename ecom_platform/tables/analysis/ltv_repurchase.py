"""ltv_repurchase: what users have brought in, and whether they bought again, by fixed ages."""

from ecom_platform.tables.activation import activation_level_group_column
from ecom_platform.tables.measures import attribute, count, money
from ecom_platform.tables.metrics import (
    AVERAGE_DAYS_BETWEEN_ORDERS,
    AVERAGE_ORDER_VALUE,
    LIFETIME_VALUE,
    PAYING_SHARE,
    REPURCHASE_RATE,
    metric_column,
)
from ecom_platform.tables.spec import Column, Layout, Table, Type

NOBODY = "null while none is eligible"
HORIZON = "the period is from signup to the horizon"

LTV_REPURCHASE = Table(
    layer="analysis",
    name="ltv_repurchase",
    doc="One row per signup month, activation level (and all levels) and horizon: cumulative LTV and repurchase.",
    columns=(
        Column("cohort_month", Type.DATE, "First day of the month in which the cohort signed up."),
        activation_level_group_column(),
        attribute("horizon_days", "Days from signup over which value accumulates: 30, 90, 180 or 365", minimum=1),
        count("user_count", "Users of the cohort and level", minimum=1),
        count("eligible_user_count", "Of them, users whose whole horizon has been observed"),
        count("buyer_count", "Eligible users with a paid order by the horizon", null=NOBODY),
        count("repeat_buyer_count", "Eligible users with two paid orders by the horizon", null=NOBODY),
        count("order_count", "Their paid orders by the horizon", null=NOBODY),
        money("revenue", "Their paid revenue by the horizon", null=NOBODY),
        metric_column(LIFETIME_VALUE, "revenue", "eligible_user_count", name="lifetime_value_per_user"),
        metric_column(PAYING_SHARE, "buyer_count", "eligible_user_count", name="buyer_rate", note=HORIZON),
        metric_column(REPURCHASE_RATE, "repeat_buyer_count", "buyer_count", note=HORIZON),
        metric_column(AVERAGE_ORDER_VALUE, "revenue", "order_count", note=HORIZON),
        count("order_gap_count", "Pairs of consecutive paid orders by the horizon", null=NOBODY),
        metric_column(AVERAGE_DAYS_BETWEEN_ORDERS),
    ),
    key=("cohort_month", "activation_level", "horizon_days"),
    layout=Layout(cluster_by=("cohort_month",)),
)
