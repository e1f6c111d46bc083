"""Column lineage: of which columns each column of a statement is made, rule by rule, and in full for three hard assets."""

from __future__ import annotations

import dagster as dg
import pytest

from ecom_platform.definitions import build_definitions
from ecom_platform.quality.statements import platform_sql
from ecom_platform.settings import Settings
from ecom_platform.tables import CATALOG
from ecom_platform.tables.spec import Column, Table, Type
from ecom_platform.warehouse.sql import SqlAsset, column_sources

ORDERS = Table(
    "shop",
    "orders",
    "One row per order.",
    (
        Column("order_id", Type.STRING, "The order."),
        Column("user_id", Type.STRING, "Its user."),
        Column("day", Type.DATE, "Its day."),
        Column("amount", Type.NUMERIC, "What was paid."),
        Column("state", Type.STRING, "paid or failed."),
    ),
    ("order_id",),
)
USERS = Table(
    "shop",
    "users",
    "One row per user.",
    (
        Column("user_id", Type.STRING, "The user."),
        Column("city", Type.STRING, "Where they live."),
        Column("age", Type.INT64, ""),
    ),
    ("user_id",),
)


def made_of(sql: str, *tables: Table) -> dict[str, set[str]]:
    """The lineage of every column, as texts `table.column`."""
    sources = column_sources(sql, tables or (ORDERS, USERS))
    return {column: {f"{source.table.split('.')[1]}.{source.column}" for source in made} for column, made in sources.items()}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("amount", {"orders.amount"}),
        ("amount * 2 + LENGTH(state)", {"orders.amount", "orders.state"}),
        ("IF(state = 'paid', amount, 0)", {"orders.state", "orders.amount"}),
        ("CASE WHEN day > DATE '2024-01-01' THEN 'new' ELSE 'old' END", {"orders.day"}),
        (
            "ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY day, order_id)",
            {"orders.user_id", "orders.day", "orders.order_id"},
        ),
        ("SUM(amount) OVER (PARTITION BY user_id)", {"orders.amount", "orders.user_id"}),
        ("COUNT(*) OVER (PARTITION BY user_id)", {"orders.order_id", "orders.user_id"}),
        ("COUNT(*) OVER ()", {"orders.order_id"}),
        ("(SELECT MAX(age) FROM shop.users)", {"users.age"}),
        ("EXISTS (SELECT 1 FROM shop.users AS u WHERE u.user_id = orders.user_id)", {"users.user_id", "orders.user_id"}),
        ("user_id IN (SELECT user_id FROM shop.users WHERE age > 20)", {"orders.user_id", "users.user_id", "users.age"}),
        ("'all'", {"orders.order_id"}),
        ("CAST(NULL AS STRING)", {"orders.order_id"}),
    ],
)
def test_a_column_is_made_of_what_its_expression_names(expression: str, expected: set[str]) -> None:
    assert made_of(f"SELECT {expression} AS value FROM shop.orders")["value"] == expected


@pytest.mark.parametrize(
    ("aggregate", "expected"),
    [
        ("SUM(amount)", {"orders.amount"}),
        ("COUNTIF(state = 'paid')", {"orders.state"}),
        ("COUNT(DISTINCT day)", {"orders.day"}),
        ("COUNT(*)", {"orders.order_id"}),
        ("COUNT(1)", {"orders.order_id"}),
        ("SAFE_DIVIDE(COUNTIF(state = 'paid'), COUNT(*))", {"orders.state", "orders.order_id"}),
        ("'all'", {"orders.user_id"}),
    ],
)
def test_an_aggregate_is_made_of_its_arguments_and_a_count_of_rows_of_their_keys(aggregate: str, expected: set[str]) -> None:
    assert made_of(f"SELECT {aggregate} AS value FROM shop.orders GROUP BY user_id")["value"] == expected


