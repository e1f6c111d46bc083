"""Stories of rows that arrived several times: equal in every column, one stays; where they differ, none can be trusted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ecom_platform.tables import CATALOG, CLEANED
from ecom_platform.tables.spec import Table
from ecom_platform_tests.quality.remediation.shop import Shop

PAID = ("view_product", "checkout_start", "payment_attempt", "purchase")


@pytest.fixture
def anna(shop: Shop) -> Shop:
    shop.user("anna")
    return shop


def copied(shop: Shop, table: str, times: int = 4) -> None:
    """The rows of a raw table, each `times` in all."""
    for _ in range(times.bit_length() - 1):
        shop.database.execute(f"INSERT INTO raw.{table} SELECT * FROM raw.{table}")


def test_of_an_order_without_lines_that_arrived_four_times_one_stays(anna: Shop) -> None:
    anna.order("o1", total_amount=Decimal(77))
    copied(anna, "orders")
    anna.remediate()
    assert anna.violations("orders") == {("o1", "duplicate_row", "quarantine", "order_id")}
    assert [row["quarantine_reason"] for row in anna.rows("quarantine", "orders")] == ["duplicate_row"] * 3
    (kept,) = anna.rows("clean", "orders")
    assert (kept["order_id"], kept["total_amount"]) == ("o1", Decimal(77))
    assert (kept["repair_reason"], kept["original_values"]) == (None, None)


def test_an_order_with_lines_keeps_them(anna: Shop) -> None:
    anna.order("o1")
    copied(anna, "orders")
    anna.line("i1")
    anna.remediate()
    assert anna.flagged() == {("orders", "o1", "duplicate_row")}
    assert len(anna.rows("clean", "orders")) == len(anna.rows("clean", "order_items")) == 1


def test_orders_of_one_key_that_differ_all_go_and_so_do_their_copies(anna: Shop) -> None:
    anna.order("o1", total_amount=Decimal(77))
    copied(anna, "orders")
    anna.order("o1", total_amount=Decimal(78))
    anna.remediate()
    assert anna.kinds("orders") == {("o1", "duplicate_key")}
    assert len(anna.rows("quarantine", "orders")) == 5
    assert anna.clean("orders") == {}


@pytest.mark.parametrize("column", [c for c in CATALOG["raw.orders"].column_names if c not in ("order_id", "signup_month")])
def test_what_differs_in_any_column_is_no_copy_unless_it_is_for_scoring_alone(anna: Shop, column: str) -> None:
    anna.user("ben")
    other = {
        "user_id": "ben",
        "order_date": date(2024, 1, 21),
        "total_amount": Decimal(1),
        "payment_status": "failed",
        "is_discount_day": None,
        "anomaly_flag": True,
    }
    anna.order("o1", anomaly_flag=False)
    anna.order("o1", anomaly_flag=False)
    anna.database.execute(f"UPDATE raw.orders SET {column} = ? WHERE rowid = 1", [other[column]])
    anna.remediate()
    kind = "duplicate_row" if column == "anomaly_flag" else "duplicate_key"
    assert anna.kinds("orders") == {("o1", kind)}


def test_an_order_at_fault_is_judged_once_and_its_copies_go_with_it_or_are_left_behind(anna: Shop) -> None:
    anna.order("o1", payment_status="cancelled")
    anna.order("o2", total_amount=Decimal(-1))
    anna.line("i2", "o2")
    anna.session("s1", "anna", "9 10:00", *PAID)
    anna.order("o3", day=None)
    copied(anna, "orders", 2)
    anna.remediate()
    assert anna.quarantine("orders") == {
        "o1": "cancelled_order,duplicate_row",
        "o2": "duplicate_row",
        "o3": "duplicate_row",
    }
    assert len(anna.rows("quarantine", "orders")) == 4
    kept = anna.clean("orders")
    assert (kept["o2"]["total_amount"], kept["o2"]["original_values"]) == (Decimal(200), "total_amount=-1")
    assert (kept["o3"]["order_date"], kept["o3"]["repair_reason"]) == (date(2024, 1, 9), "missing_order_date")


def test_a_line_that_arrived_several_times_counts_once_in_its_order(anna: Shop) -> None:
    anna.order("o1", total_amount=Decimal(200))
    anna.line("i1")
    copied(anna, "order_items")
    anna.line("i2")
    anna.remediate()
    assert anna.flagged() == {("order_items", "i1", "duplicate_row"), ("order_items", "i2", "duplicate_line")}
    assert [row["order_item_id"] for row in anna.rows("clean", "order_items")] == ["i1"]
    assert anna.clean("orders")["o1"]["total_amount"] == Decimal(200)


def test_events_that_arrived_several_times_change_nothing_that_is_said_of_a_session(anna: Shop) -> None:
    anna.user("ben", device="Web")
    anna.session("s1", "anna", "10:00", "view_product", "view_product", "view_product")
    anna.event("10:01", "ben", "s1", "view_product")
    anna.event("11:59:58", "anna", "s2", "payment_attempt")
    anna.event("12:00", "anna", "s2", "checkout_start")
    anna.event("12:01", "anna", None, "view_product")
    anna.remediate()
    told = anna.violations("user_events")
    assert {kind for _, kind, _, _ in told} == {"user_id_mismatch", "timestamp_reversed", "session_id_null"}
    again = Shop()
    for table in ("users", "user_events"):
        again.load({table: anna.database.execute(f"SELECT * FROM raw.{table}").to_arrow_table()})
    copied(again, "user_events", 2)
    again.remediate()
    assert {each for each in again.violations("user_events") if each[1] != "duplicate_row"} == told
    assert _sorted(again, CATALOG["clean.user_events"]) == _sorted(anna, CATALOG["clean.user_events"])


@pytest.mark.parametrize("raw", CLEANED, ids=str)
def test_whatever_is_sent_twice_is_clean_as_if_it_were_sent_once(raw: Table) -> None:
    told = [_shop() for _ in range(2)]
    copied(told[1], raw.name, 2)
    once, twice = (shop.remediate() for shop in told)
    for table in CLEANED:
        assert twice.unaccounted(table) == []
        assert _sorted(twice, table) == _sorted(once, table)
    assert len(twice.rows("quarantine", raw.name)) == len(once.rows("clean", raw.name))


def _shop() -> Shop:
    shop = Shop()
    shop.user("anna")
    shop.session("s1", "anna", "10:00", *PAID)
    shop.order("o1", day=date(2024, 1, 5), total_amount=Decimal(300))
    shop.order("o2", day=date(2024, 1, 9))
    shop.line("i1")
    shop.line("i2", product_id="rug", qty=1, line_amount=Decimal(100))
    shop.assignment("anna")
    return shop


def _sorted(shop: Shop, table: Table) -> list[str]:
    return sorted(str(row) for row in shop.rows("clean", table.name))
