"""dm_activation_features: what each user did in the first days after signup.

The feature columns are defined here once; `dm_user_purchase_summary` carries them side by side for both windows.
"""

from ecom_platform.tables.measures import Additivity, attribute, count
from ecom_platform.tables.metrics import (
    AVERAGE_SESSION_MINUTES,
    DISCOUNT_VIEW_SHARE,
    EVENTS_PER_SESSION,
    HOURS_BETWEEN_SESSIONS,
    metric_column,
)
from ecom_platform.tables.spec import Column, ForeignKey, Layout, Table, Type, signup_month_column

FEATURE_WINDOWS = (7, 30)
"""Lengths, in days from signup, of the windows that early behaviour is measured in."""

UNOBSERVED = "null while the window is unobserved"

FEATURES: tuple[Column, ...] = (
    count("session_count", "Sessions with an event in the window", null=UNOBSERVED),
    count("event_count", "Events in the window", null=UNOBSERVED),
    count("view_count", "view_product events in the window", null=UNOBSERVED),
    count("cart_count", "add_to_cart events in the window", null=UNOBSERVED),
    count("checkout_count", "checkout_start events in the window", null=UNOBSERVED),
    count("payment_attempt_count", "payment_attempt events in the window", null=UNOBSERVED),
    count("purchase_count", "purchase events in the window", null=UNOBSERVED),
    count("active_day_count", "Days (UTC) with an event in the window", null=UNOBSERVED),
    count("distinct_products_viewed", "Different products viewed in the window", null=UNOBSERVED, kind=Additivity.DISTINCT),
    count(
        "distinct_categories_viewed", "Different categories viewed in the window", null=UNOBSERVED, kind=Additivity.DISTINCT
    ),
    count("distinct_referrers", "Different referrers of the window's sessions", null=UNOBSERVED, kind=Additivity.DISTINCT),
    metric_column(AVERAGE_SESSION_MINUTES),
    metric_column(EVENTS_PER_SESSION, "event_count", "session_count"),
    metric_column(HOURS_BETWEEN_SESSIONS),
    count(
        "sessions_with_checkout_without_cart",
        "Sessions that started a checkout and put nothing in the cart in the window, a normal branch",
        null=UNOBSERVED,
    ),
    count("discount_view_count", "view_product events in the window on the product's discount day", null=UNOBSERVED),
    metric_column(DISCOUNT_VIEW_SHARE, "discount_view_count", "view_count"),
    Column(
        "has_discount_exposure",
        Type.BOOL,
        f"Any event in the window concerned a product on its discount day; {UNOBSERVED}.",
        True,
    ),
)

DM_ACTIVATION_FEATURES = Table(
    layer="marts",
    name="dm_activation_features",
    doc="One row per user and window after signup (7 and 30 days): what the user did in it. Null while it is unobserved.",
    columns=(
        Column("user_id", Type.STRING, "The user."),
        attribute("window_days", "Length of the window in days: [signup day, signup day + window_days)", minimum=1),
        Column(
            "is_window_observed",
            Type.BOOL,
            "The window has ended and the user's cohort has an event log; where false, every feature is null.",
        ),
        *FEATURES,
        signup_month_column(),
    ),
    key=("user_id", "window_days"),
    foreign_keys=(ForeignKey("user_id", "clean.users"),),
    layout=Layout(partition_by="signup_month", cluster_by=("user_id",)),
)
