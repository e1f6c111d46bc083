"""The whole platform on one screen: the assets of every layer, their checks, the jobs, and the resources of the target.

Loading them reads the environment and the SQL files, and nothing else: no table, no network.
"""

from __future__ import annotations

import warnings

import dagster as dg

from ecom_platform.orchestration.assets.quality import quality_assets
from ecom_platform.orchestration.assets.raw import raw_assets
from ecom_platform.orchestration.assets.sql import sql_assets
from ecom_platform.orchestration.automation.conditions import followed
from ecom_platform.orchestration.automation.jobs import jobs
from ecom_platform.orchestration.automation.schedules import schedules
from ecom_platform.orchestration.automation.sensors import sensors
from ecom_platform.orchestration.checks.factory import asset_checks
from ecom_platform.orchestration.io_manager import WarehouseIOManager
from ecom_platform.orchestration.partitions import signup_months
from ecom_platform.orchestration.resources import warehouse_resource
from ecom_platform.settings import Settings


def build_definitions(settings: Settings) -> dg.Definitions:
    """The platform for the given settings; every call makes fresh definitions."""
    # Single-run backfills are beta and partitioned checks a preview in the pinned Dagster: both are used knowingly.
    warnings.filterwarnings("ignore", category=dg.BetaWarning)
    warnings.filterwarnings("ignore", category=dg.PreviewWarning)
    months = signup_months(settings.start_month, settings.as_of)
    warehouse = warehouse_resource(settings)
    return dg.Definitions(
        assets=followed([*raw_assets(settings, months), *sql_assets(settings, months), *quality_assets(settings)]),
        asset_checks=asset_checks(settings, months),
        jobs=jobs(),
        schedules=schedules(months),
        sensors=sensors(settings, months),
        resources={"warehouse": warehouse, "warehouse_io_manager": WarehouseIOManager(warehouse=warehouse)},
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    return build_definitions(Settings.load())
