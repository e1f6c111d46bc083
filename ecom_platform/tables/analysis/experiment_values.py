"""experiment_values: how the arms of an experiment differ in what users bought later, value by value."""

from ecom_platform.tables.measures import Additivity, Measure, attribute, count
from ecom_platform.tables.spec import Column, Table, Type

OUTCOMES = ("orders", "revenue")

EXPERIMENT_VALUES = Table(
    layer="analysis",
    name="experiment_values",
    doc="One row per experiment, arm, outcome and value of it to three figures: mature users.",
    columns=(
        Column("experiment", Type.STRING, "The experiment."),
        Column("arm", Type.STRING, "treatment or control.", accepted=("treatment", "control")),
        Column("outcome", Type.STRING, "Paid orders or paid revenue of days 31 to 360.", accepted=OUTCOMES),
        attribute("value_group", "The value in hundredths, cut to three figures"),
        count("user_count", "Users of the arm with such a value", minimum=1),
        Measure("value_total", Type.FLOAT64, "Their values, added up exactly.", minimum=0, kind=Additivity.ADDITIVE),
    ),
    key=("experiment", "arm", "outcome", "value_group"),
)
