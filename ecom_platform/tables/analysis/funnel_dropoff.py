"""funnel_dropoff: where on the way to a purchase sessions and users stop, by segment."""

from ecom_platform.tables.marts.dm_funnel_events import FUNNEL_STAGES
from ecom_platform.tables.spec import Column, Table, Type

SEGMENT_DIMENSIONS = ("all", "device", "referrer", "activation_level", "subscription_type")

FUNNEL_DROPOFF = Table(
    layer="analysis",
    name="funnel_dropoff",
    doc="One row per segment and funnel stage: sessions, users and events that reached it, and where they stopped.",
    columns=(
        Column(
            "segment_dimension", Type.STRING, "What the segments differ in; all is one segment.", False, SEGMENT_DIMENSIONS
        ),
        Column("segment_value", Type.STRING, "The segment; unknown where it was not recorded."),
        Column("stage_number", Type.INT64, "1 (view_product) to 5 (purchase).", minimum=1),
        Column("stage", Type.STRING, "The funnel stage.", accepted=FUNNEL_STAGES),
        Column("session_count", Type.INT64, "Sessions of the segment.", minimum=1),
        Column("sessions_reached", Type.INT64, "Sessions with an event of this stage or a deeper one.", minimum=0),
        Column("sessions_with_stage_event", Type.INT64, "Sessions with an event of this very stage.", minimum=0),
        Column("sessions_dropped", Type.INT64, "Sessions whose deepest stage this is; 0 for purchase.", minimum=0),
        Column("event_count", Type.INT64, "Events of this stage.", minimum=0),
        Column("user_count", Type.INT64, "Users of the segment with a session.", minimum=1),
        Column("users_reached", Type.INT64, "Of them, users with a session that reached this stage.", minimum=0),
        Column(
            "session_conversion_from_previous_stage",
            Type.FLOAT64,
            "sessions_reached over that of the stage before, 0 to 1; null for the first stage.",
            True,
        ),
        Column("session_conversion_from_start", Type.FLOAT64, "sessions_reached over session_count, 0 to 1."),
        Column(
            "session_drop_off_rate",
            Type.FLOAT64,
            "sessions_dropped over sessions_reached, 0 to 1; null for purchase and when none reached the stage.",
            True,
        ),
        Column(
            "event_ratio_to_previous_stage",
            Type.FLOAT64,
            "event_count over that of the stage before (may exceed 1); null for the first stage.",
            True,
        ),
        Column(
            "user_conversion_from_previous_stage",
            Type.FLOAT64,
            "users_reached over that of the stage before, 0 to 1; null for the first stage.",
            True,
        ),
        Column("user_conversion_from_start", Type.FLOAT64, "users_reached over user_count, 0 to 1."),
    ),
    key=("segment_dimension", "segment_value", "stage"),
)
