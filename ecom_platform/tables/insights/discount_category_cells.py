"""discount_category_cells: the later revenue of each category in the cells of `discount_cells`."""

from ecom_platform.tables.insights.discount_exposures import mask_column, weekday_column
from ecom_platform.tables.insights.outcomes import squares
from ecom_platform.tables.measures import money
from ecom_platform.tables.spec import Column, Table, Type

DISCOUNT_CATEGORY_CELLS = Table(
    layer="insights",
    name="discount_category_cells",
    doc="One row per discount mask, weekday of the signup and category: later revenue of mature users in the category.",
    columns=(
        mask_column(),
        weekday_column(),
        Column("category", Type.STRING, "Category of the products bought."),
        money("category_revenue", "Paid revenue of the category on days 31 to 360"),
        squares("category_revenue_squared", "Squares of that, summed over users"),
        squares("category_revenue_times_revenue", "Products of that and the user's revenue of all categories, summed"),
    ),
    key=("discount_mask", "signup_weekday", "category"),
)
