"""The scorecard and the residual errors: computed by the warehouse, completed and described here.

Only what is here, and the SQL files it runs, may read the injected errors and the truth of the world.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecom_platform.tables import CLEANED
from ecom_platform.tables.cleaning import remediations_of
from ecom_platform.tables.quality.residual_errors import RESIDUAL_ERRORS
from ecom_platform.tables.quality.scorecard import SCORECARD

if TYPE_CHECKING:
    import pyarrow as pa

    from ecom_platform.warehouse.contract import Query, Warehouse

UNKNOWN_TRUTH = (
    "The truth about this data is unknown: no list of its errors exists. The rates say how often each rule flagged a row, "
    "not how often it was right."
)
NO_RESIDUAL = "What cleaning left behind is unknown, too: there is no world without errors to compare with."
CASES = ("injected", "true_positives", "false_positives", "false_negatives", "repaired_to_truth")


def scorecard(store: Warehouse, query: Query) -> pa.Table:
    """The scorecard's rows: what the query counts, and a row of zeros for every declared kind that never occurred."""
    import pyarrow as pa

    with store.session():
        rows = store.query(query.sql, query.reads).to_pylist()
        known = truth_is_known(store)
        sizes = _sizes(store)
    declared = [(raw.name, remediation.kind) for raw in CLEANED for remediation in remediations_of(raw)]
    found = {(row["table_name"], row["kind"]) for row in rows}
    for table, kind in declared:
        if (table, kind) not in found:
            blank: dict[str, Any] = dict.fromkeys(SCORECARD.column_names)
            rows.append(
                blank
                | {"table_name": table, "kind": kind, "repaired": 0, "flagged": 0, "row_count": sizes[table]}
                | {"flagged_rate": 0.0 if sizes[table] else None}
                | dict.fromkeys(CASES, 0 if known else None)
            )
    order = {key: number for number, key in enumerate(declared)}
    rows.sort(key=lambda row: order.get((row["table_name"], row["kind"]), len(order)))
    return pa.Table.from_pylist(rows, schema=SCORECARD.arrow_schema)


def truth_is_known(store: Warehouse) -> bool:
    """Whether the world that made the rows has left its truth beside them."""
    from ecom_platform.tables.raw.world_truth import WORLD_TRUTH

    return sum(store.row_counts(WORLD_TRUTH).values()) > 0


def _sizes(store: Warehouse) -> dict[str, int]:
    return {table.name: sum(store.row_counts(table).values()) for table in CLEANED}


def scorecard_markdown(rows: pa.Table, everything: bool = False) -> str:
    """The scorecard for people: the kinds that occur (or `everything`), and the unknown said in words."""
    shown = [row for row in rows.to_pylist() if everything or row["injected"] or row["flagged"]]
    known = any(row["injected"] is not None for row in rows.to_pylist())
    if not shown:
        return "No error was injected, and no row was flagged."
    if not known:
        lines = [UNKNOWN_TRUTH, "", "| table | kind | flagged | rate | repaired | quarantined |", "|---|---|--:|--:|--:|--:|"]
        lines += [
            f"| {row['table_name']} | {row['kind']} | {row['flagged']:,} | {_percent(row['flagged_rate'])} "
            f"| {row['repaired']:,} | {row['flagged'] - row['repaired']:,} |"
            for row in shown
        ]
        return "\n".join(lines)
    lines = [
        "| table | kind | injected | true positives | false positives | false negatives | precision | recall | repaired "
        "| to truth |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {row['table_name']} | {row['kind']} | {row['injected']:,} | {row['true_positives']:,} "
        f"| {row['false_positives']:,} | {row['false_negatives']:,} "
        f"| {_share(row['precision'])} | {_share(row['recall'])} | {row['repaired']:,} | {row['repaired_to_truth']:,} |"
        for row in shown
    ]
    return "\n".join(lines)


def residual_markdown(rows: pa.Table) -> str:
    """What cleaning left behind, for people."""
    if not rows.num_rows:
        return NO_RESIDUAL
    lines = [
        "| mart | figure | segment | true | cleaned | error | unrecoverable | avoidable |",
        "|---|---|---|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {row['mart']} | {row['figure']} | {row['segment']} "
        f"| {_number(row['true_value'])} | {_number(row['cleaned_value'])} "
        f"| {_percent(row['error'])} | {_percent(row['unrecoverable'])} | {_percent(row['avoidable'])} |"
        for row in rows.to_pylist()
    ]
    return "\n".join(lines)


def headline(rows: pa.Table) -> dict[str, float | int]:
    """The scorecard's totals, for plots over time; empty where the truth is unknown."""
    known = [row for row in rows.to_pylist() if row["injected"] is not None]
    if not known:
        return {}
    names = ("injected", "true_positives", "false_positives", "false_negatives")
    totals: dict[str, float | int] = {name: sum(row[name] for row in known) for name in names}
    if totals["injected"]:
        totals["recall"] = totals["true_positives"] / totals["injected"]
    if flagged := totals["true_positives"] + totals["false_positives"]:
        totals["precision"] = totals["true_positives"] / flagged
    return totals


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.4%}"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.4f}"


__all__ = [
    "NO_RESIDUAL",
    "RESIDUAL_ERRORS",
    "SCORECARD",
    "UNKNOWN_TRUTH",
    "headline",
    "residual_markdown",
    "scorecard",
    "scorecard_markdown",
    "truth_is_known",
]
