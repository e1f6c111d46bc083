"""The definitions as a whole: what a person finds in the UI."""

import subprocess
import sys

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

from ecom_platform.definitions import build_definitions
from ecom_platform.settings import Settings
from ecom_platform.tables import ANALYSIS, CATALOG, CLEANED, LAYERS, MARTS, RAW

FILES = {
    dg.AssetKey(["insights", "report"]),
    dg.AssetKey(["dashboard", "published"]),
    *(dg.AssetKey(["dashboard", f"{page}_page"]) for page in ("kpi", "category", "cohort", "funnel")),
    dg.AssetKey(["dashboard", "workbook"]),
    dg.AssetKey(["dashboard", "semantic_model"]),
    dg.AssetKey(["dashboard", "contracts"]),
}
"""Assets that are files, not tables."""
SETTINGS = Settings.load({"ECOM_AS_OF": "2026-11-22"})


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return build_definitions(SETTINGS)


@pytest.fixture(scope="module")
def graph(definitions: dg.Definitions) -> AssetGraph:
    return definitions.resolve_asset_graph()


def keys(*layers: str) -> set[dg.AssetKey]:
    return {dg.AssetKey([table.layer, table.name]) for table in CATALOG.values() if table.layer in layers}


def test_every_table_is_an_asset_in_the_group_of_its_layer(graph: AssetGraph) -> None:
    for table in CATALOG.values():
        node = graph.get(dg.AssetKey([table.layer, table.name]))
        assert node.group_name == LAYERS[table.layer].group
        assert node.owners == [LAYERS[table.layer].owner]
        assert node.is_materializable


def test_every_asset_is_described(graph: AssetGraph) -> None:
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description
        if key in FILES:
            assert node.kinds
            continue
        table = CATALOG[".".join(key.path)]
        assert node.kinds >= {"duckdb", "table"}
        columns = node.metadata["dagster/column_schema"].columns
        assert [column.name for column in columns] == list(table.column_names)
        assert all(column.description for column in columns)


def test_user_derived_assets_share_the_signup_months(graph: AssetGraph) -> None:
    partitioned = {key for key in graph.get_all_asset_keys() if graph.get(key).is_partitioned}
    assert partitioned == {dg.AssetKey([table.layer, table.name]) for table in CATALOG.values() if table.partitioned}
    months = {id(graph.get(key).partitions_def) for key in partitioned}
    assert len(months) == 1


def test_data_moves_one_way_through_the_layers(graph: AssetGraph) -> None:
    # Violations are found in what is clean so far, table by table: the layers of one group are built together.
    order = list(dict.fromkeys(layer.group for layer in LAYERS.values()))
    assert order == ["raw", "clean", "marts", "analysis", "insights", "dashboard", "quality"]
    for key in graph.get_all_asset_keys():
        for parent in graph.get(key).parent_keys:
            assert order.index(graph.get(parent).group_name) <= order.index(graph.get(key).group_name), f"{key} reads {parent}"


def test_the_truth_is_read_by_scoring_alone(graph: AssetGraph) -> None:
    for truth in ("world_truth", "injected_anomalies"):
        key = dg.AssetKey(["raw", truth])
        assert {reader.path[0] for reader in graph.get(key).child_keys} == {"quality"}
        assert {check.asset_key for check in graph.asset_check_keys if key in graph.get(check).parent_entity_keys} == {key}


def test_every_clean_table_is_accounted_for(graph: AssetGraph) -> None:
    accounted = {key.asset_key for key in graph.asset_check_keys if key.name == "accounting"}
    assert accounted == {dg.AssetKey(["clean", table.name]) for table in CLEANED}


def test_the_jobs_have_the_given_names_and_select_their_layers(definitions: dg.Definitions) -> None:
    def selected(job: str) -> set[dg.AssetKey]:
        return set(definitions.resolve_job_def(job).asset_layer.selected_asset_keys)

    assert {job.name for job in definitions.jobs or []} == {
        "generate_synthetic_data_daily",
        "refresh_data_mart",
        "funnel_preprocessing",
    }
    assert selected("generate_synthetic_data_daily") == keys("raw", "violations", "quarantine", "clean")
    assert selected("refresh_data_mart") == keys("marts", "analysis", "insights", "dashboard") | FILES
    events = dg.AssetKey(["marts", "dm_funnel_events"])
    upstream = definitions.resolve_asset_graph().get_ancestor_asset_keys(events)
    assert selected("funnel_preprocessing") == {events} | (upstream - keys("raw"))
    assert selected("funnel_preprocessing") >= {dg.AssetKey(["violations", "user_events"]), dg.AssetKey(["clean", "users"])}


def test_the_catalogue_holds_what_the_platform_promises() -> None:
    assert {table.name for table in RAW} >= {"users", "products", "orders", "order_items", "user_events"}
    assert {table.name for table in MARTS} >= {"dm_user_purchase_summary", "dm_category_performance", "dm_funnel_events"}
    assert len(ANALYSIS) >= 6


def test_loading_them_warns_of_nothing_imports_no_heavy_library_and_opens_no_warehouse(tmp_path: object) -> None:
    program = (
        "import sys; from ecom_platform.definitions import defs; defs(); "
        "print([name for name in ('pandas', 'numpy', 'scipy', 'pyarrow', 'duckdb', 'pandera', 'ibis', 'google.cloud') "
        "if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"ECOM_HOME": f"{tmp_path}/home"},
    )
    assert done.stdout.strip() == "[]"
