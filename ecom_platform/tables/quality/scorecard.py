"""scorecard: how well the rules detect the injected errors, and how well repairs restore what was there."""

from ecom_platform.tables.spec import Column, Layout, Table, Type

_UNKNOWN = "null where the truth is unknown, as on real data"

SCORECARD = Table(
    layer="quality",
    name="scorecard",
    doc="One row per raw table and kind of error: what was injected, what the rules flagged, what the repairs restored.",
    columns=(
        Column("table_name", Type.STRING, "The raw table, without its layer."),
        Column("kind", Type.STRING, "Kind of error."),
        Column("injected", Type.INT64, f"Rows with that error injected; {_UNKNOWN}.", True, minimum=0),
        Column(
            "true_positives", Type.INT64, f"Injected rows that the rule of that kind flagged; {_UNKNOWN}.", True, minimum=0
        ),
        Column(
            "false_positives",
            Type.INT64,
            f"Rows that the rule flagged without such an error; {_UNKNOWN}. Rows that are quarantined with the row they "
            "belong to (kinds that end in _quarantined) are none.",
            True,
            minimum=0,
        ),
        Column("false_negatives", Type.INT64, f"Injected rows that the rule did not flag; {_UNKNOWN}.", True, minimum=0),
        Column(
            "precision",
            Type.FLOAT64,
            "true_positives over true_positives + false_positives, 0 to 1; null without either.",
            True,
            minimum=0,
            maximum=1,
        ),
        Column(
            "recall",
            Type.FLOAT64,
            "true_positives over true_positives + false_negatives, 0 to 1; null without either.",
            True,
            minimum=0,
            maximum=1,
        ),
        Column("repaired", Type.INT64, "Flagged rows that were repaired rather than quarantined.", minimum=0),
        Column(
            "repaired_to_truth",
            Type.INT64,
            f"Repaired rows in which every value the repair set is the one that was there before the error; {_UNKNOWN}.",
            True,
            minimum=0,
        ),
        Column("flagged", Type.INT64, "Rows that the rule flagged.", minimum=0),
        Column("row_count", Type.INT64, "Rows of the raw table.", minimum=0),
        Column("flagged_rate", Type.FLOAT64, "flagged over row_count, 0 to 1; null without rows.", True, minimum=0, maximum=1),
    ),
    key=("table_name", "kind"),
    layout=Layout(cluster_by=("table_name",)),
)
