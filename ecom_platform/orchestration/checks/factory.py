"""The factory of asset checks: every table of the catalogue, and what is asserted of it on every run.

- Raw tables are *reported* on (`reports`): dirt is expected there, so findings are warnings.
- Everything that others build on is *guarded* (`guards`): a breach is an error and stops what reads the table.

A table needs no line here: which checks it gets follows from its layer and its specification.
"""

import dagster as dg

from ecom_platform.orchestration.checks.guards import guard
from ecom_platform.orchestration.checks.reports import report
from ecom_platform.settings import Settings
from ecom_platform.tables import CATALOG, CLEANED


def asset_checks(settings: Settings, months: dg.PartitionsDefinition[str]) -> list[dg.AssetChecksDefinition]:
    """Every check of the platform, a step a table."""
    synthetic = settings.source is None
    return [report(table, months, synthetic) if table in CLEANED else guard(table, months) for table in CATALOG.values()]
