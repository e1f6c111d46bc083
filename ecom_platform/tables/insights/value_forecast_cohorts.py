"""value_forecast_cohorts: forecasts of the holdout against what came, cohort by cohort."""

from ecom_platform.tables.insights.value_forecast_scores import summed
from ecom_platform.tables.insights.value_forecasts import MODEL, TARGET
from ecom_platform.tables.measures import count
from ecom_platform.tables.spec import Layout, Table, signup_month_column

VALUE_FORECAST_COHORTS = Table(
    layer="insights",
    name="value_forecast_cohorts",
    doc="One row per signup month, model and target: users, the total foreseen and the total that came.",
    columns=(
        MODEL,
        TARGET,
        count("user_count", "Users", minimum=1),
        summed("forecast", "Their forecasts, added up"),
        summed("variance", "The variances of their purchases by BG/NBD, added up"),
        summed("actual", "What came, added up"),
        signup_month_column(),
    ),
    key=("signup_month", "model", "target"),
    layout=Layout(partition_by="signup_month"),
)
