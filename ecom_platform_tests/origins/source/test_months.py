"""Which month a row of a source belongs to."""

from __future__ import annotations

from datetime import date

import pytest

from ecom_platform.origins.source import SourceError
from ecom_platform_tests.origins.source.conftest import OpenSource, months_of, rows

JANUARY, FEBRUARY, MARCH = date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)


def values(columns: str, *lines: str) -> str:
    return f"SELECT * FROM (VALUES {', '.join(lines)}) AS t({columns})"


USERS = values(
    "user_id, signup_date", "('january', DATE '2024-01-31')", "('february', DATE '2024-02-01')", "('undated', NULL)"
)
ORDERS = values(
    "order_id, user_id, order_date",
    "('o-january', 'january', DATE '2024-03-10')",
    "('o-february', 'february', DATE '2024-03-10')",
    "('o-before-signup', 'february', DATE '2024-01-10')",
    "('o-stranger', 'stranger', DATE '2024-03-10')",
    "('o-nobody', NULL, DATE '2024-02-29')",
    "('o-undated-user', 'undated', DATE '2024-03-10')",
    "('o-undated', 'february', NULL)",
    "('o-nothing', NULL, NULL)",
)


def test_users_belong_to_the_month_of_their_signup_and_undated_ones_to_the_start_month(open_source: OpenSource) -> None:
    source = open_source({"users.sql": USERS})
    assert months_of(source, "users", "user_id") == {"january": JANUARY, "february": FEBRUARY, "undated": JANUARY}


def test_orders_belong_to_their_users_month_and_those_of_nobody_to_their_own(open_source: OpenSource) -> None:
    source = open_source({"users.sql": USERS, "orders.sql": ORDERS})
    assert months_of(source, "orders", "order_id") == {
        "o-january": JANUARY,
        "o-february": FEBRUARY,
        "o-before-signup": FEBRUARY,
        "o-stranger": MARCH,
        "o-nobody": FEBRUARY,
        "o-undated-user": JANUARY,
        "o-undated": FEBRUARY,
        "o-nothing": JANUARY,
    }


def test_orders_belong_to_their_own_month_where_the_source_gives_no_users(open_source: OpenSource) -> None:
    source = open_source({"users.sql": None, "orders.sql": ORDERS})
    assert months_of(source, "orders", "order_id")["o-january"] == MARCH


def test_items_belong_to_their_orders_month_and_those_of_no_order_to_the_start_month(open_source: OpenSource) -> None:
    items = values(
        "order_item_id, order_id, product_id",
        "('i1', 'o-february', 'p')",
        "('i2', 'o-stranger', 'p')",
        "('i3', 'o-unknown', 'p')",
        "('i4', NULL, NULL)",
    )
    source = open_source({"users.sql": USERS, "orders.sql": ORDERS, "order_items.sql": items})
    assert months_of(source, "order_items", "order_item_id") == {
        "i1": FEBRUARY,
        "i2": MARCH,
        "i3": JANUARY,
        "i4": JANUARY,
    }


def test_events_and_assignments_belong_to_their_users_month(open_source: OpenSource) -> None:
    events = values(
        "event_id, user_id, event_timestamp",
        "('e1', 'january', TIMESTAMP '2024-02-03 10:00:00')",
        "('e2', NULL, TIMESTAMPTZ '2024-03-01 01:00:00+09:00')",
    )
    assignments = (
        "SELECT 'february' AS user_id, 'nudge' AS experiment, 'control' AS arm, TIMESTAMP '2024-03-02' AS assigned_at"
    )
    source = open_source({"users.sql": USERS, "user_events.sql": events, "experiment_assignments.sql": assignments})
    assert months_of(source, "user_events", "event_id") == {"e1": JANUARY, "e2": FEBRUARY}
    assert months_of(source, "experiment_assignments", "user_id") == {"february": FEBRUARY}


def test_every_row_is_in_exactly_one_month(open_source: OpenSource) -> None:
    source = open_source({"users.sql": USERS, "orders.sql": ORDERS})
    keys = [order["order_id"] for order in rows(source, "orders")]
    assert len(keys) == len(set(keys)) == 8


def test_rows_that_share_a_key_all_arrive_in_the_earliest_month_of_any(open_source: OpenSource) -> None:
    users = values("user_id, signup_date", "('u', DATE '2024-03-02')", "('u', DATE '2024-02-01')", "('v', DATE '2024-03-01')")
    orders = values(
        "order_id, user_id, order_date",
        "('o', 'v', DATE '2024-03-05')",
        "('o', 'u', DATE '2024-03-04')",
        "('p', 'u', DATE '2024-03-04')",
    )
    items = values("order_item_id, order_id, product_id", "('i', 'o', 'x')", "('j', 'p', 'x')")
    source = open_source({"users.sql": users, "orders.sql": orders, "order_items.sql": items})
    found = {
        table: [(row[key], row["signup_month"]) for row in rows(source, table)]
        for table, key in (("users", "user_id"), ("orders", "order_id"), ("order_items", "order_item_id"))
    }
    assert found == {
        "users": [("u", FEBRUARY), ("u", FEBRUARY), ("v", MARCH)],
        "orders": [("o", FEBRUARY), ("o", FEBRUARY), ("p", FEBRUARY)],
        "order_items": [("i", FEBRUARY), ("j", FEBRUARY)],
    }


def test_rows_without_a_key_arrive_each_in_a_month_of_its_own(open_source: OpenSource) -> None:
    users = values("user_id, signup_date", "(NULL, DATE '2024-03-02')", "(NULL, DATE '2024-02-01')", "(NULL, NULL)")
    source = open_source({"users.sql": users, "products.sql": "SELECT unnest([NULL, 'p', 'p']) AS product_id"})
    assert [row["signup_month"] for row in rows(source, "users")] == [JANUARY, FEBRUARY, MARCH]
    assert source.products().num_rows == 3


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2023-12-31", r"orders\.sql: 1 row happened before the start month 2024-01.*ECOM_START_MONTH.*to 2023-12"),
        ("9999-12-31", r"orders\.sql: 1 row happened after"),
        ("0044-03-15 (BC)", r"orders\.sql: 1 row happened before"),
        ("2024-03-16", r"orders\.sql: 1 row happened after the last observed day 2024-03-15.*ECOM_AS_OF.*to 2024-03-16"),
    ],
)
def test_rows_outside_the_observed_time_are_refused_and_counted(open_source: OpenSource, day: str, said: str) -> None:
    orders = f"SELECT 'o1' AS order_id, 'u1' AS user_id, DATE '{day}' AS order_date"
    with pytest.raises(SourceError, match=said):
        open_source({"orders.sql": orders}).month(JANUARY)


@pytest.mark.parametrize("month", [date(2023, 12, 1), date(2024, 4, 1), date(2024, 1, 2)])
def test_a_month_that_the_source_does_not_have_is_refused(open_source: OpenSource, month: date) -> None:
    with pytest.raises(SourceError, match="none of the source's months, 2024-01 to 2024-03"):
        open_source().month(month)


@pytest.mark.parametrize(
    ("settings", "variable"), [("as_of = 2024-03-15", "ECOM_START_MONTH"), ("start_month = '2024-01'", "ECOM_AS_OF")]
)
def test_a_source_without_a_span_of_time_says_what_to_set(open_source: OpenSource, settings: str, variable: str) -> None:
    with pytest.raises(SourceError, match=variable):
        _ = open_source({"source.toml": settings}).months
