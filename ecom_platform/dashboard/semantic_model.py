"""The semantic model: marts, analyses, how they relate and every metric, as Apache Ossie 0.2 for tools that read it.

It is an export. The specifications and the metric registry stay authoritative, and every line here derives from them. A
metric of the file is an expression over one dataset, in GoogleSQL and as a formula of Tableau.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ecom_platform.tables import CATALOG, Catalog, Column, Table, Type
from ecom_platform.tables.measures import Additivity, Measure
from ecom_platform.tables.metrics import METRICS, TOTALS, Metric, MetricColumn, Total
from ecom_platform.tables.spec import ForeignKey

VERSION = "0.2.0.dev0"
VENDOR = "ECOM_PLATFORM"
INSTRUCTIONS = (
    "A metric is a sum over a sum: to pool groups, add numerators and denominators and divide; never average rates. Days are "
    "UTC, and day 0 is the signup day. A null is unknown, never 0. Where a metric names columns under `within`, a figure "
    "takes one value of each."
)
LAYERS_SHOWN = ("marts", "analysis", "dashboard")
DATATYPES = {
    Type.STRING: "String",
    Type.INT64: "Integer",
    Type.FLOAT64: "Float",
    Type.BOOL: "Boolean",
    Type.DATE: "Date",
    Type.TIMESTAMP: "DateTimeTz",
    Type.NUMERIC: "Decimal",
}

Located = Callable[[Table], str]
"""Where a table is found, as the reader's database names it."""


def semantic_model(catalog: Catalog = CATALOG, located: Located = str) -> dict[str, Any]:
    """The model of the catalogue's marts, analyses and published aggregates, and of what they refer to."""
    tables = described(catalog)
    return {
        "version": VERSION,
        "semantic_model": [
            {
                "name": "ecom_platform",
                "description": "Customers of a shop: early activation, value, retention, the funnel and the categories.",
                "ai_context": {"instructions": INSTRUCTIONS},
                "datasets": [_dataset(table, located) for table in tables],
                "relationships": [_relationship(table, key, catalog) for table in tables for key in table.foreign_keys],
                "metrics": list(_metrics(tables)),
            }
        ],
    }


def described(catalog: Catalog) -> list[Table]:
    """The tables of the layers shown, and those that they refer to."""
    shown = [table for table in catalog.values() if table.layer in LAYERS_SHOWN]
    referred = {key.references for table in shown for key in table.foreign_keys}
    return [table for name, table in catalog.items() if name in referred or table in shown]


def _dataset(table: Table, located: Located) -> dict[str, Any]:
    return {
        "name": table.name,
        "source": located(table),
        "primary_key": list(table.key),
        "description": table.doc,
        "fields": [_field(column, column.name in table.key) for column in table.columns],
    }


def _field(column: Column, in_key: bool) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "expression": _dialects(column.name, f"[{column.name}]"),
        "description": column.doc,
        "datatype": DATATYPES[column.type],
    }
    if in_key or not isinstance(column, Measure | MetricColumn):
        field["dimension"] = {"is_time": column.type in (Type.DATE, Type.TIMESTAMP)}
    if isinstance(column, MetricColumn):
        field["label"] = column.metric.label
        field["ai_context"] = "A ratio of its row: never add or average it; use the metric of the same label."
    elif isinstance(column, Measure) and column.kind is not Additivity.ADDITIVE:
        field["ai_context"] = "It does not add up over rows."
    return field


def _relationship(table: Table, key: ForeignKey, catalog: Catalog) -> dict[str, Any]:
    other = catalog[key.references]
    return {
        "name": f"{table.name}_{key.column}_{other.name}",
        "from": table.name,
        "to": other.name,
        "from_columns": [key.column],
        "to_columns": [key.column],
    }


def _metrics(tables: Sequence[Table]) -> Iterator[dict[str, Any]]:
    """Every figure of the registry that is computed from one of the tables, for any group of its rows."""
    by_name = {str(table): table for table in tables}
    for metric in METRICS.values():
        source = metric.source
        if source and source.table in by_name:
            yield _metric(metric, source.sql, by_name[source.table], source.within, f" {metric.null.capitalize()}.")
    for figure in TOTALS.values():
        if figure.table in by_name:
            yield _metric(figure, figure.sql, by_name[figure.table])


def _metric(figure: Metric | Total, sql: str, table: Table, within: Sequence[str] = (), null: str = "") -> dict[str, Any]:
    from ecom_platform.dashboard.tableau.formulas import formula

    own = {"dataset": table.name, "within": within, "unit": figure.unit.value, "format": figure.unit.pattern}
    return {
        "name": figure.name,
        "expression": _dialects(qualified(sql, table.name), formula(sql)),
        "description": f"{figure.label}: {figure.formula} ({figure.unit.value}). {figure.text}{null}",
        "datatype": DATATYPES[Type.FLOAT64],
        "ai_context": {"synonyms": [figure.label, figure.korean]},
        "custom_extensions": [{"vendor_name": VENDOR, "data": json.dumps(own)}],
    }


def qualified(sql: str, dataset: str) -> str:
    """The expression with every column as `dataset.column`."""
    from sqlglot import exp

    from ecom_platform.warehouse.sql.analysis import GOOGLESQL, parse

    (expression,) = parse(f"SELECT {sql}").copy().selects
    for column in expression.find_all(exp.Column):
        column.set("table", exp.to_identifier(dataset))
    return expression.sql(GOOGLESQL)


def _dialects(google_sql: str, tableau: str) -> dict[str, Any]:
    return {
        "dialects": [
            {"dialect": "BIGQUERY", "expression": google_sql},
            {"dialect": "TABLEAU", "expression": tableau},
        ]
    }


def datasets(model: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The datasets of a model."""
    yield from model["semantic_model"][0]["datasets"]


def metrics(model: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The metrics of a model."""
    yield from model["semantic_model"][0]["metrics"]
