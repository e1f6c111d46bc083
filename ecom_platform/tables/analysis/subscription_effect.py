"""subscription_effect: how subscribers buy before and after joining. Association, not effect."""

from ecom_platform.tables.activation import activation_level_group_column
from ecom_platform.tables.measures import count, money
from ecom_platform.tables.metrics import (
    AVERAGE_ORDER_VALUE,
    ORDERS_PER_USER_PER_30_DAYS,
    REPURCHASE_RATE,
    REVENUE_PER_USER_PER_30_DAYS,
    metric_column,
)
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
        count("user_count", "Users with such a period", minimum=1),
        count("observed_user_days", "Sum over users of the period's days"),
        count("buyer_count", "Users with a paid order in the period"),
        count("repeat_buyer_count", "Users with at least two paid orders in the period"),
        count("order_count", "Paid orders in the period"),
        money("revenue", "Paid revenue in the period"),
        metric_column(ORDERS_PER_USER_PER_30_DAYS, "order_count", "observed_user_days"),
        metric_column(REVENUE_PER_USER_PER_30_DAYS, "revenue", "observed_user_days"),
        metric_column(AVERAGE_ORDER_VALUE, "revenue", "order_count"),
        metric_column(REPURCHASE_RATE, "repeat_buyer_count", "buyer_count"),
    ),
    key=("subscription_type", "period", "activation_level"),
)
