"""cohort_retention: how many of each signup cohort come back, month after month."""

from ecom_platform.tables.activation import activation_level_group_column
from ecom_platform.tables.spec import Column, Layout, Table, Type

COHORT_RETENTION = Table(
    layer="analysis",
    name="cohort_retention",
    doc="One row per signup month, activation level (and all levels) and month since signup: users who came back and bought.",
    columns=(
        Column("cohort_month", Type.DATE, "First day of the month in which the cohort signed up."),
        activation_level_group_column(),
        Column("months_since_signup", Type.INT64, "Months of 30 days from each user's signup; 0 is the first.", minimum=0),
        Column("user_count", Type.INT64, "Users of the cohort and level.", minimum=1),
        Column("eligible_user_count", Type.INT64, "Of them, users for whom the whole month has been observed.", minimum=0),
        Column("is_complete_cohort", Type.BOOL, "Every user of the cohort and level is eligible."),
        Column(
            "active_user_count",
            Type.INT64,
            "Eligible users with an event or an order in the month; null while none is eligible.",
            True,
        ),
        Column("buyer_count", Type.INT64, "Eligible users with a paid order in the month; null while none is eligible.", True),
        Column(
            "revenue",
            Type.NUMERIC,
            "Paid revenue of eligible users in the month, shop currency; null while none is eligible.",
            True,
        ),
        Column(
            "retention_rate", Type.FLOAT64, "active_user_count over eligible_user_count, 0 to 1; null while unknown.", True
        ),
        Column("purchase_rate", Type.FLOAT64, "buyer_count over eligible_user_count, 0 to 1; null while unknown.", True),
        Column(
            "revenue_per_eligible_user",
            Type.FLOAT64,
            "Revenue over eligible_user_count, shop currency; null while unknown.",
            True,
        ),
    ),
    key=("cohort_month", "activation_level", "months_since_signup"),
    layout=Layout(cluster_by=("cohort_month",)),
)
