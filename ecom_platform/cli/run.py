"""`ecom run`: everything, as one Dagster run recorded in the instance."""

from __future__ import annotations

import click

from ecom_platform.cli.options import parse_months, world_options
from ecom_platform.settings import VARIABLES, Settings

_SETTINGS_HELP = "\n".join(f"  {v.name:<17} {v.doc}{f' Default: {v.shown}.' if v.shown else ''}" for v in VARIABLES)


@click.command(
    name="run",
    epilog=f"\b\nSettings, from the environment:\n{_SETTINGS_HELP}".replace("`", ""),
    context_settings={"max_content_width": 160},
)
@world_options
@click.option("--select", help="Assets, in Dagster's selection syntax: 'group:marts', '+key:\"marts/dm_funnel_events\"'.")
@click.option("--months", help="Signup months to build, A..B or A, such as 2024-01..2024-06. All by default.")
@click.option("--job", help="A job by its name, such as generate_synthetic_data_daily, instead of everything.")
def command(select: str | None, months: str | None, job: str | None) -> None:
    """Materialises the platform: raw rows, cleaning, marts and analyses.

    \b
    Examples:
      ecom run
      ecom run --users 5000 --as-of 2026-06-30
      ecom run --select 'group:marts' --months 2026-01..2026-06
      ecom run --job refresh_data_mart
    """
    if job is not None and select is not None:
        raise click.UsageError("--job already says what runs: leave --select out.")
    raise SystemExit(run_platform(select, months, job))


def run_platform(select: str | None = None, months: str | None = None, job: str | None = None, *, kept: bool = True) -> int:
    """Runs what is selected under the settings of the environment and shows the progress; returns the exit code.

    A whole run over a source ends with the account of its rows, and fails when a table lost all of them. What is not
    `kept` is not recommended for a look.
    """
    from ecom_platform.cli.execution import execute
    from ecom_platform.cli.instance import prepare_home
    from ecom_platform.origins.origin import open_origin

    settings = Settings.load()
    # An impossible world, or files that cannot be read, are reported before a run begins.
    open_origin(settings, settings.observed_until())
    prepare_home(settings)
    code = execute(settings, select, None if months is None else parse_months(months), job, kept=kept)
    whole = select is None and months is None and job is None
    return _account(settings) if code == 0 and settings.source is not None and whole else code


def _account(settings: Settings) -> int:
    import sys

    from rich.console import Console

    from ecom_platform.cli.accounts import lost_whole, show
    from ecom_platform.orchestration.resources import warehouse_resource
    from ecom_platform.origins.origin import provenance
    from ecom_platform.quality.remediation.accounting import accounts

    found = accounts(warehouse_resource(settings).open())
    show(Console(width=None if sys.stdout.isatty() else 120), found, provenance(settings).get("currency", ""))
    return 1 if lost_whole(found) else 0
