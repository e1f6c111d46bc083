"""The conformance of DuckDB to GoogleSQL, as cases: what the service documents an expression to be worth.

`docs/googlesql.md` holds them as a table; `python -m ecom_platform_tests.warehouse.conformance` writes it again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal as Dec
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "googlesql.md"
BEGIN, END = "<!-- the cases -->", "<!-- the end of the cases -->"


@dataclass(frozen=True)
class Refused:
    """At load, for both engines: the message says so in these words."""

    message: str
    verdict: str = "refused"


@dataclass(frozen=True)
class Fails:
    """When it runs, on both engines."""


@dataclass(frozen=True)
class Case:
    """An expression (`SELECT expression FROM rows`) and what it is worth; for several rows, a list in order of the rows.

    `emulator` says why the emulator, which is not the service, is not asked: what it answers instead.
    """

    expression: str
    expected: object
    emulator: str = ""
    rows: str = ""

    @property
    def sql(self) -> str:
        ordered = isinstance(self.expected, list) and self.rows in (THREE, NANS)
        return f"SELECT {self.expression} AS x{self.rows}{' ORDER BY t.i' if ordered else ''}"


FAILS = Fails()


def no(message: str) -> Refused:
    """What the service refuses, or what has no single answer."""
    return Refused(message)


def lacks(message: str) -> Refused:
    """What the service has and is not carried."""
    return Refused(message, "not supported")


NAN = float("nan")
INF = float("inf")
THREE = " FROM (SELECT 1 AS i, 'b' AS s, 10.0 AS f, NUMERIC '1.5' AS n, TRUE AS b UNION ALL SELECT 2, 'a', 30.0, NUMERIC '2.5', FALSE UNION ALL SELECT 3, NULL, NULL, NULL, NULL) AS t"  # noqa: E501
NULLS = " FROM (SELECT CAST(NULL AS INT64) AS i, CAST(NULL AS STRING) AS s, CAST(NULL AS FLOAT64) AS f, CAST(NULL AS BOOL) AS b UNION ALL SELECT NULL, NULL, NULL, NULL) AS t"  # noqa: E501
EMPTY = f"{NULLS} WHERE FALSE"
ONE = " FROM (SELECT 1 AS i, 2.5 AS f) AS t"
NANS = (
    " FROM (SELECT 1 AS i, CAST('nan' AS FLOAT64) AS f UNION ALL SELECT 2, 1.0 UNION ALL SELECT 3, CAST(NULL AS FLOAT64)) AS t"
)
TEXT = " FROM (SELECT '2024-02-30' AS bad, '2024-2-3' AS day, ' 12 ' AS n, 'abc' AS s, '' AS none) AS t"
PLACES = " FROM (SELECT 'abc' AS s, p, n FROM UNNEST([0, 1, 2, -1, -2, -9, 9]) AS p CROSS JOIN UNNEST([2]) AS n) AS t"

NO_RAISE = "it does not fail"
LENIENT = "it takes what the service refuses"
NULLISH = "it answers null"
OTHER = "it answers otherwise"

CASES: dict[str, dict[str, list[Case]]] = {
    "Numbers": {
        "literals": [
            Case("9223372036854775807", 9223372036854775807),
            Case("-9223372036854775808", -9223372036854775808),
            Case("1.5e3", 1500.0),
            Case("9223372036854775808", no("beyond INT64")),
            Case("1e400", no("beyond FLOAT64")),
            Case("0x1F", lacks("cannot be carried")),
        ],
        "`+` `-` `*`": [
            Case("2147483647 + 1", 2147483648),
            Case("65536 * 65536", 4294967296),
            Case("IF(i = 1, 65536, 0) * IF(i = 1, 65536, 0)", 4294967296, "it computes in 32 bits", rows=ONE),
            Case("9223372036854775807 + 1", FAILS),
            Case("i * 9223372036854775807 * 2", FAILS, rows=ONE),
            Case("0.1 + 0.2", 0.30000000000000004),
            Case("NUMERIC '1.005' * 1000", Dec("1005")),
            Case("NUMERIC '0.00005' * NUMERIC '0.00001'", Dec("0.000000001"), OTHER),
            Case("NUMERIC '1.000000001' * NUMERIC '1.000000001'", Dec("1.000000002"), OTHER),
            Case("NUMERIC '1' + 0.5", no("NUMERIC with a FLOAT64 literal")),
            Case("'5' + 1", no("takes FLOAT64 or INT64 or NUMERIC, not STRING")),
            Case("DATE '2024-01-01' + 1", lacks("use DATE_ADD")),
            Case("7 % 2", no("is no GoogleSQL: use MOD")),
            Case("2 ** 3", no("this is no GoogleSQL")),
            Case("2 ^ 3", lacks("cannot be carried")),
        ],
        "`/`": [
            Case("7 / 2", 3.5),
            Case("1 / 3 * 3", 1.0),
            Case("1 / 0", no("use SAFE_DIVIDE")),
            Case("1 / i", no("use SAFE_DIVIDE"), rows=ONE),
            Case("1 / NULLIF(i - 1, 0)", None, rows=ONE),
            Case("NUMERIC '1' / 3", lacks("dividing NUMERIC is decimal")),
        ],
        "DIV": [
            Case("DIV(7, 2)", 3),
            Case("DIV(-7, 2)", -3),
            Case("DIV(2 * i + 7, 4)", 2, OTHER, rows=ONE),
            Case("DIV(i + 6, -2) - DIV(8 - i, 2)", -6, OTHER, rows=ONE),
            Case("DIV(8, NULLIF(DIV(i + 3, 2), 0))", 4, rows=ONE),
            Case("DIV(i, 0)", no("a divisor may be zero"), rows=ONE),
            Case("DIV(i, i)", no("a divisor may be zero"), rows=ONE),
            Case("DIV(2.5, 2)", no("takes INT64, not FLOAT64")),
        ],
        "MOD": [
            Case("MOD(7, 3)", 1),
            Case("MOD(-7, 3)", -1),
            Case("MOD(7, -3)", 1),
            Case("2 * MOD(i + 4, 3)", 4, rows=ONE),
            Case("MOD(NUMERIC '7.5', 2)", Dec("1.5")),
            Case("MOD(i, i)", no("a divisor may be zero"), rows=ONE),
            Case("MOD(2.5, 2)", no("takes INT64 or NUMERIC, not FLOAT64")),
        ],
        "SAFE_DIVIDE": [
            Case("SAFE_DIVIDE(7, 2)", 3.5),
            Case("SAFE_DIVIDE(1, 0)", None),
            Case("SAFE_DIVIDE(i, i - 1)", None, rows=ONE),
            Case("SAFE_DIVIDE(NUMERIC '1', 2)", lacks("dividing NUMERIC is decimal")),
        ],
        "SAFE_ADD, SAFE_SUBTRACT, SAFE_MULTIPLY, SAFE_NEGATE": [
            Case("SAFE_ADD(1, 2)", 3),
            Case("SAFE_ADD(9223372036854775807, 1)", None),
            Case("SAFE_SUBTRACT(-9223372036854775808, 1)", None),
            Case("SAFE_MULTIPLY(i * 9223372036854775807, 2)", None, rows=ONE),
            Case("SAFE_MULTIPLY(NUMERIC '1.5', 2)", Dec("3")),
            Case("SAFE_NEGATE(-9223372036854775808)", None),
            Case("SAFE_NEGATE(i)", -1, rows=ONE),
            Case("SAFE.LN(0)", lacks("only plain calls are")),
        ],
        "ABS, SIGN": [
            Case("ABS(-3)", 3),
            Case("ABS(NUMERIC '-1.5')", Dec("1.5")),
            Case("SIGN(-3)", -1),
            Case("SIGN(-2.5)", -1.0),
            Case("SIGN(i) * 1000000000000", 1000000000000, rows=ONE),
        ],
        "ROUND, CEIL, FLOOR": [
            Case("ROUND(2.5)", 3.0),
            Case("ROUND(-2.5)", -3.0),
            Case("ROUND(7)", 7.0, OTHER),
            Case("CEIL(1.2)", 2.0),
            Case("FLOOR(-1.2)", -2.0),
            Case("CEILING(i)", 1.0, rows=ONE),
            Case("ROUND(NUMERIC '2.345', 2)", Dec("2.35")),
            Case("ROUND(NUMERIC '-2.345', 2)", Dec("-2.35")),
            Case("ROUND(2.675, 2)", lacks("exact for NUMERIC alone")),
            Case("TRUNC(2.5)", lacks("TRUNC cannot be carried")),
        ],
        "EXP, LN, LOG, LOG10, POW, SQRT": [
            Case("EXP(0)", 1.0),
            Case("EXP(-1000)", 0.0),
            Case("EXP(i * 1000)", FAILS, NO_RAISE, rows=ONE),
            Case("LN(1)", 0.0),
            Case("LOG(1)", 0.0),
            Case("LOG(8, 2)", 3.0),
            Case("LOG10(1000)", 3.0),
            Case("LN(i - 1)", FAILS, rows=ONE),
            Case("LN(-i)", FAILS, rows=ONE),
            Case("POW(2, 10)", 1024.0),
            Case("POWER(2, -1)", 0.5),
            Case("POW(i - 1, -1)", FAILS, NO_RAISE, rows=ONE),
            Case("POW(-i, 0.5)", FAILS, NO_RAISE, rows=ONE),
            Case("POW(i * 10, 400)", FAILS, NO_RAISE, rows=ONE),
            Case("SQRT(9)", 3.0),
            Case("SQRT(-i)", FAILS, rows=ONE),
            Case("SQRT(NUMERIC '4')", lacks("SQRT of NUMERIC is rounded differently")),
        ],
        "GREATEST, LEAST": [
            Case("GREATEST(1, 2)", 2),
            Case("LEAST(1.5, 2)", 1.5),
            Case("GREATEST(1, CAST(NULL AS INT64))", None),
            Case("LEAST(1, CAST(NULL AS INT64))", None),
            Case("LEAST(CAST('nan' AS FLOAT64), 1.0)", NAN, OTHER),
            Case("GREATEST(CAST('nan' AS FLOAT64), 1.0)", NAN),
            Case("LEAST('b', 'a')", "a"),
        ],
        "IS_NAN, IS_INF": [
            Case("IS_NAN(CAST('nan' AS FLOAT64))", True),
            Case("IS_NAN(1.5)", False),
            Case("IS_INF(CAST('-inf' AS FLOAT64))", True),
            Case("IEEE_DIVIDE(1, 0)", lacks("use SAFE_DIVIDE")),
        ],
        "RAND": [Case("RAND()", no("must not depend on chance"))],
    },
    "Comparisons and conditions": {
        "`=` `!=` `<` `<=` `>` `>=`": [
            Case("1 = 1.0", True),
            Case("NULL = 1", no("an operand of = is the literal NULL")),
            Case("CAST(NULL AS INT64) = 1", None),
            Case("'A' < 'a'", True),
            Case("'a ' = 'a'", False),
            Case("'é' > 'z'", True),
            Case("1 == 1", no("is no GoogleSQL: use =")),
            Case("1 = '1'", no("comparing INT64 with STRING")),
            Case("DATE '2024-01-01' = '2024-01-01'", lacks("comparing DATE with STRING")),
        ],
        "NaN": [
            Case("f = f", [False, True, None], OTHER, NANS),
            Case("f != f", [True, False, None], OTHER, NANS),
            Case("f > 0", [False, True, None], OTHER, NANS),
            Case("f >= 0", [False, True, None], OTHER, NANS),
            Case("f < 5", [False, True, None], rows=NANS),
            Case("5 < f", [False, False, None], OTHER, NANS),
            Case("5 > f", [False, True, None], rows=NANS),
            Case("f BETWEEN 0 AND 5", [False, True, None], rows=NANS),
            Case("1 BETWEEN 0 AND f", [False, True, None], OTHER, NANS),
            Case("NOT f > 0", [True, False, None], OTHER, NANS),
            Case("ROW_NUMBER() OVER (ORDER BY f)", [2, 3, 1], OTHER, NANS),
            Case("ROW_NUMBER() OVER (ORDER BY f DESC)", [2, 1, 3], OTHER, NANS),
            Case("f IN (f)", no("takes literals"), rows=NANS),
            Case("NULLIF(f, f)", no("the engines differ on NaN"), rows=NANS),
        ],
        "IN, BETWEEN": [
            Case("1 IN (2, NULL)", None),
            Case("1 NOT IN (2, NULL)", None),
            Case("2 IN (2, NULL)", True),
            Case("2 BETWEEN 1 AND 3", True),
            Case("i IN (SELECT 'a')", no("comparing INT64 with STRING"), rows=ONE),
        ],
        "IS NULL, IS TRUE, IS DISTINCT FROM": [
            Case("1 IS NOT DISTINCT FROM NULL", False),
            Case("NULL IS DISTINCT FROM NULL", False),
            Case("(1 = CAST(NULL AS INT64)) IS TRUE", False),
            Case("i ISNULL", no("is no GoogleSQL: use IS NULL"), rows=ONE),
            Case("i NOT NULL", no("use IS NOT NULL"), rows=ONE),
            Case("i <=> 1", no("is no GoogleSQL: use IS NOT DISTINCT FROM"), rows=ONE),
        ],
        "AND, OR, NOT": [
            Case("FALSE AND NULL", False),
            Case("TRUE OR NULL", True),
            Case("NOT CAST(NULL AS BOOL)", None),
            Case("i AND TRUE", no("takes BOOL, not INT64"), rows=ONE),
            Case("NOT 5", no("takes BOOL, not INT64")),
        ],
        "LIKE": [
            Case("'abc' LIKE 'a%'", True),
            Case("'ABC' LIKE 'a%'", False),
            Case("'서울' LIKE '_울'", True),
            Case("'a%b' LIKE s || '\\\\%b'", False, rows=" FROM (SELECT 'x' AS s) AS t"),
            Case("'a%b' LIKE CONCAT(s, '\\\\%b')", True, rows=" FROM (SELECT 'a' AS s) AS t"),
            Case("'a%b' LIKE 'a\\\\%b'", True),
            Case("'a' ILIKE 'A'", no("ILIKE is no GoogleSQL")),
        ],
        "IF, CASE, COALESCE, IFNULL, NULLIF": [
            Case("IF(1 > 2, 'a', 'b')", "b"),
            Case("IF(CAST(NULL AS INT64) > 2, 'a', 'b')", "b"),
            Case("IF(TRUE, 1, 2.5)", 1.0),
            Case("CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'b' END", "b"),
            Case("CASE WHEN FALSE THEN 1 END", None),
            Case("IFNULL(NULL, 3)", 3),
            Case("COALESCE(NULL, NUMERIC '1.5', 2)", Dec("1.5")),
            Case("NULLIF(3, 3)", None),
            Case("IF(TRUE, 1)", no("three arguments")),
            Case("IF(1, 2, 3)", no("a condition is BOOL, not INT64")),
            Case("IF(TRUE, 'a', 0)", no("its values are INT64 and STRING")),
            Case("CASE 1 WHEN 'a' THEN 1 END", no("CASE compares values of two types")),
            Case("NVL(NULL, 1)", lacks("use IFNULL")),
        ],
    },
    "Casts": {
        "to INT64": [
            Case("CAST(0.5 AS INT64)", 1),
            Case("CAST(2.5 AS INT64)", 3),
            Case("CAST(-1.5 AS INT64)", -2),
            Case("CAST(NUMERIC '2.5' AS INT64)", 3),
            Case("CAST(NUMERIC '-2.5' AS INT64)", -3),
            Case("CAST(TRUE AS INT64)", 1),
            Case("CAST('-12' AS INT64)", -12),
            Case("CAST('0x1A' AS INT64)", 26),
            Case("SAFE_CAST(n AS INT64)", 12, rows=TEXT),
            Case("SAFE_CAST('1.5' AS INT64)", None, OTHER),
            Case("SAFE_CAST('1e3' AS INT64)", None, OTHER),
            Case("SAFE_CAST('1_000' AS INT64)", None, OTHER),
            Case("CAST(s AS INT64)", FAILS, rows=TEXT),
            Case("CAST('1.5' AS INT64)", no("is no INT64")),
            Case("CAST(1e30 AS INT64)", FAILS),
            Case("CAST(1 AS INT32)", no("cannot be carried")),
            Case("CAST(1 AS BIGINT)", lacks("a cast to BIGINT cannot be carried")),
            Case("1::INT64", no("is no GoogleSQL: use CAST")),
            Case("TRY_CAST('1' AS INT64)", no("use SAFE_CAST")),
        ],
        "to FLOAT64": [
            Case("CAST(NUMERIC '1.005' AS FLOAT64)", 1.005),
            Case("CAST('1.5e3' AS FLOAT64)", 1500.0),
            Case("CAST('-inf' AS FLOAT64)", -INF),
            Case("SAFE_CAST('1_0.5' AS FLOAT64)", None, OTHER),
            Case("SAFE_CAST(none AS FLOAT64)", None, rows=TEXT),
        ],
        "to NUMERIC": [
            Case("CAST(7 AS NUMERIC)", Dec(7)),
            Case("CAST('1.0000000005' AS NUMERIC)", Dec("1.000000001")),
            Case("CAST('-1.0000000004' AS NUMERIC)", Dec("-1")),
            Case("SAFE_CAST('.5' AS NUMERIC)", Dec("0.5")),
            Case("SAFE_CAST('1,5' AS NUMERIC)", None),
            Case("NUMERIC 'abc'", no("is no NUMERIC")),
            Case("CAST(0.1 AS NUMERIC)", lacks("write NUMERIC '0.5'")),
            Case("CAST(1 AS NUMERIC(5, 2))", lacks("a cast is to a bare type")),
        ],
        "to BOOL": [
            Case("CAST('TRUE' AS BOOL)", True),
            Case("CAST(0 AS BOOL)", False),
            Case("SAFE_CAST('t' AS BOOL)", None, OTHER),
            Case("SAFE_CAST('1' AS BOOL)", None, OTHER),
        ],
        "to STRING": [
            Case("CAST(42 AS STRING)", "42"),
            Case("CAST(NUMERIC '1500.00' AS STRING)", "1500", OTHER),
            Case("CAST(NUMERIC '1500.50' AS STRING)", "1500.5", OTHER),
            Case("CAST(NUMERIC '-0.05' AS STRING)", "-0.05", OTHER),
            Case("CAST(CAST(100 AS NUMERIC) AS STRING)", "100", OTHER),
            Case("CAST(TRUE AS STRING)", "true"),
            Case("CAST(DATE '2024-02-29' AS STRING)", "2024-02-29"),
            Case("CAST(TIMESTAMP '2024-01-01 10:00:00' AS STRING)", "2024-01-01 10:00:00+00"),
            Case("CAST(TIMESTAMP '2024-01-01 10:00:00.5' AS STRING)", "2024-01-01 10:00:00.500+00", OTHER),
            Case("CAST(TIMESTAMP '2024-01-01 10:00:00.123456' AS STRING)", "2024-01-01 10:00:00.123456+00"),
            Case("CAST(2.5 AS STRING)", lacks("CAST from FLOAT64 to STRING")),
            Case("CAST(DATE '2024-02-29' AS STRING FORMAT 'YYYY')", lacks("a cast is to a bare type")),
        ],
        "to DATE": [
            Case("DATE '2024-2-3'", date(2024, 2, 3)),
            Case("CAST(day AS DATE)", date(2024, 2, 3), rows=TEXT),
            Case("SAFE_CAST(bad AS DATE)", None, rows=TEXT),
            Case("CAST(bad AS DATE)", FAILS, rows=TEXT),
            Case("SAFE_CAST('2024/02/03' AS DATE)", None, OTHER),
            Case("SAFE_CAST('2024-02-03 10:00:00' AS DATE)", None, OTHER),
            Case("SAFE_CAST('20240203' AS DATE)", None),
            Case("DATE '2024/02/03'", no("is no DATE")),
            Case("DATE '2024-02-30'", no("is no DATE")),
            Case("CAST(TIMESTAMP '2024-01-01 23:59:59' AS DATE)", date(2024, 1, 1)),
        ],
        "to TIMESTAMP": [
            Case("TIMESTAMP '2024-01-01 10:00:00'", datetime(2024, 1, 1, 10)),
            Case("TIMESTAMP '2024-01-01'", datetime(2024, 1, 1)),
            Case("TIMESTAMP '2024-01-01 10:00:00+02'", datetime(2024, 1, 1, 8)),
            Case("TIMESTAMP '2024-01-01T10:00:00.5Z'", datetime(2024, 1, 1, 10, 0, 0, 500000)),
            Case("TIMESTAMP '2024-01-01 10:00:00-8:00'", datetime(2024, 1, 1, 18), LENIENT),
            Case("SAFE_CAST('2024-01-01 10:00:00+02' AS TIMESTAMP)", datetime(2024, 1, 1, 8)),
            Case("SAFE_CAST('2024-01-01 10:00:00+05:30' AS TIMESTAMP)", datetime(2024, 1, 1, 4, 30)),
            Case("SAFE_CAST('2024-01-01 10:00:00-8:00' AS TIMESTAMP)", datetime(2024, 1, 1, 18), NULLISH),
            Case("SAFE_CAST('2024-07-01 10:00:00 Europe/Paris' AS TIMESTAMP)", datetime(2024, 7, 1, 8)),
            Case("SAFE_CAST('2024-1-2 3:4:5' AS TIMESTAMP)", datetime(2024, 1, 2, 3, 4, 5)),
            Case("SAFE_CAST('2024-01-01' AS TIMESTAMP)", datetime(2024, 1, 1)),
            Case("SAFE_CAST('2024-01-01T10:00:00Z' AS TIMESTAMP)", datetime(2024, 1, 1, 10)),
            Case("SAFE_CAST('2024-01-01 24:00:00' AS TIMESTAMP)", None, OTHER),
            Case("SAFE_CAST('2024-01-01 10:00:00.1234567' AS TIMESTAMP)", None, OTHER),
            Case("SAFE_CAST(bad AS TIMESTAMP)", None, rows=TEXT),
            Case("CAST(bad AS TIMESTAMP)", FAILS, rows=TEXT),
            Case("CAST(DATE '2024-01-01' AS TIMESTAMP)", datetime(2024, 1, 1)),
            Case("TIMESTAMP '2024-01-01 10:00:00 Europe/Paris'", lacks("with an offset")),
        ],
    },
    "Text": {
        "literals": [
            Case(r"'a\'b'", "a'b"),
            Case(r"'a\tb'", "a\tb"),
            Case(r"r'a\d'", "a\\d"),
            Case('"it\'s"', "it's"),
            Case(r"'\u00e9'", lacks("write the character itself")),
            Case(r"'\x41'", lacks("write the character itself")),
            Case(r"'\101'", lacks("write the character itself")),
            Case("b'abc'", lacks("BYTES cannot be carried")),
        ],
        "CONCAT, `||`": [
            Case("CONCAT('a', 'b', 'c')", "abc"),
            Case("CONCAT('a', NULL)", None),
            Case("'a' || 'b'", "ab"),
            Case("CONCAT('a', 1)", lacks("takes STRING, not INT64")),
            Case("CONCAT('a', NUMERIC '1.50')", lacks("takes STRING, not NUMERIC")),
        ],
        "LENGTH, CHAR_LENGTH, BYTE_LENGTH": [
            Case("LENGTH('서울')", 2),
            Case("CHAR_LENGTH('서울')", 2),
            Case("BYTE_LENGTH('서울')", 6),
            Case("LEN('a')", no("use LENGTH")),
            Case("LENGTH(5)", no("takes STRING, not INT64")),
        ],
        "LOWER, UPPER": [
            Case("UPPER('straße É')", "STRASSE É"),
            Case("UPPER('é')", "É"),
            Case("LOWER('ÀB')", "àb"),
            Case("INITCAP('ab')", lacks("where a word begins")),
        ],
        "SUBSTR": [
            Case("SUBSTR('abc', 2, 1)", "b"),
            Case("SUBSTR('abc', 0, 2)", "ab", OTHER),
            Case("SUBSTR('abc', -2)", "bc"),
            Case("SUBSTR('abc', -5, 3)", "abc", OTHER),
            Case("SUBSTRING('abc', 9)", ""),
            Case("SUBSTR(s, p, n)", ["ab", "ab", "bc", "c", "bc", "ab", ""], OTHER, PLACES),
            Case("SUBSTR(s, p)", ["abc", "abc", "bc", "c", "bc", "abc", ""], rows=PLACES),
            Case("SUBSTR(s, 1, n - 3)", FAILS, NO_RAISE, PLACES),
            Case("SUBSTR('서울시', 2, 1)", "울"),
        ],
        "LEFT, RIGHT": [
            Case("LEFT('서울시', 2)", "서울"),
            Case("RIGHT('abc', 5)", "abc"),
            Case("LEFT('abc', i)", lacks("must be a literal"), rows=ONE),
        ],
        "TRIM, LTRIM, RTRIM": [
            Case("TRIM(' a ')", "a"),
            Case(r"TRIM('\t\n a\t')", "a", OTHER),
            Case("TRIM('\u3000a\u00a0')", "a"),
            Case("LTRIM('  a ')", "a "),
            Case("RTRIM('xaxx', 'x')", "xa"),
        ],
        "LPAD, RPAD, REPEAT, REVERSE": [
            Case("LPAD('7', 2, '0')", "07"),
            Case("LPAD('abc', 2)", "ab"),
            Case("RPAD('ab', 4)", "ab  "),
            Case("REPEAT('ab', 2)", "abab"),
            Case("REVERSE('서울')", "울서"),
            Case("REVERSE('e\u0301a')", "a\u0301e", OTHER),
            Case("REPEAT('ab', -1)", no("must be a literal")),
            Case("LPAD('ab', i)", lacks("must be a literal"), rows=ONE),
        ],
        "REPLACE, STARTS_WITH, ENDS_WITH, STRPOS, INSTR": [
            Case("REPLACE('abc', 'b', '')", "ac"),
            Case("REPLACE('abc', '', 'x')", "abc"),
            Case("STARTS_WITH('abc', 'ab')", True),
            Case("ENDS_WITH('abc', 'bc')", True),
            Case("STRPOS('서울시', '시')", 3),
            Case("STRPOS('abc', 'x')", 0),
            Case("INSTR('abcb', 'b')", 2),
            Case("INSTR('abcb', 'b', -1)", lacks("takes two texts here")),
        ],
        "REGEXP_CONTAINS, REGEXP_EXTRACT, REGEXP_REPLACE": [
            Case("REGEXP_CONTAINS('C536379', r'^C')", True),
            Case(r"REGEXP_CONTAINS('a\nb', r'a.b')", False),
            Case("REGEXP_EXTRACT('abc', r'b.')", "bc"),
            Case("REGEXP_EXTRACT('a-12', r'-(\\d+)')", "12"),
            Case("REGEXP_EXTRACT('abc', r'x')", None),
            Case("REGEXP_REPLACE('a1b2', r'(\\d)', r'<\\1>')", "a<1>b<2>"),
            Case("REGEXP_CONTAINS('a', s)", lacks("must be a literal"), rows=TEXT),
            Case("REGEXP_EXTRACT('b', r'(a)?b')", lacks("one group, which every match has")),
            Case("REGEXP_SUBSTR('b', r'b')", lacks("use REGEXP_EXTRACT")),
        ],
        "SPLIT": [
            Case("SPLIT('a,b,c')[SAFE_OFFSET(1)]", "b"),
            Case("SPLIT('a;b', ';')[SAFE_OFFSET(5)]", None),
            Case("ARRAY_LENGTH(SPLIT('a,b,c', ','))", 3),
            Case("ARRAY_LENGTH(SPLIT('', ','))", 1),
            Case("part", ["a", "b"], rows=" FROM UNNEST(SPLIT('a,b', ',')) AS part"),
            Case("SPLIT('a,b')[OFFSET(0)]", lacks("SAFE_OFFSET")),
            Case("SPLIT('a,b')", lacks("arrays are not carried")),
        ],
        "TO_HEX, MD5, SHA256": [
            Case("TO_HEX(MD5('a'))", "0cc175b9c0f1b6a831c399e269772661"),
            Case("TO_HEX(SHA256('a'))", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
            Case("MD5('a')", lacks("MD5 cannot be carried")),
            Case("SHA256('a')", lacks("BYTES cannot be carried")),
            Case("FARM_FINGERPRINT('a')", lacks("no equal elsewhere")),
        ],
    },
    "Days": {
        "DATE": [
            Case("DATE(2024, 2, 29)", date(2024, 2, 29)),
            Case("DATE(i + 2022, 2, 29)", FAILS, rows=ONE),
            Case("DATE(TIMESTAMP '2024-01-01 23:59:59')", date(2024, 1, 1)),
            Case("DATE('2024-01-01')", lacks("takes DATE or TIMESTAMP, not STRING")),
            Case("DATE(TIMESTAMP '2024-01-01', 'Asia/Seoul')", lacks("takes no time zone here")),
            Case("DATE_FROM_UNIX_DATE(2)", date(1970, 1, 3)),
            Case("UNIX_DATE(DATE '1970-01-03')", 2),
            Case("CURRENT_DATE()", no("must not depend on the clock")),
            Case("CURRENT_DATE", no("CURRENT_DATE cannot be carried")),
            Case("DATETIME(2024, 1, 1, 0, 0, 0)", lacks("use DATE or TIMESTAMP")),
        ],
        "DATE_ADD, DATE_SUB": [
            Case("DATE_ADD(DATE '2024-01-31', INTERVAL 1 MONTH)", date(2024, 2, 29)),
            Case("DATE_SUB(DATE '2024-03-31', INTERVAL 1 MONTH)", date(2024, 2, 29)),
            Case("DATE_ADD(DATE '2024-02-29', INTERVAL 1 YEAR)", date(2025, 2, 28)),
            Case("DATE_ADD(DATE '2024-12-31', INTERVAL i + 1 DAY)", date(2025, 1, 2), rows=ONE),
            Case("DATE_ADD(DATE '2024-12-31', INTERVAL -1 QUARTER)", date(2024, 9, 30)),
            Case("DATE_ADD(DATE '2024-01-01', INTERVAL 1.5 DAY)", no("INTERVAL of INT64")),
            Case("DATE_ADD('2024-01-01', INTERVAL 1 DAY)", lacks("takes DATE, not STRING")),
            Case("DATE_ADD(TIMESTAMP '2024-01-01', INTERVAL 1 DAY)", no("take DATE(...)")),
        ],
        "DATE_DIFF": [
            Case("DATE_DIFF(DATE '2024-03-01', DATE '2024-02-28', DAY)", 2),
            Case("DATE_DIFF(DATE '2024-02-01', DATE '2024-01-31', MONTH)", 1),
            Case("DATE_DIFF(DATE '2024-01-31', DATE '2024-01-01', MONTH)", 0),
            Case("DATE_DIFF(DATE '2018-01-01', DATE '2017-12-31', YEAR)", 1),
            Case("DATE_DIFF(DATE '2017-10-15', DATE '2017-10-14', WEEK)", 1),
            Case("DATE_DIFF(DATE '2017-12-18', DATE '2017-12-17', WEEK(MONDAY))", 1),
            Case("DATE_DIFF(DATE '2017-12-18', DATE '2017-12-17', WEEK)", 0),
            Case("DATE_DIFF(DATE '2017-12-22', DATE '2017-12-21', WEEK(FRIDAY))", 1),
            Case("DATE_DIFF(DATE '2024-01-02', DATE '2024-01-01', ISOWEEK)", lacks("ISOWEEK is not carried")),
        ],
        "DATE_TRUNC, LAST_DAY": [
            Case("DATE_TRUNC(DATE '2024-02-29', MONTH)", date(2024, 2, 1)),
            Case("DATE_TRUNC(DATE '2024-02-29', QUARTER)", date(2024, 1, 1)),
            Case("DATE_TRUNC(DATE '2024-03-06', WEEK)", date(2024, 3, 3)),
            Case("DATE_TRUNC(DATE '2024-03-03', WEEK)", date(2024, 3, 3)),
            Case("DATE_TRUNC(DATE '2024-03-06', WEEK(MONDAY))", date(2024, 3, 4)),
            Case("DATE_TRUNC(DATE '2024-03-06', WEEK(FRIDAY))", date(2024, 3, 1)),
            Case("LAST_DAY(DATE '2024-02-10')", date(2024, 2, 29)),
            Case("LAST_DAY(DATE '2024-02-10', QUARTER)", date(2024, 3, 31)),
            Case("LAST_DAY(DATE '2024-02-10', YEAR)", date(2024, 12, 31)),
            Case("LAST_DAY(DATE '2024-02-10', WEEK)", lacks("WEEK is not carried here")),
        ],
        "EXTRACT": [
            Case("EXTRACT(YEAR FROM DATE '2024-03-03')", 2024),
            Case("EXTRACT(DAYOFWEEK FROM DATE '2024-03-03')", 1),
            Case("EXTRACT(DAYOFWEEK FROM DATE '2024-03-09')", 7),
            Case("EXTRACT(DAYOFYEAR FROM DATE '2024-03-01')", 61),
            Case("EXTRACT(QUARTER FROM DATE '2024-04-01')", 2),
            Case("EXTRACT(WEEK FROM DATE '2024-01-06')", 0),
            Case("EXTRACT(WEEK FROM DATE '2024-01-07')", 1),
            Case("EXTRACT(ISOWEEK FROM DATE '2024-12-30')", 1),
            Case("EXTRACT(ISOYEAR FROM DATE '2024-12-30')", 2025),
            Case("EXTRACT(DATE FROM TIMESTAMP '2024-01-01 23:59:59')", date(2024, 1, 1)),
            Case("EXTRACT(HOUR FROM TIMESTAMP '2024-01-01 23:59:59')", 23),
            Case("EXTRACT(SECOND FROM TIMESTAMP '2024-01-01 23:59:59.9')", 59),
            Case("EXTRACT(HOUR FROM DATE '2024-01-01')", no("does not take DATE")),
            Case("EXTRACT(MILLISECOND FROM TIMESTAMP '2024-01-01')", lacks("MILLISECOND")),
            Case("EXTRACT(DATE FROM TIMESTAMP '2024-01-01' AT TIME ZONE 'Asia/Seoul')", lacks("cannot be carried")),
        ],
        "FORMAT_DATE, PARSE_DATE": [
            Case("FORMAT_DATE('%Y-%m', DATE '2024-02-29')", "2024-02"),
            Case("FORMAT_DATE('%A %a %B %b %d %j %y', DATE '2024-01-05')", "Friday Fri January Jan 05 005 24"),
            Case("FORMAT_DATE('%G-W%V %u %U %W', DATE '2024-12-30')", "2025-W01 1 52 53"),
            Case("FORMAT_DATE('%Q', DATE '2024-12-30')", lacks("carries the formats")),
            Case("FORMAT_DATE('%H', DATE '2024-12-30')", lacks("carries the formats")),
            Case("PARSE_DATE('%Y-%m-%d', '2024-02-03')", date(2024, 2, 3)),
            Case("PARSE_DATE('%d/%m/%Y', ' 3/2/2024 ')", date(2024, 2, 3)),
            Case("PARSE_DATE('%Y%m%d', '20240203')", date(2024, 2, 3)),
            Case("PARSE_DATE('%F', day)", date(2024, 2, 3), rows=TEXT),
            Case("PARSE_DATE('%F', bad)", FAILS, rows=TEXT),
            Case("PARSE_DATE('%Y-%m-%d', '2024-02-03x')", FAILS),
            Case("PARSE_DATE('%m-%d', '02-03')", lacks("the year among them")),
            Case("PARSE_DATE('%b %d %Y', 'Feb 3 2024')", lacks("PARSE_DATE carries the formats")),
        ],
    },
    "Instants": {
        "TIMESTAMP": [
            Case("TIMESTAMP(DATE '2024-01-01')", datetime(2024, 1, 1)),
            Case("TIMESTAMP('2024-01-01 10:00:00+02')", datetime(2024, 1, 1, 8)),
            Case("TIMESTAMP(day)", datetime(2024, 2, 3), rows=TEXT),
            Case("TIMESTAMP('2024-01-01', 'Asia/Seoul')", lacks("takes no time zone here")),
            Case("CURRENT_TIMESTAMP()", no("must not depend on the clock")),
        ],
        "TIMESTAMP_ADD, TIMESTAMP_SUB": [
            Case("TIMESTAMP_ADD(TIMESTAMP '2024-01-01 00:00:00', INTERVAL 90 MINUTE)", datetime(2024, 1, 1, 1, 30)),
            Case("TIMESTAMP_SUB(TIMESTAMP '2024-01-01 00:00:00', INTERVAL 1 DAY)", datetime(2023, 12, 31)),
            Case("TIMESTAMP_ADD(TIMESTAMP '2024-01-01 00:00:00', INTERVAL 1 MONTH)", no("MONTH is not carried")),
        ],
        "TIMESTAMP_DIFF": [
            Case("TIMESTAMP_DIFF(TIMESTAMP '2001-02-01 01:00:00', TIMESTAMP '2001-02-01 00:00:01', HOUR)", 0),
            Case("TIMESTAMP_DIFF(TIMESTAMP '2018-08-14 00:00:00', TIMESTAMP '2018-10-14 00:00:00', DAY)", -61),
            Case("TIMESTAMP_DIFF(TIMESTAMP '2024-01-01 00:00:00', TIMESTAMP '2024-01-01 00:59:00', HOUR)", 0),
            Case("TIMESTAMP_DIFF(TIMESTAMP '2024-01-01 00:00:01.1', TIMESTAMP '2024-01-01 00:00:00.9', SECOND)", 0),
            Case("TIMESTAMP_DIFF(TIMESTAMP '2024-01-01 00:00:01', TIMESTAMP '2024-01-01 00:00:00', MICROSECOND)", 1_000_000),
        ],
        "TIMESTAMP_TRUNC": [
            Case("TIMESTAMP_TRUNC(TIMESTAMP '2024-01-01 10:11:12', DAY)", datetime(2024, 1, 1)),
            Case("TIMESTAMP_TRUNC(TIMESTAMP '2024-02-03 10:11:12', MONTH)", datetime(2024, 2, 1)),
            Case("TIMESTAMP_TRUNC(TIMESTAMP '1969-12-31 23:59:59.5', SECOND)", datetime(1969, 12, 31, 23, 59, 59)),
            Case("TIMESTAMP_TRUNC(TIMESTAMP '2024-01-01', DAY, 'Asia/Seoul')", lacks("takes no time zone here")),
        ],
        "UNIX_SECONDS, UNIX_MILLIS, UNIX_MICROS and back": [
            Case("UNIX_SECONDS(TIMESTAMP '2024-01-01 00:00:00.9')", 1704067200),
            Case("UNIX_SECONDS(TIMESTAMP '1969-12-31 23:59:59.5')", -1),
            Case("UNIX_MILLIS(TIMESTAMP '1969-12-31 23:59:59.9995')", -1, OTHER),
            Case("UNIX_MICROS(TIMESTAMP '2024-01-01 00:00:00')", 1704067200_000_000),
            Case("TIMESTAMP_SECONDS(-1)", datetime(1969, 12, 31, 23, 59, 59)),
            Case("TIMESTAMP_MILLIS(1500)", datetime(1970, 1, 1, 0, 0, 1, 500000)),
            Case("TIMESTAMP_MICROS(1500)", datetime(1970, 1, 1, 0, 0, 0, 1500)),
        ],
        "FORMAT_TIMESTAMP, PARSE_TIMESTAMP": [
            Case("FORMAT_TIMESTAMP('%F %H:%M:%E6S', TIMESTAMP '2024-01-01 10:00:00.123')", "2024-01-01 10:00:00.123000"),
            Case("FORMAT_TIMESTAMP('%F %T %I %p', TIMESTAMP '2024-01-01 13:00:05')", "2024-01-01 13:00:05 01 PM"),
            Case("FORMAT_TIMESTAMP('%F', TIMESTAMP '2024-01-01', 'Asia/Seoul')", lacks("takes no time zone here")),
            Case("PARSE_TIMESTAMP('%Y-%m-%d %H:%M:%S', '2024-01-02 03:04:05')", datetime(2024, 1, 2, 3, 4, 5)),
            Case("PARSE_TIMESTAMP('%d.%m.%Y', '2.1.2024')", datetime(2024, 1, 2)),
            Case("PARSE_TIMESTAMP('%F', '2024-01-02', 'Asia/Seoul')", lacks("takes no time zone here")),
        ],
    },
    "Aggregates": {
        "COUNT, COUNTIF": [
            Case("COUNT(*)", 3, rows=THREE),
            Case("COUNT(s)", 2, rows=THREE),
            Case("COUNT(DISTINCT s)", 2, rows=THREE),
            Case("COUNTIF(s = 'a')", 1, rows=THREE),
            Case("COUNTIF(b)", 0, rows=NULLS),
            Case("COUNTIF(b)", 0, rows=EMPTY),
            Case("COUNT(i)", 0, rows=NULLS),
            Case("COUNTIF(i)", no("takes BOOL, not INT64"), rows=THREE),
        ],
        "SUM, AVG": [
            Case("SUM(i)", 6, rows=THREE),
            Case("SUM(i)", None, rows=NULLS),
            Case("SUM(i)", None, rows=EMPTY),
            Case("SUM(n)", Dec("4"), rows=THREE),
            Case("AVG(i)", 2.0, rows=THREE),
            Case("AVG(f)", 20.0, rows=THREE),
            Case("SUM(9223372036854775807)", FAILS, rows=THREE),
            Case("SUM(b)", no("takes FLOAT64 or INT64 or NUMERIC, not BOOL"), rows=THREE),
            Case("AVG(n)", lacks("AVG of NUMERIC"), rows=THREE),
        ],
        "MIN, MAX": [
            Case("MIN(s)", "a", rows=THREE),
            Case("MAX(s)", None, rows=NULLS),
            Case("MIN(f)", NAN, OTHER, NANS),
            Case("MAX(f)", NAN, rows=NANS),
            Case("MIN(f)", 10.0, rows=THREE),
            Case("MIN(f) OVER (ORDER BY i)", [10.0, 10.0, 10.0], rows=THREE),
            Case("MAX_BY(s, i)", lacks("ties and nulls"), rows=THREE),
            Case("ANY_VALUE(s)", no("up to the engine"), rows=THREE),
        ],
        "LOGICAL_AND, LOGICAL_OR": [
            Case("LOGICAL_OR(i > 2)", True, rows=THREE),
            Case("LOGICAL_AND(i > 2)", False, rows=THREE),
            Case("LOGICAL_OR(b)", None, rows=NULLS),
            Case("LOGICAL_AND(b)", None, rows=EMPTY),
        ],
        "STRING_AGG": [
            Case("STRING_AGG(s, ';' ORDER BY s)", "a;b", rows=THREE),
            Case("STRING_AGG(DISTINCT s, ',' ORDER BY s)", "a,b", rows=THREE),
            Case("STRING_AGG(s, ',' ORDER BY i DESC)", "a,b", rows=THREE),
            Case("STRING_AGG(s, ',' ORDER BY i)", None, rows=NULLS),
            Case("STRING_AGG(s)", no("needs an ORDER BY"), rows=THREE),
            Case("ARRAY_AGG(s)", lacks("arrays are not carried"), rows=THREE),
            Case("STRING_AGG(i, ',' ORDER BY i)", no("takes STRING, not INT64"), rows=THREE),
        ],
        "STDDEV, VARIANCE, COVAR, CORR": [
            Case("STDDEV(i)", 1.0, rows=THREE),
            Case("STDDEV_SAMP(i)", None, rows=ONE),
            Case("STDDEV_POP(i)", 0.0, rows=ONE),
            Case("VAR_SAMP(i)", 1.0, rows=THREE),
            Case("VARIANCE(f)", 200.0, rows=THREE),
            Case("VAR_POP(f)", 100.0, rows=THREE),
            Case("COVAR_SAMP(i, f)", 10.0, rows=THREE),
            Case("COVAR_POP(i, f)", 5.0, rows=THREE),
            Case("COVAR_SAMP(i, f)", None, rows=ONE),
            Case("ROUND(CORR(i, f))", 1.0, rows=THREE),
            Case("CORR(i, f)", None, OTHER, ONE),
            Case("CORR(f, f) OVER ()", [None], OTHER, ONE),
            Case("STDDEV(n)", lacks("STDDEV of NUMERIC"), rows=THREE),
        ],
        "APPROX_QUANTILES, APPROX_COUNT_DISTINCT": [
            Case("APPROX_QUANTILES(i, 2)", no("use PERCENTILE_CONT"), rows=THREE),
            Case("APPROX_COUNT_DISTINCT(i)", no("use COUNT(DISTINCT x)"), rows=THREE),
        ],
    },
    "Windows": {
        "ROW_NUMBER, RANK, DENSE_RANK, NTILE, PERCENT_RANK, CUME_DIST": [
            Case("ROW_NUMBER() OVER (ORDER BY s)", [3, 2, 1], rows=THREE),
            Case("ROW_NUMBER() OVER (ORDER BY s DESC)", [1, 2, 3], rows=THREE),
            Case("RANK() OVER (ORDER BY b)", [3, 2, 1], rows=THREE),
            Case("DENSE_RANK() OVER (ORDER BY i > 1)", [1, 2, 2], rows=THREE),
            Case("NTILE(2) OVER (ORDER BY i)", [1, 1, 2], rows=THREE),
            Case("PERCENT_RANK() OVER (ORDER BY i)", [0.0, 0.5, 1.0], rows=THREE),
            Case("CUME_DIST() OVER (ORDER BY i > 1)", [1 / 3, 1.0, 1.0], rows=THREE),
            Case("ROW_NUMBER() OVER ()", no("ROW_NUMBER OVER needs an ORDER BY"), rows=THREE),
            Case("RANK() OVER ()", no("RANK OVER needs an ORDER BY"), rows=THREE),
            Case("ROW_NUMBER() OVER (ORDER BY i ROWS 1 PRECEDING)", no("takes no frame"), rows=THREE),
            Case("ROW_NUMBER() OVER (PARTITION BY f ORDER BY i)", no("PARTITION BY takes no FLOAT64"), rows=THREE),
        ],
        "LAG, LEAD, FIRST_VALUE, LAST_VALUE, NTH_VALUE": [
            Case("LAG(s) OVER (ORDER BY i)", [None, "b", "a"], rows=THREE),
            Case("LEAD(i, 2, 0) OVER (ORDER BY i)", [3, 0, 0], rows=THREE),
            Case("LAST_VALUE(s IGNORE NULLS) OVER (ORDER BY i)", ["b", "a", "a"], rows=THREE),
            Case("LAST_VALUE(i) OVER (ORDER BY i)", [1, 2, 3], rows=THREE),
            Case("FIRST_VALUE(s) OVER (ORDER BY i DESC)", [None, None, None], rows=THREE),
            Case("NTH_VALUE(i, 2) OVER (ORDER BY i)", [None, 2, 2], rows=THREE),
            Case("FIRST_VALUE(s) OVER ()", no("needs an ORDER BY"), rows=THREE),
            Case("LAG(i, -1) OVER (ORDER BY i)", no("must be a literal"), rows=THREE),
        ],
        "aggregates OVER": [
            Case("SUM(i) OVER (ORDER BY i)", [1, 3, 6], rows=THREE),
            Case("SUM(i) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)", [1, 3, 5], rows=THREE),
            Case("SUM(i) OVER (ORDER BY i RANGE BETWEEN 1 PRECEDING AND CURRENT ROW)", [1, 3, 5], rows=THREE),
            Case("COUNTIF(i > 1) OVER (ORDER BY i)", [0, 1, 2], rows=THREE),
            Case("COUNT(*) OVER ()", [3, 3, 3], rows=THREE),
            Case("COUNT(DISTINCT i) OVER (ORDER BY i)", no("takes no ORDER BY in its window"), rows=THREE),
        ],
        "PERCENTILE_CONT": [
            Case("PERCENTILE_CONT(f, 0.5) OVER ()", [20.0, 20.0, 20.0], rows=THREE),
            Case("PERCENTILE_CONT(i, 0.25) OVER ()", [1.5, 1.5, 1.5], rows=THREE),
            Case("PERCENTILE_DISC(i, 0.25) OVER ()", lacks("use PERCENTILE_CONT"), rows=THREE),
        ],
    },
    "Queries": {
        "SELECT": [
            Case("1 AS a, a + 1", no("is named in this SELECT, and not known before")),
            Case("i + 1 AS j, 1", no("is named in this SELECT"), rows=f"{ONE} WHERE j > 1"),
            Case("MAX(i)", 3, rows=f"{THREE} HAVING x > 1"),
            Case("i", [3], rows=f"{THREE} WHERE s IS NULL"),
            Case("DISTINCT ON (i) i", no("DISTINCT ON is no GoogleSQL"), rows=THREE),
            Case("i", no("takes BOOL, not INT64"), rows=f"{THREE} WHERE i"),
            Case("AS STRUCT 1", lacks("cannot be carried")),
        ],
        "GROUP BY": [
            Case("COUNT(*)", [1, 2], rows=f"{THREE} GROUP BY i > 1 ORDER BY x"),
            Case("COUNT(*)", [2], rows=f"{NULLS} GROUP BY i"),
            Case("COUNT(*)", lacks("GROUP BY ALL"), rows=f"{THREE} GROUP BY ALL"),
            Case("COUNT(*)", lacks("ROLLUP"), rows=f"{THREE} GROUP BY ROLLUP(i)"),
        ],
        "QUALIFY": [
            Case("i", [2], rows=f"{THREE} WHERE TRUE QUALIFY ROW_NUMBER() OVER (ORDER BY s, i) = 2"),
            Case("i", no("QUALIFY needs a window function"), rows=f"{THREE} WHERE TRUE QUALIFY i = 2"),
        ],
        "ORDER BY, LIMIT": [
            Case("s", [None, "a", "b"], rows=f"{THREE} ORDER BY x"),
            Case("s", ["b", "a", None], rows=f"{THREE} ORDER BY x DESC"),
            Case("i", [1, 2], rows=f"{THREE} ORDER BY x LIMIT 2"),
            Case("i", no("which rows it keeps"), rows=f"{THREE} LIMIT 2"),
            Case("i, s", no("which rows it keeps"), rows=f"{THREE} ORDER BY i LIMIT 2"),
            Case("i", no("FETCH is no GoogleSQL"), rows=f"{THREE} ORDER BY i FETCH FIRST 2 ROWS ONLY"),
            Case("i", no("ORDER BY ALL"), rows=f"{THREE} ORDER BY ALL"),
        ],
        "JOIN": [
            Case("t.i", [1], rows=f"{ONE} JOIN (SELECT 1 AS i) AS u USING (i)"),
            Case("t.i", [1], rows=f"{ONE} LEFT JOIN (SELECT 2 AS i) AS u ON u.i = t.i"),
            Case("t.i", no("SEMI is no GoogleSQL"), rows=f"{ONE} SEMI JOIN (SELECT 1 AS i) AS u ON u.i = t.i"),
            Case("t.i", no("SEMI is no GoogleSQL"), rows=f"{ONE} LEFT SEMI JOIN (SELECT 1 AS i) AS u ON u.i = t.i"),
            Case("t.i", no("JOIN needs ON or USING"), rows=f"{ONE} JOIN (SELECT 1 AS i) AS u"),
            Case("t.i", no("NATURAL JOIN is no GoogleSQL"), rows=f"{ONE} NATURAL JOIN (SELECT 1 AS i) AS u"),
            Case("t.i", no("CROSS JOIN takes no condition"), rows=f"{ONE} CROSS JOIN (SELECT 1 AS i) AS u ON TRUE"),
            Case("t.f", lacks("a JOIN on FLOAT64"), rows=f"{ONE} JOIN (SELECT 2.5 AS g) AS u ON t.f = u.g"),
        ],
        "UNION, EXCEPT, INTERSECT": [
            Case("1", [1, 1], rows=" UNION ALL SELECT 1"),
            Case("1", [1], rows=" UNION DISTINCT SELECT 1"),
            Case("1", [1.0, 2.5], rows=" UNION ALL SELECT 2.5 ORDER BY x"),
            Case("CAST(NULL AS INT64)", [None], rows=" INTERSECT DISTINCT SELECT NULL"),
            Case("1", no("Expected DISTINCT or ALL"), rows=" UNION SELECT 1"),
            Case("1", no("EXCEPT ALL is no GoogleSQL"), rows=" EXCEPT ALL SELECT 1"),
            Case("1", no("x is INT64 and STRING"), rows=" UNION ALL SELECT 'a'"),
            Case("1", lacks("BY NAME"), rows=" UNION ALL BY NAME SELECT 1 AS x"),
        ],
        "UNNEST": [
            Case("k", [1, 2, 3], rows=" FROM UNNEST(GENERATE_ARRAY(1, 3)) AS k"),
            Case("d", [date(2024, 1, 31), date(2024, 2, 29)], rows=" FROM UNNEST(GENERATE_DATE_ARRAY(DATE '2024-01-31', DATE '2024-02-29', INTERVAL 1 MONTH)) AS d"),  # noqa: E501
            Case("w", [7, 30], rows=" FROM UNNEST([7, 30]) AS w"),
            Case("k", lacks("WITH OFFSET"), rows=" FROM UNNEST([1, 2]) AS k WITH OFFSET AS o"),
            Case("k", no("VALUES is no GoogleSQL"), rows=" FROM (VALUES (1)) AS t"),
        ],
        "other engines' words": [
            Case("SUM(i) FILTER (WHERE b)", no("FILTER cannot be carried"), rows=THREE),
            Case("LIST(i)", no("LIST cannot be carried"), rows=THREE),
            Case("ISNULL(i)", no("is no GoogleSQL"), rows=ONE),
            Case("i", no("an alias names no columns"), rows=" FROM (SELECT 1 AS j) AS t(i)"),
            Case("i", lacks("cannot be carried"), rows=f"{THREE} TABLESAMPLE SYSTEM (10 PERCENT)"),
            Case("STRPTIME('2024', '%Y')", no("STRPTIME cannot be carried")),
        ],
    },
}  # fmt: skip


def cases() -> Iterator[tuple[str, Case]]:
    for constructs in CASES.values():
        for construct, held in constructs.items():
            yield from ((construct, case) for case in held)


def table() -> str:
    """The cases as Markdown, a table a chapter."""
    parts = []
    for chapter, constructs in CASES.items():
        rows = [f"### {chapter}", "", "| Construct | Same on both | Refused | Not supported |", "| --- | --- | --- | --- |"]
        for construct, held in constructs.items():
            cells: dict[str, list[str]] = {"same": [], "refused": [], "not supported": []}
            for case in held:
                refused = isinstance(case.expected, Refused)
                cells[case.expected.verdict if refused else "same"].append(_shown(case, refused))  # type: ignore[attr-defined]
            rows.append(f"| {construct} | {' | '.join('<br>'.join(cell) for cell in cells.values())} |")
        parts.append("\n".join(rows))
    return "\n\n".join(parts)


def _shown(case: Case, refused: bool) -> str:
    rows = {
        THREE: "", NULLS: " over nulls", EMPTY: " over no rows", ONE: "", NANS: " of NaN, 1.0, null", TEXT: "", PLACES: "",
    }.get(case.rows, case.rows)  # fmt: skip
    for known in (THREE, NULLS, ONE):
        rows = rows.replace(known, " FROM t")
    text = re.sub(r"\s+", " ", f"{case.expression}{rows}").replace("|", "\\|")
    value = "fails" if isinstance(case.expected, Fails) else _value(case.expected)
    return f"`{text}`" if refused else f"`{text}` → {value}"


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    return f"`{value!r}`" if isinstance(value, str) else str(value)


def written(document: str) -> str:
    """The document with the tables of these cases."""
    before, rest = document.split(BEGIN)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
