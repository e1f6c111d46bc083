"""Formulas of Tableau: what is written for GoogleSQL, what is refused, and how one is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecom_platform.dashboard.tableau.formulas import FormulaError, fields, formula, functions, tokens

QUOTED = """IF(a = '"', 1, 0)"""


@pytest.mark.parametrize(
    ("sql", "written"),
    [
        ("SAFE_DIVIDE(CAST(SUM(revenue) AS FLOAT64), SUM(orders))", "SUM([revenue]) / SUM([orders])"),
        ("SUM(IF(paid, 1, 0))", "SUM(IIF([paid], 1, 0, 0))"),
        ("SUM(IF(paid IS NULL, 0, 1))", "SUM(IIF(ISNULL([paid]), 0, 1, 1))"),
        ("SUM(IF(a IS NOT NULL AND b >= 2, a, 0))", "SUM(IIF(NOT ISNULL([a]) AND ([b] >= 2), [a], 0, 0))"),
        ("SUM((a + b) * 30)", "SUM(([a] + [b]) * 30)"),
        ("SUM(IF(kind = 'late', 1, NULL))", 'SUM(IIF([kind] = "late", 1, NULL, NULL))'),
    ],
)
def test_an_expression_becomes_a_formula(sql: str, written: str) -> None:
    assert formula(sql) == written
    assert list(tokens(written))


def test_columns_can_be_named_otherwise() -> None:
    assert formula("SUM(revenue)", {"revenue": "Revenue"}.__getitem__) == "SUM([Revenue])"


@pytest.mark.parametrize("sql", ["APPROX_QUANTILES(a, 2)", "SUM(a) OVER ()", "CAST(a AS STRING)", "a IS TRUE", "a, b", QUOTED])
def test_what_has_no_counterpart_is_refused(sql: str) -> None:
    with pytest.raises(FormulaError):
        formula(sql)


def test_fields_and_functions_are_found_in_a_formula() -> None:
    text = "IF [a] = 'x' AND ISNULL([b ]] c]) THEN SUM([a]) / 2 ELSE {FIXED [d]: MAX([e])} END"
    assert fields(text) == [("", "a"), ("", "b ] c"), ("", "a"), ("", "d"), ("", "e")]
    assert functions(text) == ["ISNULL", "SUM", "MAX"]


def test_a_field_of_another_data_source_is_found_with_it() -> None:
    assert fields("[Parameters].[Device] = 'All' OR [device] = [Parameters].[Device]") == [
        ("Parameters", "Device"),
        ("", "device"),
        ("Parameters", "Device"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SUM([a]", "is never closed"),
        ("SUM([a]))", "closes nothing"),
        ("{SUM([a])", "is never closed"),
        ("SUM([a)", "begins with '\\[a\\)'"),
        ("SUM([a]) & 1", "begins with '& 1'"),
        ("IF [a] = 'x THEN 1", "begins with"),
    ],
)
def test_a_formula_that_cannot_be_read_is_refused_with_the_place(text: str, said: str) -> None:
    with pytest.raises(FormulaError, match=said):
        list(tokens(text))


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])))
def test_any_name_of_a_field_survives_a_formula(name: str) -> None:
    assert fields(f"SUM([{name.replace(']', ']]')}]) + 1") == [("", name)]
