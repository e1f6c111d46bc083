"""order_values_by_subscription: what users pay for an order, on average, by their subscription."""

from ecom_platform.tables.insights.outcomes import squares
from ecom_platform.tables.measures import Additivity, Measure, attribute, count, money
from ecom_platform.tables.spec import Column, Table, Type

ORDER_VALUES_BY_SUBSCRIPTION = Table(
    layer="analysis",
    name="order_values_by_subscription",
    doc="One row per subscription type and a user's mean order value to three figures: buyers, their orders and revenue.",
    columns=(
        Column("subscription_type", Type.STRING, "Free, Plus or Premium at the last observed day; unknown without any."),
        attribute("value_group", "A user's revenue per paid order in hundredths, cut to three figures"),
        count("buyer_count", "Users with a paid order and such a value", minimum=1),
        Measure(
            "value_total",
            Type.FLOAT64,
            "Their values, each cut to a hundredth, added up.",
            minimum=0,
            kind=Additivity.ADDITIVE,
        ),
        count("order_count", "Their paid orders to date"),
        squares("order_count_squared", "Squares of that, summed over users"),
        money("revenue", "Their paid revenue to date"),
        squares("revenue_squared", "Squares of that, summed over users"),
        squares("orders_times_revenue", "A user's orders times revenue, summed over users"),
    ),
    key=("subscription_type", "value_group"),
)
