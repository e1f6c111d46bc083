"""Random expressions on DuckDB against a small model of GoogleSQL: what it computes, and what it fails for."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ecom_platform.tables.spec import Column, Table, Type
from ecom_platform.warehouse.sql import to_duckdb

VALUES = Table(
    "raw",
    "sampled",
    "One row.",
    (
        *(Column(name, Type.INT64, "A number.", nullable=True) for name in ("i", "j")),
        *(Column(name, Type.FLOAT64, "A number.", nullable=True) for name in ("f", "g")),
        Column("s", Type.STRING, "A text.", nullable=True),
        Column("d", Type.DATE, "A day.", nullable=True),
    ),
    ("i",),
)
LEAST, GREATEST = -(2**63), 2**63 - 1
whole = st.one_of(st.integers(LEAST, GREATEST), st.integers(-9, 9), st.sampled_from([LEAST, GREATEST, 2**31, -(2**31)]))
real = st.one_of(st.floats(-1e6, 1e6), st.sampled_from([0.0, 0.5, -0.5, 2.5, math.nan, math.inf, -math.inf]))
text = st.text(st.sampled_from("ab서é \t%"), max_size=5)
day = st.dates(date(1900, 1, 1), date(2100, 12, 31))
FAILS = "fails"

Model = Callable[[dict[str, int]], int | str]
sampled = settings(max_examples=60, deadline=None)


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'Asia/Seoul'")
    connection.execute("CREATE SCHEMA raw")
    connection.execute("CREATE TABLE raw.sampled (i BIGINT, j BIGINT, f DOUBLE, g DOUBLE, s TEXT, d DATE)")
    return connection


def answer(connection: duckdb.DuckDBPyConnection, expression: str, **values: Any) -> Any:
    """What DuckDB makes of the expression over one row of these values, null where none is given."""
    row = [values.get(name) for name in VALUES.column_names]
    connection.execute("TRUNCATE raw.sampled")
    connection.execute("INSERT INTO raw.sampled VALUES (?, ?, ?, ?, ?, ?)", row)
    sql = to_duckdb(f"SELECT {expression} AS x FROM raw.sampled", (VALUES,), None)
    try:
        found = connection.execute(sql).fetchone()
    except duckdb.Error:
        return FAILS
    assert found is not None
    return found[0]


def in_range(value: int) -> int | str:
    return value if LEAST <= value <= GREATEST else FAILS


def expressions() -> st.SearchStrategy[tuple[str, Model]]:
    """An expression over `i`, `j` and literals, and the function that it is: any step may leave the range and fail."""
    leaves: st.SearchStrategy[Any] = st.one_of(
        st.sampled_from(["i", "j"]).map(lambda name: (name, lambda row: row[name])),
        st.integers(0, 100_000).map(lambda n: (str(n), lambda _: n)),
    )

    def joined(parts: tuple[Any, str, Any]) -> Any:
        (left, of_left), sign, (right, of_right) = parts
        operation = {"+": int.__add__, "-": int.__sub__, "*": int.__mul__}[sign]

        def value(row: dict[str, int]) -> int | str:
            sides = of_left(row), of_right(row)
            return FAILS if FAILS in sides else in_range(operation(*sides))

        return f"({left} {sign} {right})", value

    return st.recursive(leaves, lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(joined), max_leaves=5)


@sampled
@given(expressions(), whole, whole)
def test_whole_numbers_are_64_bits_wide_and_fail_beyond(
    connection: duckdb.DuckDBPyConnection, made: tuple[str, Model], i: int, j: int
) -> None:
    expression, model = made
    assert answer(connection, expression, i=i, j=j) == model({"i": i, "j": j})


@sampled
@given(st.integers(1, 9), whole, st.sampled_from(["DIV(i, {n})", "DIV(i, -{n})", "MOD(i, {n})", "MOD(i, -{n})"]))
def test_division_goes_towards_zero_and_a_remainder_has_the_sign_of_its_dividend(
    connection: duckdb.DuckDBPyConnection, n: int, i: int, shape: str
) -> None:
    divisor = -n if "-" in shape else n
    quotient = abs(i) // n * (1 if (i < 0) == (divisor < 0) else -1)
    expected = in_range(quotient) if shape.startswith("DIV") else i - quotient * divisor
    assert answer(connection, shape.format(n=n), i=i) == expected


@sampled
@given(st.none() | real, st.none() | real, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]))
def test_numbers_compare_as_ieee_754_says(
    connection: duckdb.DuckDBPyConnection, f: float | None, g: float | None, sign: str
) -> None:
    expected = None
    if f is not None and g is not None:
        expected = {"=": f == g, "!=": f != g, "<": f < g, "<=": f <= g, ">": f > g, ">=": f >= g}[sign]
    assert answer(connection, f"f {sign} g", f=f, g=g) is expected


@sampled
@given(st.none() | real, st.none() | real)
def test_the_least_and_the_greatest_are_null_or_nan_if_one_is(
    connection: duckdb.DuckDBPyConnection, f: float | None, g: float | None
) -> None:
    for name, chosen in (("LEAST", min), ("GREATEST", max)):
        found = answer(connection, f"{name}(f, g)", f=f, g=g)
        if f is None or g is None:
            assert found is None
        elif math.isnan(f) or math.isnan(g):
            assert math.isnan(found)
        else:
            assert found == chosen(f, g)


@sampled
@given(text, st.integers(-8, 8), st.integers(-2, 8))
def test_a_piece_of_a_text_is_counted_from_either_end(connection: duckdb.DuckDBPyConnection, s: str, i: int, j: int) -> None:
    start = i - 1 if i > 0 else 0 if i == 0 else max(len(s) + i, 0)
    assert answer(connection, "SUBSTR(s, i)", s=s, i=i) == s[start:]
    assert answer(connection, "SUBSTR(s, i, j)", s=s, i=i, j=j) == (s[start : start + j] if j >= 0 else FAILS)
    assert answer(connection, f"SUBSTR(s, {i})", s=s) == s[start:]


@sampled
@given(text)
def test_texts_are_trimmed_reversed_and_measured_by_character(connection: duckdb.DuckDBPyConnection, s: str) -> None:
    assert answer(connection, "TRIM(s)", s=s) == s.strip()
    assert answer(connection, "REVERSE(s)", s=s) == s[::-1]
    assert answer(connection, "LENGTH(s)", s=s) == len(s)


@sampled
@given(st.text(st.sampled_from("0123456789+-. eExX_tru"), max_size=6))
def test_a_text_is_a_whole_number_only_if_it_looks_like_one(connection: duckdb.DuckDBPyConnection, s: str) -> None:
    stripped = s.strip()
    assume("x" not in stripped.lower())
    expected = int(stripped) if re.fullmatch(r"[+-]?\d+", stripped) else None
    assert answer(connection, "SAFE_CAST(s AS INT64)", s=s) == expected
    assert answer(connection, "CAST(s AS INT64)", s=s) == (FAILS if expected is None else expected)


@sampled
@given(st.text(st.sampled_from("0123456789-/ "), max_size=10) | day.map(str))
def test_a_text_is_a_day_only_if_it_is_written_as_one(connection: duckdb.DuckDBPyConnection, s: str) -> None:
    expected = None
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", s):
        year, month, number = map(int, found.groups())
        if year and 1 <= month <= 12 and 1 <= number <= calendar.monthrange(year, month)[1]:
            expected = date(year, month, number)
    assert answer(connection, "SAFE_CAST(s AS DATE)", s=s) == expected


@sampled
@given(real)
def test_a_cast_to_a_whole_number_rounds_half_away_from_zero(connection: duckdb.DuckDBPyConnection, f: float) -> None:
    expected: int | str = FAILS
    if math.isfinite(f):
        expected = int(Decimal(f).quantize(Decimal(1), rounding="ROUND_HALF_UP"))
    assert answer(connection, "CAST(f AS INT64)", f=f) == expected


@sampled
@given(day, st.integers(-200, 200))
def test_months_are_added_to_the_end_of_a_shorter_month_and_counted_by_their_firsts(
    connection: duckdb.DuckDBPyConnection, d: date, i: int
) -> None:
    months = d.year * 12 + d.month - 1 + i
    year, month = divmod(months, 12)
    moved = date(year, month + 1, min(d.day, calendar.monthrange(year, month + 1)[1]))
    assert answer(connection, "DATE_ADD(d, INTERVAL i MONTH)", d=d, i=i) == moved
    assert answer(connection, "DATE_DIFF(DATE_ADD(d, INTERVAL i MONTH), d, MONTH)", d=d, i=i) == i
    assert answer(connection, "DATE_TRUNC(d, MONTH)", d=d) == d.replace(day=1)
    assert answer(connection, "EXTRACT(DAYOFWEEK FROM d)", d=d) == d.isoweekday() % 7 + 1
    assert answer(connection, "EXTRACT(WEEK FROM d)", d=d) == int(d.strftime("%U"))
    assert answer(connection, "EXTRACT(ISOWEEK FROM d)", d=d) == d.isocalendar().week
