"""subscription_effect: how subscribers buy before and after joining. Association, not effect."""

from ecom_platform.tables.activation import activation_level_group_column
from ecom_platform.tables.spec import Column, Table, Type

PERIODS = ("whole", "before_join", "after_join")

SUBSCRIPTION_EFFECT = Table(
    layer="analysis",
    name="subscription_effect",
    doc="One row per subscription type, period around the join date and activation level (and all levels): how users buy.",
    columns=(
        Column("subscription_type", Type.STRING, "Free, Plus or Premium at the last observed day; unknown without any."),
        Column(
            "period",
            Type.STRING,
            "whole, before_join or after_join; users without a join date have only whole.",
            False,
            PERIODS,
        ),
        activation_level_group_column(),
        Column("user_count", Type.INT64, "Users with such a period.", minimum=1),
        Column("observed_user_days", Type.INT64, "Sum over users of the period's days.", minimum=0),
        Column("buyer_count", Type.INT64, "Users with a paid order in the period.", minimum=0),
        Column("repeat_buyer_count", Type.INT64, "Users with at least two paid orders in the period.", minimum=0),
        Column("order_count", Type.INT64, "Paid orders in the period.", minimum=0),
        Column("revenue", Type.NUMERIC, "Paid revenue in the period, shop currency.", minimum=0),
        Column(
            "orders_per_user_per_30_days",
            Type.FLOAT64,
            "Paid orders over observed user-days, times 30; null without user-days.",
            True,
        ),
        Column(
            "revenue_per_user_per_30_days",
            Type.FLOAT64,
            "Revenue over observed user-days, times 30, shop currency; null without user-days.",
            True,
        ),
        Column(
            "average_order_value", Type.FLOAT64, "AOV: revenue over order_count, shop currency; null without orders.", True
        ),
        Column("repurchase_rate", Type.FLOAT64, "repeat_buyer_count over buyer_count, 0 to 1; null without buyers.", True),
    ),
    key=("subscription_type", "period", "activation_level"),
)
