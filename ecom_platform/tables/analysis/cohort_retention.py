"""cohort_retention: how many of each signup cohort come back, month after month."""

from ecom_platform.tables.activation import activation_level_group_column
from ecom_platform.tables.measures import attribute, count, money
from ecom_platform.tables.metrics import AVERAGE_REVENUE_PER_USER, MONTHLY_RETENTION, PAYING_SHARE, metric_column
from ecom_platform.tables.spec import Column, Layout, Table, Type

NOBODY = "null while none is eligible"
MONTH = "the period is the month since signup"

COHORT_RETENTION = Table(
    layer="analysis",
    name="cohort_retention",
    doc="One row per signup month, activation level (and all levels) and month since signup: users who came back and bought.",
    columns=(
        Column("cohort_month", Type.DATE, "First day of the month in which the cohort signed up."),
        activation_level_group_column(),
        attribute("months_since_signup", "Months of 30 days from each user's signup; 0 is the first"),
        count("user_count", "Users of the cohort and level", minimum=1),
        count("eligible_user_count", "Of them, users for whom the whole month has been observed"),
        Column("is_complete_cohort", Type.BOOL, "Every user of the cohort and level is eligible."),
        count("active_user_count", "Eligible users with an event or an order in the month", null=NOBODY),
        count("buyer_count", "Eligible users with a paid order in the month", null=NOBODY),
        money("revenue", "Paid revenue of eligible users in the month", null=NOBODY),
        metric_column(MONTHLY_RETENTION, "active_user_count", "eligible_user_count", name="retention_rate"),
        metric_column(PAYING_SHARE, "buyer_count", "eligible_user_count", name="purchase_rate", note=MONTH),
        metric_column(
            AVERAGE_REVENUE_PER_USER, "revenue", "eligible_user_count", name="revenue_per_eligible_user", note=MONTH
        ),
    ),
    key=("cohort_month", "activation_level", "months_since_signup"),
    layout=Layout(cluster_by=("cohort_month",)),
)
