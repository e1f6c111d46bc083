"""injected_anomalies: the ground truth of the injected data-quality errors. Only scoring reads it."""

from ecom_platform.tables.spec import Column, Layout, Table, Type, signup_month_column

INJECTED_ANOMALIES = Table(
    layer="raw",
    name="injected_anomalies",
    doc="One row per injected error and column it changed. Only scoring may read it: no check and no cleaning rule does.",
    columns=(
        Column("table_name", Type.STRING, "The raw table, without its layer."),
        Column("row_key", Type.STRING, "Primary key of the row in that table."),
        Column("kind", Type.STRING, "Kind of the error."),
        Column("column_name", Type.STRING, "The column that was changed; for a removed row, its key column."),
        Column("clean_value", Type.STRING, "The value before the error, as text; null where it was null.", nullable=True),
        signup_month_column(),
    ),
    key=("table_name", "row_key", "kind", "column_name"),
    layout=Layout(partition_by="signup_month", cluster_by=("table_name", "row_key")),
    made_by="world/assemble.py",
)
