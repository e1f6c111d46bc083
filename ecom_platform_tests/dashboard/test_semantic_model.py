"""The semantic model: valid by its published schema, and every metric of the file is what the mart holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from ecom_platform.dashboard.documents import OSSIE, to_yaml, violations
from ecom_platform.dashboard.semantic_model import datasets, metrics, semantic_model
from ecom_platform.dashboard.tableau.formulas import tokens
from ecom_platform.tables import ANALYSIS, CATALOG, DASHBOARD, MARTS, Table
from ecom_platform.tables.metrics import METRICS, TOTALS
from ecom_platform_tests.marts.shop import Marts, Row

MODEL: dict[str, Any] = yaml.safe_load(to_yaml(semantic_model(), "the specifications"))
"""As it is read from the file."""
FILED = {metric["name"]: metric for metric in metrics(MODEL)}
TABLES: dict[str, Table] = {dataset["name"]: CATALOG[dataset["source"]] for dataset in datasets(MODEL)}


def extension(metric: dict[str, Any]) -> dict[str, Any]:
    (only,) = metric["custom_extensions"]
    found: dict[str, Any] = json.loads(only["data"])
    return found


def expression(metric: dict[str, Any], dialect: str) -> str:
    (found,) = (each["expression"] for each in metric["expression"]["dialects"] if each["dialect"] == dialect)
    return str(found)


def test_the_published_schema_accepts_the_file() -> None:
    assert list(violations(MODEL, OSSIE)) == []


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda model: model.pop("version"), "'version' is a required property"),
        (lambda model: next(metrics(model))["expression"]["dialects"][0].update(dialect="SQL"), "'SQL' is not one of"),
        (lambda model: next(datasets(model)).pop("source"), "'source' is a required property"),
        (lambda model: next(datasets(model))["fields"][0].update(datatype="INT64"), "'INT64' is not one of"),
    ],
)
def test_the_published_schema_refuses_a_damaged_one(damage: Callable[[dict[str, Any]], Any], said: str) -> None:
    model = json.loads(json.dumps(MODEL))
    damage(model)
    assert any(said in violation for violation in violations(model, OSSIE))


def test_marts_analyses_and_published_aggregates_are_in_it_with_every_column_and_key() -> None:
    assert len(TABLES) == len(list(datasets(MODEL)))
    assert {*MARTS, *ANALYSIS, *DASHBOARD} <= set(TABLES.values())
    for dataset in datasets(MODEL):
        table = TABLES[dataset["name"]]
        assert [field["name"] for field in dataset["fields"]] == list(table.column_names)
        assert dataset["primary_key"] == list(table.key)


def test_a_relationship_leads_to_a_key_of_a_dataset() -> None:
    relationships = MODEL["semantic_model"][0]["relationships"]
    assert {each["from"] for each in relationships} >= {"dm_user_purchase_summary", "dm_funnel_events"}
    for each in relationships:
        assert set(each["from_columns"]) <= set(TABLES[each["from"]].column_names)
        assert tuple(each["to_columns"]) == TABLES[each["to"]].key


def test_every_figure_that_any_group_of_rows_has_is_in_it() -> None:
    assert {name for name, metric in METRICS.items() if metric.source} | set(TOTALS) == set(FILED)


def total(rows: list[Row], value: Callable[[Row], Any]) -> float:
    return float(sum(value(row) or 0 for row in rows))


def ratio(numerator: Callable[[Row], Any], denominator: Callable[[Row], Any]) -> Callable[[list[Row]], float | None]:
    def of(rows: list[Row]) -> float | None:
        below = total(rows, denominator)
        return total(rows, numerator) / below if below else None

    return of


def number(value: Any) -> float | None:
    return None if value is None else float(value)


def flagged(column: str) -> Callable[[list[Row]], float | None]:
    return ratio(lambda row: row[column] is True, lambda row: row[column] is not None)


FROM_ROWS: dict[str, Callable[[list[Row]], float | None]] = {
    "lifetime_value": ratio(lambda row: row["revenue"], lambda row: row["is_window_observed"]),
    "average_revenue_per_user": ratio(lambda row: row["lifetime_revenue"], lambda _: 1),
    "revenue_per_user_per_30_days": ratio(lambda row: 30 * row["lifetime_revenue"], lambda row: row["days_observed"]),
    "orders_per_user_per_30_days": ratio(lambda row: 30 * row["successful_order_count"], lambda row: row["days_observed"]),
    "orders_per_user": ratio(lambda row: row["successful_order_count"], lambda _: 1),
    "later_value_per_user": ratio(
        lambda row: row["revenue_days_31_to_360"], lambda row: row["revenue_days_31_to_360"] is not None
    ),
    "payment_failure_rate": ratio(
        lambda row: row["failed_order_count"], lambda row: row["failed_order_count"] + row["successful_order_count"]
    ),
    "stage_sessions": lambda rows: total(rows, lambda row: row["furthest_stage"] is not None),
    "paying_share": ratio(lambda row: row["successful_order_count"] >= 1, lambda _: 1),
    "repurchase_rate": ratio(lambda row: row["successful_order_count"] >= 2, lambda row: row["successful_order_count"] >= 1),
    "average_days_observed": ratio(lambda row: row["days_observed"], lambda _: 1),
    "activation_rate": flagged("is_activated"),
    "discount_exposure_rate": flagged("has_discount_exposure"),
    "retention_day_1": flagged("is_active_day_1"),
    "retention_day_7": flagged("is_active_day_7"),
    "retention_day_30": flagged("is_active_day_30"),
    "retention_days_7_to_29": flagged("is_active_days_8_to_30"),
    "retention_days_30_to_89": flagged("is_active_days_31_to_90"),
    "checkout_without_cart_share": ratio(lambda row: row["is_checkout_without_cart"], lambda row: row["checkout_count"] > 0),
}
"""Every figure of the file that is not of plain columns, said once more: from the rows of its mart, in plain Python."""


def from_rows(name: str) -> Callable[[list[Row]], float | None]:
    """What the rows of its mart say that the figure is."""
    if name in FROM_ROWS:
        return FROM_ROWS[name]
    if name in TOTALS:
        return lambda rows: total(rows, lambda row: row[TOTALS[name].summed])
    source = METRICS[name].source
    assert source
    return ratio(lambda row: row[source.numerator], lambda row: row[source.denominator])


@pytest.mark.parametrize("name", FILED)
def test_a_metric_of_the_file_is_what_its_mart_holds(random_marts: Marts, name: str) -> None:
    metric = FILED[name]
    own = extension(metric)
    table, within = TABLES[own["dataset"]], own["within"]
    keys = "".join(f"{column}, " for column in within)
    grouped = f" GROUP BY {', '.join(within)}" if within else ""
    sql = f"SELECT {keys}{expression(metric, 'BIGQUERY')} AS value FROM {table} AS {own['dataset']}{grouped}"
    answers = random_marts.warehouse.query(sql, [table]).to_pylist()
    figures = {tuple(row[column] for column in within): number(row["value"]) for row in answers}
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in random_marts.rows(table):
        groups.setdefault(tuple(row[column] for column in within), []).append(row)
    expected = {group: from_rows(name)(rows) for group, rows in groups.items()}
    assert any(expected.values())
    assert figures == {group: value and pytest.approx(value, rel=1e-12) for group, value in expected.items()}


@pytest.mark.parametrize("name", FILED)
def test_a_metric_is_a_formula_of_tableau_over_columns_of_its_dataset(name: str) -> None:
    metric = FILED[name]
    named = {token.text for token in tokens(expression(metric, "TABLEAU")) if token.kind == "field"}
    assert named
    assert named <= set(TABLES[extension(metric)["dataset"]].column_names)
