"""The quality layer: how good the rules, the cleaning and the answers are, as tables and in words on the asset."""

from collections.abc import Callable
from typing import Any

import dagster as dg

from ecom_platform.orchestration.assets.report import write_report
from ecom_platform.orchestration.assets.vocabulary import asset_key, pool, sql_metadata, table_metadata
from ecom_platform.orchestration.claimed import claimed
from ecom_platform.orchestration.io_manager import record_row_counts
from ecom_platform.orchestration.resources import WarehouseResource
from ecom_platform.quality.statements import platform_sql
from ecom_platform.settings import Settings
from ecom_platform.tables import QUALITY, Table
from ecom_platform.tables.insights.answers import ANSWERS
from ecom_platform.warehouse.contract import Query, Warehouse
from ecom_platform.warehouse.sql import SqlAsset

Rows = Any
Compute = Callable[[Warehouse, Query], Rows]
Describe = Callable[[Rows], dict[str, Any]]


def quality_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    files = {file.table: file for file in platform_sql()}
    scorecard, residual_errors, true_effects, truth = QUALITY
    return [
        _asset(settings, files[scorecard], _scorecard, _of_scorecard),
        _asset(settings, files[residual_errors], _computed, _of_residual_errors),
        _asset(settings, files[true_effects], _computed, lambda _: {}),
        _truth(settings, truth, true_effects),
    ]


def _asset(settings: Settings, file: SqlAsset, compute: Compute, describe: Describe) -> dg.AssetsDefinition:
    table: Table = file.table

    @dg.asset(
        key=asset_key(table),
        deps=[asset_key(upstream) for upstream in file.reads],
        description=file.description,
        kinds={settings.target, "sql", "table"},
        metadata=sql_metadata(file),
        pool=pool(settings),
    )
    def materialise(context: dg.AssetExecutionContext, warehouse: WarehouseResource) -> dg.MaterializeResult[None]:
        store = claimed(warehouse, settings)
        rows = compute(store, file.query())
        record_row_counts(context, asset_key(table), store.replace({table: rows}, None)[table])
        return dg.MaterializeResult(metadata=describe(rows))

    return materialise


def _scorecard(store: Warehouse, query: Query) -> Rows:
    from ecom_platform.quality.scoring.scorecard import scorecard

    return scorecard(store, query)


def _of_scorecard(rows: Rows) -> dict[str, Any]:
    from ecom_platform.quality.scoring.scorecard import headline, scorecard_markdown

    return {"scorecard": dg.MetadataValue.md(scorecard_markdown(rows)), **headline(rows)}


def _computed(store: Warehouse, query: Query) -> Rows:
    return store.query(query.sql, query.reads)


def _of_residual_errors(rows: Rows) -> dict[str, Any]:
    from ecom_platform.quality.scoring.scorecard import residual_markdown

    return {"residual_errors": dg.MetadataValue.md(residual_markdown(rows))}


def _truth(settings: Settings, table: Table, true_effects: Table) -> dg.AssetsDefinition:
    @dg.asset(
        key=asset_key(table),
        deps=[asset_key(ANSWERS), asset_key(true_effects)],
        description=f"{table.doc} The report is written again with the truth beside the answers.",
        kinds={settings.target, "python", "table"},
        metadata=table_metadata(table),
        pool=pool(settings),
    )
    def truth(context: dg.AssetExecutionContext, warehouse: WarehouseResource) -> dg.MaterializeResult[None]:
        from ecom_platform.truth.scoring import headline, scored, truth_markdown

        store = claimed(warehouse, settings)
        with store.session():
            rows = scored(store.read(ANSWERS), store.read(true_effects))
            record_row_counts(context, asset_key(table), store.replace({table: rows}, None)[table])
            if rows.num_rows:
                write_report(store, settings, context.run.run_id)
        return dg.MaterializeResult(metadata={"truth": dg.MetadataValue.md(truth_markdown(rows)), **headline(rows)})

    return truth
