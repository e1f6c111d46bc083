"""A warehouse in one DuckDB file: the contract kept over it, and how processes take turns at it."""

from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse

__all__ = ["DuckDBWarehouse"]
