"""What follows from a layer's entry in the registry, shown by adding the layer that CONTRIBUTING adds."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any

import dagster as dg
import pytest

from ecom_platform.definitions import build_definitions
from ecom_platform.orchestration.automation.jobs import GENERATE, REFRESH
from ecom_platform.orchestration.automation.layers import in_layers
from ecom_platform.orchestration.automation.selections import not_empty
from ecom_platform.settings import Settings
from ecom_platform.tables import CATALOG, layers
from ecom_platform.tables.layers import LAYERS, Freshness, Layer, Layers
from ecom_platform.tables.spec import Catalog, Table
from ecom_platform.warehouse.bigquery import statements
from ecom_platform.warehouse.bigquery.options import BigQueryOptions
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform.warehouse.sql import load_sql, sql_folder
from ecom_platform_tests.contributing.guide import section

NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
SETTINGS = Settings.load({"ECOM_AS_OF": "2026-11-22"})
KEY = dg.AssetKey(["forecasts", "customers"])


@dataclass(frozen=True)
class Example:
    """The layer of CONTRIBUTING: its entry, its table, and a folder of SQL files with its statement in it."""

    said: str
    files: tuple[str, ...]
    layer: Layer
    table: Table
    sql: Path

    @property
    def catalog(self) -> Catalog:
        return Catalog((*CATALOG.values(), self.table), Layers((*LAYERS.values(), self.layer)), CATALOG.parameters)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    said = section("Add a layer")
    entry, table, statement = (dedent(block) for block in re.findall(r"```\w+\n(.*?)```", said, re.DOTALL))
    names: dict[str, Any] = {}
    exec(table, names)
    files = tuple(re.findall(r"^\d\. `([^`]+)`", said, re.MULTILINE))
    folder = tmp_path_factory.mktemp("layer")
    shutil.copytree(sql_folder(), folder / "sql")
    path = folder / files[-1]
    path.parent.mkdir()
    path.write_text(statement)
    return Example(said, files, eval(entry, vars(layers)), names["CUSTOMERS"], folder / "sql")


@pytest.fixture(scope="module")
def definitions(example: Example) -> dg.Definitions:
    return build_definitions(SETTINGS, example.catalog, example.sql)


def selected(definitions: dg.Definitions, job: str) -> set[dg.AssetKey]:
    return set(definitions.resolve_job_def(job).asset_layer.selected_asset_keys)


def test_as_many_files_as_the_how_to_names(example: Example) -> None:
    (word,) = re.findall(r"these (\w+) files", example.said)
    assert NUMBERS[word] == len(example.files)


def test_the_asset_has_the_group_and_the_owner_of_its_layer(example: Example, definitions: dg.Definitions) -> None:
    node = definitions.resolve_asset_graph().get(KEY)
    assert node.group_name == "forecasts"
    assert node.owners == [example.layer.owner]
    assert node.is_partitioned
    assert node.parent_keys == {dg.AssetKey(["marts", "dm_user_purchase_summary"])}


def test_it_follows_the_data_as_its_layer_does(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    assert graph.get(KEY).automation_condition == graph.get(dg.AssetKey(["marts", "dm_funnel_events"])).automation_condition
    (sensor,) = [each for each in definitions.sensors or [] if each.name == "marts_follow_the_data"]
    assert isinstance(sensor, dg.AutomationConditionSensorDefinition)
    assert KEY in sensor.asset_selection.resolve(graph)


def test_a_source_that_is_updated_has_it_rebuilt(definitions: dg.Definitions) -> None:
    source = dg.AssetKey(["marts", "dm_user_purchase_summary"])
    with dg.DagsterInstance.ephemeral() as instance:
        found = dg.evaluate_automation_conditions(definitions, instance, dg.AssetSelection.assets(KEY))
        instance.report_runless_asset_event(dg.AssetMaterialization(source, partition="2026-06-01"))
        found = dg.evaluate_automation_conditions(definitions, instance, dg.AssetSelection.assets(KEY), cursor=found.cursor)
    assert found.get_requested_partitions(KEY) == {"2026-06-01"}


def test_its_table_is_guarded(definitions: dg.Definitions) -> None:
    checks = {check.name for check in definitions.resolve_asset_graph().asset_check_keys if check.asset_key == KEY}
    assert checks == {"contract"}


def test_the_job_that_rebuilds_what_follows_the_data_selects_it_and_no_other_does(definitions: dg.Definitions) -> None:
    assert KEY in selected(definitions, REFRESH)
    assert KEY not in selected(definitions, GENERATE)


def test_both_warehouses_place_it_by_the_name_of_its_layer(example: Example, tmp_path: Path) -> None:
    options = BigQueryOptions(dataset_prefix="shop_")
    (file,) = load_sql(example.sql, example.catalog, [example.layer.name])
    assert "`shop_marts`.`dm_user_purchase_summary`" in statements.rendered(file.query(), ["2026-06-01"], options.dataset)
    assert "`shop_forecasts`.`customers`" in statements.count(example.table, None, options.dataset)
    warehouse = DuckDBWarehouse(tmp_path / "warehouse.duckdb")
    warehouse.replace({example.table: file.query()}, ["2026-06-01"])
    assert "forecasts.customers" in warehouse.tables()


@pytest.mark.parametrize(
    ("change", "follows", "checks"),
    [
        ({"written": layers.Written.ON_REQUEST}, False, {"contract"}),
        ({"checks": layers.Checks.NONE}, True, set()),
        ({"group": "marts", "owner": "team:forecasting"}, True, {"contract"}),
        ({"freshness": Freshness(warn=timedelta(hours=1), fail=timedelta(hours=2))}, True, {"contract"}),
    ],
    ids=["on request", "unchecked", "shown with the marts", "fresh"],
)
def test_another_entry_makes_another_layer(example: Example, change: dict[str, Any], follows: bool, checks: set[str]) -> None:
    layer = replace(example.layer, **change)
    catalog = Catalog((*CATALOG.values(), example.table), Layers((*LAYERS.values(), layer)), CATALOG.parameters)
    definitions = build_definitions(SETTINGS, catalog, example.sql)
    graph = definitions.resolve_asset_graph()
    node = graph.get(KEY)
    assert (node.group_name, node.owners) == (layer.group, [layer.owner])
    assert (node.automation_condition is not None) == (KEY in selected(definitions, REFRESH)) == follows
    assert {check.name for check in graph.asset_check_keys if check.asset_key == KEY} == checks
    assert (node.freshness_policy is not None) == (layer.freshness is not None)


def test_an_asset_of_no_layer_is_refused_in_one_sentence() -> None:
    @dg.asset(key=["mart", "extra"])
    def extra() -> None: ...

    with pytest.raises(ValueError) as refused:
        in_layers([extra], LAYERS)
    assert str(refused.value) == (
        "The asset mart/extra belongs to no layer: there is no mart in ecom_platform/tables/layers.py."
    )


def test_an_asset_that_is_no_table_belongs_to_the_layer_of_its_key(example: Example) -> None:
    @dg.asset(key=["forecasts", "report_file"], deps=[KEY])
    def report_file() -> None: ...

    (placed,) = in_layers([report_file], example.catalog.layers)
    (spec,) = placed.specs
    assert (spec.group_name, list(spec.owners)) == ("forecasts", [example.layer.owner])
    assert spec.automation_condition is not None


@pytest.mark.parametrize(
    ("selection", "named"),
    [
        (dg.AssetSelection.groups("clean", "quarantine"), 'group:"quarantine"'),
        (dg.AssetSelection.groups("clean") | dg.AssetSelection.key_prefixes("mart"), 'key:"mart/*"'),
        (dg.AssetSelection.all() - dg.AssetSelection.from_string('group:"insight*"'), 'group:"insight*"'),
        (dg.AssetSelection.groups("violations").upstream(), 'group:"violations"'),
    ],
    ids=["group", "layer", "pattern", "upstream of a group"],
)
def test_a_job_that_selects_what_no_asset_is_in_is_refused(selection: dg.AssetSelection, named: str) -> None:
    @dg.asset(key=["clean", "orders"], group_name="clean")
    def orders() -> None: ...

    with pytest.raises(ValueError) as refused:
        not_empty([dg.define_asset_job("nightly", selection=selection)], [orders])
    assert str(refused.value) == f"nightly selects {named}, which matches no asset."


def test_the_platform_with_a_layer_that_has_no_asset_does_not_load(example: Example) -> None:
    catalog = Catalog(tuple(CATALOG.values()), Layers((*LAYERS.values(), example.layer)), CATALOG.parameters)
    with pytest.raises(ValueError, match=r'refresh_data_mart selects key:"forecasts/\*", which matches no asset'):
        build_definitions(SETTINGS, catalog)
