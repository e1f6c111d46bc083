"""`ecom quality`: how good the checks and the cleaning are, as far as the truth is known."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ecom_platform.settings import Settings

if TYPE_CHECKING:
    import pyarrow as pa
    from rich.console import Console

    from ecom_platform.warehouse.contract import Warehouse


@click.command(name="quality")
@click.option("--all", "everything", is_flag=True, help="Also the kinds of error that never occurred.")
def command(everything: bool) -> None:
    """Shows the scorecard of the last run: what was wrong with the data, what was found, what was repaired.

    On the synthetic world every injected error is known, so findings are scored: precision and recall of each rule, how
    many repairs restored the true value, how far the marts' key figures are from those of a world without errors, and how far
    the causal answers are from the true effects. On your own data the truth is unknown, and only rates are shown.

    \b
    Examples:
      ecom quality
      ecom quality --all
    """
    from ecom_platform.orchestration.resources import warehouse_resource

    show(warehouse_resource(Settings.load()).open(), everything)


def show(store: Warehouse, everything: bool = False) -> None:
    """Prints the scorecard and the residual errors that the warehouse holds.

    Raises WarehouseError when no scorecard was ever made.
    """
    from rich.console import Console

    from ecom_platform.quality.scoring.scorecard import NO_RESIDUAL, RESIDUAL_ERRORS, SCORECARD, UNKNOWN_TRUTH
    from ecom_platform.tables.quality.truth import TRUTH
    from ecom_platform.truth.scoring import UNKNOWN_TRUTH as NO_TRUTH
    from ecom_platform.warehouse.contract import WarehouseError

    with store.session():
        scores, residual, truth = store.read(SCORECARD), store.read(RESIDUAL_ERRORS), store.read(TRUTH)
    if not scores.num_rows:
        raise WarehouseError("There is no scorecard yet: materialise the platform with `ecom run`, then ask again.")
    console = Console() if sys.stdout.isatty() else Console(width=160)
    known = any(value is not None for value in scores["injected"].to_pylist())
    if not known:
        console.print(f"{UNKNOWN_TRUTH}\n")
    _print_scores(console, scores, known, everything)
    console.print()
    if residual.num_rows:
        _print_residual(console, residual)
    else:
        console.print(NO_RESIDUAL)
    console.print()
    if truth.num_rows:
        _print_truth(console, truth)
    else:
        console.print(NO_TRUTH)


def _print_scores(console: Console, scores: pa.Table, known: bool, everything: bool) -> None:
    from rich.table import Table as RichTable

    rows = [row for row in scores.to_pylist() if everything or row["injected"] or row["flagged"]]
    if not rows:
        console.print("No error was injected, and no row was flagged.")
        return
    table = RichTable(box=None, header_style="bold", pad_edge=False)
    table.add_column("table")
    table.add_column("kind")
    positives = ("true_positives", "false_positives", "false_negatives")
    scored = ("injected", *positives, "precision", "recall", "repaired", "repaired_to_truth")
    names = scored if known else ("flagged", "flagged_rate", "repaired")
    for name in names:
        table.add_column(name.replace("_", " "), justify="right")
    for row in rows:
        table.add_row(row["table_name"], row["kind"], *(_text(row[name]) for name in names))
    console.print(table)


def _print_residual(console: Console, residual: pa.Table) -> None:
    from rich.table import Table as RichTable

    table = RichTable(title="What cleaning leaves behind", title_justify="left", box=None, header_style="bold", pad_edge=False)
    for name in ("mart", "figure", "segment"):
        table.add_column(name)
    for name in ("true", "cleaned", "error", "unrecoverable", "avoidable"):
        table.add_column(name, justify="right")
    for row in residual.to_pylist():
        values = [f"{row[name]:,.4f}" if row[name] is not None else "" for name in ("true_value", "cleaned_value")]
        shares = [f"{row[name]:.4%}" if row[name] is not None else "" for name in ("error", "unrecoverable", "avoidable")]
        table.add_row(row["mart"], row["figure"], row["segment"], *values, *shares)
    console.print(table)


def _print_truth(console: Console, truth: pa.Table) -> None:
    from rich.table import Table as RichTable

    from ecom_platform.truth.scoring import COVERED, number

    table = RichTable(title="How right the answers are", title_justify="left", box=None, header_style="bold", pad_edge=False)
    names = ("estimate", "ci_low", "ci_high", "truth", "naive_estimate")
    for name in ("question", "effect"):
        table.add_column(name)
    for name in ("estimate", "from", "to", "truth", "naive"):
        table.add_column(name, justify="right")
    table.add_column("covered")
    for row in truth.to_pylist():
        table.add_row(row["question"], row["effect"], *(number(row[name]) for name in names), COVERED[row["covered"]])
    console.print(table)


def _text(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}"
