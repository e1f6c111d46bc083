"""Every asset that is a file under `sql/`: the warehouse computes it, and its dependencies are the tables it reads."""

from hashlib import sha256
from pathlib import Path

import dagster as dg

from ecom_platform.orchestration.assets.vocabulary import asset_key, pool, sql_metadata
from ecom_platform.orchestration.claimed import claimed
from ecom_platform.orchestration.resources import WarehouseResource
from ecom_platform.quality.statements import platform_sql
from ecom_platform.settings import Settings
from ecom_platform.tables import QUALITY, Catalog
from ecom_platform.warehouse.contract import Query
from ecom_platform.warehouse.sql import SqlAsset


def sql_assets(
    settings: Settings, months: dg.PartitionsDefinition[str], catalog: Catalog, folder: Path
) -> list[dg.AssetsDefinition]:
    """All but those of the quality layer, which are scored in words, too."""
    files = [file for file in platform_sql(folder=folder, catalog=catalog) if file.table not in QUALITY]
    return [sql_asset(file, settings, months, catalog) for file in files]


def sql_asset(
    file: SqlAsset, settings: Settings, months: dg.PartitionsDefinition[str], catalog: Catalog
) -> dg.AssetsDefinition:
    """The table of one file, by signup month when it has them."""
    table = file.table
    # What is kept is accounted for against what was rejected: a build of the one needs the other.
    accounted = catalog.balance_of(table) or ()

    @dg.asset(
        key=asset_key(table),
        deps=[asset_key(upstream) for upstream in dict.fromkeys((*file.reads, *accounted)) if upstream != table],
        description=file.description,
        kinds={settings.target, "sql", "table"},
        metadata=sql_metadata(file),
        partitions_def=months if table.partitioned else None,
        backfill_policy=dg.BackfillPolicy.single_run() if table.partitioned else None,
        io_manager_key="warehouse_io_manager",
        pool=pool(settings),
        # Whether a catalogue that was written again is another one follows from its sources and this version.
        code_version=None if table.partitioned else sha256(file.sql.encode()).hexdigest()[:12],
    )
    def materialise(warehouse: WarehouseResource) -> Query:
        claimed(warehouse, settings)
        return file.query()

    return materialise
