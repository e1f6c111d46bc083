"""value_forecasts: each user's purchases and spend in the holdout, as four models foresee them and as they came."""

from ecom_platform.tables.measures import Additivity, Measure
from ecom_platform.tables.spec import Column, ForeignKey, Layout, Table, Type, signup_month_column

MODELS = {
    "bg_nbd_gamma_gamma": "BG/NBD with Gamma-Gamma on the user's own history",
    "cohort_mean": "the rate of the user's signup month so far",
    "last_period": "what the user bought in the half-year before, once more",
    "frequency_mean": "what users with as many purchases bought next, half a year before",
}
"""What is compared."""

TARGETS = ("purchase_days", "spent")

MODEL = Column("model", Type.STRING, "Who foresaw it.", accepted=tuple(MODELS))
TARGET = Column("target", Type.STRING, "What was foreseen: purchases in the holdout, or spend.", accepted=TARGETS)


def _number(name: str, doc: str) -> Measure:
    return Measure(name, Type.FLOAT64, f"{doc}, cut to a 1,024th.", minimum=0, kind=Additivity.ADDITIVE)


VALUE_FORECASTS = Table(
    layer="insights",
    name="value_forecasts",
    doc="One row per user who signed up 30 days or more before the holdout, model and target: what was foreseen, and came.",
    columns=(
        Column("user_id", Type.STRING, "The user."),
        MODEL,
        TARGET,
        _number("forecast", "What the model foresaw"),
        _number("variance", "Variance of the user's purchases by BG/NBD"),
        _number("actual", "What came"),
        signup_month_column(),
    ),
    key=("user_id", "model", "target"),
    foreign_keys=(ForeignKey("user_id", "clean.users"),),
    layout=Layout(partition_by="signup_month", cluster_by=("user_id",)),
)
