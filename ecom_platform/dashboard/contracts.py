"""Data contracts of the marts, a document each, as the Open Data Contract Standard 3.1.0 writes one.

A contract says what whoever reads a mart can rely on, and nothing that is not held already: its columns, key and rules are
those of the table's blocking check, its deadline is the layer's freshness. It derives from the specification.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ecom_platform import __version__
from ecom_platform.quality.checks.invariants import demands
from ecom_platform.quality.checks.rules import Family, Rule
from ecom_platform.tables import CATALOG, Catalog, Column, Table, Type
from ecom_platform.tables.layers import Layer
from ecom_platform.tables.measures import Measure
from ecom_platform.tables.metrics import MetricColumn
from ecom_platform.tables.spec import PARTITION_COLUMN

API_VERSION = "v3.1.0"
LAYER = "marts"
LOGICAL_TYPES = {
    Type.STRING: "string",
    Type.INT64: "integer",
    Type.FLOAT64: "number",
    Type.BOOL: "boolean",
    Type.DATE: "date",
    Type.TIMESTAMP: "timestamp",
    Type.NUMERIC: "number",
}
DIMENSIONS = {
    Family.KEYS: "uniqueness",
    Family.MISSING_VALUES: "completeness",
    Family.REFERENCES: "consistency",
    Family.ACCEPTED_VALUES: "conformity",
    Family.RANGES: "conformity",
    Family.CONSISTENCY: "consistency",
}

Server = Mapping[str, str]
"""Where the tables of a layer are, in the words of the standard: the type of the server, and what it needs."""


def contracts(server: Server, catalog: Catalog = CATALOG) -> dict[str, dict[str, Any]]:
    """The contract of every mart, by the mart's name."""
    return {table.name: contract(table, catalog.layer_of(table), server) for table in catalog.layer(LAYER)}


def contract(table: Table, layer: Layer, server: Server) -> dict[str, Any]:
    """The contract of one table."""
    rules = demands(table)
    return {
        "apiVersion": API_VERSION,
        "kind": "DataContract",
        "id": f"ecom_platform.{table}",
        "name": table.name,
        "version": __version__,
        "status": "active",
        "dataProduct": "ecom_platform",
        "description": {
            "purpose": table.doc,
            "usage": "Counts and sums add up as far as their text says; a rate is a sum over a sum, and is never averaged.",
            "limitations": "A null is unknown or not yet observed, never 0. Days are UTC.",
        },
        "servers": [{"server": layer.name, **server}],
        "schema": [
            {
                "name": table.name,
                "physicalName": table.name,
                "physicalType": "table",
                "description": table.doc,
                "dataGranularityDescription": table.doc.split(":")[0].split(". ")[0],
                "properties": [_property(table, column, rules) for column in table.columns],
                "quality": [_quality(table, rule) for rule in rules if not _of_one_column(rule)],
            }
        ],
        "team": {"name": layer.owner.removeprefix("team:")},
        "slaProperties": _deadlines(layer),
    }


def _property(table: Table, column: Column, rules: tuple[Rule, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": column.name,
        "logicalType": LOGICAL_TYPES[column.type],
        "description": column.doc,
        "required": not column.nullable,
    }
    if bounds := {end: value for end in ("minimum", "maximum") if (value := getattr(column, end)) is not None}:
        found["logicalTypeOptions"] = bounds
    if column.name in table.key:
        found |= {"primaryKey": True, "primaryKeyPosition": table.key.index(column.name) + 1}
    if column.name == PARTITION_COLUMN:
        found |= {"partitioned": True, "partitionKeyPosition": 1}
    if isinstance(column, MetricColumn):
        found["businessName"] = column.metric.label
        if column.sql:
            found["transformLogic"] = column.sql
    if custom := _custom(column):
        found["customProperties"] = [{"property": name, "value": value} for name, value in custom.items()]
    if quality := [_quality(table, rule) for rule in rules if _of_one_column(rule) and rule.columns == (column.name,)]:
        found["quality"] = quality
    return found


def _custom(column: Column) -> dict[str, str]:
    match column:
        case MetricColumn():
            return {"metric": column.metric.name, "unit": column.metric.unit.value}
        case Measure():
            return {"additivity": column.kind.value}
    return {}


def _of_one_column(rule: Rule) -> bool:
    """Whether the rule is judged by the values of one column alone, whatever other rows hold."""
    return rule.family in (Family.MISSING_VALUES, Family.ACCEPTED_VALUES, Family.RANGES)


def _quality(table: Table, rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "description": f"Every row: {rule.words}.",
        "dimension": DIMENSIONS[rule.family],
        "severity": "error",
        **_executable(table, rule),
    }


def _executable(table: Table, rule: Rule) -> dict[str, Any]:
    """How a reader's tool can check the rule; in words alone where the standard has no measure of it."""
    none = {"mustBe": 0, "unit": "rows"}
    column = table.column(rule.columns[0])
    match rule.family:
        case Family.KEYS:
            return {"type": "library", "metric": "duplicateValues", "arguments": {"properties": list(table.key)}, **none}
        case Family.MISSING_VALUES:
            return {"type": "library", "metric": "nullValues", **none}
        case Family.ACCEPTED_VALUES:
            return {"type": "library", "metric": "invalidValues", "arguments": {"validValues": list(column.accepted)}, **none}
        case Family.RANGES:
            bounds = {"<": column.minimum, ">": column.maximum}
            outside = " OR ".join(f"${{column}} {sign} {bound:g}" for sign, bound in bounds.items() if bound is not None)
            return {"type": "sql", "query": f"SELECT COUNT(*) FROM ${{table}} WHERE {outside}", **none}
    return {"type": "text"}


def _deadlines(layer: Layer) -> list[dict[str, Any]]:
    if layer.freshness is None:
        return []
    warn, fail = (_hours(age) for age in (layer.freshness.warn, layer.freshness.fail))
    return [
        {
            "property": "latency",
            "value": fail,
            "unit": "h",
            "description": f"No table is older than that; from {warn} hours on, its owner is warned.",
        }
    ]


def _hours(age: timedelta) -> int:
    return round(age / timedelta(hours=1))
