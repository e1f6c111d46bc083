"""observation_windows: how far each cohort has been observed, so that 'not yet' is never read as 'never'."""

from ecom_platform.tables.spec import Column, Layout, Table, Type, signup_month_column

OBSERVATION_WINDOWS = Table(
    layer="raw",
    name="observation_windows",
    doc="One row per signup month: the last day, whole, whose rows the raw tables of that cohort hold.",
    columns=(
        signup_month_column(),
        Column("observed_until", Type.DATE, "The last observed day (the as-of date), inclusive."),
    ),
    key=("signup_month",),
    layout=Layout(),
    made_by="world/assemble.py",
)
