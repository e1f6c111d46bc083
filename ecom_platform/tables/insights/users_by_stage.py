"""users_by_stage: how deep users got into the funnel in the activation window, and what became of them."""

from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.tables.insights.outcomes import LATER_RETURN, LATER_VALUE
from ecom_platform.tables.marts.dm_funnel_events import FUNNEL_STAGES
from ecom_platform.tables.measures import count
from ecom_platform.tables.spec import Column, Layout, Table, Type, signup_month_column

NO_SESSION = "none"
STAGES = (NO_SESSION, *FUNNEL_STAGES)
"""The deepest stage of a user, from the shallowest to the deepest."""

USERS_BY_STAGE = Table(
    layer="insights",
    name="users_by_stage",
    doc="One row per signup month, deepest stage of the first session and of the whole activation window: users and outcomes.",
    columns=(
        Column(
            "first_session_stage",
            Type.STRING,
            "Deepest stage of the user's first session in the activation window; none without a session.",
            accepted=STAGES,
        ),
        Column("furthest_stage", Type.STRING, "Deepest stage with an event in the activation window.", accepted=STAGES),
        count("user_count", "Users whose activation is known"),
        count("activated_user_count", "Of them, activated users"),
        count("users_with_enough_sessions", f"Of them, users with at least {ACTIVATION.sessions} sessions in the window"),
        *LATER_RETURN,
        *LATER_VALUE,
        signup_month_column(),
    ),
    key=("signup_month", "first_session_stage", "furthest_stage"),
    layout=Layout(partition_by="signup_month"),
)
