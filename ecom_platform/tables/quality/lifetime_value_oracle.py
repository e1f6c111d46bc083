"""lifetime_value_oracle: forecasts of purchases beside that of somebody who knows each user's true rate and dropout."""

from ecom_platform.tables.insights.value_forecasts import MODELS
from ecom_platform.tables.measures import count
from ecom_platform.tables.spec import Column, Table, Type

ORACLE = "oracle"

LIFETIME_VALUE_ORACLE = Table(
    layer="quality",
    name="lifetime_value_oracle",
    doc="One row per model: how good its forecasts of purchases are, and how much of what can be known it knows.",
    columns=(
        Column("model", Type.STRING, "Who foresaw the purchases.", accepted=(ORACLE, *MODELS)),
        count("user_count", "Users whose holdout was foreseen", minimum=1),
        Column("gini", Type.FLOAT64, "Gini of what came, ranked by the forecast, over that of a perfect ranking.", True),
        Column("gini_of_oracle", Type.FLOAT64, "That, over the oracle's.", True),
        Column("spearman", Type.FLOAT64, "Rank correlation of forecast and what came (to one figure).", True, (), -1, 1),
        Column("decile_error", Type.FLOAT64, "Mean over tenths of users of the forecast's relative error.", True, (), 0),
        Column("absolute_error", Type.FLOAT64, "Mean distance of a user's forecast from what came.", minimum=0),
        Column("bias", Type.FLOAT64, "Total foreseen over the total that came, less 1.", True),
    ),
    key=("model",),
)
