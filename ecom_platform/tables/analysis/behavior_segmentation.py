"""behavior_segmentation: kinds of customers by explicit rules on what they do."""

from ecom_platform.tables.spec import Column, Table, Type

SEGMENTATIONS = ("purchase_history", "early_behavior")

BEHAVIOR_SEGMENTATION = Table(
    layer="analysis",
    name="behavior_segmentation",
    doc="One row per segmentation and segment that has users: how many, and what they are worth.",
    columns=(
        Column("segmentation", Type.STRING, "The set of rules; each covers every user once.", False, SEGMENTATIONS),
        Column("segment_number", Type.INT64, "Order in which the rules are tried; the first that holds decides.", minimum=1),
        Column("segment", Type.STRING, "The segment."),
        Column("definition", Type.STRING, "Its rule in words, given that no rule before it holds."),
        Column("user_count", Type.INT64, "Users.", minimum=1),
        Column("user_share", Type.FLOAT64, "Share of all users, 0 to 1."),
        Column("buyer_count", Type.INT64, "Users with a paid order to date.", minimum=0),
        Column("order_count", Type.INT64, "Paid orders to date.", minimum=0),
        Column("revenue", Type.NUMERIC, "Paid revenue to date, shop currency.", minimum=0),
        Column("revenue_share", Type.FLOAT64, "Share of all users' revenue, 0 to 1; null without any.", True),
        Column("lifetime_value_per_user", Type.FLOAT64, "LTV to date: revenue over user_count, shop currency."),
        Column("orders_per_user", Type.FLOAT64, "Paid orders over users."),
        Column(
            "average_order_value", Type.FLOAT64, "AOV: revenue over order_count, shop currency; null without orders.", True
        ),
        Column("average_days_observed", Type.FLOAT64, "Mean days from signup to the last observed day, both included."),
        Column(
            "activated_user_share",
            Type.FLOAT64,
            "Activated users over users whose activation is known, 0 to 1; null without any.",
            True,
        ),
    ),
    key=("segmentation", "segment"),
)
