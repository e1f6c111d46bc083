"""behavior_segmentation: kinds of customers by explicit rules on what they do."""

from ecom_platform.tables.measures import attribute, count, money
from ecom_platform.tables.metrics import (
    ACTIVATION_RATE,
    AVERAGE_DAYS_OBSERVED,
    AVERAGE_ORDER_VALUE,
    LIFETIME_VALUE,
    ORDERS_PER_USER,
    REVENUE_SHARE,
    USER_SHARE,
    metric_column,
)
from ecom_platform.tables.spec import Column, Table, Type

SEGMENTATIONS = ("purchase_history", "early_behavior")

BEHAVIOR_SEGMENTATION = Table(
    layer="analysis",
    name="behavior_segmentation",
    doc="One row per segmentation and segment that has users: how many, and what they are worth.",
    columns=(
        Column("segmentation", Type.STRING, "The set of rules; each covers every user once.", False, SEGMENTATIONS),
        attribute("segment_number", "Order in which the rules are tried; the first that holds decides", minimum=1),
        Column("segment", Type.STRING, "The segment."),
        Column("definition", Type.STRING, "Its rule in words, given that no rule before it holds."),
        count("user_count", "Users", minimum=1),
        metric_column(USER_SHARE, "user_count", "SUM(user_count) OVER (PARTITION BY segmentation)", nullable=False),
        count("buyer_count", "Users with a paid order to date"),
        count("order_count", "Paid orders to date"),
        money("revenue", "Paid revenue to date"),
        metric_column(REVENUE_SHARE, "revenue", "SUM(revenue) OVER (PARTITION BY segmentation)"),
        metric_column(LIFETIME_VALUE, "revenue", "user_count", name="lifetime_value_per_user", note="to date", nullable=False),
        metric_column(ORDERS_PER_USER, "order_count", "user_count", nullable=False),
        metric_column(AVERAGE_ORDER_VALUE, "revenue", "order_count"),
        metric_column(AVERAGE_DAYS_OBSERVED, nullable=False),
        metric_column(ACTIVATION_RATE, name="activated_user_share"),
    ),
    key=("segmentation", "segment"),
)
