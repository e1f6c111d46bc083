"""purchase_frequency_means: what users who had bought so often bought in the half-year after, a period before the holdout."""

from ecom_platform.tables.measures import attribute, count, money
from ecom_platform.tables.spec import Table

MOST_FREQUENT = 10
"""Users with more purchases than this are taken together."""

PURCHASE_FREQUENCY_MEANS = Table(
    layer="insights",
    name="purchase_frequency_means",
    doc="One row per purchases up to a year before the last observed day: users, and their purchases of the 183 days after.",
    columns=(
        attribute("frequency", f"Purchases, {MOST_FREQUENT} for this many and more"),
        count("user_count", "Users who were past the landmark by then", minimum=1),
        count("purchase_days", "Their purchases in the 183 days after"),
        money("spent", "Their paid revenue in the 183 days after"),
    ),
    key=("frequency",),
)
