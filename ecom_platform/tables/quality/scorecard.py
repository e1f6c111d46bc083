"""scorecard: how well the rules find the injected errors, and how well repairs restore what was there."""

from ecom_platform.tables.spec import Column, Layout, Table, Type

_UNKNOWN = "null where the truth is unknown, as on real data"

SCORECARD = Table(
    layer="quality",
    name="scorecard",
    doc="One row per raw table and kind of error: what was injected, what the rules found, what the repairs restored.",
    columns=(
        Column("table_name", Type.STRING, "The raw table, without its layer."),
        Column("kind", Type.STRING, "Kind of error."),
        Column("injected", Type.INT64, f"Rows with that error injected; {_UNKNOWN}.", True, minimum=0),
        Column("caught", Type.INT64, f"Injected rows that the rule of that kind found; {_UNKNOWN}.", True, minimum=0),
        Column(
            "falsely_accused",
            Type.INT64,
            f"Rows that the rule accused without such an error; {_UNKNOWN}. Rows set aside with another row they belong to "
            "(kinds that end in _quarantined) are accused of nothing.",
            True,
            minimum=0,
        ),
        Column(
            "precision", Type.FLOAT64, "caught over caught + falsely_accused, 0 to 1; null without either.", True, minimum=0
        ),
        Column("recall", Type.FLOAT64, "caught over injected, 0 to 1; null without any.", True, minimum=0),
        Column("repaired", Type.INT64, "Accused rows that were mended rather than set aside.", minimum=0),
        Column(
            "repaired_to_truth",
            Type.INT64,
            f"Repaired rows in which every value the repair set is the one that was there before the error; {_UNKNOWN}.",
            True,
            minimum=0,
        ),
        Column("accused", Type.INT64, "Rows that the rule found.", minimum=0),
        Column("row_count", Type.INT64, "Rows of the raw table.", minimum=0),
        Column("accused_rate", Type.FLOAT64, "accused over row_count, 0 to 1; null without rows.", True, minimum=0),
    ),
    key=("table_name", "kind"),
    layout=Layout(cluster_by=("table_name",)),
)
