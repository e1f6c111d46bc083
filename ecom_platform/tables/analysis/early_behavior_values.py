"""early_behavior_values: how much of each behaviour users show early on, and what those users bought later."""

from ecom_platform.tables.analysis.experiment_values import OUTCOMES
from ecom_platform.tables.measures import Additivity, Measure, attribute, count
from ecom_platform.tables.spec import Column, Table, Type

BEHAVIORS = {
    "sessions": "sessions of the first 7 days",
    "active_days": "days with an event among the first 7",
    "views": "product views of the first 7 days",
    "carts": "add_to_cart events of the first 7 days",
    "checkouts": "checkout_start events of the first 7 days",
    "categories": "categories viewed in the first 7 days",
    "orders": "paid orders of the first 30 days",
}
"""What users do early on, by the name that it has here."""

EARLY_BEHAVIOR_VALUES = Table(
    layer="analysis",
    name="early_behavior_values",
    doc="One row per early behaviour, amount of it, later outcome and value of that to two figures: mature users.",
    columns=(
        Column("behavior", Type.STRING, "What is counted early on.", accepted=tuple(BEHAVIORS)),
        attribute("amount", "How often it was seen; for orders in days 1 to 30, for all others in days 1 to 7"),
        Column("outcome", Type.STRING, "Paid orders or paid revenue of days 31 to 360.", accepted=OUTCOMES),
        attribute("value_group", "The outcome in hundredths, cut to two figures"),
        count("user_count", "Users with that much of both", minimum=1),
        Measure("value_total", Type.FLOAT64, "Their outcomes, added up exactly.", minimum=0, kind=Additivity.ADDITIVE),
    ),
    key=("behavior", "amount", "outcome", "value_group"),
)
