"""The forecasts of purchases against the best that can be, in the quality layer: only there is the world's truth read."""

from typing import TYPE_CHECKING

import dagster as dg

from ecom_platform.orchestration.assets.vocabulary import asset_key, pool, table_metadata
from ecom_platform.orchestration.claimed import claimed
from ecom_platform.orchestration.resources import WarehouseResource
from ecom_platform.orchestration.row_counts import record_row_counts
from ecom_platform.origins.origin import world_settings
from ecom_platform.settings import Settings
from ecom_platform.tables import CATALOG
from ecom_platform.tables.quality.lifetime_value_oracle import LIFETIME_VALUE_ORACLE

if TYPE_CHECKING:
    import pyarrow as pa

READS = (
    "raw.world_truth",
    "clean.orders",
    "clean.users",
    "insights.purchase_histories",
    "insights.value_forecasts",
    "insights.value_forecast_scores",
)

DEFINITION = """**Forecasts of purchases, beside the best that can be**

The report card of lifetime value, with an oracle beside the models: it knows the order rate and the chance of dropping out
that the world gave each user, and the user's own orders, and it knows no season. No forecast from observed data can rank users
better in the long run. Of one's own data there is no truth, and no row."""


def oracle_asset(settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        key=asset_key(LIFETIME_VALUE_ORACLE),
        deps=[asset_key(CATALOG[name]) for name in READS],
        description=DEFINITION,
        kinds={settings.target, "python", "table"},
        metadata=table_metadata(LIFETIME_VALUE_ORACLE),
        pool=pool(settings),
    )
    def compare(context: dg.AssetExecutionContext, warehouse: WarehouseResource) -> dg.MaterializeResult[None]:
        from ecom_platform.quality.scoring.oracle import oracle

        store = claimed(warehouse, settings)
        rows = LIFETIME_VALUE_ORACLE.arrow_schema.empty_table()
        if settings.source is None:
            with store.session():
                rows = oracle(store, world_settings(settings, settings.observed_until()))
        counts = store.replace({LIFETIME_VALUE_ORACLE: rows}, None)[LIFETIME_VALUE_ORACLE]
        record_row_counts(context, asset_key(LIFETIME_VALUE_ORACLE), counts)
        return dg.MaterializeResult(metadata={"comparison": dg.MetadataValue.md(_markdown(rows))})

    return compare


def _markdown(rows: "pa.Table") -> str:
    if not rows.num_rows:
        return "Nothing was foreseen, or nothing is known of the truth."
    shown = [
        f"| {row['model']} | {_number(row['gini'])} | {_number(row['gini_of_oracle'])} | {_number(row['spearman'])} "
        f"| {_number(row['absolute_error'])} | {_number(row['bias'])} |"
        for row in rows.to_pylist()
    ]
    header = "| model | Gini | of the oracle's | Spearman | mean error | bias |\n|---|---:|---:|---:|---:|---:|"
    return "\n".join([header, *shown])


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
