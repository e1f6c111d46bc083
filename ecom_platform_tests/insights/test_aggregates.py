"""Aggregates of a shop drawn at random: what does not change them, what changes one of them, and what they agree on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from ecom_platform.insights.experiments import NUDGE
from ecom_platform.tables import CATALOG, Table
from ecom_platform.tables.insights.activation_by_segment import ACTIVATION_BY_SEGMENT
from ecom_platform.tables.insights.definition_days import DEFINITION_DAYS
from ecom_platform.tables.insights.first_checkouts import FIRST_CHECKOUTS
from ecom_platform.tables.insights.first_payments import FIRST_PAYMENTS
from ecom_platform.tables.insights.retention_by_level import RETENTION_BY_LEVEL
from ecom_platform.tables.insights.return_cells import RETURN_CELLS
from ecom_platform.tables.insights.session_patterns import SESSION_PATTERNS
from ecom_platform.tables.insights.time_to_first import TIME_TO_FIRST
from ecom_platform.tables.insights.users_by_stage import USERS_BY_STAGE
from ecom_platform.tables.insights.value_by_first_time import VALUE_BY_FIRST_TIME
from ecom_platform_tests.marts.random_shop import random_shop
from ecom_platform_tests.marts.shop import Marts

BEHAVIOUR = (
    ACTIVATION_BY_SEGMENT,
    USERS_BY_STAGE,
    FIRST_CHECKOUTS,
    VALUE_BY_FIRST_TIME,
    TIME_TO_FIRST,
    SESSION_PATTERNS,
    RETENTION_BY_LEVEL,
    FIRST_PAYMENTS,
    DEFINITION_DAYS,
    RETURN_CELLS,
)
"""The aggregates of what users do early on."""

SUMMARY, NUDGES = CATALOG["marts.dm_user_purchase_summary"], CATALOG["clean.experiment_assignments"]


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    return random_shop(7, users=40, signup_days=120).build(tmp_path_factory.mktemp("shop"), *BEHAVIOUR)


def assert_same(found: Marts, expected: Marts, *but: str) -> None:
    """Every one has the same rows, the columns `but` aside; sums of squares to the last bits, whose order is open."""
    for table in BEHAVIOUR:
        rows = [{name: value for name, value in row.items() if name not in but} for row in expected.rows(table)]
        assert rows, table
        columns = [name for name in table.column_names if name not in but]
        close = [
            {name: pytest.approx(value) if isinstance(value, float) else value for name, value in row.items()} for row in rows
        ]
        assert found.rows(table, *columns) == close, table


def total(marts: Marts, table: Table, column: str, **where: object) -> int:
    return sum(marts.values(table, column, **where))


def test_neither_the_order_of_rows_nor_building_a_month_at_a_time_changes_an_aggregate(tmp_path: Path, marts: Marts) -> None:
    shop = random_shop(7, users=40, signup_days=120)
    shuffled = {
        name: rows.take(pa.array(range(rows.num_rows - 1, -1, -1), pa.int64())) for name, rows in shop.tables().items()
    }
    assert_same(Marts(tmp_path, shuffled, BEHAVIOUR, one_month_at_a_time=True), marts)


def test_a_failed_payment_changes_who_has_returned_and_nothing_else(tmp_path: Path, marts: Marts) -> None:
    """An order on day 40 of every user, none of them paid."""
    shop = random_shop(7, users=40, signup_days=120)
    for user in list(shop.rows["clean.users"]):
        shop.order(user["user_id"], user["signup_date"] + timedelta(days=40), "mop", failed=True)
    other = shop.build(tmp_path, *BEHAVIOUR)

    assert_same(other, marts, "returned_user_count")
    columns = ("return_known_user_count", "returned_user_count")
    known, returned = (total(other, USERS_BY_STAGE, name) for name in columns)
    assert known == returned > total(marts, USERS_BY_STAGE, "returned_user_count")


def test_aggregates_count_the_same_users(marts: Marts) -> None:
    users = marts.rows(SUMMARY)
    known = [user for user in users if user["is_activated"] is not None]
    mature = [user for user in users if user["order_count_days_31_to_360"] is not None]
    assert known
    assert mature
    for table in (ACTIVATION_BY_SEGMENT, USERS_BY_STAGE):
        assert total(marts, table, "user_count") == len(known)
        assert total(marts, table, "activated_user_count") == sum(user["is_activated"] for user in known)
    day_1 = [user["is_active_day_1"] for user in known if user["is_active_day_1"] is not None]
    assert total(marts, RETENTION_BY_LEVEL, "user_count", return_window="day_1") == len(day_1)
    assert total(marts, RETENTION_BY_LEVEL, "returned_user_count", return_window="day_1") == sum(day_1)
    orders = sum(user["order_count_days_31_to_360"] for user in mature)
    assert total(marts, VALUE_BY_FIRST_TIME, "mature_user_count", milestone="first_purchase") == len(mature)
    assert total(marts, VALUE_BY_FIRST_TIME, "later_orders", milestone="first_purchase") == orders
    treated = {row["user_id"] for row in marts.rows(NUDGES) if row["experiment"] == NUDGE and row["arm"] == "treatment"}
    told = [user for user in mature if user["is_activated"] is not None and user["user_id"] not in treated]
    assert total(marts, DEFINITION_DAYS, "mature_user_count", session_count=0, event_type="none") == len(told)
    counted = ("reached_user_count", "censored_user_count")
    assert sum(total(marts, TIME_TO_FIRST, name, milestone="first_purchase") for name in counted) == len(users)
