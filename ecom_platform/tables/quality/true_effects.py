"""true_effects: the effects that answers estimate, as the synthetic world has them on record."""

from ecom_platform.tables.insights.questions import QUESTIONS
from ecom_platform.tables.spec import Column, Layout, Table, Type

TRUE_EFFECTS = Table(
    layer="quality",
    name="true_effects",
    doc="One row per effect that the synthetic world knows the truth of, by question. Empty where the truth is unknown, as on "
    "real data.",
    columns=(
        Column("question", Type.STRING, "Number of the question.", accepted=tuple(each.number for each in QUESTIONS)),
        Column("effect", Type.STRING, "Short name of the effect, as the answers have it."),
        Column("truth", Type.FLOAT64, "The true effect on the users whom the answer is about, in the answer's scale."),
    ),
    key=("question", "effect"),
    layout=Layout(cluster_by=("question",)),
)
