"""The scorecard and the residual errors: computed by the warehouse, completed and put into words here.

Only what is here, and the SQL files it runs, may read the injected errors and the truth of the world.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecom_platform.quality.remediation.declarations import REMEDIATIONS
from ecom_platform.tables.quality.residual_errors import RESIDUAL_ERRORS
from ecom_platform.tables.quality.scorecard import SCORECARD

if TYPE_CHECKING:
    import pyarrow as pa

    from ecom_platform.warehouse.contract import Query, Warehouse

UNKNOWN_TRUTH = (
    "The truth about this data is unknown: no list of its errors exists. The rates say how often each rule found something, "
    "not how often it was right."
)
NO_RESIDUAL = "What cleaning left behind is unknown, too: there is no world without errors to compare with."
CASES = ("injected", "caught", "falsely_accused", "repaired_to_truth")


def scorecard(store: Warehouse, query: Query) -> pa.Table:
    """The scorecard's rows: what the query counts, and a row of zeros for every declared kind that never occurred."""
    import pyarrow as pa

    with store.session():
        rows = store.query(query.sql, query.reads).to_pylist()
        known = truth_is_known(store)
        sizes = _sizes(store)
    found = {(row["table_name"], row["kind"]) for row in rows}
    for remediation in REMEDIATIONS:
        if (remediation.table, remediation.kind) not in found:
            size = sizes[remediation.table]
            blank: dict[str, Any] = dict.fromkeys(SCORECARD.column_names)
            rows.append(
                blank
                | {"table_name": remediation.table, "kind": remediation.kind, "repaired": 0, "accused": 0, "row_count": size}
                | {"accused_rate": 0.0 if size else None}
                | dict.fromkeys(CASES, 0 if known else None)
            )
    order = {(each.table, each.kind): number for number, each in enumerate(REMEDIATIONS)}
    rows.sort(key=lambda row: order.get((row["table_name"], row["kind"]), len(order)))
    return pa.Table.from_pylist(rows, schema=SCORECARD.arrow_schema)


def truth_is_known(store: Warehouse) -> bool:
    """Whether the world that made the rows has left its truth beside them."""
    from ecom_platform.tables.raw.world_truth import WORLD_TRUTH

    return sum(store.row_counts(WORLD_TRUTH).values()) > 0


def _sizes(store: Warehouse) -> dict[str, int]:
    from ecom_platform.tables import CLEANED

    return {table.name: sum(store.row_counts(table).values()) for table in CLEANED}


def scorecard_markdown(rows: pa.Table, everything: bool = False) -> str:
    """The scorecard for people: the kinds that occur (or `everything`), and what is not known said in words."""
    shown = [row for row in rows.to_pylist() if everything or row["injected"] or row["accused"]]
    known = any(row["injected"] is not None for row in rows.to_pylist())
    if not shown:
        return "No error was injected, and none was found."
    if not known:
        lines = [UNKNOWN_TRUTH, "", "| table | kind | rows found | rate | repaired | set aside |", "|---|---|--:|--:|--:|--:|"]
        lines += [
            f"| {row['table_name']} | {row['kind']} | {row['accused']:,} | {_percent(row['accused_rate'])} "
            f"| {row['repaired']:,} | {row['accused'] - row['repaired']:,} |"
            for row in shown
        ]
        return "\n".join(lines)
    lines = [
        "| table | kind | injected | caught | falsely accused | precision | recall | repaired | to truth |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {row['table_name']} | {row['kind']} | {row['injected']:,} | {row['caught']:,} | {row['falsely_accused']:,} "
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
    injected, caught = sum(row["injected"] for row in known), sum(row["caught"] for row in known)
    accused = sum(row["falsely_accused"] for row in known)
    totals: dict[str, float | int] = {"injected": injected, "caught": caught, "falsely_accused": accused}
    if injected:
        totals["recall"] = caught / injected
    if caught + accused:
        totals["precision"] = caught / (caught + accused)
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
