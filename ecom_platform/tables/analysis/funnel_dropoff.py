"""funnel_dropoff: where on the way to a purchase sessions and users stop, by segment."""

from ecom_platform.tables.marts.dm_funnel_events import FUNNEL_STAGES
from ecom_platform.tables.measures import Additivity, attribute, count
from ecom_platform.tables.metrics import (
    DROP_OFF_RATE,
    EVENT_RATIO,
    STAGE_CONVERSION,
    STAGE_REACH,
    USER_STAGE_CONVERSION,
    USER_STAGE_REACH,
    metric_column,
)
from ecom_platform.tables.spec import Column, Table, Type

SEGMENT_DIMENSIONS = ("all", "device", "referrer", "activation_level", "subscription_type")


def _stage_before(column: str) -> str:
    return f"LAG({column}) OVER (PARTITION BY segment_dimension, segment_value ORDER BY stage_number)"


FUNNEL_DROPOFF = Table(
    layer="analysis",
    name="funnel_dropoff",
    doc="One row per segment and funnel stage: sessions, users and events that reached it, and where they stopped.",
    columns=(
        Column(
            "segment_dimension", Type.STRING, "What the segments differ in; all is one segment.", False, SEGMENT_DIMENSIONS
        ),
        Column("segment_value", Type.STRING, "The segment; unknown where it was not recorded."),
        attribute("stage_number", "1 (view_product) to 5 (purchase)", minimum=1),
        Column("stage", Type.STRING, "The funnel stage.", accepted=FUNNEL_STAGES),
        count("session_count", "Sessions of the segment", minimum=1),
        count("sessions_reached", "Sessions with an event of this stage or a deeper one"),
        count("sessions_with_stage_event", "Sessions with an event of this very stage"),
        count("sessions_dropped", "Sessions whose deepest stage this is; 0 for purchase"),
        count("event_count", "Events of this stage"),
        count("user_count", "Users of the segment with a session", minimum=1, kind=Additivity.DISTINCT),
        count("users_reached", "Of them, users with a session that reached this stage", kind=Additivity.DISTINCT),
        metric_column(STAGE_CONVERSION, "sessions_reached", _stage_before("sessions_reached")),
        metric_column(STAGE_REACH, "sessions_reached", "session_count", nullable=False),
        metric_column(DROP_OFF_RATE, "sessions_dropped", "IF(stage = 'purchase', NULL, sessions_reached)"),
        metric_column(EVENT_RATIO, "event_count", _stage_before("event_count")),
        metric_column(USER_STAGE_CONVERSION, "users_reached", _stage_before("users_reached")),
        metric_column(USER_STAGE_REACH, "users_reached", "user_count", nullable=False),
    ),
    key=("segment_dimension", "segment_value", "stage"),
)
