"""purchase_history_cells: users whose purchase histories are alike, on a weekly clock."""

from ecom_platform.tables.measures import attribute, count
from ecom_platform.tables.spec import Table

PURCHASE_HISTORY_CELLS = Table(
    layer="insights",
    name="purchase_history_cells",
    doc="One row per purchases, week of the last, weeks observed and purchases in the holdout: users.",
    columns=(
        attribute("purchase_days", "Purchases before the holdout"),
        attribute("last_purchase_week", "Weeks from the landmark to the last of them, to the nearest; 0 without one"),
        attribute("observed_weeks", "Weeks from the landmark to the last day before the holdout, to the nearest"),
        attribute("holdout_purchase_days", "Purchases in the holdout"),
        count("user_count", "Users with these", minimum=1),
    ),
    key=("purchase_days", "last_purchase_week", "observed_weeks", "holdout_purchase_days"),
)
