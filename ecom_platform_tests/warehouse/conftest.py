"""The back ends on which the suite of the contract runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecom_platform.warehouse.contract import Warehouse
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform_tests.warehouse.bigquery.emulator import bigquery_warehouse, emulator

__all__ = ["bigquery_warehouse", "emulator"]


@pytest.fixture(params=["duckdb", pytest.param("bigquery", marks=pytest.mark.bigquery)])
def warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> Warehouse:
    """An empty warehouse of each back end."""
    match request.param:
        case "duckdb":
            return DuckDBWarehouse(tmp_path / "warehouse.duckdb", wait_seconds=30)
        case "bigquery":
            empty: Warehouse = request.getfixturevalue("bigquery_warehouse")
            return empty
    raise KeyError(request.param)


@pytest.fixture
def duckdb_warehouse(tmp_path: Path) -> DuckDBWarehouse:
    return DuckDBWarehouse(tmp_path / "warehouse.duckdb", wait_seconds=30)
