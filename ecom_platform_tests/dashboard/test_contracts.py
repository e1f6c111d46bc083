"""Data contracts: valid by their published schema, complete, and their rules find what breaks them."""

from __future__ import annotations

import copy
from typing import Any

import pyarrow as pa
import pytest
import yaml

from ecom_platform.dashboard.contracts import contract, contracts
from ecom_platform.dashboard.documents import DATA_CONTRACT, to_yaml, violations
from ecom_platform.quality.checks.invariants import demands
from ecom_platform.tables import CATALOG, LAYERS, MARTS, Column, Table, Type
from ecom_platform_tests.marts.shop import Marts

SERVER = {"type": "duckdb", "database": "warehouse.duckdb", "schema": "marts"}
CONTRACTS: dict[str, dict[str, Any]] = {
    name: yaml.safe_load(to_yaml(document, "the specifications")) for name, document in contracts(SERVER).items()
}
"""As they are read from the files."""


def schema(document: dict[str, Any]) -> dict[str, Any]:
    (found,) = document["schema"]
    return dict(found)


def test_every_mart_has_one() -> None:
    assert list(CONTRACTS) == [table.name for table in MARTS]


@pytest.mark.parametrize("name", CONTRACTS)
def test_the_published_schema_accepts_it(name: str) -> None:
    assert list(violations(CONTRACTS[name], DATA_CONTRACT)) == []


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("apiVersion",), "v9", "'v9' is not one of"),
        (("servers", 0, "type"), "notepad", "'notepad' is not one of"),
        (("schema", 0, "properties", 0, "logicalType"), "INT64", "'INT64' is not one of"),
        (("schema", 0, "properties", 0, "colour"), "blue", "'colour' was unexpected"),
        (("slaProperties", 0), {"property": "latency"}, "'value' is a required property"),
    ],
)
def test_the_published_schema_refuses_a_damaged_one(path: tuple[Any, ...], value: Any, said: str) -> None:
    document = copy.deepcopy(CONTRACTS["dm_user_purchase_summary"])
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert any(said in violation for violation in violations(document, DATA_CONTRACT))


@pytest.mark.parametrize("table", MARTS, ids=lambda table: table.name)
def test_it_promises_what_the_table_s_blocking_check_holds(table: Table) -> None:
    promised = schema(CONTRACTS[table.name])
    properties = promised["properties"]
    assert [each["name"] for each in properties] == list(table.column_names)
    assert [each["required"] for each in properties] == [not column.nullable for column in table.columns]
    keyed = {each["name"]: each["primaryKeyPosition"] for each in properties if "primaryKey" in each}
    assert sorted(keyed, key=lambda name: keyed[name]) == list(table.key)
    rules = [*promised["quality"], *(rule for each in properties for rule in each.get("quality", ()))]
    assert {rule["name"] for rule in rules} == {rule.name for rule in demands(table)}


def test_its_deadline_is_the_layer_s() -> None:
    fail = LAYERS["marts"].freshness
    assert fail
    for document in CONTRACTS.values():
        (deadline,) = document["slaProperties"]
        assert (deadline["property"], deadline["unit"]) == ("latency", "h")
        assert deadline["value"] * 3600 == fail.fail.total_seconds()


def test_a_layer_without_a_deadline_promises_none() -> None:
    assert contract(CATALOG["analysis.cohort_retention"], LAYERS["analysis"], SERVER)["slaProperties"] == []


def executed(marts: Marts, table: Table) -> dict[str, int]:
    """Offending rows of each rule that a reader's tool can execute, counted as the standard means it, in one query."""
    promised = schema(yaml.safe_load(to_yaml(contract(table, LAYERS["marts"], SERVER), "the specifications")))
    counts = {}
    for column, rule in [
        *(("", rule) for rule in promised["quality"]),
        *((each["name"], rule) for each in promised["properties"] for rule in each.get("quality", ())),
    ]:
        match rule.get("metric"):
            case "nullValues":
                counts[rule["name"]] = f"COUNTIF({column} IS NULL)"
            case "invalidValues":
                accepted = ", ".join(f"'{value}'" for value in rule["arguments"]["validValues"])
                counts[rule["name"]] = f"COUNTIF({column} NOT IN ({accepted}))"
            case "duplicateValues":
                key = ", ".join(rule["arguments"]["properties"])
                repeated = f"SELECT {key} FROM {table} GROUP BY {key} HAVING COUNT(*) > 1"
                counts[rule["name"]] = f"MAX((SELECT COUNT(*) FROM ({repeated}) AS repeated))"
            case _ if rule["type"] == "sql":
                before, condition = rule["query"].replace("${column}", column).split(" WHERE ")
                assert before == "SELECT COUNT(*) FROM ${table}"
                counts[rule["name"]] = f"COUNTIF({condition})"
    sql = f"SELECT {', '.join(f'{count} AS {name}' for name, count in counts.items())} FROM {table}"
    (found,) = marts.warehouse.query(sql, [table]).to_pylist()
    return dict(found)


@pytest.mark.parametrize("table", MARTS, ids=lambda table: table.name)
def test_the_rows_of_a_mart_keep_every_rule_that_can_be_executed(random_marts: Marts, table: Table) -> None:
    assert random_marts.rows(table)
    offences = executed(random_marts, table)
    assert "key_unique" in offences
    assert set(offences.values()) == {0}


def test_a_row_that_breaks_a_rule_is_found_by_it(random_marts: Marts) -> None:
    plain = Table(
        layer="marts",
        name="plain",
        doc="One row per thing.",
        columns=(
            Column("thing", Type.STRING, "The thing."),
            Column("colour", Type.STRING, "Its colour.", accepted=("red", "blue")),
            Column("weight", Type.INT64, "Its weight.", minimum=1, maximum=9),
        ),
        key=("thing",),
    )
    rows = [("a", "red", 1), ("a", "blue", 9), ("b", "green", 0), ("c", None, 10), ("d", "red", None)]
    content = pa.Table.from_pylist([dict(zip(plain.column_names, row, strict=True)) for row in rows], plain.arrow_schema)
    random_marts.warehouse.replace({plain: content}, None)
    assert executed(random_marts, plain) == {
        "key_unique": 1,
        "colour_present": 1,
        "colour_accepted": 1,
        "weight_present": 1,
        "weight_minimum": 2,
        "weight_maximum": 2,
    }
