"""The whole platform on one screen: the assets of every layer, their checks, the jobs, and the resources of the target.

Loading them reads the environment, the SQL files and the folder `defs/` of the user's own, and nothing else: no table, no
network.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import dagster as dg

from ecom_platform import defs as own_folder
from ecom_platform.orchestration.assets.analyses import analysis_assets
from ecom_platform.orchestration.assets.dashboard import dashboard_assets
from ecom_platform.orchestration.assets.exports import export_assets
from ecom_platform.orchestration.assets.insights import insight_assets
from ecom_platform.orchestration.assets.oracle import oracle_asset
from ecom_platform.orchestration.assets.quality import quality_assets
from ecom_platform.orchestration.assets.raw import raw_assets
from ecom_platform.orchestration.assets.report import report_asset
from ecom_platform.orchestration.assets.sql import sql_assets
from ecom_platform.orchestration.automation.jobs import jobs
from ecom_platform.orchestration.automation.layers import in_layers
from ecom_platform.orchestration.automation.schedules import schedules
from ecom_platform.orchestration.automation.selections import not_empty
from ecom_platform.orchestration.automation.sensors import sensors
from ecom_platform.orchestration.checks.dashboard import page_checks
from ecom_platform.orchestration.checks.exports import export_checks
from ecom_platform.orchestration.checks.factory import asset_checks
from ecom_platform.orchestration.io_manager import WarehouseIOManager
from ecom_platform.orchestration.own import own_definitions
from ecom_platform.orchestration.partitions import signup_months
from ecom_platform.orchestration.previews import knowingly
from ecom_platform.orchestration.resources import warehouse_resource
from ecom_platform.settings import Settings
from ecom_platform.tables import CATALOG, Catalog
from ecom_platform.warehouse.sql import sql_folder


def build_definitions(settings: Settings, catalog: Catalog = CATALOG, sql: Path | None = None) -> dg.Definitions:
    """The platform for the given settings; every call makes fresh definitions.

    Of another `catalog`, or another folder of `sql` files, everything derives as it does of the platform's own.
    Raises ValueError for an asset of no layer, and for a job or sensor that selects a layer or group without assets.
    """
    months = signup_months(settings.start_month, settings.as_of)
    with knowingly():
        assets = in_layers(
            [
                *raw_assets(settings, months),
                *sql_assets(settings, months, catalog, sql or sql_folder()),
                *analysis_assets(settings),
                *insight_assets(settings),
                report_asset(settings),
                *dashboard_assets(settings),
                *export_assets(settings),
                *quality_assets(settings),
                oracle_asset(settings),
            ],
            catalog.layers,
        )
        return dg.Definitions(
            assets=assets,
            asset_checks=[*asset_checks(settings, months, catalog), *page_checks(settings), *export_checks(settings)],
            jobs=not_empty(jobs(catalog.layers), assets),
            schedules=schedules(months),
            sensors=not_empty(sensors(settings, months, catalog.layers), assets),
            resources=resources(settings),
            executor=dg.in_process_executor,
        )


def resources(settings: Settings) -> dict[str, Any]:
    """What assets and checks ask for: the warehouse of the target, and the I/O manager over it."""
    warehouse = warehouse_resource(settings)
    return {"warehouse": warehouse, "warehouse_io_manager": WarehouseIOManager(warehouse=warehouse)}


def with_own(settings: Settings, folder: ModuleType = own_folder) -> dg.Definitions:
    """The platform, and what a user adds to it in a folder such as `defs/`."""
    return dg.Definitions.merge(build_definitions(settings), own_definitions(folder))


@dg.definitions
def defs() -> dg.Definitions:
    return with_own(Settings.load())
