"""lifetime_value_report_card: how good forecasts of purchases and spend are, on a holdout that they know nothing of."""

from ecom_platform.tables.insights.value_forecasts import MODEL, TARGET
from ecom_platform.tables.measures import count
from ecom_platform.tables.spec import Column, Table, Type

LIFETIME_VALUE_REPORT_CARD = Table(
    layer="insights",
    name="lifetime_value_report_card",
    doc="One row per model and target: how well it ranks users, how far off it is, and how often its intervals hold.",
    columns=(
        MODEL,
        TARGET,
        count("user_count", "Users whose holdout was foreseen", minimum=1),
        Column("gini", Type.FLOAT64, "Gini of what came, ranked by the forecast, over that of a perfect ranking.", True),
        Column("spearman", Type.FLOAT64, "Rank correlation of forecast and what came (to one figure).", True, (), -1, 1),
        Column("decile_error", Type.FLOAT64, "Mean over tenths of users of the forecast's relative error.", True, (), 0),
        Column("absolute_error", Type.FLOAT64, "Mean distance of a user's forecast from what came.", minimum=0),
        Column("bias", Type.FLOAT64, "Total foreseen over the total that came, less 1.", True),
        Column(
            "cohort_bias", Type.FLOAT64, "Mean over users of their signup month's relative error, without sign.", True, (), 0
        ),
        Column("cohort_coverage", Type.FLOAT64, "Share of signup months whose total is in its 95 % interval.", True, (), 0, 1),
        Column("user_coverage", Type.FLOAT64, "Share of users whose purchases are in their 95 % interval.", True, (), 0, 1),
        Column("expected_user_coverage", Type.FLOAT64, "That share as the model foresees it: whole numbers.", True, (), 0, 1),
    ),
    key=("model", "target"),
)
