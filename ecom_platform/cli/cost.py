"""`ecom cost`: what the platform's jobs have cost, and what the next run would read, where work is billed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from ecom_platform.cli.options import parse_months
from ecom_platform.settings import Settings, SettingsError

if TYPE_CHECKING:
    from ecom_platform.warehouse.billing import Billing


@click.command(name="cost")
@click.option("--days", type=click.IntRange(1, 180), default=7, show_default=True, help="How many days back, today included.")
@click.option("--estimate", is_flag=True, help="What each SQL asset would read now, by dry runs, which are free.")
@click.option("--months", help="With --estimate: signup months, A..B or A, such as 2024-01..2024-06. All by default.")
def command(days: int, estimate: bool, months: str | None) -> None:
    """Sums the cost of the platform's jobs by day and asset: bytes billed, slot time, price on demand.

    Only BigQuery bills; on another target there is nothing to sum.

    \b
    Examples:
      ecom cost --days 30
      ecom cost --estimate --months 2026-01..2026-11
    """
    from ecom_platform.orchestration.partitions import signup_months
    from ecom_platform.orchestration.resources import warehouse_resource

    settings = Settings.load()
    billing = warehouse_resource(settings).open().billing
    if billing is None:
        raise SettingsError(f"ECOM_TARGET is {settings.target!r}, where nothing is billed: name a target that bills.")
    if not estimate:
        if months is not None:
            raise click.UsageError("--months goes with --estimate.")
        _show_spending(billing, days)
        return
    keys = signup_months(settings.start_month, settings.as_of).get_partition_keys()
    if months is not None:
        first, last = parse_months(months)
        keys = [key for key in keys if first <= key <= last]
    estimates = estimated(billing, keys)
    _show_estimates(billing, estimates)
    check_affordable(billing, estimates)


def announce(billing: Billing, keys: Sequence[str], tables: Collection[str]) -> str:
    """What a run of these tables for these months would read, for a person.

    Raises SpendingError, before anything has run, when one of its assets would read more than the cap.
    """
    from ecom_platform.warehouse.billing import readable

    estimates = estimated(billing, keys, tables)
    check_affordable(billing, estimates)
    total = sum(estimates.values())
    return f"By what is there now, the run reads {readable(total)}: about {billing.price(total):,.2f} USD on demand."


def estimated(billing: Billing, keys: Sequence[str], tables: Collection[str] | None = None) -> dict[str, int]:
    """Bytes that each SQL asset (of the named tables, `layer.table`; None: all) would read now for the given months.

    What upstream assets will write in the same run is not there yet, and not counted.
    """
    from ecom_platform.quality.statements import platform_sql

    return {
        str(file.table): billing.estimate(file.query(), list(keys) if file.table.partitioned else None)
        for file in platform_sql()
        if tables is None or str(file.table) in tables
    }


def check_affordable(billing: Billing, estimates: Mapping[str, int]) -> None:
    """Raises SpendingError that names the dearest asset over the cap, and by how much."""
    for asset, size in sorted(estimates.items(), key=lambda entry: -entry[1]):
        billing.check_affordable(asset, size)


def _show_spending(billing: Billing, days: int) -> None:
    from rich.console import Console
    from rich.table import Table

    from ecom_platform.warehouse.billing import readable

    since = datetime.now(UTC).date() - timedelta(days=days - 1)
    entries = billing.spending(since)
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
    console.print(f"\n{readable(total)} billed since {since}: {billing.price(total):,.2f} USD on demand.")


def _show_estimates(billing: Billing, estimates: Mapping[str, int]) -> None:
    from rich.console import Console
    from rich.table import Table

    from ecom_platform.warehouse.billing import readable

    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("asset")
    for name in ("would read", "USD", "of the cap"):
        table.add_column(name, justify="right")
    cap = billing.cap_bytes
    for asset, size in estimates.items():
        table.add_row(asset, readable(size), f"{billing.price(size):,.4f}", f"{size / cap:.1%}")
    console = Console()
    console.print(table)
    total = sum(estimates.values())
    console.print(f"\n{readable(total)} in all: {billing.price(total):,.2f} USD on demand; the cap is {readable(cap)}.")
