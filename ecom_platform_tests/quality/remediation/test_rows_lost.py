"""The account of an import: where rows went, why, and which money was changed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ecom_platform.quality.remediation.accounting import Account, MoneyRepaired, accounts
from ecom_platform.quality.statements import platform_sql
from ecom_platform.tables import CATALOG
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform_tests.quality.remediation.shop import LAYERS, MONTHS, Shop


@pytest.fixture
def found(tmp_path: Path, shop: Shop) -> dict[str, Account]:
    """The account of a shop with a sound order, one with the wrong total, one of nobody and one refused."""
    shop.user("anna")
    shop.order("o1")
    shop.line("i1", "o1")
    shop.order("o2", total_amount=Decimal("201.50"))
    shop.line("i2", "o2")
    shop.line("i3", "o2", product_id="rug", price=Decimal(0), line_amount=Decimal(0))
    shop.order("o3", user=None)
    shop.order("o4", payment_status="cancelled")
    shop.order("o5", user=None, total_amount=Decimal(7))
    shop.line("i5", "o5")
    shop.order("o6", day=date(2025, 1, 1), user=None)
    return accounted(shop, tmp_path)


def accounted(shop: Shop, tmp_path: Path) -> dict[str, Account]:
    store = DuckDBWarehouse(tmp_path / "shop.duckdb")
    for name in ("users", "products", "orders", "order_items", "user_events", "experiment_assignments", "observation_windows"):
        table = CATALOG[f"raw.{name}"]
        rows = shop.database.execute(f"SELECT * FROM {table}").to_arrow_table().cast(table.arrow_schema)
        store.replace({table: rows}, [f"{month}" for month in MONTHS] if table.partitioned else None)
    for asset in platform_sql(LAYERS):
        store.replace({asset.table: asset.query()}, [f"{month}" for month in MONTHS] if asset.table.partitioned else None)
    return {account.table.name: account for account in accounts(store)}


def test_rows_and_reasons_are_counted(found: dict[str, Account]) -> None:
    orders = found["orders"]
    assert (orders.raw, orders.clean, orders.quarantined) == (6, 2, 4)
    assert orders.why_quarantined["missing_user"] == 3
    assert orders.why_quarantined["cancelled_order"] == 1
    assert next(iter(orders.why_quarantined)) == "missing_user"
    assert orders.why_repaired == {"amount_mismatch": 1}
    assert found["users"].lost == 0.0
    assert found["user_events"].lost == 0.0
    assert orders.lost == pytest.approx(4 / 6)


def test_repaired_money_is_summed_over_the_rows_that_are_clean(found: dict[str, Account]) -> None:
    # The total of o5 would be repaired too, but o5 is in quarantine.
    assert found["orders"].money == (MoneyRepaired("amount_mismatch", "total_amount", 1, Decimal("201.50"), Decimal(200)),)
    assert found["order_items"].money == ()


def test_money_repaired_on_an_order_that_arrived_several_times_is_counted_once(shop: Shop, tmp_path: Path) -> None:
    shop.user("anna")
    for _ in range(3):
        shop.order("o1", total_amount=Decimal(150))
    shop.line("i1")
    orders = accounted(shop, tmp_path)["orders"]
    assert (orders.raw, orders.clean, orders.quarantined) == (3, 1, 2)
    assert orders.why_quarantined == {"duplicate_row": 2}
    assert orders.money == (MoneyRepaired("amount_mismatch", "total_amount", 1, Decimal(150), Decimal(200)),)