def test_what_only_decides_which_rows_there_are_does_not_count() -> None:
    found = made_of(
        "SELECT u.city, SUM(o.amount) AS revenue FROM shop.users AS u JOIN shop.orders AS o ON o.user_id = u.user_id "
        "WHERE o.state = 'paid' GROUP BY u.city HAVING MIN(o.day) > DATE '2024-01-01'"
    )
    assert found == {"city": {"users.city"}, "revenue": {"orders.amount"}}


def test_names_are_followed_through_subqueries_and_common_table_expressions() -> None:
    found = made_of(
        "WITH paid AS (SELECT user_id, amount AS paid FROM shop.orders WHERE state = 'paid'), "
        "sums AS (SELECT user_id AS buyer, SUM(paid) AS total FROM paid GROUP BY user_id) "
        "SELECT city, twice FROM (SELECT buyer, total * 2 AS twice FROM sums) AS s JOIN shop.users AS u ON u.user_id = s.buyer"
    )
    assert found == {"city": {"users.city"}, "twice": {"orders.amount"}}


def test_rows_that_were_grouped_before_are_counted_by_their_groups() -> None:
    found = made_of("SELECT COUNT(*) AS days FROM (SELECT day, SUM(amount) AS a FROM shop.orders GROUP BY day) AS d")
    assert found == {"days": {"orders.day"}}
    distinct = made_of("SELECT COUNT(*) AS pairs FROM (SELECT DISTINCT day, state FROM shop.orders) AS d")
    assert distinct == {"pairs": {"orders.day", "orders.state"}}


def test_the_rows_of_a_join_are_those_of_both_sides() -> None:
    sql = "SELECT COUNT(*) AS pairs FROM shop.orders AS o LEFT JOIN shop.users AS u ON u.user_id = o.user_id"
    assert made_of(sql) == {"pairs": {"orders.order_id", "users.user_id"}}


def test_a_set_operation_joins_its_branches_column_by_column() -> None:
    union = made_of("SELECT user_id AS who, state AS what FROM shop.orders UNION ALL SELECT user_id, city FROM shop.users")
    assert union == {"who": {"orders.user_id", "users.user_id"}, "what": {"orders.state", "users.city"}}
    # A constant says nothing about a column that another branch fills.
    filled = made_of("SELECT amount, 'order' AS kind FROM shop.orders UNION ALL SELECT 0, 'user' FROM shop.users")
    assert filled == {"amount": {"orders.amount"}, "kind": {"orders.order_id", "users.user_id"}}
    # The right side only takes rows away.
    without = made_of("SELECT user_id FROM shop.users EXCEPT DISTINCT SELECT user_id FROM shop.orders")
    assert without == {"user_id": {"users.user_id"}}


def test_an_unnested_range_is_made_of_its_bounds() -> None:
    sql = (
        "WITH oldest AS (SELECT MAX(age) AS age FROM shop.users) "
        "SELECT year FROM oldest CROSS JOIN UNNEST(GENERATE_ARRAY(0, oldest.age)) AS year"
    )
    assert made_of(sql) == {"year": {"users.age"}}


FILES = {str(file.table): file for file in platform_sql()}


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_no_column_of_an_asset_is_without_and_none_names_a_column_that_is_not_there(file: SqlAsset) -> None:
    sources = column_sources(file.sql, file.reads)
    assert list(sources) == list(file.table.column_names)
    for column, made in sources.items():
        assert made, f"{file.table}.{column} is made of nothing"
        for source in made:
            assert CATALOG[source.table] in file.reads
            assert source.column in CATALOG[source.table].column_names


def lineage_of(asset: str) -> dict[str, set[str]]:
    file = FILES[asset]
    return {
        column: {f"{source.table}.{source.column}" for source in made}
        for column, made in column_sources(file.sql, file.reads).items()
    }


def columns(table: str, names: str) -> set[str]:
    return {f"{table}.{name}" for name in names.split()}


EVENTS, SUMMARY = "clean.user_events", "marts.dm_user_purchase_summary"


