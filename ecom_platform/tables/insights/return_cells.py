"""return_cells: who came back, by what users did in their first days."""

from ecom_platform.tables.insights.outcomes import LATER_RETURN
from ecom_platform.tables.measures import attribute
from ecom_platform.tables.spec import Column, Layout, Table, Type, signup_month_column

WINDOWS = (7, 30)
"""Days from signup after which a return is predicted."""

BEHAVIOUR = {"session_count": 9, "cart_count": 3, "checkout_count": 3, "purchase_count": 3}
"""What is counted in the window, and the number above which more makes no difference."""

RETURN_CELLS = Table(
    layer="insights",
    name="return_cells",
    doc="One row per signup month, window and early behaviour: users, and those of them who came back later.",
    columns=(
        Column("window_days", Type.INT64, "The behaviour is that of the first so many days: 7 or 30.", minimum=1),
        *(
            attribute(name, f"{name.removesuffix('_count').capitalize()}s in the window, at most {most}")
            for name, most in BEHAVIOUR.items()
        ),
        *LATER_RETURN,
        signup_month_column(),
    ),
    key=("signup_month", "window_days", *BEHAVIOUR),
    layout=Layout(partition_by="signup_month"),
)
