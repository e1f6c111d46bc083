"""value_forecasts: each user's purchases and spend in the holdout, as four models foresee them and as they came."""

from ecom_platform.tables.measures import Additivity, Measure
from ecom_platform.tables.spec import Column, ForeignKey, Layout, Table, Type, signup_month_column

MODELS = {
    "bg_nbd_gamma_gamma": "BG/NBD with Gamma-Gamma on the user's own history",
    "cohort_mean": "the rate of the user's signup month so far",
    "last_period": "what the user bought in the half-year before, once more",
    "frequency_mean": "what users with as many purchases bought next, half a year before",
}
"""What is compared, by the first part of the columns' names."""

TARGETS = ("purchase_days", "spent")


def _number(name: str, doc: str) -> Measure:
    return Measure(name, Type.FLOAT64, f"{doc}, cut to a 1,024th.", minimum=0, kind=Additivity.ADDITIVE)


VALUE_FORECASTS = Table(
    layer="insights",
    name="value_forecasts",
    doc="One row per user who signed up 30 days or more before the holdout: purchases and spend in it, foreseen and real.",
    columns=(
        Column("user_id", Type.STRING, "The user."),
        *(
            _number(f"{model}_{target}", f"{'Purchases' if target == 'purchase_days' else 'Spend'} by {meaning}")
            for model, meaning in MODELS.items()
            for target in TARGETS
        ),
        _number("variance", "Variance of the user's purchases by BG/NBD"),
        _number("purchase_days", "Purchases that came"),
        _number("spent", "Spend that came"),
        signup_month_column(),
    ),
    key=("user_id",),
    foreign_keys=(ForeignKey("user_id", "clean.users"),),
    layout=Layout(partition_by="signup_month", cluster_by=("user_id",)),
)
