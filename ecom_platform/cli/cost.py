"""`ecom cost`: what the platform's jobs on BigQuery have cost, and what the next run would read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from ecom_platform.settings import Settings, SettingsError

if TYPE_CHECKING:
    from ecom_platform.warehouse.bigquery.warehouse import BigQueryWarehouse


@click.command(name="cost")
@click.option("--days", type=click.IntRange(1, 180), default=7, show_default=True, help="How many days back, today included.")
@click.option("--estimate", is_flag=True, help="What each SQL asset would read now, by dry runs, which are free.")
@click.option("--months", help="With --estimate: signup months, A..B or A, such as 2024-01..2024-06. All by default.")
def command(days: int, estimate: bool, months: str | None) -> None:
    """Sums the cost of the platform's jobs on BigQuery by day and asset: bytes billed, slot time, price on demand.

    \b
    Examples:
      ecom cost --days 30
      ecom cost --estimate --months 2026-01..2026-11
    """
    from ecom_platform.cli.run import parse_months
    from ecom_platform.orchestration.partitions import signup_months

    settings = Settings.load()
    warehouse = bigquery_of(settings)
    if not estimate:
        if months:
            raise click.UsageError("--months goes with --estimate.")
        _tell_spending(warehouse, days)
        return
    keys = signup_months(settings.start_month, settings.as_of).get_partition_keys()
    if months:
        first, last = parse_months(months)
        keys = [key for key in keys if first <= key <= last]
    estimates = estimated(warehouse, keys)
    _tell_estimates(warehouse, estimates)
    refuse_excess(warehouse, estimates)


def bigquery_of(settings: Settings) -> BigQueryWarehouse:
    """The settings' warehouse. Raises SettingsError when it is not in BigQuery: nothing else bills."""
    from ecom_platform.orchestration.resources import BigQueryResource

    if settings.target != "bigquery":
        raise SettingsError(f"ECOM_TARGET is {settings.target!r}: only BigQuery bills, so it must be 'bigquery' here.")
    return BigQueryResource.of(settings.bigquery).open()


def refuse_dear_run(settings: Settings, keys: Sequence[str], tables: Collection[str]) -> str:
    """What a run of these tables for these months would read, for a person.

    Raises SpendingError before anything has run when one of its assets would read more than the cap.
    """
    from ecom_platform.warehouse.bigquery.jobs import readable

    warehouse = bigquery_of(settings)
    estimates = estimated(warehouse, keys, tables)
    refuse_excess(warehouse, estimates)
    total = sum(estimates.values())
    price = warehouse.options.price(total)
    return f"By what is there now, the run reads {readable(total)}: about {price:,.2f} USD on demand."


def estimated(warehouse: BigQueryWarehouse, keys: Sequence[str], tables: Collection[str] | None = None) -> dict[str, int]:
    """Bytes that each SQL asset (of the named tables, `layer.table`; None: all) would read now for the given months.

    What upstream assets will write in the same run is not there yet, and not counted.
    """
    from ecom_platform.tables import CATALOG
    from ecom_platform.warehouse.sql import load_sql, sql_folder

    return {
        str(file.table): warehouse.estimate(file.query(), list(keys) if file.table.partitioned else None)
        for file in load_sql(sql_folder(), CATALOG)
        if tables is None or str(file.table) in tables
    }


def refuse_excess(warehouse: BigQueryWarehouse, estimates: dict[str, int]) -> None:
    """Raises SpendingError that names the dearest asset over the cap, and by how much."""
    for asset, size in sorted(estimates.items(), key=lambda entry: -entry[1]):
        warehouse.jobs.check_affordable(asset, size)


def _tell_spending(warehouse: BigQueryWarehouse, days: int) -> None:
    from rich.console import Console
    from rich.table import Table

    from ecom_platform.warehouse.bigquery.jobs import readable
    from ecom_platform.warehouse.bigquery.jobs_view import spending

    since = datetime.now(UTC).date() - timedelta(days=days - 1)
    entries = spending(warehouse, since)
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("day")
    table.add_column("asset")
    for name in ("jobs", "failed", "billed", "slot seconds", "USD"):
        table.add_column(name, justify="right")
    for entry in entries:
        seconds = f"{entry.slot_milliseconds / 1000:,.1f}"
        counts = (f"{entry.jobs:,}", str(entry.failed_jobs or ""))
        table.add_row(str(entry.day), entry.asset, *counts, readable(entry.bytes_billed), seconds, f"{entry.price:,.4f}")
    console = Console()
    console.print(table)
    total = sum(entry.bytes_billed for entry in entries)
    console.print(f"\n{readable(total)} billed since {since}: {warehouse.options.price(total):,.2f} USD on demand.")


def _tell_estimates(warehouse: BigQueryWarehouse, estimates: dict[str, int]) -> None:
    from rich.console import Console
    from rich.table import Table

    from ecom_platform.warehouse.bigquery.jobs import readable

    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("asset")
    for name in ("would read", "USD", "of the cap"):
        table.add_column(name, justify="right")
    cap = warehouse.options.maximum_bytes_billed
    for asset, size in estimates.items():
        table.add_row(asset, readable(size), f"{warehouse.options.price(size):,.4f}", f"{size / cap:.1%}")
    console = Console()
    console.print(table)
    total = sum(estimates.values())
    console.print(
        f"\n{readable(total)} in all: {warehouse.options.price(total):,.2f} USD on demand; the cap is {readable(cap)}."
    )
