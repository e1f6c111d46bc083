"""What goes wrong with whole tables, each caught by a check that names it."""

from __future__ import annotations

from datetime import date

import pytest

from ecom_platform.orchestration.checks.guards import accounting, contract
from ecom_platform.quality.checks.arrivals import volume
from ecom_platform.quality.checks.validation import validate
from ecom_platform.tables import CATALOG
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform_tests.quality.conftest import Change

MARCH = "signup_month = DATE '2024-03-01'"


def broken(warehouse: DuckDBWarehouse, table: str) -> set[str]:
    return {breach.rule.name for breach in validate(warehouse, CATALOG[table], None).breaches}


def test_nothing_is_wrong_with_a_sound_warehouse(sound: DuckDBWarehouse) -> None:
    for table in CATALOG.values():
        validation = validate(sound, table, None)
        assert validation.passed, (str(table), validation.faults, validation.breaches)


def test_guarded_tables_are_sound_whatever_the_dirt_in_raw(dirty: DuckDBWarehouse) -> None:
    for table in CATALOG.values():
        if table.layer != "raw":
            validation = validate(dirty, table, None)
            assert validation.passed, (str(table), validation.faults, validation.breaches)


def test_a_dropped_column(changed: Change) -> None:
    warehouse = changed("ALTER TABLE clean.orders DROP COLUMN payment_status")
    finding = contract(validate(warehouse, CATALOG["clean.orders"], None))
    assert not finding.passed
    assert finding.words.startswith("The columns of clean.orders are not those that others rely on")
    assert "column payment_status is missing" in finding.words


def test_a_column_nobody_specified(changed: Change) -> None:
    warehouse = changed("ALTER TABLE clean.orders ADD COLUMN coupon VARCHAR")
    assert validate(warehouse, CATALOG["clean.orders"], None).faults == ("column coupon is not specified",)


@pytest.mark.parametrize(
    ("column", "type_", "said"),
    [
        ("total_amount", "DOUBLE", "column total_amount is float64 instead of NUMERIC"),
        ("total_amount", "DECIMAL(18, 0)", "column total_amount is decimal(18, 0) instead of NUMERIC"),
        ("order_date", "TIMESTAMP", "column order_date is timestamp(6) instead of DATE"),
        ("order_id", "BLOB", "column order_id is binary instead of STRING"),
    ],
)
def test_a_changed_type(changed: Change, column: str, type_: str, said: str) -> None:
    warehouse = changed(f"ALTER TABLE clean.orders ALTER {column} TYPE {type_}")
    assert validate(warehouse, CATALOG["clean.orders"], None).faults == (said,)


@pytest.mark.parametrize("table", ["clean.users", "clean.orders", "clean.order_items", "clean.user_events", "clean.products"])
def test_a_duplicated_partition(changed: Change, table: str) -> None:
    where = f" WHERE {MARCH}" if CATALOG[table].partitioned else ""
    assert "key_unique" in broken(changed(f"INSERT INTO {table} FROM {table}{where}"), table)


def test_a_partition_that_repeats_keys_of_another_is_found_from_either_month(changed: Change) -> None:
    warehouse = changed(
        f"INSERT INTO clean.orders SELECT * REPLACE (DATE '2024-04-01' AS signup_month) FROM clean.orders WHERE {MARCH}"
    )
    for month in ("2024-03-01", "2024-04-01"):
        found = validate(warehouse, CATALOG["clean.orders"], [month])
        assert "key_unique" in {breach.rule.name for breach in found.breaches}
        assert set(found.rows) == {month}
    assert validate(warehouse, CATALOG["clean.orders"], ["2024-02-01"]).passed


@pytest.mark.parametrize(
    ("table", "one", "other", "named"),
    [
        ("clean.users", "device", "marketing_source", "device_accepted"),
        ("clean.users", "signup_date", "subscription_join_date", "signup_date_present"),
        ("clean.orders", "order_id", "user_id", "user_id_in_users"),
        ("clean.order_items", "price", "line_amount", "line_priced"),
        ("clean.order_items", "order_id", "order_item_id", "order_id_in_orders"),
        ("clean.user_events", "user_id", "session_id", "user_id_in_users"),
        ("clean.user_events", "referrer", "page", "referrer_accepted"),
        ("clean.experiment_assignments", "experiment", "arm", "arm_accepted"),
    ],
)
def test_two_columns_swapped(changed: Change, table: str, one: str, other: str, named: str) -> None:
    assert named in broken(changed(f"UPDATE {table} SET {one} = {other}, {other} = {one}"), table)


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ("clean.users", "signup_in_month"),
        ("clean.orders", "user_id_in_users"),
        ("clean.order_items", "order_id_in_orders"),
        ("clean.user_events", "user_id_in_users"),
    ],
)
def test_a_month_shifted(changed: Change, table: str, named: str) -> None:
    warehouse = changed(f"UPDATE {table} SET signup_month = DATE '2024-04-01' WHERE {MARCH}")
    assert named in broken(warehouse, table)


@pytest.mark.parametrize("name", ["users", "orders", "order_items", "user_events", "experiment_assignments"])
def test_a_table_cut_short(changed: Change, name: str) -> None:
    """In the clean layer the accounting tells; in the raw layer, where nothing is beside it, the volume does."""
    warehouse = changed(
        f"DELETE FROM clean.{name} WHERE {MARCH} AND hash({CATALOG[f'raw.{name}'].key[0]}) % 2 = 0",
        f"DELETE FROM raw.{name} WHERE {MARCH} AND hash({CATALOG[f'raw.{name}'].key[0]}) % 8 <> 0",
    )
    trio = (CATALOG[f"raw.{name}"], CATALOG[f"clean.{name}"], CATALOG[f"quarantine.{name}"])
    finding = accounting(warehouse, trio, None)
    assert set(finding.bad) == {"2024-03-01"}
    assert finding.words.startswith("Rows do not add up")
    found = volume(trio[0], warehouse.row_counts(trio[0]), date(2024, 8, 20))
    assert "2024-03-01" in found.bad
    assert "2024-03 has" in found.words


def test_lines_cut_off_their_orders(changed: Change) -> None:
    assert "lines_add_up" in broken(
        changed("DELETE FROM clean.order_items WHERE hash(order_item_id) % 3 = 0"), "clean.order_items"
    )


def test_rows_out_of_nowhere(changed: Change) -> None:
    warehouse = changed(f"INSERT INTO quarantine.orders SELECT *, NULL FROM raw.orders WHERE {MARCH}")
    trio = (CATALOG["raw.orders"], CATALOG["clean.orders"], CATALOG["quarantine.orders"])
    assert "rows more than raw.orders" in accounting(warehouse, trio, ["2024-03-01"]).words
    assert accounting(warehouse, trio, ["2024-02-01"]).passed
    assert broken(warehouse, "quarantine.orders") == {"quarantine_reason_present"}


def test_a_table_that_was_never_written(changed: Change) -> None:
    assert validate(changed("DROP TABLE clean.orders"), CATALOG["clean.orders"], None).faults == (
        "clean.orders has never been written",
    )
    assert validate(changed("DROP TABLE clean.users"), CATALOG["clean.orders"], None).faults == (
        "clean.users, which it refers to, has never been written",
    )
