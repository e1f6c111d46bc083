"""Golden values: what an expression of GoogleSQL is worth on DuckDB, against the values the service documents."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest
import sqlglot

from ecom_platform.warehouse.sql import to_bigquery, to_duckdb


def value(expression: str, zone: str = "UTC", rows: str = "") -> object:
    connection = duckdb.connect()
    connection.execute(f"SET TimeZone = '{zone}'")
    found = connection.execute(to_duckdb(f"SELECT {expression} AS x{rows}", (), None)).fetchone()
    assert found is not None
    return found[0]


SCALARS = [
    # numbers
    ("7 / 2", 3.5),
    ("1 / 3 * 3", 1.0),
    ("0.1 + 0.2", 0.30000000000000004),
    ("DIV(7, 2)", 3),
    ("DIV(-7, 2)", -3),
    ("MOD(-7, 3)", -1),
    ("SAFE_DIVIDE(1, 0)", None),
    ("SAFE_DIVIDE(CAST(1 AS FLOAT64), NULLIF(0, 0))", None),
    ("SAFE_DIVIDE(7, 2)", 3.5),
    ("ROUND(2.5)", 3.0),
    ("ROUND(-2.5)", -3.0),
    ("CAST(0.5 AS INT64)", 1),
    ("CAST(2.5 AS INT64)", 3),
    ("CAST(-1.5 AS INT64)", -2),
    ("CAST(NUMERIC '2.5' AS INT64)", 3),
    ("CAST(NUMERIC '1.005' AS FLOAT64)", 1.005),
    ("NUMERIC '1.005' * 1000", Decimal("1005")),
    ("CAST(7 AS NUMERIC)", Decimal(7)),
    ("GREATEST(1, 2)", 2),
    ("GREATEST(1, CAST(NULL AS INT64))", None),
    ("LEAST(1, CAST(NULL AS INT64))", None),
    ("LN(1)", 0.0),
    ("LOG(8, 2)", 3.0),
    ("POW(2, 10)", 1024.0),
    ("ABS(-3)", 3),
    ("SIGN(-3)", -1),
    ("IF(1 > 2, 'a', 'b')", "b"),
    ("IF(CAST(NULL AS INT64) > 2, 'a', 'b')", "b"),
    ("IFNULL(NULL, 3)", 3),
    ("NULLIF(3, 3)", None),
    ("1 IS NOT DISTINCT FROM NULL", False),
    ("CAST(TRUE AS INT64)", 1),
    # text
    ("CAST(NUMERIC '1500.00' AS STRING)", "1500"),
    ("CAST(NUMERIC '1500.50' AS STRING)", "1500.5"),
    ("CAST(NUMERIC '-0.05' AS STRING)", "-0.05"),
    ("CAST(CAST(100 AS NUMERIC) AS STRING)", "100"),
    ("CAST(42 AS STRING)", "42"),
    ("CAST(TRUE AS STRING)", "true"),
    ("CAST(DATE '2024-02-29' AS STRING)", "2024-02-29"),
    ("CONCAT('a', NULL)", None),
    ("CONCAT('a', 'b', 'c')", "abc"),
    ("'a' || 'b'", "ab"),
    ("SUBSTR('abc', 2, 1)", "b"),
    ("STARTS_WITH('abc', 'ab')", True),
    ("REGEXP_CONTAINS('C536379', r'^C')", True),
    ("LENGTH('서울')", 2),
    ("LPAD('7', 2, '0')", "07"),
    ("'A' < 'a'", True),
    # days
    ("DATE_TRUNC(DATE '2024-02-29', MONTH)", date(2024, 2, 1)),
    ("DATE_TRUNC(DATE '2024-02-29', QUARTER)", date(2024, 1, 1)),
    ("DATE_TRUNC(DATE '2024-03-06', WEEK)", date(2024, 3, 3)),
    ("DATE_TRUNC(DATE '2024-03-03', WEEK)", date(2024, 3, 3)),
    ("DATE_TRUNC(DATE '2024-03-06', WEEK(MONDAY))", date(2024, 3, 4)),
    ("DATE_ADD(DATE '2024-01-31', INTERVAL 1 MONTH)", date(2024, 2, 29)),
    ("DATE_SUB(DATE '2024-03-31', INTERVAL 1 MONTH)", date(2024, 2, 29)),
    ("DATE_ADD(DATE '2024-12-31', INTERVAL 1 DAY)", date(2025, 1, 1)),
    ("DATE_ADD(DATE '2024-12-31', INTERVAL 1 + 1 DAY)", date(2025, 1, 2)),
    ("DATE_DIFF(DATE '2024-03-01', DATE '2024-02-28', DAY)", 2),
    ("DATE_DIFF(DATE '2024-02-28', DATE '2024-03-01', DAY)", -2),
    ("DATE_DIFF(DATE '2024-02-01', DATE '2024-01-31', MONTH)", 1),
    ("DATE_DIFF(DATE '2024-01-31', DATE '2024-01-01', MONTH)", 0),
    ("DATE_DIFF(DATE '2018-01-01', DATE '2017-12-31', YEAR)", 1),
    # the service's own example: a Sunday after a Saturday is one week on, a Sunday before its Monday none
    ("DATE_DIFF(DATE '2017-10-15', DATE '2017-10-14', WEEK)", 1),
    ("DATE_DIFF(DATE '2017-10-16', DATE '2017-10-15', WEEK)", 0),
    ("DATE_DIFF(DATE '2017-12-18', DATE '2017-12-17', WEEK(MONDAY))", 1),
    ("DATE_DIFF(DATE '2017-12-18', DATE '2017-12-17', WEEK)", 0),
    ("EXTRACT(DAYOFWEEK FROM DATE '2024-03-03')", 1),
    ("EXTRACT(DAYOFWEEK FROM DATE '2024-03-09')", 7),
    ("EXTRACT(DAYOFYEAR FROM DATE '2024-03-01')", 61),
    ("EXTRACT(QUARTER FROM DATE '2024-04-01')", 2),
    ("EXTRACT(MONTH FROM DATE '2024-04-01')", 4),
    ("LAST_DAY(DATE '2024-02-10')", date(2024, 2, 29)),
    ("LAST_DAY(DATE '2024-02-10', MONTH)", date(2024, 2, 29)),
    ("UNIX_DATE(DATE '1970-01-03')", 2),
    ("DATE(2024, 2, 29)", date(2024, 2, 29)),
    ("FORMAT_DATE('%Y-%m', DATE '2024-02-29')", "2024-02"),
    # instants
    ("DATE(TIMESTAMP '2024-01-01 23:59:59')", date(2024, 1, 1)),
    ("CAST(TIMESTAMP '2024-01-01 23:59:59' AS DATE)", date(2024, 1, 1)),
    ("EXTRACT(DATE FROM TIMESTAMP '2024-01-01 23:59:59')", date(2024, 1, 1)),
    ("EXTRACT(HOUR FROM TIMESTAMP '2024-01-01 23:59:59')", 23),
    ("TIMESTAMP(DATE '2024-01-01')", datetime(2024, 1, 1)),
    ("TIMESTAMP_ADD(TIMESTAMP '2024-01-01 00:00:00', INTERVAL 90 MINUTE)", datetime(2024, 1, 1, 1, 30)),
    ("TIMESTAMP_SUB(TIMESTAMP '2024-01-01 00:00:00', INTERVAL 1 DAY)", datetime(2023, 12, 31)),
    ("TIMESTAMP_TRUNC(TIMESTAMP '2024-01-01 10:11:12', DAY)", datetime(2024, 1, 1)),
    ("TIMESTAMP_TRUNC(TIMESTAMP '2024-01-01 10:11:12', HOUR)", datetime(2024, 1, 1, 10)),
    ("TIMESTAMP_DIFF(TIMESTAMP '2001-02-01 01:00:00', TIMESTAMP '2001-02-01 00:00:01', HOUR)", 0),
    ("TIMESTAMP_DIFF(TIMESTAMP '2018-08-14 00:00:00', TIMESTAMP '2018-10-14 00:00:00', DAY)", -61),
    ("TIMESTAMP_DIFF(TIMESTAMP '2024-01-02 00:00:00', TIMESTAMP '2024-01-01 23:00:00', DAY)", 0),
    ("TIMESTAMP_DIFF(TIMESTAMP '2024-01-01 00:00:01.1', TIMESTAMP '2024-01-01 00:00:00.9', SECOND)", 0),
    ("TIMESTAMP_DIFF(TIMESTAMP '2024-01-01 00:00:01', TIMESTAMP '2024-01-01 00:00:00', MICROSECOND)", 1_000_000),
    ("UNIX_SECONDS(TIMESTAMP '2024-01-01 00:00:00.9')", 1704067200),
    ("UNIX_MICROS(TIMESTAMP '2024-01-01 00:00:00')", 1704067200_000_000),
    ("FORMAT_TIMESTAMP('%F %H:%M:%E6S', TIMESTAMP '2024-01-01 10:00:00.123')", "2024-01-01 10:00:00.123000"),
]


@pytest.mark.parametrize(("expression", "expected"), SCALARS)
def test_an_expression_is_worth_what_the_service_documents(expression: str, expected: object) -> None:
    found = value(expression)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize("expression", [expression for expression, _ in SCALARS if "TIMESTAMP" in expression])
def test_no_value_depends_on_the_session_s_time_zone(expression: str) -> None:
    assert value(expression, "Asia/Seoul") == value(expression, "America/New_York")


ROWS = " FROM (SELECT 1 AS i, 'b' AS s, 10.0 AS f UNION ALL SELECT 2, 'a', 30.0 UNION ALL SELECT 3, NULL, NULL) AS t"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("SUM(i)", 6),
        ("SUM(IF(i > 5, i, NULL))", None),
        ("COUNT(*)", 3),
        ("COUNT(s)", 2),
        ("COUNT(DISTINCT s)", 2),
        ("COUNTIF(s = 'a')", 1),
        ("COUNTIF(s IS NULL)", 1),
        ("AVG(f)", 20.0),
        ("AVG(i)", 2.0),
        ("MIN(s)", "a"),
        ("STRING_AGG(s, ',' ORDER BY s)", "a,b"),
        ("STRING_AGG(DISTINCT s, ',' ORDER BY s)", "a,b"),
        ("STRING_AGG(s, ',' ORDER BY i DESC)", "a,b"),
        ("LOGICAL_OR(i > 2)", True),
        ("LOGICAL_AND(i > 2)", False),
        ("LOGICAL_OR(s = 'z')", False),
        ("STDDEV_SAMP(i)", 1.0),
        ("STDDEV(i)", 1.0),
        ("VAR_SAMP(i)", 1.0),
        ("CORR(i, f)", pytest.approx(1.0)),
        ("COVAR_SAMP(i, f)", 10.0),
    ],
)
def test_an_aggregate_is_worth_what_the_service_documents(expression: str, expected: object) -> None:
    found = value(expression, rows=ROWS)
    assert found == expected
    assert not isinstance(found, Decimal)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("ROW_NUMBER() OVER (ORDER BY s)", [3, 2, 1]),  # ascending: nulls first
        ("ROW_NUMBER() OVER (ORDER BY s DESC)", [1, 2, 3]),  # descending: nulls last
        ("LAG(s) OVER (ORDER BY i)", [None, "b", "a"]),
        ("LAST_VALUE(s IGNORE NULLS) OVER (ORDER BY i)", ["b", "a", "a"]),
        ("FIRST_VALUE(s) OVER (ORDER BY i DESC)", [None, None, None]),
        ("SUM(i) OVER (ORDER BY i)", [1, 3, 6]),
        ("SUM(i) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)", [1, 3, 5]),
        ("COUNTIF(i > 1) OVER (ORDER BY i)", [0, 1, 2]),
        ("NTILE(2) OVER (ORDER BY i)", [1, 1, 2]),
        ("PERCENT_RANK() OVER (ORDER BY i)", [0.0, 0.5, 1.0]),
        ("PERCENTILE_CONT(f, 0.5) OVER ()", [20.0, 20.0, 20.0]),
        ("PERCENTILE_CONT(i, 0.25) OVER ()", [1.5, 1.5, 1.5]),
    ],
)
def test_a_window_function_gives_each_row_what_the_service_documents(expression: str, expected: list[object]) -> None:
    sql = f"SELECT i, {expression} AS x{ROWS}"
    rows = duckdb.sql(to_duckdb(sql, (), None)).fetchall()
    assert [x for _, x in sorted(rows)] == expected


def test_rows_are_generated_from_numbers_days_and_lists() -> None:
    sql = """
    SELECT k, d, w FROM UNNEST(GENERATE_ARRAY(0, 1)) AS k
    CROSS JOIN UNNEST(GENERATE_DATE_ARRAY(DATE '2024-01-31', DATE '2024-03-31', INTERVAL 1 MONTH)) AS d
    CROSS JOIN UNNEST([7, 30]) AS w
    """
    rows = duckdb.sql(to_duckdb(sql, (), None)).fetchall()
    assert len(rows) == 2 * 3 * 2
    assert (1, date(2024, 2, 29), 7) in rows


def test_in_with_a_null_among_the_values_is_unknown_not_false() -> None:
    assert value("1 IN (2, NULL)") is None
    assert value("1 NOT IN (2, NULL)") is None


def test_division_by_a_column_must_say_what_zero_means() -> None:
    assert value("CAST(1 AS FLOAT64) / NULLIF(i - i, 0)", rows=" FROM UNNEST([1]) AS i") is None


@pytest.mark.parametrize("expression", [expression for expression, _ in SCALARS])
def test_what_is_generated_parses_again_in_its_dialect(expression: str) -> None:
    sql = f"SELECT {expression} AS x"
    sqlglot.parse_one(to_duckdb(sql, (), None), read="duckdb")
    assert to_bigquery(sql, (), None, lambda layer: layer) == sql
