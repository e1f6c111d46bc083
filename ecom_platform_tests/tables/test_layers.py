"""The registry of layers: complete, in order, and the only place that knows one by name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ecom_platform.tables import CATALOG
from ecom_platform.tables.layers import LAYERS, Layer, Layers, Written
from ecom_platform.tables.spec import Catalog, Column, Table, Type
from ecom_platform.warehouse.bigquery.warehouse import OWN_LAYER, STAGING_LAYER

CHECKOUT = Path(__file__).parents[2]
ONE = Layer("one", "The first.", owner="team:a", written=Written.FOLLOWING)


def table(layer: str, name: str = "things") -> Table:
    return Table(layer, name, "One row per thing.", (Column("x", Type.INT64, "A number."),), ("x",))


def test_every_layer_has_tables_and_every_table_a_layer() -> None:
    assert {table.layer for table in CATALOG.values()} == set(LAYERS)


def test_the_catalogue_is_in_the_order_of_the_layers() -> None:
    assert list(Catalog((table("marts"), table("raw"), table("clean")))) == ["raw.things", "clean.things", "marts.things"]
    assert [LAYERS.order(table.layer) for table in CATALOG.values()] == sorted(
        LAYERS.order(table.layer) for table in CATALOG.values()
    )


def test_a_table_of_no_layer_is_refused_in_one_sentence() -> None:
    with pytest.raises(ValueError) as refused:
        Catalog((table("mart"),))
    assert str(refused.value) == "mart.things belongs to no layer: there is no mart in ecom_platform/tables/layers.py"


def test_an_unknown_layer_is_named_together_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match=r"there is no layer two: ecom_platform/tables/layers\.py has one"):
        Layers((ONE,))["two"]


def test_two_layers_do_not_share_a_name() -> None:
    with pytest.raises(ValueError, match="two layers share a name"):
        Layers((ONE, ONE))


def test_a_layer_is_shown_in_a_group_of_its_own_unless_it_names_another() -> None:
    assert ONE.group == "one"
    assert LAYERS["quarantine"].group == LAYERS["clean"].group == "clean"


def test_layers_that_balance_name_layers_before_them() -> None:
    balanced = [layer for layer in LAYERS.values() if layer.balance]
    assert balanced
    for layer in balanced:
        assert layer.balance is not None
        for other in (layer.balance.source, layer.balance.rejects):
            assert LAYERS.order(other) < LAYERS.order(layer.name)


def test_terraform_makes_a_dataset_for_every_layer() -> None:
    listed = re.search(r"layers = toset\(\[(.*?)\]\)", (CHECKOUT / "deploy/terraform/main.tf").read_text(), re.DOTALL)
    assert listed is not None
    assert set(re.findall(r'"(\w+)"', listed[1])) >= {*LAYERS, OWN_LAYER, STAGING_LAYER}


def compared(path: Path) -> Iterator[ast.expr]:
    """Every constant that code compares something with."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Compare):
            for side in (node.left, *node.comparators):
                yield from (each for each in ast.walk(side) if isinstance(each, ast.Constant))
        elif isinstance(node, ast.MatchValue):
            yield node.value


@pytest.mark.parametrize(
    "room", sorted(path.name for path in (CHECKOUT / "ecom_platform").iterdir() if path.is_dir() and path.name != "tables")
)
def test_no_code_outside_the_registry_decides_by_the_name_of_a_layer(room: str) -> None:
    decides = [
        f"{path.relative_to(CHECKOUT)}:{constant.lineno}"
        for path in (CHECKOUT / "ecom_platform" / room).rglob("*.py")
        for constant in compared(path)
        if isinstance(constant, ast.Constant) and constant.value in LAYERS
    ]
    assert decides == []
