"""The dashboard layer's files: the published aggregates, and the pages."""

import dagster as dg

from ecom_platform.dashboard.files import FOLDER
from ecom_platform.orchestration.assets.vocabulary import asset_key, pool
from ecom_platform.orchestration.resources import WarehouseResource
from ecom_platform.origins.origin import provenance
from ecom_platform.settings import LOCAL_TARGET, Settings


def dashboard_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    return [_published(settings)]


def _published(settings: Settings) -> dg.AssetsDefinition:
    from ecom_platform.dashboard.published import FILE, PUBLISHED

    @dg.asset(
        key=dg.AssetKey(["dashboard", "published"]),
        deps=[asset_key(table) for table in PUBLISHED],
        description="The aggregates that the pages show, and the answers, as a DuckDB file of their own for analysts: "
        f"`{FOLDER}/{FILE}` under ECOM_HOME. It is swapped in whole, and can be read while runs write the warehouse.",
        kinds={LOCAL_TARGET, "file"},
        pool=pool(settings),
    )
    def published(context: dg.AssetExecutionContext, warehouse: WarehouseResource) -> dg.MaterializeResult[None]:
        from ecom_platform.dashboard.edition import Edition
        from ecom_platform.dashboard.published import publish

        store, path = warehouse.open(), settings.home / FOLDER / FILE
        with store.session():
            edition = Edition.of(store, provenance(settings), context.run.run_id)
            counts = publish(store, edition, path)
        return dg.MaterializeResult(
            metadata={
                "file": dg.MetadataValue.path(str(path)),
                "bytes": path.stat().st_size,
                "rows": dg.MetadataValue.md("\n".join(f"- `{name}`: {rows:,}" for name, rows in counts.items())),
            }
        )

    return published
