"""The factory of asset checks: every table of the catalogue, and what is asserted of it on every run.

- Rows as they arrive are *reported* on (`reports`): errors are expected there, so findings are warnings.
- Everything that others build on is *guarded* (`guards`): a breach is an error and stops what reads the table.

A table needs no line here: which checks it gets follows from its layer (`tables/layers.py`) and its specification.
"""

import dagster as dg

from ecom_platform.orchestration.checks.guards import guard
from ecom_platform.orchestration.checks.reports import report
from ecom_platform.settings import Settings
from ecom_platform.tables import CLEANED, Catalog
from ecom_platform.tables.layers import Checks


def asset_checks(settings: Settings, months: dg.PartitionsDefinition[str], catalog: Catalog) -> list[dg.AssetChecksDefinition]:
    """Every check of the platform, a step a table."""
    synthetic = settings.source is None
    steps = []
    for table in catalog.values():
        kind = catalog.layer_of(table).checks
        if kind is Checks.REPORTED and table in CLEANED:
            steps.append(report(table, months, synthetic))
        elif kind is not Checks.NONE:
            steps.append(guard(table, months, catalog))
    return steps
