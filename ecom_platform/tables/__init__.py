"""Every table of the platform, specified once: columns, types, keys, meaning and storage layout.

A table has a file of its own; `CATALOG` holds them all in the order in which data flows. Storage schemas, checks, the
UI's column schema and the validation of the SQL files derive from here.
"""

from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.tables.analysis.behavior_segmentation import BEHAVIOR_SEGMENTATION
from ecom_platform.tables.analysis.category_performance import CATEGORY_PERFORMANCE
from ecom_platform.tables.analysis.cohort_retention import COHORT_RETENTION
from ecom_platform.tables.analysis.early_behavior_correlations import EARLY_BEHAVIOR_CORRELATIONS
from ecom_platform.tables.analysis.early_behavior_moments import EARLY_BEHAVIOR_MOMENTS
from ecom_platform.tables.analysis.early_behavior_values import EARLY_BEHAVIOR_VALUES
from ecom_platform.tables.analysis.experiment_values import EXPERIMENT_VALUES
from ecom_platform.tables.analysis.funnel_dropoff import FUNNEL_DROPOFF
from ecom_platform.tables.analysis.funnel_event_detail import FUNNEL_EVENT_DETAIL
from ecom_platform.tables.analysis.funnel_step_times import FUNNEL_STEP_TIMES
from ecom_platform.tables.analysis.funnel_steps import FUNNEL_STEPS
from ecom_platform.tables.analysis.ltv_repurchase import LTV_REPURCHASE
from ecom_platform.tables.analysis.nudge_bootstrap import NUDGE_BOOTSTRAP
from ecom_platform.tables.analysis.order_values_by_subscription import ORDER_VALUES_BY_SUBSCRIPTION
from ecom_platform.tables.analysis.purchase_cohorts import PURCHASE_COHORTS
from ecom_platform.tables.analysis.retention_heatmap import RETENTION_HEATMAP
from ecom_platform.tables.analysis.subscription_effect import SUBSCRIPTION_EFFECT
from ecom_platform.tables.analysis.subscription_order_value import SUBSCRIPTION_ORDER_VALUE
from ecom_platform.tables.cleaning import cleaned
from ecom_platform.tables.dashboard import DASHBOARD
from ecom_platform.tables.insights import INSIGHTS
from ecom_platform.tables.layers import LAYERS
from ecom_platform.tables.marts.dm_activation_features import DM_ACTIVATION_FEATURES
from ecom_platform.tables.marts.dm_category_performance import DM_CATEGORY_PERFORMANCE
from ecom_platform.tables.marts.dm_customer_segments import DM_CUSTOMER_SEGMENTS
from ecom_platform.tables.marts.dm_funnel_conversion import DM_FUNNEL_CONVERSION
from ecom_platform.tables.marts.dm_funnel_events import DM_FUNNEL_EVENTS
from ecom_platform.tables.marts.dm_rfm import DM_RFM
from ecom_platform.tables.marts.dm_subscription_kpis import DM_SUBSCRIPTION_KPIS
from ecom_platform.tables.marts.dm_user_purchase_summary import DM_USER_PURCHASE_SUMMARY
from ecom_platform.tables.marts.dm_value_windows import DM_VALUE_WINDOWS
from ecom_platform.tables.quality.lifetime_value_oracle import LIFETIME_VALUE_ORACLE
from ecom_platform.tables.quality.residual_errors import RESIDUAL_ERRORS
from ecom_platform.tables.quality.scorecard import SCORECARD
from ecom_platform.tables.quality.true_effects import TRUE_EFFECTS
from ecom_platform.tables.quality.truth import TRUTH
from ecom_platform.tables.raw.experiment_assignments import EXPERIMENT_ASSIGNMENTS
from ecom_platform.tables.raw.injected_anomalies import INJECTED_ANOMALIES
from ecom_platform.tables.raw.observation_windows import OBSERVATION_WINDOWS
from ecom_platform.tables.raw.order_items import HALF_CENTS, ORDER_ITEMS
from ecom_platform.tables.raw.orders import ORDERS
from ecom_platform.tables.raw.products import PRODUCTS
from ecom_platform.tables.raw.user_events import USER_EVENTS
from ecom_platform.tables.raw.users import USERS
from ecom_platform.tables.raw.world_truth import WORLD_TRUTH
from ecom_platform.tables.spec import Catalog, Column, Table, Type, raw_tables

CLEANED = (USERS, PRODUCTS, ORDERS, ORDER_ITEMS, USER_EVENTS, EXPERIMENT_ASSIGNMENTS)
"""The raw tables that are checked row by row and have violations, quarantine and clean tables."""

RAW = raw_tables(*CLEANED, OBSERVATION_WINDOWS, INJECTED_ANOMALIES, WORLD_TRUTH)

MARTS = (
    DM_ACTIVATION_FEATURES,
    DM_VALUE_WINDOWS,
    DM_CUSTOMER_SEGMENTS,
    DM_USER_PURCHASE_SUMMARY,
    DM_RFM,
    DM_SUBSCRIPTION_KPIS,
    DM_CATEGORY_PERFORMANCE,
    DM_FUNNEL_EVENTS,
    DM_FUNNEL_CONVERSION,
)

ANALYSIS = (
    COHORT_RETENTION,
    PURCHASE_COHORTS,
    LTV_REPURCHASE,
    SUBSCRIPTION_EFFECT,
    CATEGORY_PERFORMANCE,
    FUNNEL_DROPOFF,
    BEHAVIOR_SEGMENTATION,
)
"""The analyses that are SQL."""

DISTRIBUTIONS = (
    EARLY_BEHAVIOR_VALUES,
    EARLY_BEHAVIOR_MOMENTS,
    ORDER_VALUES_BY_SUBSCRIPTION,
    EXPERIMENT_VALUES,
    FUNNEL_STEPS,
    FUNNEL_STEP_TIMES,
)
"""What the warehouse computes for the analyses that are Python: counts, sums and products by cell, of bounded size."""

ESTIMATES = (
    EARLY_BEHAVIOR_CORRELATIONS,
    SUBSCRIPTION_ORDER_VALUE,
    NUDGE_BOOTSTRAP,
    RETENTION_HEATMAP,
    FUNNEL_EVENT_DETAIL,
)
"""The analyses that are Python."""

QUALITY = (SCORECARD, RESIDUAL_ERRORS, TRUE_EFFECTS, TRUTH)
"""How good the checks, the cleaning and the answers are, scored against what only the synthetic world knows."""

CATALOG = Catalog(
    (
        *RAW,
        *(table for layer in zip(*map(cleaned, CLEANED), strict=True) for table in layer),
        *MARTS,
        *ANALYSIS,
        *DISTRIBUTIONS,
        *ESTIMATES,
        *INSIGHTS,
        *DASHBOARD,
        *QUALITY,
        LIFETIME_VALUE_ORACLE,
    ),
    parameters={**ACTIVATION.parameters, "half_cents": HALF_CENTS},
)

__all__ = [
    "ANALYSIS",
    "CATALOG",
    "CLEANED",
    "DASHBOARD",
    "DISTRIBUTIONS",
    "ESTIMATES",
    "INSIGHTS",
    "LAYERS",
    "MARTS",
    "QUALITY",
    "RAW",
    "Catalog",
    "Column",
    "Table",
    "Type",
]
