"""dm_user_purchase_summary: a user's early behaviour, subscription and value, side by side.

Columns that repeat over windows are made by functions, so that their names and meanings cannot drift apart. A window
is named by counting days from 1, the signup day: `first_30_days` is [signup, signup + 30 days) and `days_31_to_360`
is [signup + 30 days, signup + 360 days). The two never overlap.
"""

from collections.abc import Iterator
from dataclasses import replace

from ecom_platform.tables.activation import activation_level_column, is_activated_column
from ecom_platform.tables.marts.dm_activation_features import FEATURE_WINDOWS, FEATURES
from ecom_platform.tables.marts.dm_value_windows import OUTCOME_WINDOWS, VALUE_WINDOWS
from ecom_platform.tables.measures import Additivity, attribute, count, money
from ecom_platform.tables.metrics import AVERAGE_ORDER_VALUE, MetricColumn, metric_column
from ecom_platform.tables.raw.users import DEVICES, MARKETING_SOURCES, SUBSCRIPTION_TYPES
from ecom_platform.tables.spec import Column, ForeignKey, Layout, Table, Type, signup_month_column

UNOBSERVED = "null until the window has been observed whole"


def _value_columns(window: str, days: str) -> tuple[Column, Column]:
    return (
        money(f"revenue_{window}", f"Paid revenue {days}", null=UNOBSERVED),
        count(f"order_count_{window}", f"Paid orders {days}", null=UNOBSERVED),
    )


def _feature_columns(window: int) -> Iterator[Column]:
    """The features of `dm_activation_features` in one window, the columns that a metric divides renamed with it."""

    def named(column: str | None) -> str | None:
        return column and f"{column}_first_{window}_days"

    for feature in FEATURES:
        doc = f"{feature.doc} The window is the first {window} days."
        column = replace(feature, name=f"{feature.name}_first_{window}_days", doc=doc)
        if isinstance(column, MetricColumn):
            column = replace(column, numerator=named(column.numerator), denominator=named(column.denominator))
        yield column


IDENTITY = (
    Column("user_id", Type.STRING, "The user."),
    Column("signup_date", Type.DATE, "Day of signup (UTC): day 0 of every clock in this table."),
    Column("device", Type.STRING, "Main device.", True, DEVICES),
    Column("region", Type.STRING, "Where the user lives.", True),
    Column("marketing_source", Type.STRING, "Channel that brought the user.", True, MARKETING_SOURCES),
    Column("observed_until", Type.DATE, "Last observed day of the user's cohort, inclusive: the table's 'now'."),
    count("days_observed", "Days from signup to observed_until, both included", minimum=1),
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
    attribute("days_to_subscription", "Days from signup to the join date", null="null without a join date"),
)

LIFETIME = (
    money("lifetime_revenue", "Paid revenue up to observed_until (0 without an order)"),
    count("successful_order_count", "Paid orders up to observed_until"),
    count("failed_order_count", "Orders whose payment failed: neither revenue nor orders elsewhere"),
    Column("first_purchase_date", Type.DATE, "Day of the first paid order; null without one.", True),
    Column("last_purchase_date", Type.DATE, "Day of the last paid order; null without one.", True),
    attribute("days_to_first_purchase", "Days from signup to the first paid order", null="null without one"),
    metric_column(AVERAGE_ORDER_VALUE, "lifetime_revenue", "successful_order_count"),
    money(
        "high_tier_revenue",
        "Lifetime revenue from order lines of High-tier products (a line without a tier is not High)",
    ),
    money("discounted_revenue", "Lifetime revenue from order lines bought on the product's discount day"),
    count("distinct_categories_bought", "Different categories among paid order lines", kind=Additivity.DISTINCT),
)

LATER_PURCHASES = (
    money("high_tier_revenue_days_31_to_360", "High-tier revenue on days 31 to 360", null=UNOBSERVED),
    money("discounted_revenue_days_31_to_360", "Discount-day revenue on days 31 to 360", null=UNOBSERVED),
)

EARLY_MILESTONES = (
    is_activated_column(),
    activation_level_column(),
    Column("first_event_at", Type.TIMESTAMP, "First event (UTC); null without one.", True),
    Column("first_cart_at", Type.TIMESTAMP, "First add_to_cart (UTC); null without one.", True),
    attribute(
        "hours_to_first_cart", "Hours from the first event to the first add_to_cart", Type.FLOAT64, null="null without one"
    ),
    attribute("days_to_first_cart", "Days from signup to the first add_to_cart", null="null without one"),
)

RETURNS = (
    Column("is_active_day_1", Type.BOOL, "An event or an order exactly 1 day after signup; null until observed.", True),
    Column("is_active_day_7", Type.BOOL, "An event or an order exactly 7 days after signup; null until observed.", True),
    Column("is_active_day_30", Type.BOOL, "An event or an order exactly 30 days after signup; null until observed.", True),
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
        *(column for days in VALUE_WINDOWS for column in _value_columns(f"first_{days}_days", f"in the first {days} days")),
        *(
            column
            for first, last in OUTCOME_WINDOWS
            for column in _value_columns(f"days_{first}_to_{last}", f"on days {first} to {last} (the signup day is day 1)")
        ),
        *LATER_PURCHASES,
        *EARLY_MILESTONES,
        *(column for window in FEATURE_WINDOWS for column in _feature_columns(window)),
        *RETURNS,
        signup_month_column(),
    ),
    key=("user_id",),
    foreign_keys=(ForeignKey("user_id", "clean.users"),),
    layout=Layout(partition_by="signup_month", cluster_by=("user_id",)),
)
