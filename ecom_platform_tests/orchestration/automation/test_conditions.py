"""What follows the data: which partitions are requested after which events, and which never are."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluationTargetMaterializationData

from ecom_platform.definitions import build_definitions
from ecom_platform.settings import Settings
from ecom_platform.tables import CATALOG, LAYERS, MARTS, Table
from ecom_platform.tables.layers import Written

OLD, LATEST = "2026-06-01", "2026-08-01"
MONTHS = (OLD, "2026-07-01", LATEST)
EVENTS = dg.AssetKey(["marts", "dm_funnel_events"])
PURCHASES = dg.AssetKey(["marts", "dm_user_purchase_summary"])
ORDERS = dg.AssetKey(["clean", "orders"])


PAGES = ("category_page", "cohort_page", "funnel_page", "kpi_page")
FILES = {
    dg.AssetKey(["insights", "report"]),
    *(dg.AssetKey(["dashboard", name]) for name in (*PAGES, "published", "workbook", "semantic_model", "contracts")),
}
"""Those that follow and are no tables."""
FOLLOWING = [table for table in CATALOG.values() if LAYERS[table.layer].written is Written.FOLLOWING]


def key(table: Table) -> dg.AssetKey:
    return dg.AssetKey([table.layer, table.name])


@dataclass
class Story:
    """Events that are reported to an instance, and what the conditions ask for after them."""

    definitions: dg.Definitions
    instance: dg.DagsterInstance
    asked: dg.AssetSelection
    cursor: Any = None

    def updated(self, *tables: Table | dg.AssetKey, months: Iterable[str] = MONTHS, version: str = "same") -> None:
        """Materialisations; `version` is the data version of tables without months, which do not change every day."""
        graph = self.definitions.resolve_asset_graph()
        for table in tables:
            asset = key(table) if isinstance(table, Table) else table
            for month in months if graph.get(asset).is_partitioned else [None]:
                tags = {} if month else {"dagster/data_version": version}
                self.instance.report_runless_asset_event(dg.AssetMaterialization(asset, partition=month, tags=tags))

    def checked(self, asset: dg.AssetKey, passed: bool, month: str, name: str = "contract") -> None:
        latest = self.instance.event_log_storage.get_latest_storage_id_by_partition(
            asset, dg.DagsterEventType.ASSET_MATERIALIZATION, {month}
        )
        target = AssetCheckEvaluationTargetMaterializationData(storage_id=latest[month], run_id="", timestamp=time.time())
        self.instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(
                asset_key=asset, check_name=name, passed=passed, partition=month, target_materialization_data=target
            )
        )

    def tick(self) -> dict[dg.AssetKey, set[str | None]]:
        """The partitions requested now (None: of a table without), which are taken as being built at once."""
        result = dg.evaluate_automation_conditions(
            defs=self.definitions, instance=self.instance, cursor=self.cursor, asset_selection=self.asked
        )
        self.cursor = result.cursor
        return {
            asset: set(result.get_requested_partitions(asset))
            for asset in self.definitions.resolve_asset_graph().get_all_asset_keys()
            if result.get_num_requested(asset)
        }

    def settle(self) -> dict[dg.AssetKey, set[str | None]]:
        """Ticks, and builds what is asked, until nothing is.

        A month of a table must be asked for once. What is whole may be asked for again, when more of its months have followed.
        """
        everything: dict[dg.AssetKey, set[str | None]] = {}
        while asked := self.tick():
            again = {asset for asset in everything.keys() & asked.keys() if everything[asset] & asked[asset] - {None}}
            assert again == set()
            everything |= asked
            self.built(asked)
        return everything

    def built(self, asked: dict[dg.AssetKey, set[str | None]]) -> None:
        # A run builds a table after its sources.
        for asset in self.definitions.resolve_asset_graph().toposorted_asset_keys:
            self.updated(*{asset} & asked.keys(), months=[month for month in asked.get(asset, ()) if month])


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return build_definitions(Settings.load({"ECOM_START_MONTH": OLD[:7], "ECOM_AS_OF": "2026-08-31"}))


@pytest.fixture(params=[dg.AssetSelection.groups("marts")], ids=["marts"])
def story(definitions: dg.Definitions, request: pytest.FixtureRequest) -> Iterator[Story]:
    """Everything has been built once, and the conditions of the marts (or of what a test asks instead) have looked at it."""
    with dg.DagsterInstance.ephemeral() as instance:
        story = Story(definitions, instance, request.param)
        story.updated(*CATALOG.values(), *FILES)
        story.tick()
        assert story.tick() == {}
        yield story


def of(asked: dg.AssetSelection) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("story", [asked], ids=str, indirect=True)


def daily(story: Story, months: Iterable[str] = MONTHS) -> None:
    story.updated(*(table for table in CATALOG.values() if table not in FOLLOWING), months=months)


@of(dg.AssetSelection.all())
def test_a_daily_run_is_followed_by_everything_that_follows_once(story: Story) -> None:
    daily(story)
    asked = story.settle()
    assert set(asked) == FILES | set(map(key, FOLLOWING))
    assert asked[PURCHASES] == asked[EVENTS] == set(MONTHS)


@of(dg.AssetSelection.groups("marts", "analysis"))
def test_an_old_month_that_is_restated_is_picked_up_and_its_neighbours_are_not(story: Story) -> None:
    daily(story, [OLD])
    asked = story.settle()
    assert asked[PURCHASES] == asked[EVENTS] == {OLD}
    whole = {key(table) for table in CATALOG.layer("analysis") if not table.partitioned}
    assert whole
    assert whole <= set(asked)


def test_what_moves_on_after_a_late_run_has_built_from_it_is_followed_again(story: Story) -> None:
    daily(story, [OLD])
    asked = story.tick()
    # Both happen between two looks: the run that was asked for ends, and then the next daily run does.
    story.built(asked)
    daily(story, [OLD])
    assert story.settle()[PURCHASES] == {OLD}


def test_what_another_run_has_built_since_is_not_built_again(story: Story) -> None:
    daily(story, [OLD])
    story.built({key(table): {OLD if table.partitioned else None} for table in FOLLOWING} | {asset: {None} for asset in FILES})
    assert story.tick() == {}


def test_a_request_that_came_to_nothing_is_not_repeated_until_something_moves(story: Story) -> None:
    daily(story, [OLD])
    assert PURCHASES in story.tick()
    assert story.tick() == {}
    daily(story, [OLD])
    assert PURCHASES in story.tick()


def test_a_new_catalogue_rebuilds_every_month_that_rests_on_it(story: Story) -> None:
    catalogue = [CATALOG[f"{layer}.products"] for layer in ("raw", "violations", "quarantine", "clean")]
    story.updated(*catalogue)
    assert not any(months != {None} for months in story.settle().values()), "it was written again and is the same"
    story.updated(*catalogue, version="another")
    asked = story.settle()
    assert asked[key(CATALOG["marts.dm_activation_features"])] == set(MONTHS)


def test_what_failed_its_guard_is_not_built_upon(story: Story) -> None:
    daily(story, [OLD])
    story.checked(ORDERS, passed=False, month=OLD)
    asked = story.settle()
    assert PURCHASES not in asked
    assert asked.get(EVENTS) == {OLD}, "sessions do not rest on orders"
    assert key(CATALOG["marts.dm_category_performance"]) not in asked


def test_a_failed_month_does_not_hold_back_the_others(story: Story) -> None:
    daily(story)
    story.checked(ORDERS, passed=False, month=OLD)
    assert story.tick()[PURCHASES] == set(MONTHS) - {OLD}


def test_it_is_remembered_and_built_when_the_month_was_written_anew(story: Story) -> None:
    daily(story, [OLD])
    story.checked(ORDERS, passed=False, month=OLD)
    assert PURCHASES not in story.settle()
    story.updated(ORDERS, months=[OLD])
    assert story.tick()[PURCHASES] == {OLD}


def test_a_parent_that_a_guard_further_up_has_stopped_is_waited_for(story: Story) -> None:
    story.updated(*CATALOG.layer("raw"), *CATALOG.layer("violations"), months=[LATEST])
    assert story.tick() == {}, "raw.observation_windows is new, but what is clean is not"
    story.updated(*CATALOG.layer("quarantine"), *CATALOG.layer("clean"), months=[LATEST])
    assert story.tick()[PURCHASES] == {LATEST}


def test_a_month_without_all_its_sources_is_not_built(definitions: dg.Definitions) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        story = Story(definitions, instance, dg.AssetSelection.groups("marts"))
        story.tick()
        story.updated(CATALOG["clean.users"], months=[LATEST])
        assert story.tick() == {}


def test_every_table_of_the_following_layers_follows_and_nothing_else(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    following = {asset for asset in graph.get_all_asset_keys() if graph.get(asset).automation_condition}
    assert following == FILES | set(map(key, FOLLOWING))


def test_every_mart_says_how_old_it_may_get(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    fresh = {asset for asset in graph.get_all_asset_keys() if graph.get(asset).freshness_policy}
    assert fresh == {key(table) for table in MARTS}
