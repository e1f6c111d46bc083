"""`ecom query`: read the warehouse."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ecom_platform.settings import Settings

if TYPE_CHECKING:
    import pyarrow as pa


@click.command(name="query")
@click.argument("sql")
@click.option("--format", "form", type=click.Choice(["table", "csv", "parquet"]), default="table", show_default=True)
@click.option("--out", type=click.Path(dir_okay=False), help="Write to this file instead of the terminal; parquet needs one.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Rows shown as a table.")
def command(sql: str, form: str, out: str | None, limit: int) -> None:
    """Reads the warehouse with one statement in its own dialect. Nothing can be written.

    \b
    Examples:
      ecom query "SELECT category, SUM(revenue) FROM marts.dm_category_performance GROUP BY 1"
      ecom query "SELECT * FROM marts.dm_user_purchase_summary" --format parquet --out users.parquet
      ecom query "SHOW ALL TABLES"
    """
    from ecom_platform.orchestration.resources import warehouse_resource

    if form == "parquet" and out is None:
        raise click.UsageError("--format parquet needs --out FILE.")
    rows = warehouse_resource(Settings.load()).open().query_native(sql)
    if form == "parquet":
        import pyarrow.parquet as pq

        pq.write_table(rows, out)
    elif form == "csv":
        import pyarrow.csv as csv

        csv.write_csv(rows, out or sys.stdout.buffer)
    else:
        _print(rows, limit, out)
    if out:
        click.echo(f"{rows.num_rows:,} rows written to {out}", err=True)


def _print(rows: pa.Table, limit: int, out: str | None) -> None:
    from rich.console import Console
    from rich.table import Table as RichTable

    table = RichTable(box=None, header_style="bold", pad_edge=False)
    for field in rows.schema:
        numeric = any(word in str(field.type) for word in ("int", "float", "double", "decimal"))
        table.add_column(field.name, justify="right" if numeric else "left", no_wrap=not sys.stdout.isatty())
    for row in rows.slice(0, limit).to_pylist():
        table.add_row(*("" if value is None else _text(value) for value in row.values()))
    if out:
        with open(out, "w", encoding="utf-8") as file:
            Console(file=file, width=10_000).print(table)
        return
    console = Console() if sys.stdout.isatty() else Console(width=10_000)
    console.print(table)
    if rows.num_rows > limit:
        console.print(f"[dim]{limit} of {rows.num_rows:,} rows; --limit shows more.")


def _text(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)
