"""The tables of the layer `insights`: the questions and their answers here, the aggregates that they rest on a file each."""

from ecom_platform.tables.insights.activation_by_segment import ACTIVATION_BY_SEGMENT
from ecom_platform.tables.insights.answers import ANSWERS, ANSWERS_TO
from ecom_platform.tables.insights.category_attention import CATEGORY_ATTENTION
from ecom_platform.tables.insights.category_mix import CATEGORY_MIX
from ecom_platform.tables.insights.definition_days import DEFINITION_DAYS
from ecom_platform.tables.insights.discount_category_cells import DISCOUNT_CATEGORY_CELLS
from ecom_platform.tables.insights.discount_cells import DISCOUNT_CELLS
from ecom_platform.tables.insights.discount_exposures import DISCOUNT_EXPOSURES
from ecom_platform.tables.insights.early_behavior_of_subscribers import EARLY_BEHAVIOR_OF_SUBSCRIBERS
from ecom_platform.tables.insights.experiment_outcomes import EXPERIMENT_OUTCOMES
from ecom_platform.tables.insights.first_checkouts import FIRST_CHECKOUTS
from ecom_platform.tables.insights.first_payments import FIRST_PAYMENTS
from ecom_platform.tables.insights.funnel_moments import FUNNEL_MOMENTS
from ecom_platform.tables.insights.lifetime_value_report_card import LIFETIME_VALUE_REPORT_CARD
from ecom_platform.tables.insights.purchase_frequency_means import PURCHASE_FREQUENCY_MEANS
from ecom_platform.tables.insights.purchase_histories import PURCHASE_HISTORIES
from ecom_platform.tables.insights.purchase_history_cells import PURCHASE_HISTORY_CELLS
from ecom_platform.tables.insights.purchase_predictions import PURCHASE_PREDICTIONS
from ecom_platform.tables.insights.retention_by_level import RETENTION_BY_LEVEL
from ecom_platform.tables.insights.return_cells import RETURN_CELLS
from ecom_platform.tables.insights.revenue_by_first_purchase import REVENUE_BY_FIRST_PURCHASE
from ecom_platform.tables.insights.session_patterns import SESSION_PATTERNS
from ecom_platform.tables.insights.spend_cells import SPEND_CELLS
from ecom_platform.tables.insights.subscription_timing import SUBSCRIPTION_TIMING
from ecom_platform.tables.insights.time_to_first import TIME_TO_FIRST
from ecom_platform.tables.insights.users_by_stage import USERS_BY_STAGE
from ecom_platform.tables.insights.value_by_activation import VALUE_BY_ACTIVATION
from ecom_platform.tables.insights.value_by_first_time import VALUE_BY_FIRST_TIME
from ecom_platform.tables.insights.value_forecast_cohorts import VALUE_FORECAST_COHORTS
from ecom_platform.tables.insights.value_forecast_scores import VALUE_FORECAST_SCORES
from ecom_platform.tables.insights.value_forecasts import VALUE_FORECASTS
from ecom_platform.tables.insights.value_moments import VALUE_MOMENTS
from ecom_platform.tables.insights.value_tiers import VALUE_TIERS
from ecom_platform.tables.spec import Table

AGGREGATES: tuple[Table, ...] = (
    ACTIVATION_BY_SEGMENT,
    CATEGORY_ATTENTION,
    CATEGORY_MIX,
    DEFINITION_DAYS,
    DISCOUNT_CATEGORY_CELLS,
    DISCOUNT_CELLS,
    DISCOUNT_EXPOSURES,
    EARLY_BEHAVIOR_OF_SUBSCRIBERS,
    EXPERIMENT_OUTCOMES,
    FIRST_CHECKOUTS,
    FIRST_PAYMENTS,
    FUNNEL_MOMENTS,
    PURCHASE_FREQUENCY_MEANS,
    PURCHASE_HISTORIES,
    PURCHASE_HISTORY_CELLS,
    RETENTION_BY_LEVEL,
    RETURN_CELLS,
    REVENUE_BY_FIRST_PURCHASE,
    SESSION_PATTERNS,
    SPEND_CELLS,
    SUBSCRIPTION_TIMING,
    TIME_TO_FIRST,
    USERS_BY_STAGE,
    VALUE_BY_ACTIVATION,
    VALUE_BY_FIRST_TIME,
    VALUE_FORECASTS,
    VALUE_FORECAST_COHORTS,
    VALUE_FORECAST_SCORES,
    VALUE_MOMENTS,
    VALUE_TIERS,
)
"""What the warehouse computes for the questions: counts, sums and cross products by cell, of bounded size; and
`discount_exposures`, `purchase_histories` and `value_forecasts`, rows of users, which only other aggregates read."""

LIFETIME_VALUE = (PURCHASE_PREDICTIONS, LIFETIME_VALUE_REPORT_CARD)
"""What Python makes of them beside answers: what users will buy, and how good such forecasts are."""

INSIGHTS = (*AGGREGATES, *LIFETIME_VALUE, *ANSWERS_TO.values(), ANSWERS)
