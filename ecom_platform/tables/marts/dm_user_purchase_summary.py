"""dm_user_purchase_summary: a user's early behaviour, subscription and value, side by side.

Columns that repeat over windows are made by functions, so that their names and meanings cannot drift apart. A window
is named by counting days from 1, the signup day: `first_30_days` is [signup, signup + 30 days) and `days_31_to_360`
is [signup + 30 days, signup + 360 days). The two never overlap.
"""

from dataclasses import replace

from ecom_platform.tables.activation import activation_level_column, is_activated_column
from ecom_platform.tables.marts.dm_activation_features import FEATURE_WINDOWS, FEATURES
from ecom_platform.tables.marts.dm_value_windows import OUTCOME_WINDOWS, VALUE_WINDOWS
from ecom_platform.tables.raw.users import DEVICES, MARKETING_SOURCES, SUBSCRIPTION_TYPES
from ecom_platform.tables.spec import Column, ForeignKey, Layout, Table, Type, signup_month_column


def _value_columns(window: str, days: str) -> tuple[Column, Column]:
    unobserved = "Null until the window has been observed whole."
    return (
        Column(f"revenue_{window}", Type.NUMERIC, f"Paid revenue on {days}, shop currency. {unobserved}", True, minimum=0),
        Column(f"order_count_{window}", Type.INT64, f"Paid orders on {days}. {unobserved}", True, minimum=0),
    )


def _feature_columns(window: int) -> tuple[Column, ...]:
    return tuple(
        replace(
            feature,
            name=f"{feature.name}_first_{window}_days",
            doc=f"{feature.doc.rstrip('.')}. Window: the first {window} days; null until they have been observed.",
        )
        for feature in FEATURES
    )


IDENTITY = (
    Column("user_id", Type.STRING, "The user."),
    Column("signup_date", Type.DATE, "Day of signup (UTC): day 0 of every clock in this table."),
    Column("device", Type.STRING, "Main device.", True, DEVICES),
    Column("region", Type.STRING, "Where the user lives.", True),
    Column("marketing_source", Type.STRING, "Channel that brought the user.", True, MARKETING_SOURCES),
    Column("observed_until", Type.DATE, "Last observed day of the user's cohort, inclusive: the table's 'now'."),
    Column("days_observed", Type.INT64, "Days from signup to observed_until, both included.", minimum=1),
)

SUBSCRIPTION = (
    Column(
        "subscription_type",
        Type.STRING,
        "Subscription at observed_until; null where the source has none.",
        True,
        SUBSCRIPTION_TYPES,
    ),
    Column("subscription_join_date", Type.DATE, "Day the paid subscription began; null for Free users.", True),
    Column(
        "is_paid_subscriber",
        Type.BOOL,
        "Plus or Premium at observed_until; null where the source has no subscriptions.",
        True,
    ),
    Column(
        "days_to_subscription", Type.INT64, "Days from signup to the join date; null without a join date.", True, minimum=0
    ),
)

LIFETIME = (
    Column(
        "lifetime_revenue",
        Type.NUMERIC,
        "Customer lifetime value to date (LTV): paid revenue up to observed_until, shop currency; 0 without an order.",
        minimum=0,
    ),
    Column("successful_order_count", Type.INT64, "Paid orders up to observed_until.", minimum=0),
    Column("failed_order_count", Type.INT64, "Orders whose payment failed: neither revenue nor orders elsewhere.", minimum=0),
    Column("first_purchase_date", Type.DATE, "Day of the first paid order; null without one.", True),
    Column("last_purchase_date", Type.DATE, "Day of the last paid order; null without one.", True),
    Column(
        "days_to_first_purchase", Type.INT64, "Days from signup to the first paid order; null without one.", True, minimum=0
    ),
    Column(
        "average_order_value",
        Type.FLOAT64,
        "Average order value (AOV): lifetime_revenue over successful_order_count, shop currency; null without an order.",
        True,
        minimum=0,
    ),
    Column(
        "high_tier_revenue",
        Type.NUMERIC,
        "Lifetime revenue from order lines of High-tier products, shop currency; a line without a tier is not High.",
        minimum=0,
    ),
    Column(
        "discounted_revenue",
        Type.NUMERIC,
        "Lifetime revenue from order lines bought on the product's discount day, shop currency.",
        minimum=0,
    ),
    Column("distinct_categories_bought", Type.INT64, "Different categories among paid order lines.", minimum=0),
)

LATER_PURCHASES = (
    Column(
        "high_tier_revenue_days_31_to_360",
        Type.NUMERIC,
        "High-tier revenue on days 31 to 360, shop currency. Null until the window has been observed whole.",
        True,
        minimum=0,
    ),
    Column(
        "discounted_revenue_days_31_to_360",
        Type.NUMERIC,
        "Discount-day revenue on days 31 to 360, shop currency. Null until the window has been observed whole.",
        True,
        minimum=0,
    ),
)

EARLY_MILESTONES = (
    is_activated_column(),
    activation_level_column(),
    Column("first_event_at", Type.TIMESTAMP, "First event (UTC); null without one.", True),
    Column("first_cart_at", Type.TIMESTAMP, "First add_to_cart (UTC); null without one.", True),
    Column(
        "hours_to_first_cart",
        Type.FLOAT64,
        "Hours from the first event to the first add_to_cart; null without one.",
        True,
        minimum=0,
    ),
    Column("days_to_first_cart", Type.INT64, "Days from signup to the first add_to_cart; null without one.", True, minimum=0),
)

RETENTION = (
    Column("is_active_day_1", Type.BOOL, "D1: an event or an order exactly 1 day after signup; null until observed.", True),
    Column("is_active_day_7", Type.BOOL, "D7: an event or an order exactly 7 days after signup; null until observed.", True),
    Column(
        "is_active_day_30", Type.BOOL, "D30: an event or an order exactly 30 days after signup; null until observed.", True
    ),
    Column(
        "is_active_days_8_to_30",
        Type.BOOL,
        "An event or an order on days 8 to 30 (the signup day is day 1); null until observed whole.",
        True,
    ),
    Column(
        "is_active_days_31_to_90",
        Type.BOOL,
        "An event or an order on days 31 to 90 (the signup day is day 1); null until observed whole.",
        True,
    ),
)

DM_USER_PURCHASE_SUMMARY = Table(
    layer="marts",
    name="dm_user_purchase_summary",
    doc="One row per clean user: value to date and in fixed windows, early behaviour, activation, retention, subscription.",
    columns=(
        *IDENTITY,
        *SUBSCRIPTION,
        *LIFETIME,
        *(column for days in VALUE_WINDOWS for column in _value_columns(f"first_{days}_days", f"the first {days} days")),
        *(
            column
            for first, last in OUTCOME_WINDOWS
            for column in _value_columns(f"days_{first}_to_{last}", f"days {first} to {last} (the signup day is day 1)")
        ),
        *LATER_PURCHASES,
        *EARLY_MILESTONES,
        *(column for window in FEATURE_WINDOWS for column in _feature_columns(window)),
        *RETENTION,
        signup_month_column(),
    ),
    key=("user_id",),
    foreign_keys=(ForeignKey("user_id", "clean.users"),),
    layout=Layout(partition_by="signup_month", cluster_by=("user_id",)),
)
