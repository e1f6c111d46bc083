"""spend_cells: buyers by how often they had bought before the holdout, and what a purchase was worth."""

from ecom_platform.tables.measures import Additivity, Measure, attribute, count
from ecom_platform.tables.spec import Table, Type

SPEND_CELLS = Table(
    layer="insights",
    name="spend_cells",
    doc="One row per purchases before the holdout and mean amount of them to three figures: buyers.",
    columns=(
        attribute("purchase_days", "Purchases before the holdout", minimum=1),
        attribute("amount_group", "Mean amount of a purchase in hundredths, cut to three figures"),
        count("buyer_count", "Users with these", minimum=1),
        Measure(
            "amount_total",
            Type.FLOAT64,
            "Their mean amounts, each cut to a hundredth, added up.",
            minimum=0,
            kind=Additivity.ADDITIVE,
        ),
    ),
    key=("purchase_days", "amount_group"),
)
