"""What the tests of BigQuery share: the emulator, and a warehouse in it."""

from ecom_platform_tests.warehouse.bigquery.emulator import bigquery_warehouse, emulator

__all__ = ["bigquery_warehouse", "emulator"]
