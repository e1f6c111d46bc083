"""What must hold in every shop: money is neither made nor lost, funnels narrow, partitions do not matter."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from ecom_platform.tables import ANALYSIS, MARTS, Table
from ecom_platform.tables.analysis.funnel_dropoff import FUNNEL_DROPOFF
from ecom_platform.tables.marts.dm_category_performance import DM_CATEGORY_PERFORMANCE
from ecom_platform.tables.marts.dm_funnel_conversion import DM_FUNNEL_CONVERSION
from ecom_platform.tables.marts.dm_funnel_events import DM_FUNNEL_EVENTS
from ecom_platform.tables.marts.dm_user_purchase_summary import DM_USER_PURCHASE_SUMMARY
from ecom_platform_tests.marts.random_shop import random_shop
from ecom_platform_tests.marts.shop import Marts, Shop


@pytest.fixture(scope="module")
def shop() -> Shop:
    return random_shop(11)


@pytest.fixture(scope="module")
def marts(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Marts:
    return shop.build(tmp_path_factory.mktemp("shop"))


def test_every_user_has_exactly_one_row(shop: Shop, marts: Marts) -> None:
    assert marts.values(DM_USER_PURCHASE_SUMMARY, "user_id") == sorted(row["user_id"] for row in shop.rows["clean.users"])


def test_revenue_by_user_and_by_category_is_the_revenue_of_paid_orders(shop: Shop, marts: Marts) -> None:
    paid = sum(
        (row["total_amount"] for row in shop.rows["clean.orders"] if row["payment_status"] == "success"), start=Decimal(0)
    )
    assert paid > 0
    assert sum(marts.values(DM_USER_PURCHASE_SUMMARY, "lifetime_revenue")) == paid
    assert sum(marts.values(DM_CATEGORY_PERFORMANCE, "revenue")) == paid


def test_every_event_belongs_to_one_session(shop: Shop, marts: Marts) -> None:
    assert sum(marts.values(DM_FUNNEL_EVENTS, "event_count")) == len(shop.rows["clean.user_events"])
    assert sum(marts.values(DM_FUNNEL_CONVERSION, "session_count")) == len(marts.rows(DM_FUNNEL_EVENTS))


def test_stage_times_never_decrease(marts: Marts) -> None:
    for row in marts.rows(DM_FUNNEL_EVENTS):
        times = [row[name] for name in ("view_at", "cart_at", "checkout_at", "payment_attempt_at", "purchase_at") if row[name]]
        assert times == sorted(times)
        assert row["session_start"] <= times[0]
        assert times[-1] <= row["session_end"]


def test_funnels_narrow(marts: Marts) -> None:
    for row in marts.rows(DM_FUNNEL_CONVERSION):
        counts = [value for name, value in row.items() if name == "session_count" or name.startswith("sessions_reaching")]
        assert counts == sorted(counts, reverse=True)
    rows = sorted(
        marts.rows(FUNNEL_DROPOFF), key=lambda row: (row["segment_dimension"], row["segment_value"], row["stage_number"])
    )
    for shallower, deeper in pairwise(rows):
        if deeper["stage_number"] > 1:
            assert deeper["sessions_reached"] == shallower["sessions_reached"] - shallower["sessions_dropped"]
            assert deeper["users_reached"] <= shallower["users_reached"]


@pytest.mark.parametrize("table", [*MARTS, *ANALYSIS], ids=str)
def test_keys_are_unique_and_values_are_what_the_columns_promise(table: Table, marts: Marts) -> None:
    rows = marts.rows(table)
    assert rows
    assert len({tuple(row[name] for name in table.key) for row in rows}) == len(rows)
    for column in table.columns:
        values = {row[column.name] for row in rows}
        assert column.nullable or None not in values, column.name
        values.discard(None)
        assert not column.accepted or values <= set(column.accepted), column.name
        assert column.minimum is None or min(values, default=column.minimum) >= column.minimum, column.name
        if column.name.endswith(("_rate", "_share")) and column.name != "view_to_cart_rate":
            assert all(0 <= value <= 1 for value in values), column.name


def test_building_one_month_at_a_time_backwards_gives_the_same_tables(tmp_path_factory: pytest.TempPathFactory) -> None:
    tables = random_shop(5, users=30, signup_days=120).tables()
    together = Marts(tmp_path_factory.mktemp("together"), tables)
    apart = Marts(tmp_path_factory.mktemp("apart"), tables, one_month_at_a_time=True)
    assert len(apart.months) == 4
    for table in (*MARTS, *ANALYSIS):
        assert apart.rows(table) == together.rows(table), table


def test_an_empty_warehouse_gives_empty_tables(tmp_path: Path) -> None:
    marts = Marts(
        tmp_path,
        {name: table.slice(0, 0) for name, table in random_shop(1, users=1).tables().items()},
    )
    for table in (*MARTS, *ANALYSIS):
        assert marts.arrow(table).num_rows == 0, table


def test_a_cohort_without_rows_is_an_empty_partition(tmp_path: Path) -> None:
    tables = random_shop(1, users=3).tables()
    empty = {name: table if name == "raw.observation_windows" else table.slice(0, 0) for name, table in tables.items()}
    marts = Marts(tmp_path, empty)
    for table in (*MARTS, *ANALYSIS):
        assert marts.arrow(table).num_rows == 0, table
