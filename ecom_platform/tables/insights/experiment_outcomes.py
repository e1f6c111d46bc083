"""experiment_outcomes: the users of each arm, whether they were activated, and what they bought later."""

from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.tables.insights.outcomes import LATER_VALUE
from ecom_platform.tables.measures import count
from ecom_platform.tables.spec import Column, Layout, Table, Type, signup_month_column

ACTIVATIONS = ("activated", "not_activated", "unknown")

EXPERIMENT_OUTCOMES = Table(
    layer="insights",
    name="experiment_outcomes",
    doc="One row per signup month, experiment, arm, activation, reach and subscription: users and their later value.",
    columns=(
        Column("experiment", Type.STRING, "The experiment."),
        Column("arm", Type.STRING, "treatment or control.", accepted=("treatment", "control")),
        Column(
            "activation", Type.STRING, f"Whether {ACTIVATION.rule} were seen; unknown until observed.", accepted=ACTIVATIONS
        ),
        Column(
            "is_within_reach",
            Type.BOOL,
            "Whether the arm could still decide the activation when it was drawn: its window had not ended, and the carts "
            "that it asks for were not there.",
        ),
        Column("is_subscriber", Type.BOOL, "Plus or Premium at the last observed day; false where the source has none."),
        count("user_count", "Users"),
        *LATER_VALUE,
        signup_month_column(),
    ),
    key=("signup_month", "experiment", "arm", "activation", "is_within_reach", "is_subscriber"),
    layout=Layout(partition_by="signup_month"),
)
