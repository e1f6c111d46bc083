"""retention_heatmap: the retention of every cohort in every month since signup, beside that of all cohorts together."""

from ecom_platform.tables.measures import attribute, count
from ecom_platform.tables.spec import Column, Table, Type

RETENTION_HEATMAP = Table(
    layer="analysis",
    name="retention_heatmap",
    doc="One row per signup month and month since signup that the whole cohort has completed: its retention.",
    columns=(
        Column("cohort_month", Type.DATE, "First day of the month in which the cohort signed up."),
        attribute("months_since_signup", "Months of 30 days from each user's signup; 0 is the first"),
        count("user_count", "Users of the cohort, all of whom have been observed for the whole month", minimum=1),
        count("active_user_count", "Of them, users with an event or an order in the month"),
        Column("retention", Type.FLOAT64, "Share of them that was active.", False, (), 0, 1),
        Column("ci_low", Type.FLOAT64, "Lower end of its 95 % interval (Wilson).", False, (), 0, 1),
        Column("ci_high", Type.FLOAT64, "Upper end of its 95 % interval (Wilson).", False, (), 0, 1),
        Column(
            "pooled_retention", Type.FLOAT64, "The same share over all cohorts that have completed the month.", False, (), 0, 1
        ),
        Column(
            "difference",
            Type.FLOAT64,
            "The cohort's share less that of the others; null for the only cohort.",
            True,
            (),
            -1,
            1,
        ),
        Column(
            "p_adjusted", Type.FLOAT64, "p-value of no difference from the others, adjusted for all cells.", True, (), 0, 1
        ),
    ),
    key=("cohort_month", "months_since_signup"),
)