def test_a_hard_one_with_windows() -> None:
    at, kind = columns(EVENTS, "event_timestamp"), columns(EVENTS, "event_type")
    since_signup = at | {"clean.users.signup_date"}
    assert lineage_of("marts.dm_funnel_events") == {
        "user_id": columns(EVENTS, "user_id"),
        "session_id": columns(EVENTS, "session_id"),
        "session_number": columns(EVENTS, "user_id event_timestamp session_id"),
        "session_start": at,
        "session_end": at,
        "duration_seconds": at,
        "device": columns(EVENTS, "device"),
        "referrer": columns(EVENTS, "referrer"),
        "days_since_signup": since_signup,
        "is_in_first_7_days": since_signup,
        "is_in_first_30_days": since_signup,
        "event_count": columns(EVENTS, "event_id"),
        **{f"{step}_count": kind for step in ("view", "cart", "checkout", "payment_attempt", "purchase")},
        **{f"{step}_at": at | kind for step in ("view", "cart", "checkout", "payment_attempt", "purchase")},
        "furthest_stage": kind,
        "drop_off_stage": kind,
        "is_checkout_without_cart": kind,
        "is_discount_session": columns(EVENTS, "is_discount_event"),
        "signup_month": columns(EVENTS, "signup_month"),
    }


def test_a_hard_one_that_pivots() -> None:
    found = lineage_of(SUMMARY)
    bounds = "start_day end_day "
    expected = {
        "user_id": {"clean.users.user_id"},
        "days_observed": {"clean.users.signup_date", "raw.observation_windows.observed_until"},
        "lifetime_revenue": {"clean.orders.total_amount"},
        "revenue_first_7_days": columns("marts.dm_value_windows", bounds + "revenue"),
        "order_count_days_31_to_180": columns("marts.dm_value_windows", bounds + "order_count"),
        "high_tier_revenue_days_31_to_360": columns("marts.dm_value_windows", bounds + "high_tier_revenue"),
        "activation_level": columns("marts.dm_activation_features", "session_count cart_count checkout_count"),
        "view_count_first_30_days": {"marts.dm_activation_features.view_count"},
        "is_active_day_7": {
            "clean.users.signup_date",
            "raw.observation_windows.observed_until",
            "clean.orders.order_date",
            "clean.user_events.event_timestamp",
        },
    }
    assert {column: found[column] for column in expected} == expected


def test_a_hard_one_with_unions() -> None:
    rows = columns(SUMMARY, "user_id")
    observed = columns(SUMMARY, "days_observed")
    happened = {"clean.orders.order_date", "clean.user_events.event_timestamp", f"{SUMMARY}.signup_date"}
    paid, spent = {"clean.orders.payment_status"}, {"clean.orders.payment_status", "clean.orders.total_amount"}
    assert lineage_of("analysis.cohort_retention") == {
        "cohort_month": columns(SUMMARY, "signup_month"),
        "activation_level": columns(SUMMARY, "activation_level"),
        "months_since_signup": observed,
        "user_count": rows,
        "eligible_user_count": rows | observed,
        "is_complete_cohort": rows | observed,
        # An active user of a month is a row of (user, month), whatever happened in it; both are shown only once observed.
        "active_user_count": rows | observed | happened,
        "buyer_count": rows | observed | paid,
        "revenue": rows | observed | spent,
        "retention_rate": rows | observed | happened,
        "purchase_rate": rows | observed | paid,
        "revenue_per_eligible_user": rows | observed | spent,
    }


def test_dagster_knows_it_for_every_sql_asset() -> None:
    graph = build_definitions(Settings.load({"ECOM_AS_OF": "2026-11-22"})).resolve_asset_graph()
    for name, file in FILES.items():
        shown = graph.get(dg.AssetKey(name.split("."))).metadata["dagster/column_lineage"].deps_by_column
        assert {
            column: {(".".join(dep.asset_key.path), dep.column_name) for dep in deps} for column, deps in shown.items()
        } == {column: set(made) for column, made in column_sources(file.sql, file.reads).items()}
