"""What the sheets show is the registry's: computed from the published aggregates, it equals the marts' own figure."""

from __future__ import annotations

import pytest

from ecom_platform.dashboard.pages import PAGES
from ecom_platform.dashboard.tableau.sheets import BOARDS, SHEETS, TABLES, Board, SheetFigure
from ecom_platform.tables import CATALOG
from ecom_platform.tables.metrics import Metric, Total
from ecom_platform_tests.marts.shop import Marts

FIGURES = {f"{sheet.table.name}.{sheet.figure.metric.name}": (sheet.table, sheet.figure) for sheet in SHEETS}
WITHIN = {
    "lifetime_value": ("start_day = 0", "start_day = 0"),
    "monthly_retention": ("activation_level = 'all' AND months_since_signup >= 1", "TRUE"),
    "active_users": ("TRUE", "TRUE"),
}
"""Which rows of the registry's source a figure pools, where the source's rows overlap."""
NOT_FROM_A_SOURCE = {
    "year_on_year_growth": "SELECT MAX(shop_year_on_year_growth) AS value FROM analysis.category_performance",
    "view_to_cart_rate": "SELECT SAFE_DIVIDE(CAST(SUM(cart_count) AS FLOAT64), SUM(view_count)) AS value "
    "FROM analysis.category_performance",
}
"""Metrics that the registry computes in one table alone: what that says of the whole shop."""


def of_registry(metric: Metric | Total) -> tuple[str, str]:
    """The registry's figure over all rows, and the table it reads."""
    if isinstance(metric, Total):
        return f"SELECT {metric.sql} AS value FROM {metric.table}", metric.table
    if metric.source is None:
        return NOT_FROM_A_SOURCE[metric.name], "analysis.category_performance"
    rows, _ = WITHIN.get(metric.name, ("TRUE", ""))
    return f"SELECT {metric.source.sql} AS value FROM {metric.source.table} WHERE {rows}", metric.source.table


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_the_registry_s(random_marts: Marts, name: str) -> None:
    table, figure = FIGURES[name]
    sql, read = of_registry(figure.metric)
    ((shown,),) = [
        row.values() for row in random_marts.warehouse.query(f"SELECT {figure.sql} AS v FROM {table}", [table]).to_pylist()
    ]
    ((defined,),) = [row.values() for row in random_marts.warehouse.query(sql, [CATALOG[read]]).to_pylist()]
    assert shown
    assert float(shown) == pytest.approx(float(defined), rel=1e-12)


def test_sheets_have_titles_of_their_own() -> None:
    assert len({sheet.title for sheet in SHEETS}) == len(SHEETS)


def test_a_field_of_a_data_source_has_one_definition() -> None:
    for table in TABLES:
        figures = {sheet.figure for sheet in SHEETS if sheet.table is table}
        assert len({figure.metric.name for figure in figures}) == len(figures)


def test_a_figure_alone_is_a_sum_and_a_change_is_less_one() -> None:
    growth = next(sheet.figure for sheet in SHEETS if sheet.figure.metric.name == "year_on_year_growth")
    assert growth.sql.endswith(" - 1")
    assert SheetFigure(growth.metric, "a").sql == "SUM(a)"


ONLY_IN_TABLEAU = {
    "average_unit_price",
    "session_to_cart_rate",
    "cart_to_checkout_rate",
    "checkout_to_payment_attempt_rate",
}
"""Where a page has one chart of all stages, the workbook has a sheet a step; the unit price is an analyst's question."""


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_a_dashboard_shows_what_the_page_of_its_name_shows(board: Board) -> None:
    (page,) = (page for page in PAGES if page.name == board.name)
    assert board.title == page.title.en
    shown = {sheet.figure.metric.name for sheet in board.sheets}
    assert shown - {metric.name for metric in page.metrics} <= ONLY_IN_TABLEAU
