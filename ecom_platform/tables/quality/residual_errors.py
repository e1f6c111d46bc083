"""residual_errors: what is still wrong with the marts' key figures after cleaning."""

from ecom_platform.tables.spec import Column, Layout, Table, Type

_EMPTY = "null where it cannot be computed"

RESIDUAL_ERRORS = Table(
    layer="quality",
    name="residual_errors",
    doc="One row per key figure of a mart and segment: its value after cleaning beside its value in the world without errors. "
    "Empty where the truth is unknown, as on real data.",
    columns=(
        Column("mart", Type.STRING, "The mart the figure is of."),
        Column("figure", Type.STRING, "The figure."),
        Column("segment", Type.STRING, "The group of users it is of; all for every user."),
        Column("true_value", Type.FLOAT64, "Its value had no error been injected.", True),
        Column("cleaned_value", Type.FLOAT64, "Its value in the mart.", True),
        Column("best_value", Type.FLOAT64, "Its value with every error repaired that any rule could repair.", True),
        Column("error", Type.FLOAT64, f"cleaned_value over true_value, minus 1; {_EMPTY}.", True),
        Column("unrecoverable", Type.FLOAT64, f"best_value over true_value, minus 1; {_EMPTY}.", True),
        Column("avoidable", Type.FLOAT64, f"error minus unrecoverable: what better rules could still gain; {_EMPTY}.", True),
    ),
    key=("mart", "figure", "segment"),
    layout=Layout(cluster_by=("mart",)),
)
