"""`ecom answers`: the questions, answered from the last run."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from ecom_platform.settings import Settings, SettingsError

if TYPE_CHECKING:
    from rich.console import Console

Row = Mapping[str, Any]


@click.command(name="answers")
@click.argument("number", required=False)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(number: str | None, form: str) -> None:
    """Prints the answers of the last run; of one question with everything under it: numbers, method, caveats.

    \b
    Examples:
      ecom answers
      ecom answers 4.1
      ecom answers --format json
    """
    from rich.console import Console

    from ecom_platform.orchestration.resources import warehouse_resource
    from ecom_platform.tables.insights.answers import ANSWERS
    from ecom_platform.tables.insights.questions import QUESTIONS
    from ecom_platform.warehouse.contract import WarehouseError

    settings = Settings.load()
    numbers = [question.number for question in QUESTIONS]
    if number is not None and number.upper() not in numbers:
        raise SettingsError(f"there is no question {number!r}: the questions are {', '.join(numbers)}.")
    rows = warehouse_resource(settings).open().read(ANSWERS).to_pylist()
    if not rows:
        raise WarehouseError("There are no answers yet: materialise the platform with `ecom run`, then ask again.")
    if number is not None:
        rows = [row for row in rows if row["question"] == number.upper()]
    if form == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    console = Console() if sys.stdout.isatty() else Console(width=160)
    for question in QUESTIONS:
        own = [row for row in rows if row["question"] == question.number]
        if own:
            console.print(f"\n{question.number} {question.title}", style="bold", markup=False)
            _print(console, own, whole=number is not None)


def _print(console: Console, rows: Sequence[Row], *, whole: bool) -> None:
    for row in rows:
        console.print(f"  [{row['kind']}] {row['sentence']}", markup=False, highlight=False)
    if not whole:
        return
    from rich.table import Table
    from rich.text import Text

    from ecom_platform.insights.report import interval, number

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("effect", "estimate", "95 % interval", "n", "plain comparison", "adjusted p", "coverage"):
        table.add_column(name, justify="left" if name == "effect" else "right")
    for row in rows:
        p, coverage = row["p_adjusted"], row["coverage"]
        table.add_row(
            Text(row["effect"]),
            number(row["estimate"], row["scale"]),
            interval(row),
            "–" if row["n"] is None else f"{row['n']:,}",
            number(row["naive_estimate"], row["scale"]),
            "–" if p is None else f"{p:.3g}",
            "–" if coverage is None else f"{coverage:.1%}",
        )
    console.print()
    console.print(table)
    for row in rows:
        console.print()
        for name in ("effect", "estimand", "population", "unit", "window", "method", "assumptions", "caveats", "tables_read"):
            if row[name]:
                console.print(f"  {name.replace('_', ' ')}: {row[name]}", markup=False, highlight=False)
