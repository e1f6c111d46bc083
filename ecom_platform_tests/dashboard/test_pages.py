"""The pages as they are declared: every figure is defined, in both languages, and stands in its table."""

from __future__ import annotations

import pytest

from ecom_platform.dashboard.page import Fixed, Grouping, Page, View
from ecom_platform.dashboard.pages import PAGES
from ecom_platform.dashboard.words import KOREAN, NAMES, UI, VALUES
from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.tables.dashboard.customers import DIMENSIONS
from ecom_platform.tables.metrics import METRICS, TOTALS

EACH_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def views(page: Page) -> list[View]:
    own = [chart.rows for chart in page.charts if isinstance(chart.rows, View)]
    return [*own, *(view.beside for view in own if view.beside)]


def test_the_four_pages_are_there() -> None:
    assert [page.name for page in PAGES] == ["kpi", "category", "cohort", "funnel"]


@EACH_PAGE
def test_every_figure_is_of_the_registry_and_defined_in_korean(page: Page) -> None:
    assert page.metrics
    for metric in page.metrics:
        assert {**METRICS, **TOTALS}[metric.name] is metric
        assert metric.name in KOREAN
    for chart in page.charts:
        assert chart.metrics, f"{chart.name} names no metric"


def test_nothing_is_translated_that_no_page_shows() -> None:
    assert set(KOREAN) <= {metric.name for page in PAGES for metric in page.metrics}


@EACH_PAGE
def test_every_axis_has_a_name_in_both_languages(page: Page) -> None:
    for view in views(page):
        for by in view.by:
            assert (by.name if isinstance(by, Grouping) else by) in NAMES
    for text in (*NAMES.values(), *UI.values(), *VALUES.values(), page.title, page.question):
        assert text.en
        assert text.ko


@EACH_PAGE
def test_every_figure_and_axis_is_in_its_cube(page: Page) -> None:
    cards = [(card.cube, (card.figure,), card.where) for card in page.cards]
    for cube, figures, where in [*cards, *((view.cube, view.figures, view.where) for view in views(page))]:
        spec = page.cubes[cube]
        assert set(where) <= set(spec.axes)
        for figure in figures:
            assert {figure.numerator, figure.denominator, figure.squares} - {""} <= set(spec.measures)
    for view in views(page):
        axes = {by.axis if isinstance(by, Grouping) else by for by in view.by}
        assert axes <= {*page.cubes[view.cube].axes, *DIMENSIONS}


@EACH_PAGE
def test_what_no_filter_changes_reads_only_what_it_says(page: Page) -> None:
    for chart in page.charts:
        if isinstance(chart.rows, Fixed):
            assert all(f"{table}" in chart.rows.sql for table in chart.rows.reads)


def test_activated_customers_are_those_of_the_adopted_levels() -> None:
    (kpi,) = (page for page in PAGES if page.name == "kpi")
    (grouping,) = (by for view in views(kpi) for by in view.by if isinstance(by, Grouping))
    (not_activated, without), (activated, having) = grouping.groups
    assert (not_activated.en, activated.en) == ("Not activated", "Activated")
    assert (*without, *having) == tuple(ACTIVATION.levels)
    assert [level for level, meaning in ACTIVATION.levels.items() if "both" in meaning] == list(having)
