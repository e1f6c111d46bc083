"""The metric registry is complete, and its SQL says what the tables show."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import ecom_platform
from ecom_platform.dashboard.pages import PAGES
from ecom_platform.quality.statements import platform_sql
from ecom_platform.tables import ANALYSIS, CATALOG, MARTS, Column, Table, Type
from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.tables.measures import Measure
from ecom_platform.tables.metrics import METRICS, SECTIONS, Metric, MetricColumn, Unit
from ecom_platform.tables.metrics_document import markdown, shown
from ecom_platform.warehouse.sql import sql_folder
from ecom_platform_tests.marts.random_shop import OBSERVED_UNTIL, random_shop
from ecom_platform_tests.marts.shop import Marts

NUMBERS = (Type.INT64, Type.FLOAT64, Type.NUMERIC)
SHOWING = (*MARTS, *ANALYSIS)
COLUMNS = [(table, column) for table in SHOWING for column in table.columns]
METRIC_COLUMNS = [(table, column) for table, column in COLUMNS if isinstance(column, MetricColumn)]

NOT_FROM_ITS_OWN_TABLE = {
    "marts.dm_activation_features.average_session_minutes",
    "marts.dm_activation_features.average_hours_between_sessions",
    "marts.dm_user_purchase_summary.average_session_minutes",
    "marts.dm_user_purchase_summary.average_hours_between_sessions",
    "marts.dm_category_performance.seasonality_index",
    "analysis.ltv_repurchase.average_days_between_orders",
    "analysis.category_performance.discounted_share",
    "analysis.category_performance.peak_seasonality_index",
    "analysis.behavior_segmentation.average_days_observed",
    "analysis.behavior_segmentation.activated_user_share",
}
"""Columns whose table lacks what is divided; tests of their tables recompute them from the rows below."""


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    shop = random_shop(7)
    shop.user("late", OBSERVED_UNTIL)
    return shop.build(tmp_path_factory.mktemp("shop"))


def answer(marts: Marts, sql: str, *reads: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in marts.warehouse.query(sql, [CATALOG[name] for name in reads]).to_pylist()]


def test_a_metric_is_declared_once() -> None:
    listed = [metric for metrics in SECTIONS.values() for metric in metrics]
    assert len({metric.name for metric in listed}) == len(listed)
    assert len({metric.label for metric in listed}) == len({metric.korean for metric in listed}) == len(listed)


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_a_metric_is_shown_somewhere_or_says_how_it_is_computed(metric: Metric) -> None:
    on_pages = {each for page in PAGES for chart in page.charts for each in chart.metrics}
    assert metric.source or list(shown(metric)) or metric in on_pages


def test_every_number_is_a_metric_or_a_measure() -> None:
    loose = [
        f"{table}.{column.name}"
        for table, column in COLUMNS
        if column.type in NUMBERS and column.name not in table.key and not isinstance(column, Measure | MetricColumn)
    ]
    assert loose == []


def test_only_registered_metrics_are_shown() -> None:
    assert {column.metric.name for _, column in METRIC_COLUMNS} <= set(METRICS)


def test_no_other_column_is_named_or_described_as_a_metric() -> None:
    short = {match for metric in METRICS.values() for match in re.findall(r"\((\w+)\)", metric.label)}
    names = {*short, *(metric.label.split(" (")[0] for metric in METRICS.values())}
    words = re.compile(rf"\b({'|'.join(sorted(map(re.escape, names)))})\b", re.IGNORECASE)
    assert {"AOV", "LTV", "ARPU", "D30"} <= short
    for table, column in COLUMNS:
        if not isinstance(column, MetricColumn):
            assert not words.search(column.doc), f"{table}.{column.name}: {column.doc}"
            assert not re.search(r"(^average_|_rate$|_share$|_per_|_growth$|_index$|_ratio)", column.name), column.name


def test_a_column_s_text_begins_with_the_registry_s() -> None:
    for _, column in METRIC_COLUMNS:
        assert column.doc.startswith(f"{column.metric.label}: {column.metric.formula} ({column.metric.unit.value}); ")


@pytest.mark.parametrize(("table", "column"), METRIC_COLUMNS, ids=lambda each: getattr(each, "name", str(each)))
def test_a_shown_metric_is_its_numerator_over_its_denominator(marts: Marts, table: Table, column: MetricColumn) -> None:
    if column.sql is None:
        assert f"{table}.{re.sub(r'_first_[0-9]+_days$', '', column.name)}" in NOT_FROM_ITS_OWN_TABLE
        return
    rows = answer(marts, f"SELECT {column.name} AS shown, {column.sql} AS recomputed FROM {table}", str(table))
    assert rows
    assert any(value is not None for value, _ in rows), "nothing was compared"
    for value, recomputed in rows:
        assert value == (recomputed if recomputed is None else pytest.approx(recomputed, rel=1e-12))


SAME_FIGURE = [
    ("average_order_value", "marts.dm_subscription_kpis", "TRUE"),
    ("average_order_value", "analysis.subscription_effect", "period = 'whole' AND activation_level = 'all'"),
    ("average_order_value", "analysis.behavior_segmentation", "segmentation = 'early_behavior'"),
    ("average_revenue_per_user", "marts.dm_subscription_kpis", "TRUE"),
    ("revenue_per_user_per_30_days", "marts.dm_subscription_kpis", "TRUE"),
    ("revenue_per_user_per_30_days", "analysis.subscription_effect", "period = 'whole' AND activation_level = 'all'"),
    ("orders_per_user_per_30_days", "analysis.subscription_effect", "period = 'whole' AND activation_level = 'all'"),
    ("orders_per_user", "analysis.behavior_segmentation", "segmentation = 'purchase_history'"),
    ("paying_share", "marts.dm_subscription_kpis", "TRUE"),
    ("repurchase_rate", "marts.dm_subscription_kpis", "TRUE"),
    ("repurchase_rate", "analysis.subscription_effect", "period = 'whole' AND activation_level = 'all'"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "table", "where"), SAME_FIGURE)
def test_a_metric_is_the_same_figure_whichever_table_it_is_pooled_from(
    marts: Marts, name: str, table: str, where: str
) -> None:
    metric = METRICS[name]
    (column,) = (column for shown_in, column in shown(metric) if shown_in == table)
    assert metric.source
    pooled = (
        f"SELECT SUM({column.numerator}) * {metric.times} AS numerator, SUM({column.denominator}) AS denominator "
        f"FROM {table} WHERE {where}"
    )
    ((numerator, denominator),) = answer(marts, pooled, table)
    ((value,),) = answer(marts, f"SELECT {metric.source.sql} AS value FROM {metric.source.table}", metric.source.table)
    assert value == pytest.approx(float(numerator) / float(denominator), rel=1e-12)


def test_a_lifetime_value_by_horizon_is_that_of_the_value_windows(marts: Marts) -> None:
    source = METRICS["lifetime_value"].source
    assert source
    by_window = f"SELECT end_day, {source.sql} AS v FROM {source.table} WHERE start_day = 0 GROUP BY end_day"
    by_horizon = dict(answer(marts, by_window, source.table))
    analysis = answer(
        marts,
        "SELECT horizon_days, SUM(revenue) AS r, SUM(eligible_user_count) AS n FROM analysis.ltv_repurchase "
        "WHERE activation_level = 'all' GROUP BY horizon_days",
        "analysis.ltv_repurchase",
    )
    assert len(analysis) == 4
    for horizon, revenue, users in analysis:
        assert by_horizon[horizon] == pytest.approx(float(revenue) / users)


FLAGS = {
    "retention_day_1": "is_active_day_1",
    "retention_day_7": "is_active_day_7",
    "retention_day_30": "is_active_day_30",
    "retention_days_7_to_29": "is_active_days_8_to_30",
    "retention_days_30_to_89": "is_active_days_31_to_90",
    "activation_rate": "is_activated",
}


@pytest.mark.parametrize(("name", "flag"), FLAGS.items())
def test_a_rate_of_a_flag_counts_the_users_for_whom_it_is_known(marts: Marts, name: str, flag: str) -> None:
    source = METRICS[name].source
    assert source
    known = [value for value in marts.values(CATALOG[source.table], flag) if value is not None]
    assert 0 < sum(known) < len(known) < len(marts.rows(CATALOG[source.table]))
    assert answer(marts, f"SELECT {source.sql} AS v FROM {source.table}", source.table) == [(sum(known) / len(known),)]


@pytest.mark.parametrize("metric", [each for each in METRICS.values() if each.source], ids=lambda metric: metric.name)
def test_every_source_can_be_computed_and_keeps_to_its_unit(marts: Marts, metric: Metric) -> None:
    assert metric.source
    keys = "".join(f"{column}, " for column in metric.source.within)
    grouped = f" GROUP BY {', '.join(metric.source.within)}" if keys else ""
    rows = answer(marts, f"SELECT {keys}{metric.source.sql} AS v FROM {metric.source.table}{grouped}", metric.source.table)
    values = [row[-1] for row in rows if row[-1] is not None]
    assert values
    assert min(values) >= metric.unit.minimum
    assert metric.unit is not Unit.SHARE or max(values) <= 1


def test_sql_gets_the_adopted_activation_from_its_declaration() -> None:
    (summary,) = (file for file in platform_sql() if file.table.name == "dm_user_purchase_summary")
    text = (sql_folder() / "marts" / "dm_user_purchase_summary.sql").read_text(encoding="utf-8")
    for name, number in ACTIVATION.parameters.items():
        assert f"@{name}" in text
        assert f"@{name}" not in summary.sql
        assert re.search(rf"(>=|<|=) {number}\b", summary.sql)


def test_the_document_is_the_registry() -> None:
    path = Path(ecom_platform.__file__).parent.parent / "docs" / "metrics.md"
    written = path.read_text(encoding="utf-8")
    assert written == markdown(), "run: python -m ecom_platform.tables.metrics_document > docs/metrics.md"


def test_a_sum_says_its_currency_and_a_nullable_measure_when_it_is_unknown() -> None:
    for table, column in COLUMNS:
        assert isinstance(column, Column)
        if isinstance(column, Measure):
            assert column.type is not Type.NUMERIC or "shop currency" in column.doc, f"{table}.{column.name}"
            assert column.nullable == ("null" in column.doc), f"{table}.{column.name}"
