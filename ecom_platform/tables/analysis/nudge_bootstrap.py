"""nudge_bootstrap: the onboarding nudge as an A/B test of later orders and revenue, by bootstrap."""

from ecom_platform.tables.analysis.experiment_values import OUTCOMES
from ecom_platform.tables.measures import count
from ecom_platform.tables.spec import Column, Table, Type

NUDGE_BOOTSTRAP = Table(
    layer="analysis",
    name="nudge_bootstrap",
    doc="One row per outcome of the onboarding nudge: the means of both arms, their difference and relative lift.",
    columns=(
        Column("outcome", Type.STRING, "Paid orders or paid revenue of days 31 to 360.", accepted=OUTCOMES),
        count("treatment_user_count", "Mature users in the treatment", minimum=2),
        count("control_user_count", "Mature users in the control", minimum=2),
        Column("treatment_mean", Type.FLOAT64, "Mean outcome of a user in the treatment.", minimum=0),
        Column("control_mean", Type.FLOAT64, "Mean outcome of a user in the control.", minimum=0),
        Column("difference", Type.FLOAT64, "Treatment mean less control mean."),
        Column("ci_low", Type.FLOAT64, "Lower end of its 95 % interval (bootstrap percentile)."),
        Column("ci_high", Type.FLOAT64, "Upper end of its 95 % interval (bootstrap percentile)."),
        Column("lift", Type.FLOAT64, "The difference relative to the control; null where the control bought nothing.", True),
        Column("lift_ci_low", Type.FLOAT64, "Lower end of its 95 % interval (bootstrap percentile).", True),
        Column("lift_ci_high", Type.FLOAT64, "Upper end of its 95 % interval (bootstrap percentile).", True),
        Column(
            "positive_share", Type.FLOAT64, "Share of resamples in which the treatment's mean is greater.", False, (), 0, 1
        ),
        Column("welch_ci_low", Type.FLOAT64, "Lower end of Welch's interval of the difference, for comparison."),
        Column("welch_ci_high", Type.FLOAT64, "Upper end of Welch's interval of the difference, for comparison."),
        Column(
            "sample_ratio_p_value", Type.FLOAT64, "p-value that arms of these sizes were drawn half and half.", False, (), 0, 1
        ),
        count("resample_count", "Resamples drawn", minimum=1),
        Column("seed", Type.INT64, "The seed of the draws: the same one gives the same intervals."),
    ),
    key=("outcome",),
)
