"""What every asset of the platform shares: its key, its pool, how its table is described to the UI."""

from __future__ import annotations

from typing import Any

import dagster as dg

from ecom_platform.orchestration.column_lineage import column_lineage, column_lineage_table
from ecom_platform.orchestration.io_manager import column_schema
from ecom_platform.orchestration.resources import warehouse_resource
from ecom_platform.settings import Settings
from ecom_platform.tables import Table
from ecom_platform.warehouse.sql import SqlAsset


def asset_key(table: Table) -> dg.AssetKey:
    return dg.AssetKey([table.layer, table.name])


def pool(settings: Settings) -> str | None:
    """The pool whose limit keeps runs apart where the warehouse has one writer; None where many may write at once."""
    return warehouse_resource(settings).writers_pool


def table_metadata(table: Table) -> dict[str, Any]:
    """Asset metadata that derives from the table's specification."""
    metadata: dict[str, Any] = {
        "dagster/column_schema": column_schema(table),
        "dagster/table_name": str(table),
        "primary_key": ", ".join(table.key),
    }
    if table.partitioned:
        metadata["partition_expr"] = "signup_month"
    return metadata


def sql_metadata(asset: SqlAsset) -> dict[str, Any]:
    """Asset metadata of a table that a statement computes: its specification's, the statement, the lineage of its columns."""
    lineage = column_lineage(asset)
    return {
        **table_metadata(asset.table),
        "dagster/column_lineage": lineage,
        "column_lineage": column_lineage_table(lineage),
        "sql": dg.MetadataValue.md(f"```sql\n{asset.sql}\n```"),
    }
