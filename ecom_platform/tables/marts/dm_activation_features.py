"""dm_activation_features: what each user did in the first days after signup.

The feature columns are defined here once; `dm_user_purchase_summary` carries them side by side for both windows.
"""

from ecom_platform.tables.spec import Column, ForeignKey, Layout, Table, Type, signup_month_column

FEATURE_WINDOWS = (7, 30)
"""Lengths, in days from signup, of the windows that early behaviour is measured in."""

FEATURES = (
    Column("session_count", Type.INT64, "Sessions with an event in the window.", True, minimum=0),
    Column("event_count", Type.INT64, "Events in the window.", True, minimum=0),
    Column("view_count", Type.INT64, "view_product events in the window.", True, minimum=0),
    Column("cart_count", Type.INT64, "add_to_cart events in the window.", True, minimum=0),
    Column("checkout_count", Type.INT64, "checkout_start events in the window.", True, minimum=0),
    Column("payment_attempt_count", Type.INT64, "payment_attempt events in the window.", True, minimum=0),
    Column("purchase_count", Type.INT64, "purchase events in the window.", True, minimum=0),
    Column("active_day_count", Type.INT64, "Days (UTC) with an event in the window.", True, minimum=0),
    Column("distinct_products_viewed", Type.INT64, "Different products viewed in the window.", True, minimum=0),
    Column("distinct_categories_viewed", Type.INT64, "Different categories viewed in the window.", True, minimum=0),
    Column("distinct_referrers", Type.INT64, "Different referrers of the window's sessions.", True, minimum=0),
    Column(
        "average_session_minutes",
        Type.FLOAT64,
        "Mean minutes from a session's first to last event in the window; null without a session.",
        True,
        minimum=0,
    ),
    Column(
        "average_events_per_session",
        Type.FLOAT64,
        "Events over sessions in the window; null without a session.",
        True,
        minimum=0,
    ),
    Column(
        "average_hours_between_sessions",
        Type.FLOAT64,
        "Mean hours from one session's start to the next's in the window; null with fewer than two sessions.",
        True,
        minimum=0,
    ),
    Column(
        "sessions_with_checkout_without_cart",
        Type.INT64,
        "Sessions that started a checkout and put nothing in the cart in the window: a normal branch.",
        True,
        minimum=0,
    ),
    Column(
        "discount_view_count",
        Type.INT64,
        "view_product events in the window on the product's discount day.",
        True,
        minimum=0,
    ),
    Column(
        "discount_view_share",
        Type.FLOAT64,
        "discount_view_count over view_count, 0 to 1; null without a view.",
        True,
        minimum=0,
    ),
    Column(
        "has_discount_exposure",
        Type.BOOL,
        "Any event in the window concerned a product on its discount day.",
        True,
    ),
)

DM_ACTIVATION_FEATURES = Table(
    layer="marts",
    name="dm_activation_features",
    doc="One row per user and window after signup (7 and 30 days): what the user did in it. Null while it is unobserved.",
    columns=(
        Column("user_id", Type.STRING, "The user."),
        Column("window_days", Type.INT64, "Length of the window in days: [signup day, signup day + window_days).", minimum=1),
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
