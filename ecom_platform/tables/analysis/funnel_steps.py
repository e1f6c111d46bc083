"""funnel_steps: how often events of one stage of the funnel are followed by events of the next."""

from ecom_platform.tables.insights.outcomes import squares
from ecom_platform.tables.marts.dm_funnel_events import FUNNEL_STAGES
from ecom_platform.tables.measures import Additivity, count
from ecom_platform.tables.spec import Column, Table, Type

STEPS = tuple(FUNNEL_STAGES[1:])
"""The steps of the funnel, by the stage that they lead to."""

STEP = Column("step", Type.STRING, "The stage that the step leads to, from the stage before it.", accepted=STEPS)

FUNNEL_STEPS = Table(
    layer="analysis",
    name="funnel_steps",
    doc="One row per step of the funnel: events on both sides of it, in sums and products over users, and its sessions.",
    columns=(
        STEP,
        count("user_count", "Users with a session", kind=Additivity.DISTINCT),
        count("from_event_count", "Events of the stage before"),
        squares("from_event_count_squared", "Squares of a user's events of the stage before, summed over users"),
        count("to_event_count", "Events of the stage"),
        squares("to_event_count_squared", "Squares of a user's events of the stage, summed over users"),
        squares("from_times_to", "A user's events of the stage before times those of the stage, summed over users"),
        count("from_session_count", "Sessions with an event of the stage before"),
        count("step_session_count", "Of them, sessions with an event of the stage, too"),
        count("skipped_session_count", "Sessions with an event of the stage and none of the stage before"),
        count("repeated_session_count", "Sessions with two or more events of the stage"),
    ),
    key=("step",),
)
