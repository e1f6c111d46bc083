"""early_behavior_moments: how early behaviours and later value go together, in sums and products over users."""

from itertools import combinations_with_replacement

from ecom_platform.tables.analysis.early_behavior_values import BEHAVIORS
from ecom_platform.tables.insights.outcomes import squares
from ecom_platform.tables.measures import count
from ecom_platform.tables.spec import Layout, Table, signup_month_column

LATER = {"later_orders": "paid orders of days 31 to 360", "later_revenue": "paid revenue of days 31 to 360"}
VARIABLES = {**BEHAVIORS, **LATER}
"""What is correlated, by the name that it has here."""

EARLY_BEHAVIOR_MOMENTS = Table(
    layer="analysis",
    name="early_behavior_moments",
    doc="One row per signup month: mature users whose first days are known, with sums and products of what they did.",
    columns=(
        count("mature_user_count", "Users whose first 30 days are known and whose days 31 to 360 have been observed whole"),
        *(squares(name, f"Sum over users of {meaning}") for name, meaning in VARIABLES.items()),
        *(
            squares(f"{one}_times_{two}", f"Sum over users of {VARIABLES[one]} times {VARIABLES[two]}")
            for one, two in combinations_with_replacement(VARIABLES, 2)
        ),
        signup_month_column(),
    ),
    key=("signup_month",),
    layout=Layout(partition_by="signup_month"),
)
