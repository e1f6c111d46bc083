"""times_between_stages: how long sessions took from one stage of the funnel to the next, in classes."""

from ecom_platform.tables.dashboard.customers import KEY, LAYOUT, SIGNUP_MONTH
from ecom_platform.tables.marts.dm_customer_segments import SEGMENTS
from ecom_platform.tables.marts.dm_funnel_events import FUNNEL_STAGES
from ecom_platform.tables.measures import attribute, count
from ecom_platform.tables.spec import Column, Table, Type

SECONDS = (0, 30, 60, 120, 300, 600, 1200, 3600)
"""Where the classes begin; each ends where the next begins, and the last has no end."""

TIMES_BETWEEN_STAGES = Table(
    layer="dashboard",
    name="times_between_stages",
    doc="One row per signup month, kind of customer, pair of successive stages and class of time that sessions took.",
    columns=(
        *SEGMENTS,
        Column("stage", Type.STRING, "The stage at which the time begins.", accepted=FUNNEL_STAGES[:-1]),
        attribute("seconds_from", f"Where the class of time begins, in seconds: one of {', '.join(map(str, SECONDS))}"),
        count("session_count", "Sessions with an event of the stage and of the next one", minimum=1),
        SIGNUP_MONTH,
    ),
    key=(*KEY, "stage", "seconds_from"),
    layout=LAYOUT,
)
