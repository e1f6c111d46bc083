"""sessions_by_stage: how far customers' sessions got towards a purchase."""

from ecom_platform.tables.dashboard.customers import KEY, LAYOUT, SIGNUP_MONTH
from ecom_platform.tables.marts.dm_customer_segments import SEGMENTS
from ecom_platform.tables.marts.dm_funnel_events import FUNNEL_STAGES
from ecom_platform.tables.measures import count
from ecom_platform.tables.spec import Column, Table, Type

SESSIONS_BY_STAGE = Table(
    layer="dashboard",
    name="sessions_by_stage",
    doc="One row per signup month, kind of customer, way to the checkout and deepest funnel stage of a session.",
    columns=(
        *SEGMENTS,
        Column("furthest_stage", Type.STRING, "Deepest stage with an event in the session.", accepted=FUNNEL_STAGES),
        Column("has_checkout", Type.BOOL, "Has a checkout_start event."),
        Column(
            "is_checkout_without_cart",
            Type.BOOL,
            "Started a checkout and put nothing in the cart in the session: it is normal.",
        ),
        count("session_count", "Sessions", minimum=1),
        SIGNUP_MONTH,
    ),
    key=(*KEY, "furthest_stage", "has_checkout", "is_checkout_without_cart"),
    layout=LAYOUT,
)
