"""The closing table of an import: what arrived, what is clean, what was lost and why, and what money was changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from ecom_platform.quality.remediation.accounting import TOO_MUCH, Account

REASONS = 3


def show(console: Console, accounts: Sequence[Account], currency: str) -> None:
    """Prints the tables that anything arrived for; with them every repair of money, and a warning for each great loss."""
    table = RichTable(box=None, header_style="bold", pad_edge=False)
    table.add_column("table", no_wrap=True)
    for name in ("raw", "clean", "quarantined"):
        table.add_column(name, justify="right")
    table.add_column("most frequent reasons")
    for account in accounts:
        if account.raw:
            counts = (f"{count:,}" for count in (account.raw, account.clean, account.quarantined))
            table.add_row(account.table.name, *counts, Text(_most(account.why_quarantined)))
    console.print()
    console.print(table)
    _show_money(console, accounts, currency)
    for sentence in warnings(accounts):
        console.print(Text(f"\nwarning: {sentence}"), soft_wrap=True)


def warnings(accounts: Sequence[Account]) -> list[str]:
    """A sentence for each table that lost more than a tenth of its rows, or all of them: what was lost, and why."""
    return [
        f"raw.{account.table.name} lost {'all' if not account.clean else f'{account.lost:.0%}'} of its {account.raw:,} rows: "
        f"{_most(account.why_quarantined)}{_cause(account, accounts)}."
        for account in accounts
        if account.lost > TOO_MUCH
    ]


def lost_whole(accounts: Sequence[Account]) -> bool:
    """Whether a table that something arrived for has no clean row."""
    return any(account.raw and not account.clean for account in accounts)


def _cause(account: Account, accounts: Sequence[Account]) -> str:
    """What its rows refer to that was not given at all."""
    raw = {str(each.table): each.raw for each in accounts}
    missing = [key.references for key in account.table.foreign_keys if not raw[key.references]]
    given = [name for name in missing if f"orphan_{name.removeprefix('raw.').removesuffix('s')}" in account.why_quarantined]
    return f"; {' and '.join(given)} {'have' if len(given) > 1 else 'has'} no row at all" if given else ""


def _most(reasons: Mapping[str, int]) -> str:
    shown = [f"{kind} {count:,}" for kind, count in list(reasons.items())[:REASONS]]
    more = len(reasons) - len(shown)
    return ", ".join([*shown, *([f"and {more} more"] if more > 0 else [])])


def _show_money(console: Console, accounts: Sequence[Account], currency: str) -> None:
    repairs = [(account.table, each) for account in accounts for each in account.money]
    if not repairs:
        return
    unit = f" ({currency})" if currency else ""
    table = RichTable(box=None, header_style="bold", pad_edge=False)
    table.add_column("money repaired", no_wrap=True)
    table.add_column("reason")
    table.add_column("rows", justify="right")
    for name in ("sum before", "sum after", "difference"):
        table.add_column(f"{name}{unit}", justify="right")
    for raw, each in repairs:
        sums = (f"{amount:,.2f}" for amount in (each.before, each.after, each.after - each.before))
        table.add_row(f"{raw.name}.{each.column}", each.kind, f"{each.rows:,}", *sums)
    console.print()
    console.print(table)
