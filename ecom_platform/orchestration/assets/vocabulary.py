"""What every asset of a layer shares: its owner, its kinds, how it is described to the UI."""

from __future__ import annotations

from typing import Any

import dagster as dg

from ecom_platform.orchestration.io_manager import column_schema
from ecom_platform.orchestration.resources import warehouse_resource
from ecom_platform.settings import Settings
from ecom_platform.tables import Table

OWNERS = {
    "raw": "team:data-platform",
    "violations": "team:data-quality",
    "quarantine": "team:data-quality",
    "clean": "team:data-platform",
    "marts": "team:analytics-engineering",
    "analysis": "team:product-analytics",
    "quality": "team:data-quality",
}


REMEDIATION = ("violations", "quarantine")
"""Schemas that the UI shows with the clean tables: cleaning is one layer, a table after the other, in three schemas."""


def group(table: Table) -> str:
    """The layer the UI shows the table in."""
    return "clean" if table.layer in REMEDIATION else table.layer


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
