"""The cases of `conformance` hold on DuckDB, whatever the session's time zone; docs/googlesql.md shows them all."""

from __future__ import annotations

import math

import duckdb
import pytest
import sqlglot

from ecom_platform.warehouse.sql import SqlError, to_bigquery, to_duckdb
from ecom_platform_tests.warehouse.conformance import DOCUMENT, Case, Fails, Refused, cases, written

CASES = [pytest.param(case, id=case.sql) for _, case in cases()]
CARRIED = [pytest.param(case, id=case.sql) for _, case in cases() if not isinstance(case.expected, Refused)]


def assert_is(found: list[object], case: Case) -> None:
    """The rows' values are those expected, types included."""
    expected = case.expected if isinstance(case.expected, list) else [case.expected]
    assert [_comparable(value) for value in found] == [_comparable(value) for value in expected]


def _comparable(value: object) -> object:
    return type(value), "nan" if isinstance(value, float) and math.isnan(value) else value


def values(case: Case, zone: str) -> list[object]:
    connection = duckdb.connect()
    connection.execute(f"SET TimeZone = '{zone}'")
    return [row[0] for row in connection.execute(to_duckdb(case.sql, (), None)).fetchall()]


@pytest.mark.parametrize("case", CASES)
def test_a_case_holds_on_duckdb(case: Case) -> None:
    if isinstance(case.expected, Refused):
        with pytest.raises(SqlError) as here:
            to_duckdb(case.sql, (), None)
        with pytest.raises(SqlError) as there:
            to_bigquery(case.sql, (), None, str)
        assert str(here.value) == str(there.value)
        assert case.expected.message in str(here.value)
        assert here.value.line == 1
    elif isinstance(case.expected, Fails):
        with pytest.raises(duckdb.Error):
            values(case, "UTC")
    else:
        for zone in ("UTC", "Asia/Seoul", "America/New_York"):
            assert_is(values(case, zone), case)


@pytest.mark.parametrize("case", CARRIED)
def test_what_is_generated_parses_again_in_its_dialect(case: Case) -> None:
    sqlglot.parse_one(to_duckdb(case.sql, (), None), read="duckdb")
    assert to_bigquery(case.sql, (), None, str) == case.sql


def test_the_document_shows_the_cases() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text == written(text), "run python -m ecom_platform_tests.warehouse.conformance"


def test_a_refusal_names_the_author_s_function_and_line() -> None:
    with pytest.raises(SqlError, match=r"line 3: PARSE_DATE carries the formats"):
        to_duckdb("SELECT\n  1 AS a,\n  PARSE_DATE('%b', 'x') AS b", (), None)
