"""value_forecast_scores: forecasts of the holdout against what came, by what was foreseen."""

from ecom_platform.tables.insights.value_forecasts import MODEL, TARGET
from ecom_platform.tables.measures import Additivity, Measure, attribute, count
from ecom_platform.tables.spec import Table, Type


def summed(name: str, doc: str) -> Measure:
    return Measure(name, Type.FLOAT64, f"{doc}.", minimum=0, kind=Additivity.ADDITIVE)


VALUE_FORECAST_SCORES = Table(
    layer="insights",
    name="value_forecast_scores",
    doc="One row per model, target, forecast to two figures and what came to one figure: users, and how far off it was.",
    columns=(
        MODEL,
        TARGET,
        attribute("forecast_group", "The forecast in 1,024ths, cut to two figures"),
        attribute("actual_group", "What came in 1,024ths, cut to one figure"),
        count("user_count", "Users with these", minimum=1),
        summed("forecast", "Their forecasts, added up"),
        summed("actual", "What came, added up"),
        summed("absolute_error", "Their distances, added up"),
    ),
    key=("model", "target", "forecast_group", "actual_group"),
)
