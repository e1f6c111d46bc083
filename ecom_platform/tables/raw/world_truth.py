"""world_truth: each synthetic user's latent values and potential outcomes. Only scoring reads it."""

from ecom_platform.tables.raw.users import SUBSCRIPTION_TYPES
from ecom_platform.tables.spec import Column, Layout, Table, Type, signup_month_column

COMPLIANCE_TYPES = ("always", "complier", "never")


CONDITIONS = {
    "": "as it is (or will be: the whole window, observed or not)",
    "_if_not_activated": "had the user not been activated",
    "_if_activated": "had the user been activated",
    "_if_not_nudged": "without the nudge",
    "_if_nudged": "with the nudge",
    "_if_not_subscribed": "had the user stayed Free",
    "_if_subscribed": "had the user subscribed, on the day drawn for them",
    "_if_not_offered": "without the trial offer",
    "_if_offered": "with the trial offer",
    "_if_not_exposed": "had the user seen no discounted product on the signup day",
    "_if_exposed": "had the user seen one",
}


def _potential(name: str, type_: Type, what: str) -> list[Column]:
    """An outcome of [signup + 30 days, signup + 360 days) as it is and with one thing changed; and of the days up to 180,
    by which the last subscriber has joined, without and with a subscription."""
    return [
        *(
            Column(f"{name}{suffix}", type_, f"{what} in [signup + 30 days, signup + 360 days), {condition}.", minimum=0)
            for suffix, condition in CONDITIONS.items()
        ),
        *(
            Column(
                f"joining_{name}{suffix}",
                type_,
                f"{what} in [signup + 30 days, signup + 180 days), {CONDITIONS[suffix]}.",
                minimum=0,
            )
            for suffix in ("_if_not_subscribed", "_if_subscribed")
        ),
    ]


WORLD_TRUTH = Table(
    layer="raw",
    name="world_truth",
    doc="One row per user of the synthetic world: what no shop can observe. Only scoring may read it.",
    columns=(
        Column("user_id", Type.STRING, "The user."),
        Column("intent", Type.FLOAT64, "Latent purchase intent: mean 0, variance 1 over users."),
        Column(
            "order_rate", Type.FLOAT64, "Latent orders a day in the long run, on a mean day, before any effect.", minimum=0
        ),
        Column("dropout_probability", Type.FLOAT64, "Probability of dropping out after an order of the long run.", minimum=0),
        Column("nudged", Type.BOOL, "Drawn into the treatment arm of onboarding_nudge."),
        Column(
            "compliance",
            Type.STRING,
            "Activated with and without the nudge (always), with it only (complier), in neither case (never).",
            accepted=COMPLIANCE_TYPES,
        ),
        Column("activated", Type.BOOL, "Activated, by the world's definition, in the whole activation window."),
        Column("activated_if_not_nudged", Type.BOOL, "Activated, had there been no nudge."),
        Column("activated_if_nudged", Type.BOOL, "Activated, had there been a nudge."),
        Column("discount_exposed", Type.BOOL, "Saw a product on its discount day on the signup day."),
        Column("offered", Type.BOOL, "Drawn into the treatment arm of trial_offer."),
        Column("plan_if_not_offered", Type.STRING, "Plan in the end, without a trial offer.", accepted=SUBSCRIPTION_TYPES),
        Column("plan_if_offered", Type.STRING, "Plan in the end, with a trial offer.", accepted=SUBSCRIPTION_TYPES),
        *_potential("revenue", Type.NUMERIC, "Paid revenue"),
        *_potential("order_count", Type.INT64, "Paid orders"),
        signup_month_column(),
    ),
    key=("user_id",),
    layout=Layout(partition_by="signup_month", cluster_by=("user_id",)),
    made_by="world/assemble.py",
)
