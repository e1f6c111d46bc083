"""truth: the causal answers beside the effects that the synthetic world has on record."""

from ecom_platform.tables.insights.questions import QUESTIONS
from ecom_platform.tables.spec import Column, Layout, Table, Type

TRUTH = Table(
    layer="quality",
    name="truth",
    doc="One row per causal answer whose truth the synthetic world knows: the estimate beside it, and whether the interval "
    "covers it. Empty where the truth is unknown, as on real data.",
    columns=(
        Column("question", Type.STRING, "Number of the question.", accepted=tuple(each.number for each in QUESTIONS)),
        Column("effect", Type.STRING, "Short name of the effect, unique within the question."),
        Column("estimate", Type.FLOAT64, "The estimate; null where no point is claimed.", True),
        Column("ci_low", Type.FLOAT64, "Lower end of the 95 % interval; null where it has none.", True),
        Column("ci_high", Type.FLOAT64, "Upper end of the 95 % interval; null where it has none.", True),
        Column("truth", Type.FLOAT64, "The true effect on the users whom the answer is about."),
        Column("covered", Type.BOOL, "Whether the interval covers the truth; null without an interval.", True),
        Column("naive_estimate", Type.FLOAT64, "What a plain comparison would have said; null where there is none.", True),
    ),
    key=("question", "effect"),
    layout=Layout(cluster_by=("question",)),
)
