"""The tea shop of the examples, an event log of its own included, through the marts: what its README says is what is there."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ecom_platform.origins.source import Source
from ecom_platform.quality.checks.validation import validate
from ecom_platform.quality.remediation.accounting import Account, accounts
from ecom_platform.quality.statements import platform_sql
from ecom_platform.tables import CATALOG, Table
from ecom_platform.warehouse.contract import Warehouse
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse

EXAMPLE = Path(__file__).parents[3] / "examples" / "tea_shop"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    store = DuckDBWarehouse(tmp_path_factory.mktemp("tea") / "warehouse.duckdb")
    with Source.open(EXAMPLE, environ={}) as source:
        months = [f"{month}" for month in source.months]
        store.replace({CATALOG["raw.products"]: source.products()}, None)
        for month in source.months:
            store.replace({CATALOG[f"raw.{name}"]: rows for name, rows in source.month(month).items()}, [f"{month}"])
    for asset in platform_sql(("violations", "quarantine", "clean", "marts")):
        store.replace({asset.table: asset.query()}, months if asset.table.partitioned else None)
    return store


@pytest.fixture(scope="module")
def found(warehouse: Warehouse) -> dict[str, Account]:
    return {account.table.name: account for account in accounts(warehouse)}


def rows(warehouse: Warehouse, table: str) -> list[dict[str, Any]]:
    return warehouse.read(CATALOG[table]).to_pylist()


def test_nothing_is_lost_but_what_the_page_names(warehouse: Warehouse, found: dict[str, Account]) -> None:
    assert {name: (each.raw, each.clean) for name, each in found.items() if each.raw} == {
        "users": (12, 12),
        "products": (4, 4),
        "orders": (11, 8),
        "order_items": (12, 9),
        "user_events": (51, 50),
    }
    reasons = {order["order_id"]: order["quarantine_reason"] for order in rows(warehouse, "quarantine.orders")}
    assert reasons == {"r9": "missing_user", "r10": "cancelled_order", "r11": "no_sound_line"}
    assert found["user_events"].why_quarantined == {"orphan_user": 1}


def test_nothing_is_repaired_but_what_the_page_names(found: dict[str, Account]) -> None:
    repaired = {name: each.why_repaired for name, each in found.items() if each.why_repaired}
    assert repaired == {"user_events": {"session_id_null": 1}}
    assert not any(each.money for each in found.values())


def test_the_amounts_paid_are_kept(warehouse: Warehouse) -> None:
    paid = [order["total_amount"] for order in rows(warehouse, "clean.orders") if order["payment_status"] == "success"]
    assert (len(paid), sum(paid)) == (7, Decimal("136.00"))
    assert {line["line_amount"] for line in rows(warehouse, "clean.order_items") if line["product_id"] == "assam"} == {
        Decimal("17.00"),
        Decimal("40.00"),
    }


@pytest.mark.parametrize("table", [table for table in CATALOG.values() if table.layer in ("clean", "marts")], ids=str)
def test_every_table_is_what_its_guard_demands(warehouse: Warehouse, table: Table) -> None:
    assert [breach.rule.words for breach in validate(warehouse, table, None).breaches] == []


def test_the_sessions_are_those_of_the_log(warehouse: Warehouse) -> None:
    sessions = {
        row["session_id"]: (row["furthest_stage"], row["event_count"]) for row in rows(warehouse, "marts.dm_funnel_events")
    }
    assert len(sessions) == 15
    assert sessions["v06"] == ("payment_attempt", 4)
    assert sessions["v08"] == (None, 2)
    assert sessions["v09"] == ("purchase", 4)
    assert sessions["v10"] == ("purchase", 7)
    assert sessions["v12"] == ("view_product", 3)
    assert sum(row["session_count"] for row in rows(warehouse, "marts.dm_funnel_conversion")) == 14


def test_stages_out_of_order_are_reported_and_left(warehouse: Warehouse) -> None:
    (breach,) = [
        each for each in validate(warehouse, CATALOG["raw.user_events"], None).breaches if each.rule.name == "stages_in_order"
    ]
    assert sum(breach.offenders.values()) == 1
    times = "SELECT CAST(event_timestamp AS VARCHAR) AS at FROM clean.user_events WHERE session_id = 'v06' AND event_type = "
    (checkout,) = warehouse.query_native(f"{times}'checkout_start'").to_pylist()
    assert checkout["at"].startswith("2024-01-12 18:34:00")
