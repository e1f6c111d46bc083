"""funnel_event_detail: each step of the funnel in its events: how many follow, how soon, how often again or out of turn."""

from ecom_platform.tables.analysis.funnel_steps import STEP
from ecom_platform.tables.measures import attribute, count
from ecom_platform.tables.spec import Column, Table, Type

NO_TIME = "null where no session took the step"

FUNNEL_EVENT_DETAIL = Table(
    layer="analysis",
    name="funnel_event_detail",
    doc="One row per step of the funnel: its event ratio, the time it takes, and sessions that repeat or skip a stage.",
    columns=(
        STEP,
        count("from_event_count", "Events of the stage before"),
        count("to_event_count", "Events of the stage"),
        Column("event_ratio", Type.FLOAT64, "Events of the stage over those of the stage before; null without these.", True),
        Column("ci_low", Type.FLOAT64, "Lower end of its 95 % interval, clustered by user.", True),
        Column("ci_high", Type.FLOAT64, "Upper end of its 95 % interval, clustered by user.", True),
        count("step_session_count", "Sessions with events of both stages"),
        Column("session_share", Type.FLOAT64, "Share of the sessions with the stage before that they are.", True, (), 0, 1),
        count("skipped_session_count", "Sessions with the stage and without the stage before, a normal branch"),
        count("repeated_session_count", "Sessions with two or more events of the stage"),
        attribute("mean_seconds", "Mean time from the stage before, exact", Type.FLOAT64, null=NO_TIME),
        attribute("median_seconds", "Half of the sessions take this time or less, to two figures", Type.FLOAT64, null=NO_TIME),
        attribute("top_decile_seconds", "Nine tenths take this time or less, to two figures", Type.FLOAT64, null=NO_TIME),
    ),
    key=("step",),
)
