"""The analyses that Python makes: an asset each. Rows of users stay in the warehouse."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import dagster as dg

from ecom_platform.insights.analysis import Analysis, AnalysisResult, analysis
from ecom_platform.insights.inquiry import Context
from ecom_platform.orchestration.assets.insights import aggregates_of, as_table, drawn, shop_of
from ecom_platform.orchestration.assets.vocabulary import asset_key, pool, table_metadata
from ecom_platform.orchestration.claimed import claimed
from ecom_platform.orchestration.resources import WarehouseResource
from ecom_platform.orchestration.row_counts import record_row_counts
from ecom_platform.settings import Settings
from ecom_platform.tables import CATALOG, ESTIMATES
from ecom_platform.tables.insights import LIFETIME_VALUE
from ecom_platform.warehouse.contract import Warehouse

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_SHOWN = 60


def analysis_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    return [_asset(settings, analysis(table)) for table in (*ESTIMATES, *LIFETIME_VALUE)]


def _asset(settings: Settings, declared: Analysis) -> dg.AssetsDefinition:
    @dg.asset(
        key=asset_key(declared.table),
        deps=[asset_key(CATALOG[name]) for name in declared.reads],
        description=f"**{declared.title}**\n\n{declared.definition}",
        kinds={settings.target, "python", "table"},
        metadata=table_metadata(declared.table),
        pool=pool(settings),
    )
    def find(context: dg.AssetExecutionContext, warehouse: WarehouseResource) -> dg.MaterializeResult[None]:
        store = claimed(warehouse, settings)
        made = analysed(store, shop_of(settings), declared)
        counts = store.replace({declared.table: made.rows}, None)[declared.table]
        record_row_counts(context, asset_key(declared.table), counts)
        return dg.MaterializeResult(metadata=_shown(made) | {"bytes_read": made.bytes_read})

    return find


class Made(NamedTuple):
    """What an analysis has found, its rows, and how many bytes of aggregates it read."""

    finding: AnalysisResult
    rows: "pa.Table"
    bytes_read: int


def analysed(store: Warehouse, shop: Context, declared: Analysis) -> Made:
    """The analysis of what the warehouse holds."""
    with store.session():
        aggregates, size = aggregates_of(store, [CATALOG[name] for name in declared.reads])
    finding = declared.find(aggregates, shop)
    return Made(finding, as_table(declared.table, [dict(row) for row in finding.rows]), size)


def _shown(made: Made) -> dict[str, Any]:
    """What a person looks at: the sentence, the table or its first rows, and the chart."""
    finding = made.finding
    return {
        "finding": dg.MetadataValue.md(f"*{finding.kind}*: {finding.sentence}"),
        **({"rows": dg.MetadataValue.table(list(_records(made.rows.slice(0, ROWS_SHOWN))))} if made.rows.num_rows else {}),
        **drawn(finding.chart),
    }


def _records(rows: "pa.Table") -> Iterator[dg.TableRecord]:
    for row in rows.to_pylist():
        plain = {name: value if isinstance(value, int | float | str) else f"{value}" for name, value in row.items()}
        yield dg.TableRecord({name: "" if row[name] is None else value for name, value in plain.items()})
