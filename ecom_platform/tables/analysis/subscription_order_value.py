"""subscription_order_value: do subscribers pay more for an order? Compared by means, by ranks, and order by order."""

from ecom_platform.tables.measures import count
from ecom_platform.tables.spec import Column, Table, Type

COMPARISONS = {
    "paid": (("Plus", "Premium"), ("Free",)),
    "plus": (("Plus",), ("Free",)),
    "premium": (("Premium",), ("Free",)),
    "premium_over_plus": (("Premium",), ("Plus",)),
}
"""What is compared with what: the subscriptions of either side, by the name of the comparison."""

SUBSCRIPTION_ORDER_VALUE = Table(
    layer="analysis",
    name="subscription_order_value",
    doc="One row per comparison of two subscription groups: the mean order value of their buyers, by three methods.",
    columns=(
        Column(
            "comparison", Type.STRING, "Which groups are compared; all but the last with Free.", accepted=tuple(COMPARISONS)
        ),
        count("buyer_count", "Buyers of the first group", minimum=2),
        count("other_buyer_count", "Buyers of the group that it is compared with", minimum=2),
        Column("buyer_mean", Type.FLOAT64, "Mean over buyers of their revenue per paid order, shop currency.", minimum=0),
        Column("other_buyer_mean", Type.FLOAT64, "The same of the other group.", minimum=0),
        Column("difference", Type.FLOAT64, "Difference of the two means, a buyer counted once."),
        Column("ci_low", Type.FLOAT64, "Lower end of its 95 % interval (Welch)."),
        Column("ci_high", Type.FLOAT64, "Upper end of its 95 % interval (Welch)."),
        Column("t", Type.FLOAT64, "Welch's t statistic; null where nothing varies.", True),
        Column("degrees_of_freedom", Type.FLOAT64, "Those of Welch and Satterthwaite; null where nothing varies.", True),
        Column("p_adjusted", Type.FLOAT64, "Its p-value, adjusted for all comparisons.", True, (), 0, 1),
        Column(
            "u", Type.FLOAT64, "Mann-Whitney's U: pairs of buyers in which the first group pays more, ties half.", minimum=0
        ),
        Column("u_p_adjusted", Type.FLOAT64, "Its p-value, corrected for ties, adjusted for all comparisons.", True, (), 0, 1),
        Column(
            "superiority",
            Type.FLOAT64,
            "Chance that a buyer of the first group pays more, a tie counting half.",
            False,
            (),
            0,
            1,
        ),
        Column("superiority_ci_low", Type.FLOAT64, "Lower end of its 95 % interval (DeLong).", True, (), 0, 1),
        Column("superiority_ci_high", Type.FLOAT64, "Upper end of its 95 % interval (DeLong).", True, (), 0, 1),
        Column("order_difference", Type.FLOAT64, "Difference of revenue per order, an order counted once.", True),
        Column("order_ci_low", Type.FLOAT64, "Lower end of its 95 % interval, clustered by user.", True),
        Column("order_ci_high", Type.FLOAT64, "Upper end of its 95 % interval, clustered by user.", True),
    ),
    key=("comparison",),
)
