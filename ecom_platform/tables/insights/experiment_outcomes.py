"""experiment_outcomes: the users of each arm, whether they were activated, and what they bought later."""

from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.tables.insights.outcomes import LATER_VALUE
from ecom_platform.tables.measures import count
from ecom_platform.tables.spec import Column, Layout, Table, Type, signup_month_column

ACTIVATIONS = ("activated", "not_activated", "unknown")
CART_RULES = ("met_before", "exceeded", "open")

EXPERIMENT_OUTCOMES = Table(
    layer="insights",
    name="experiment_outcomes",
    doc="One row per signup month, experiment, arm, activation, cart rule and subscription: users and their later value.",
    columns=(
        Column("experiment", Type.STRING, "The experiment."),
        Column("arm", Type.STRING, "treatment or control.", accepted=("treatment", "control")),
        Column(
            "activation", Type.STRING, f"Whether {ACTIVATION.rule} were seen; unknown until observed.", accepted=ACTIVATIONS
        ),
        Column(
            "cart_rule",
            Type.STRING,
            "met_before: the carts that activation asks for were there before the arm was drawn. exceeded: more carts than "
            "it asks for followed. open: whether it is met may hang on one cart.",
            accepted=CART_RULES,
        ),
        Column("is_subscriber", Type.BOOL, "Plus or Premium at the last observed day; false where the source has none."),
        count("user_count", "Users"),
        *LATER_VALUE,
        signup_month_column(),
    ),
    key=("signup_month", "experiment", "arm", "activation", "cart_rule", "is_subscriber"),
    layout=Layout(partition_by="signup_month"),
)
