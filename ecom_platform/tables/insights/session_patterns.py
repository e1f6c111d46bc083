"""session_patterns: how the sessions of activated users differ from the others', pattern by pattern."""

from ecom_platform.tables.insights.outcomes import squares
from ecom_platform.tables.measures import Additivity, Measure, count
from ecom_platform.tables.spec import Column, Layout, Table, Type, signup_month_column

PATTERNS = (
    "session_count",
    "active_day_count",
    "session_minutes",
    "session_events",
    "hours_between_sessions",
    "products_viewed",
    "categories_viewed",
    "referrers",
    "first_session_minutes",
    "first_session_events",
)

SESSION_PATTERNS = Table(
    layer="insights",
    name="session_patterns",
    doc="One row per signup month, pattern of sessions and whether users were activated: its sum and sum of squares.",
    columns=(
        Column(
            "pattern",
            Type.STRING,
            "What is measured, of a user's sessions in the activation window, or of the first of them.",
            accepted=PATTERNS,
        ),
        Column("is_activated", Type.BOOL, "Whether the users were activated."),
        count("user_count", "Users whose activation is known and who have the pattern, such as a second session for a gap"),
        Measure("value", Type.FLOAT64, "Sum of the pattern over them.", minimum=0, kind=Additivity.ADDITIVE),
        squares("value_squared", "Squares of the pattern, summed over users"),
        signup_month_column(),
    ),
    key=("signup_month", "pattern", "is_activated"),
    layout=Layout(partition_by="signup_month"),
)
