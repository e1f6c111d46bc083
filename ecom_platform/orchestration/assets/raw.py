"""The raw layer: rows as they arrive, from the synthetic world or from one's own files.

The raw tables of one signup month come from one generation, so they are one non-subsettable asset definition: a cohort
is written whole, every table of it in one transaction, or not at all.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import dagster as dg

from ecom_platform.orchestration.assets.vocabulary import asset_key, pool, table_metadata
from ecom_platform.orchestration.claimed import claimed
from ecom_platform.orchestration.io_manager import record_row_counts
from ecom_platform.orchestration.previews import knowingly
from ecom_platform.orchestration.resources import WarehouseResource
from ecom_platform.orchestration.write_mode import record_changes, retried_when_busy, writes_only_changes
from ecom_platform.origins.advance import (
    COHORT_TABLES,
    DailyOrigin,
    Progress,
    Say,
    advance,
    check_not_back,
    compare,
    of_cohort,
)
from ecom_platform.origins.origin import Origin, open_origin, provenance, world_settings
from ecom_platform.settings import Settings
from ecom_platform.tables import CATALOG, Table
from ecom_platform.warehouse.contract import RowCounts, Warehouse

if TYPE_CHECKING:
    import pyarrow as pa

PRODUCTS = CATALOG["raw.products"]


class AsOf(dg.Config):
    """The last day, whole, that has happened."""

    as_of: str | None = None
    """`YYYY-MM-DD`; by default the as-of date of the settings, which is today unless set."""

    def day(self, settings: Settings) -> date:
        return date.fromisoformat(self.as_of) if self.as_of else settings.observed_until()


def raw_assets(settings: Settings, months: dg.PartitionsDefinition[str]) -> list[dg.AssetsDefinition]:
    kinds = {settings.target, "python", "table"}

    @dg.asset(
        key=asset_key(PRODUCTS),
        description=PRODUCTS.doc,
        kinds=kinds,
        metadata=table_metadata(PRODUCTS),
        io_manager_key="warehouse_io_manager",
        pool=pool(settings),
    )
    def products(context: dg.AssetExecutionContext, config: AsOf, warehouse: WarehouseResource) -> dg.Output[Any]:
        store, day = claimed(warehouse, settings), config.day(settings)
        if not writes_only_changes(context.run.tags):
            check_not_back(store, day)
        rows = open_origin(settings, day).products()
        with knowingly():
            return dg.Output(rows, metadata=provenance(settings), data_version=dg.DataVersion(_digest(rows)))

    @dg.multi_asset(
        name="raw_cohorts",
        specs=[
            dg.AssetSpec(
                asset_key(table),
                deps=[asset_key(PRODUCTS)] if "product_id" in table.column_names else [],
                description=table.doc,
                kinds=kinds,
                metadata=table_metadata(table),
            )
            for table in COHORT_TABLES
        ],
        partitions_def=months,
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool=pool(settings),
    )
    def cohorts(
        context: dg.AssetExecutionContext, config: AsOf, warehouse: WarehouseResource
    ) -> Iterator[dg.MaterializeResult[None]]:
        store, day, keys = claimed(warehouse, settings), config.day(settings), context.partition_keys
        with retried_when_busy(), store.session():
            if writes_only_changes(context.run.tags):
                done = _update(store, settings, day, keys, context.log.info)
                for table in COHORT_TABLES:
                    record_changes(context, asset_key(table), done.of(table))
            else:
                check_not_back(store, day)
                for table, counts in _build(store, open_origin(settings, day), keys, context.log.info):
                    record_row_counts(context, asset_key(table), counts)
                    for key in counts:
                        context.add_asset_metadata(store.last_write(table), asset_key(table), key)
        metadata = {"observed_until": f"{day}", **provenance(settings)}
        for table in COHORT_TABLES:
            yield dg.MaterializeResult(asset_key=asset_key(table), metadata=metadata)

    return [products, cohorts]


def _digest(rows: "pa.Table") -> str:
    """The same for the same rows in the same order."""
    return sha256(str(rows.to_pylist()).encode()).hexdigest()[:16]


def _update(store: Warehouse, settings: Settings, day: date, keys: Sequence[str], say: Say) -> Progress:
    if settings.source is not None:
        return compare(store, open_origin(settings, day), keys, say)

    def open_at(day: date) -> DailyOrigin:
        from ecom_platform.world import World

        return World(world_settings(settings, day))

    return advance(store, open_at, day, keys, say)


def _build(store: Warehouse, origin: Origin, keys: Sequence[str], say: Say) -> Iterator[tuple[Table, RowCounts]]:
    """Writes the cohorts whole, one after the other."""
    for done, key in enumerate(keys, start=1):
        rows = origin.month(date.fromisoformat(key))
        counts = store.replace(of_cohort(rows), [key])
        yield from counts.items()
        say(f"{key}: {counts[CATALOG['raw.users']][key]:,} users written, cohort {done} of {len(keys)}.")
