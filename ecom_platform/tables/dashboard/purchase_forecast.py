"""purchase_forecast: how much customers were expected to buy in the last observed year, and how much they did."""

from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.tables.dashboard.purchase_histories import HOLDOUT_DAYS
from ecom_platform.tables.measures import Additivity, Measure, count
from ecom_platform.tables.spec import Column, Table, Type

PURCHASE_FORECAST = Table(
    layer="dashboard",
    name="purchase_forecast",
    doc="One row per signup month and activation level: purchase days forecast for the last observed year, and actual ones.",
    columns=(
        Column("cohort_month", Type.DATE, "First day of the month in which they signed up."),
        Column(
            "activation_level",
            Type.STRING,
            f"Level by {ACTIVATION.window}; unknown without an event log. The forecast does not know it.",
            accepted=(*ACTIVATION.levels, "unknown"),
        ),
        count("user_count", "Users who had signed up 30 days before that year or earlier", minimum=1),
        Measure(
            "forecast_purchase_day_count",
            Type.FLOAT64,
            f"Days with a paid order that BG/NBD expects of them in the last {HOLDOUT_DAYS} observed days, fitted on all "
            "users up to the day before (Fader, Hardie and Lee 2005; the clock begins 30 days after signup).",
            minimum=0,
            kind=Additivity.ADDITIVE,
        ),
        count("actual_purchase_day_count", "Days with a paid order that they had"),
    ),
    key=("cohort_month", "activation_level"),
)
