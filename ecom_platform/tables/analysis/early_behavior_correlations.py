"""early_behavior_correlations: how each early behaviour is distributed, and how it goes together with later value."""

from ecom_platform.tables.analysis.early_behavior_values import BEHAVIORS
from ecom_platform.tables.analysis.experiment_values import OUTCOMES
from ecom_platform.tables.measures import attribute, count
from ecom_platform.tables.spec import Column, Table, Type

EARLY_BEHAVIOR_CORRELATIONS = Table(
    layer="analysis",
    name="early_behavior_correlations",
    doc="One row per early behaviour and later outcome: the distribution of the behaviour, and its correlations.",
    columns=(
        Column("behavior", Type.STRING, "What is counted early on.", accepted=tuple(BEHAVIORS)),
        Column("outcome", Type.STRING, "Paid orders or paid revenue of days 31 to 360.", accepted=OUTCOMES),
        count("user_count", "Mature users for whom both are known", minimum=1),
        attribute("mean", "Mean amount of the behaviour", Type.FLOAT64),
        attribute("lower_quartile", "A quarter of the users have this amount or less", Type.FLOAT64),
        attribute("median", "Half of the users have this amount or less", Type.FLOAT64),
        attribute("upper_quartile", "Three quarters of the users have this amount or less", Type.FLOAT64),
        attribute("top_decile", "Nine tenths of the users have this amount or less", Type.FLOAT64),
        attribute("zero_share", "Share of the users without it", Type.FLOAT64),
        Column("pearson", Type.FLOAT64, "Pearson's correlation; null where one of the two does not vary.", True, (), -1, 1),
        Column("ci_low", Type.FLOAT64, "Lower end of its distribution-free 95 % interval.", True, (), -1, 1),
        Column("ci_high", Type.FLOAT64, "Upper end of its distribution-free 95 % interval.", True, (), -1, 1),
        Column("p_adjusted", Type.FLOAT64, "p-value of no correlation, adjusted for all rows.", True, (), 0, 1),
        Column(
            "spearman", Type.FLOAT64, "Spearman's rank correlation, ties at their mid-rank; null as above.", True, (), -1, 1
        ),
    ),
    key=("behavior", "outcome"),
)
