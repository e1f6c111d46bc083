"""The published aggregates count what the marts hold, each user once in each axis."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import duckdb
import pytest

from ecom_platform.dashboard.edition import Edition
from ecom_platform.dashboard.published import PUBLISHED, publish
from ecom_platform.tables import CATALOG, DASHBOARD
from ecom_platform.tables.dashboard.times_between_stages import SECONDS
from ecom_platform.warehouse.sql import sql_folder
from ecom_platform_tests.marts.random_shop import OBSERVED_UNTIL, random_shop
from ecom_platform_tests.marts.shop import Marts


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    shop = random_shop(11)
    shop.user("late", OBSERVED_UNTIL, device=None, region=None)
    return shop.build(tmp_path_factory.mktemp("shop"))


def answer(marts: Marts, sql: str, *reads: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in marts.warehouse.query(sql, [CATALOG[name] for name in reads]).to_pylist()]


EQUAL = {
    "users by signup month": (
        "SELECT signup_month AS m, SUM(new_user_count) AS n FROM dashboard.kpis_by_month GROUP BY signup_month",
        "SELECT signup_month AS m, COUNT(*) AS n FROM marts.dm_user_purchase_summary GROUP BY signup_month",
    ),
    "revenue and orders by device": (
        "SELECT device AS d, SUM(revenue) AS r, SUM(order_count) AS o, SUM(failed_order_count) AS f "
        "FROM dashboard.kpis_by_month GROUP BY device",
        "SELECT COALESCE(device, 'unknown') AS d, SUM(lifetime_revenue) AS r, SUM(successful_order_count) AS o, "
        "SUM(failed_order_count) AS f FROM marts.dm_user_purchase_summary GROUP BY COALESCE(device, 'unknown')",
    ),
    "buyers by calendar month": (
        "SELECT calendar_month AS m, SUM(buyer_count) AS b FROM dashboard.kpis_by_month GROUP BY calendar_month "
        "HAVING SUM(buyer_count) > 0",
        "SELECT DATE_TRUNC(order_date, MONTH) AS m, COUNT(DISTINCT user_id) AS b FROM clean.orders "
        "WHERE payment_status = 'success' GROUP BY DATE_TRUNC(order_date, MONTH)",
    ),
    "first-time buyers": (
        "SELECT SUM(buyer_count - repeat_buyer_count) AS b FROM dashboard.kpis_by_month WHERE buyer_count > 0",
        "SELECT COUNT(*) AS b FROM (SELECT user_id, MIN(order_date) AS d, COUNT(*) AS n FROM clean.orders WHERE "
        "payment_status = 'success' GROUP BY user_id) AS f WHERE (SELECT COUNT(*) FROM clean.orders AS o WHERE o.user_id = "
        "f.user_id AND o.payment_status = 'success' AND DATE_TRUNC(o.order_date, MONTH) = DATE_TRUNC(f.d, MONTH)) = 1",
    ),
    "sessions by calendar month": (
        "SELECT calendar_month AS m, SUM(session_count) AS s, SUM(purchase_session_count) AS p FROM dashboard.kpis_by_month "
        "GROUP BY calendar_month HAVING SUM(session_count) > 0",
        "SELECT DATE_TRUNC(session_date, MONTH) AS m, SUM(session_count) AS s, SUM(sessions_reaching_purchase) AS p "
        "FROM marts.dm_funnel_conversion GROUP BY DATE_TRUNC(session_date, MONTH)",
    ),
    "category sales by month": (
        "SELECT category AS c, calendar_month AS m, SUM(revenue) AS r, SUM(discounted_revenue) AS d, SUM(unit_count) AS u "
        "FROM dashboard.category_sales_by_month GROUP BY category, calendar_month",
        "SELECT category AS c, order_month AS m, revenue AS r, discounted_revenue AS d, unit_count AS u "
        "FROM marts.dm_category_performance WHERE order_count > 0",
    ),
    "category views": (
        "SELECT category AS c, SUM(view_count) AS v, SUM(cart_count) AS k FROM dashboard.category_views GROUP BY category",
        "SELECT category AS c, view_count AS v, cart_count AS k FROM analysis.category_performance",
    ),
    "monthly retention": (
        "SELECT signup_month AS s, activation_level AS l, months_since_signup AS m, SUM(eligible_user_count) AS e, "
        "SUM(active_user_count) AS a, SUM(buyer_count) AS b, SUM(revenue) AS r FROM dashboard.retention_by_month "
        "GROUP BY signup_month, activation_level, months_since_signup",
        "SELECT cohort_month AS s, activation_level AS l, months_since_signup AS m, eligible_user_count AS e, "
        "active_user_count AS a, buyer_count AS b, revenue AS r FROM analysis.cohort_retention "
        "WHERE activation_level <> 'all' AND eligible_user_count > 0",
    ),
    "retention by day": (
        "SELECT SUM(IF(days_since_signup = 7, eligible_user_count, 0)) AS e, "
        "SUM(IF(days_since_signup = 7, active_user_count, 0)) AS a FROM dashboard.retention_by_day",
        "SELECT COUNT(is_active_day_7) AS e, COUNTIF(is_active_day_7) AS a FROM marts.dm_user_purchase_summary",
    ),
    "value by horizon": (
        "SELECT signup_month AS s, activation_level AS l, end_day AS h, SUM(eligible_user_count) AS e, SUM(revenue) AS r "
        "FROM dashboard.value_by_window WHERE start_day = 0 AND end_day <> 7 GROUP BY signup_month, activation_level, end_day",
        "SELECT cohort_month AS s, activation_level AS l, horizon_days AS h, eligible_user_count AS e, revenue AS r "
        "FROM analysis.ltv_repurchase WHERE activation_level <> 'all' AND eligible_user_count > 0",
    ),
    "sessions by stage": (
        "SELECT furthest_stage AS f, is_checkout_without_cart AS w, SUM(session_count) AS n FROM dashboard.sessions_by_stage "
        "GROUP BY furthest_stage, is_checkout_without_cart",
        "SELECT furthest_stage AS f, is_checkout_without_cart AS w, COUNT(*) AS n FROM marts.dm_funnel_events "
        "WHERE furthest_stage IS NOT NULL GROUP BY furthest_stage, is_checkout_without_cart",
    ),
    "steps from checkout to payment": (
        "SELECT SUM(session_count) AS n FROM dashboard.times_between_stages WHERE stage = 'checkout_start'",
        "SELECT COUNTIF(checkout_count > 0 AND payment_attempt_count > 0) AS n FROM marts.dm_funnel_events",
    ),
}


def reads(*sqls: str) -> Sequence[str]:
    return [name for name in CATALOG if any(f"{name} " in f"{sql} " or f"{name})" in sql for sql in sqls)]


@pytest.mark.parametrize(("published", "counted"), EQUAL.values(), ids=EQUAL.keys())
def test_an_aggregate_adds_up_to_what_the_marts_hold(marts: Marts, published: str, counted: str) -> None:
    found = sorted(answer(marts, published, *reads(published)), key=str)
    assert found == sorted(answer(marts, counted, *reads(counted)), key=str)
    assert found
    assert all(value is not None for row in found for value in row)


def test_a_user_who_told_nothing_is_unknown_and_counted(marts: Marts) -> None:
    found = answer(
        marts,
        "SELECT region, activation_level FROM dashboard.kpis_by_month WHERE device = 'unknown'",
        "dashboard.kpis_by_month",
    )
    assert ("unknown", "unknown") in found


def test_the_classes_of_time_are_those_of_the_sql() -> None:
    text = (sql_folder() / "dashboard" / "times_between_stages.sql").read_text(encoding="utf-8")
    for begins, ends in pairwise(SECONDS):
        assert f"WHEN seconds < {ends} THEN {begins}\n" in text
    assert f"ELSE {SECONDS[-1]}\n" in text


def test_the_published_file_holds_the_warehouse_s_rows_and_is_swapped_in(marts: Marts, tmp_path: Any) -> None:
    path = tmp_path / "dashboard" / "published.duckdb"
    edition = Edition.of(marts.warehouse, {"origin": "a shop", "currency": "KRW"}, "0123456789")
    publish(marts.warehouse, edition, path)
    with duckdb.connect(str(path), read_only=True) as reading:
        counts = publish(marts.warehouse, edition, path)
        for table in PUBLISHED:
            assert reading.execute(f"SELECT COUNT(*) FROM {table}").fetchall() == [(counts[str(table)],)]
        assert sum(counts[str(table)] for table in DASHBOARD) > 0
        assert reading.execute("SELECT run, observed_until FROM dashboard.edition").fetchall() == [
            ("01234567", OBSERVED_UNTIL)
        ]
        assert ("average_order_value",) in reading.execute("SELECT name FROM dashboard.metrics").fetchall()
        (comment,) = reading.execute(
            "SELECT comment FROM duckdb_columns() WHERE table_name = 'kpis_by_month' AND column_name = 'buyer_count'"
        ).fetchall()
        assert comment == (CATALOG["dashboard.kpis_by_month"].column("buyer_count").doc,)
    assert [each.name for each in path.parent.iterdir()] == ["published.duckdb"]
