"""discount_cells: what followed from a discount on the signup day, by what was seen and the weekday that decided."""

from ecom_platform.tables.insights.discount_exposures import exposed_column, mask_column, weekday_column
from ecom_platform.tables.insights.outcomes import LATER_VALUE, squares
from ecom_platform.tables.measures import count, money
from ecom_platform.tables.spec import Table

MATURE, *LATER = LATER_VALUE

DISCOUNT_CELLS = Table(
    layer="insights",
    name="discount_cells",
    doc="One row per discount mask and weekday of the signup: users, activation and later value. 889 rows at most.",
    columns=(
        mask_column(),
        weekday_column(),
        exposed_column(),
        count("user_count", "Users"),
        count("activation_known_user_count", "Of them, users whose activation is known"),
        count("activated_user_count", "Of those, activated users"),
        MATURE,
        count("later_buyer_count", "Of them, users with a paid order on days 31 to 360"),
        *LATER,
        money("discounted_revenue", "Of the later revenue, order lines bought on the product's discount day"),
        squares("discounted_revenue_squared", "Squares of that, summed over users"),
        squares("discounted_revenue_times_revenue", "Products of that and the later revenue, summed over users"),
    ),
    key=("discount_mask", "signup_weekday"),
)
