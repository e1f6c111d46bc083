"""funnel_step_times: how long sessions take from one stage of the funnel to the next."""

from ecom_platform.tables.analysis.funnel_steps import STEP
from ecom_platform.tables.measures import attribute, count
from ecom_platform.tables.spec import Table

FUNNEL_STEP_TIMES = Table(
    layer="analysis",
    name="funnel_step_times",
    doc="One row per step of the funnel and time that it took, to two figures: sessions.",
    columns=(
        STEP,
        attribute("seconds", "Seconds from the stage before to the stage, cut to two figures"),
        count("session_count", "Sessions with events of both stages that took so long", minimum=1),
        count("second_count", "The seconds that they took, added up"),
    ),
    key=("step", "seconds"),
)
