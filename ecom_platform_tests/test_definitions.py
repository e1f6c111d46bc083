"""The definitions as a whole: what a person finds in the UI."""

import subprocess
import sys

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

from ecom_platform.definitions import build_definitions
from ecom_platform.settings import Settings
from ecom_platform.tables import ANALYSIS, CATALOG, CLEANED, MARTS, RAW

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
        assert node.group_name == ("clean" if table.layer in ("violations", "quarantine") else table.layer)
        assert node.is_materializable


def test_every_asset_tells_what_it_is(graph: AssetGraph) -> None:
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        table = CATALOG[".".join(key.path)]
        assert node.description
        assert node.owners
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
    order = ["raw", "clean", "marts", "analysis", "quality"]
    for key in graph.get_all_asset_keys():
        for parent in graph.get(key).parent_keys:
            assert order.index(graph.get(parent).group_name) <= order.index(graph.get(key).group_name), f"{key} reads {parent}"


def test_the_truth_is_read_by_scoring_alone(graph: AssetGraph) -> None:
    for truth in ("world_truth", "injected_anomalies"):
        readers = graph.get(dg.AssetKey(["raw", truth])).child_keys
        assert {reader.path[0] for reader in readers} <= {"quality"}


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
    assert selected("generate_synthetic_data_daily") >= keys("raw", "violations", "quarantine", "clean")
    assert selected("refresh_data_mart") >= keys("marts", "analysis")
    assert dg.AssetKey(["marts", "dm_funnel_events"]) in selected("funnel_preprocessing")
    assert dg.AssetKey(["clean", "user_events"]) in selected("funnel_preprocessing")
    assert not selected("funnel_preprocessing") & keys("raw", "analysis")


def test_the_catalogue_holds_what_the_platform_promises() -> None:
    assert {table.name for table in RAW} >= {"users", "products", "orders", "order_items", "user_events"}
    assert {table.name for table in MARTS} >= {"dm_user_purchase_summary", "dm_category_performance", "dm_funnel_events"}
    assert len(ANALYSIS) >= 6


def test_loading_them_imports_no_heavy_library_and_opens_no_warehouse(tmp_path: object) -> None:
    program = (
        "import sys; from ecom_platform.definitions import defs; defs(); "
        "print([name for name in ('pandas', 'numpy', 'scipy', 'pyarrow', 'duckdb', 'pandera', 'ibis', 'google.cloud') "
        "if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"ECOM_HOME": f"{tmp_path}/home"}
    )
    assert done.stdout.strip() == "[]"
