"""purchase_predictions: what BG/NBD and Gamma-Gamma expect of a purchase history in the holdout."""

from ecom_platform.tables.measures import attribute, count
from ecom_platform.tables.spec import Column, Table, Type

PURCHASE_PREDICTIONS = Table(
    layer="insights",
    name="purchase_predictions",
    doc="One row per purchases, week of the last and weeks observed: the purchases to come in 26 weeks, and their amounts.",
    columns=(
        attribute("purchase_days", "Purchases before the holdout"),
        attribute("last_purchase_week", "Weeks from the landmark to the last of them, to the nearest; 0 without one"),
        attribute("observed_weeks", "Weeks from the landmark to the last day before the holdout, to the nearest"),
        count("user_count", "Users with this history", minimum=1),
        Column("alive", Type.FLOAT64, "Chance that such a user has not dropped out.", False, (), 0, 1),
        attribute("expected_purchase_days", "Expected purchases in 26 weeks", Type.FLOAT64),
        attribute("variance", "Variance of the purchases of one such user", Type.FLOAT64),
        attribute("low", "Lower end of the 95 % prediction interval of one such user's purchases"),
        attribute("high", "Upper end of the 95 % prediction interval of one such user's purchases"),
        Column("interval_chance", Type.FLOAT64, "Chance, by the model, that they are in it.", False, (), 0, 1),
        Column("own_weight", Type.FLOAT64, "Weight of the user's own mean amount in the expected one.", False, (), 0, 1),
        attribute("everyones_amount", "Mean amount of everybody, which has the rest of the weight", Type.FLOAT64),
    ),
    key=("purchase_days", "last_purchase_week", "observed_weeks"),
)
