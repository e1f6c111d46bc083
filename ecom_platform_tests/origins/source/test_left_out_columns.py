"""A source with no more than the required columns, and what its order and event types say, runs through to the analyses."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecom_platform.quality.checks.validation import validate
from ecom_platform.quality.statements import platform_sql
from ecom_platform.tables import CATALOG
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform_tests.origins.source.conftest import OpenSource
from ecom_platform_tests.quality.built import derive

FILES: dict[str, str | None] = {
    "users.sql": "SELECT 'u1' AS user_id, DATE '2024-01-05' AS signup_date",
    "products.sql": "SELECT 'p1' AS product_id",
    "orders.sql": "SELECT 'o1' AS order_id, 'u1' AS user_id, DATE '2024-01-06' AS order_date, 'success' AS payment_status",
    "order_items.sql": "SELECT 'i1' AS order_item_id, 'o1' AS order_id, 'p1' AS product_id",
    "user_events.sql": """
        SELECT 'e1' AS event_id, 'u1' AS user_id, 's1' AS session_id, 'view_main' AS event_type,
          TIMESTAMP '2024-01-05 10:00:00' AS event_timestamp
        UNION ALL SELECT 'e2', 'u1', 's1', 'view_product', TIMESTAMP '2024-01-05 10:01:00'
    """,
}
DERIVED = [asset.table for asset in platform_sql()]


@pytest.fixture
def built(open_source: OpenSource, tmp_path: Path) -> DuckDBWarehouse:
    warehouse = DuckDBWarehouse(tmp_path / "warehouse.duckdb")
    with open_source(FILES) as source, warehouse.session():
        months = [month.isoformat() for month in source.months]
        warehouse.replace({CATALOG["raw.products"]: source.products()}, None)
        for month in source.months:
            rows = {CATALOG[f"raw.{name}"]: table for name, table in source.month(month).items()}
            warehouse.replace(rows, [month.isoformat()])
        derive(warehouse, months)
    return warehouse


def test_every_table_is_as_specified_though_no_event_says_whether_it_was_discounted(built: DuckDBWarehouse) -> None:
    for table in DERIVED:
        assert validate(built, table, None).passed, table


def test_sessions_of_events_that_are_not_known_to_be_discounted_are_not(built: DuckDBWarehouse) -> None:
    sessions = built.read(CATALOG["marts.dm_funnel_events"], columns=["user_id", "is_discount_session"]).to_pydict()
    assert dict(zip(sessions["user_id"], sessions["is_discount_session"], strict=True)) == {"u1": False}
