"""retention_by_level: who came back on which days, by activation level."""

from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.tables.measures import count
from ecom_platform.tables.spec import Column, Layout, Table, Type, signup_month_column

RETURN_DAYS = {"day_1": (1, 2), "day_7": (7, 8), "day_30": (30, 31), "days_31_to_90": (30, 90)}
"""The windows in which a return is looked for, [start, end) in days from signup."""

RETENTION_BY_LEVEL = Table(
    layer="insights",
    name="retention_by_level",
    doc="One row per signup month, activation level and window of return: users observed so long, and who came back.",
    columns=(
        Column(
            "activation_level",
            Type.STRING,
            f"Level by {ACTIVATION.window}; users whose level is unknown are left out.",
            accepted=tuple(ACTIVATION.levels),
        ),
        Column("return_window", Type.STRING, "When a return is looked for.", accepted=tuple(RETURN_DAYS)),
        count("user_count", "Users whose level is known and whose window has been observed whole"),
        count("returned_user_count", "Of them, users with an event or an order in the window"),
        signup_month_column(),
    ),
    key=("signup_month", "activation_level", "return_window"),
    layout=Layout(partition_by="signup_month"),
)
