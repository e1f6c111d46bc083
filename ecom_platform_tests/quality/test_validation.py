"""Rules over hand-written rows: what each family of rule finds, counts and shows, and that pandera itself agrees."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ecom_platform.orchestration.checks.guards import contract
from ecom_platform.quality.checks.invariants import demands
from ecom_platform.quality.checks.rules import Tables
from ecom_platform.quality.checks.validation import EXAMPLES, Validation, validate
from ecom_platform.tables import CATALOG
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse

USERS, PRODUCTS, ORDERS, ITEMS, EVENTS = (
    CATALOG[f"raw.{name}"] for name in ("users", "products", "orders", "order_items", "user_events")
)
JANUARY, FEBRUARY = date(2024, 1, 1), date(2024, 2, 1)


def order(order_id: str | None, user_id: str | None = "anna", month: date = JANUARY, **values: Any) -> dict[str, Any]:
    sound = {"order_date": month, "total_amount": Decimal(100), "payment_status": "success", "signup_month": month}
    return {**dict.fromkeys(ORDERS.column_names), "order_id": order_id, "user_id": user_id, **sound, **values}


@pytest.fixture
def warehouse(tmp_path: Path) -> DuckDBWarehouse:
    warehouse = DuckDBWarehouse(tmp_path / "w.duckdb")
    users = [
        {**dict.fromkeys(USERS.column_names), "user_id": name, "signup_date": month, "region": "Seoul", "signup_month": month}
        for name, month in (("anna", JANUARY), ("ben", FEBRUARY))
    ]
    write(warehouse, "raw.users", users)
    return warehouse


def write(warehouse: DuckDBWarehouse, name: str, rows: list[dict[str, Any]]) -> None:
    table = CATALOG[name]
    months = [str(JANUARY), str(FEBRUARY)] if table.partitioned else None
    warehouse.replace({table: pa.Table.from_pylist(rows, schema=table.arrow_schema)}, months)


def orders(warehouse: DuckDBWarehouse, *rows: dict[str, Any], months: list[str] | None = None) -> Validation:
    write(warehouse, "raw.orders", list(rows))
    return validate(warehouse, ORDERS, months)


def breaches(validation: Validation) -> dict[str, dict[str, int]]:
    return {breach.rule.name: breach.offenders for breach in validation.breaches}


def test_sound_rows_break_nothing(warehouse: DuckDBWarehouse) -> None:
    found = orders(warehouse, order("o1"), order("o2", "ben", FEBRUARY))
    assert found.passed
    assert found.rows == {"2024-01-01": 1, "2024-02-01": 1}


def test_no_rows_break_nothing(warehouse: DuckDBWarehouse) -> None:
    found = orders(warehouse)
    assert found.passed
    assert found.rows == {}


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ({"order_date": None}, "order_date_present"),
        ({"total_amount": Decimal("-0.01")}, "total_amount_minimum"),
        ({"payment_status": "pending"}, "payment_status_accepted"),
        ({"payment_status": ""}, "payment_status_accepted"),
        ({"payment_status": None}, "payment_status_present"),
        ({"user_id": "nobody"}, "user_id_in_users"),
        ({"user_id": None}, "user_id_present"),
        ({"order_id": None}, "key_unique"),
    ],
)
def test_a_fault_breaks_its_own_rule_and_no_other(warehouse: DuckDBWarehouse, fault: dict[str, Any], rule: str) -> None:
    found = orders(warehouse, order("o1"), {**order("o2"), **fault})
    assert breaches(found) == {rule: {"2024-01-01": 1}}


def test_zero_is_not_below_zero_and_an_optional_value_may_be_missing(warehouse: DuckDBWarehouse) -> None:
    assert orders(warehouse, order("o1", total_amount=Decimal(0), is_discount_day=None)).passed


def test_a_user_of_another_month_is_no_user_of_this_one(warehouse: DuckDBWarehouse) -> None:
    assert breaches(orders(warehouse, order("o1", "ben", JANUARY))) == {"user_id_in_users": {"2024-01-01": 1}}


def test_a_key_that_two_months_share_is_no_key_in_either(warehouse: DuckDBWarehouse) -> None:
    rows = (order("o1"), order("o1", "ben", FEBRUARY), order("o2"))
    assert breaches(orders(warehouse, *rows)) == {"key_unique": {"2024-01-01": 1, "2024-02-01": 1}}
    assert breaches(orders(warehouse, *rows, months=["2024-02-01"])) == {"key_unique": {"2024-02-01": 1}}


def test_a_product_need_not_exist_where_no_product_does(warehouse: DuckDBWarehouse) -> None:
    write(warehouse, "raw.orders", [order("o1")])
    line: dict[str, Any] = {"order_item_id": "i1", "order_id": "o1", "product_id": "lamp", "category": "Deco", "qty": 1}
    line |= {
        "price": Decimal(5),
        "line_amount": Decimal(5),
        "price_tier": None,
        "is_discounted": None,
        "signup_month": JANUARY,
    }
    write(warehouse, "raw.order_items", [line])
    write(warehouse, "raw.products", [])
    assert validate(warehouse, ITEMS, None).passed
    rug = {**dict.fromkeys(PRODUCTS.column_names), "product_id": "rug", "category": "Fabric", "price": Decimal(5)}
    write(warehouse, "raw.products", [rug])
    assert breaches(validate(warehouse, ITEMS, None)) == {"product_id_in_products": {"2024-01-01": 1}}


def test_examples_are_the_first_few_keys_and_nothing_else(warehouse: DuckDBWarehouse) -> None:
    found = orders(warehouse, *(order(f"o{number}", payment_status="?") for number in range(10, 30)))
    assert found.breaches[0].examples == ("o10", "o11", "o12")
    assert len(found.breaches[0].examples) == EXAMPLES
    finding = contract(found)
    assert finding.bad == {"2024-01-01": 20}
    assert finding.examples == ("o10", "o11", "o12")


def test_a_violated_contract_is_described_in_words(warehouse: DuckDBWarehouse) -> None:
    finding = contract(orders(warehouse, order("o1", payment_status="?"), order("o2")))
    assert finding.words == (
        'raw.orders violates its contract: 1 row violates "payment_status is one of success, failed". '
        "Nothing was built from it; what was built before stands."
    )


@pytest.mark.parametrize("fault", [{}, {"total_amount": Decimal(-1)}, {"order_id": "o1"}, {"user_id": None}, {"user_id": "x"}])
def test_pandera_s_own_validation_agrees(warehouse: DuckDBWarehouse, fault: dict[str, Any]) -> None:
    import duckdb
    import ibis
    from pandera.errors import SchemaErrors

    from ecom_platform.quality.checks.schema import pandera_schema

    found = orders(warehouse, order("o1"), {**order("o2"), **fault})
    with duckdb.connect(str(warehouse.path), read_only=True) as connection:
        stored = ibis.duckdb.from_connection(connection)
        rows, users = stored.table("orders", database="raw"), stored.table("users", database="raw")
        schema = pandera_schema(ORDERS, Tables(rows, {"raw.users": users}))
        assert {check.name for check in schema.checks} == {rule.name for rule in demands(ORDERS)}
        failed: set[str] = set()
        try:
            schema.validate(rows, lazy=True)
        except SchemaErrors as errors:
            failed = {error.check.name for error in errors.schema_errors}
    assert failed == {breach.rule.name for breach in found.breaches}


def test_importing_pandera_leaves_the_zone_of_a_datetime_alone() -> None:
    import ecom_platform.quality.checks.schema  # noqa: F401

    seoul = datetime(2024, 2, 1, 0, 30, tzinfo=timezone(timedelta(hours=9)))
    assert pa.array([seoul], pa.timestamp("us", tz="UTC")).to_pylist() == [datetime(2024, 1, 31, 15, 30, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("stages", "out_of_order"),
    [
        (("checkout_start", "payment_attempt", "purchase"), 0),
        (("checkout_start", "checkout_start", "payment_attempt", "payment_attempt"), 0),
        (("payment_attempt", "checkout_start", "payment_attempt"), 2),
        (("checkout_start", "purchase", "payment_attempt"), 2),
        (("view_product", "purchase"), 0),
    ],
)
def test_stages_out_of_order_are_reported(warehouse: DuckDBWarehouse, stages: tuple[str, ...], out_of_order: int) -> None:
    events = [
        {
            **dict.fromkeys(EVENTS.column_names),
            "event_id": f"e{number}",
            "user_id": "anna",
            "session_id": "s1",
            "event_type": stage,
            "event_timestamp": datetime(2024, 1, 5, 10, number, tzinfo=UTC),
            "signup_month": JANUARY,
        }
        for number, stage in enumerate(stages)
    ]
    write(warehouse, "raw.user_events", events)
    write(warehouse, "raw.products", [])
    found = breaches(validate(warehouse, EVENTS, None))
    assert found == ({"stages_in_order": {"2024-01-01": out_of_order}} if out_of_order else {})
