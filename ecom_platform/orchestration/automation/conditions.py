"""When the marts and analyses are rebuilt by themselves, and how old they may get.

What is rebuilt follows from the data alone: a partition is requested when something it is computed from was updated,
whether that is today's cohort or one from years ago, and never while any of that is being written, lags behind its own
sources, or has failed a blocking check.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

import dagster as dg

from ecom_platform.tables import CATALOG

if TYPE_CHECKING:
    from dagster._core.definitions.declarative_automation.automation_condition import BuiltinAutomationCondition

FOLLOWING = ("marts", "analysis")
"""The layers that are rebuilt by themselves. The others are the daily run's, and the source sensor's, to write."""

WARN_AFTER = timedelta(hours=26)
FAIL_AFTER = timedelta(hours=36)

Condition: TypeAlias = dg.AutomationCondition

_UNPARTITIONED = dg.AssetSelection.assets(*([table.layer, table.name] for table in CATALOG.values() if not table.partitioned))


def follows_the_data(partitioned: bool) -> dg.AutomationCondition[Any]:
    """The condition of a table of the following layers.

    It differs from Dagster's `eager` in these points, each of them a way to build on wrong data, to miss some, or to build
    twice. Every partition counts, not only the latest. A failed guard blocks also when it failed in an earlier run. A
    source whose own sources moved on without it (its run was stopped by a guard) blocks until it has caught up. A source
    that is about to be built is waited for, unless it has the same partitions and so is built in the same run. And what
    happened within one look is told apart by its time: a table that a late run built just before its sources moved on is
    built again, one that was built just after them is not.
    """
    updated = Condition.newly_updated()
    moved = Condition.any_deps_match(updated)
    if partitioned:
        # The catalogue is written every day, and almost never is anything new in it: every month would be rebuilt.
        moved = moved.ignore(_UNPARTITIONED)
    # A condition that is put together from others with | or & has no times: these two are compared as they are.
    changed: BuiltinAutomationCondition[Any] = moved.since(Condition.newly_requested()) & moved.since(updated)
    if partitioned:
        another = Condition.any_deps_match(updated & Condition.data_version_changed()).allow(_UNPARTITIONED)
        changed |= another.since_last_handled()
    changed |= Condition.newly_missing().since_last_handled() | _together(Condition.will_be_requested(), partitioned)
    failed = Condition.any_checks_match(Condition.check_failed(), blocking_only=True)
    condition = (
        changed.with_label("sources_changed")
        & ~_before(failed, partitioned).with_label("a_source_failed_its_guard")
        & ~_before(moved.since(updated), partitioned).with_label("a_source_lags_behind")
        & ~Condition.any_deps_in_progress()
        & ~Condition.in_progress()
    )
    if partitioned:
        # A table over all months is built from those there are; a month needs the whole of itself.
        condition &= ~Condition.any_deps_missing()
    return condition.with_label("follows_the_data")


def _together(operand: dg.AutomationCondition[Any], partitioned: bool) -> BuiltinAutomationCondition[Any]:
    """Any source that a table shares a run with, because it has months as the table does or has none as it has none."""
    sources = Condition.any_deps_match(operand)
    return sources.ignore(_UNPARTITIONED) if partitioned else sources.allow(_UNPARTITIONED)


def _before(operand: dg.AutomationCondition[Any], partitioned: bool) -> BuiltinAutomationCondition[Any]:
    """Any source, unless it is about to be built in the run that builds the table."""
    return _together(operand & ~Condition.will_be_requested(), partitioned) | _together(operand, not partitioned)


def followed(assets: list[dg.AssetsDefinition]) -> list[dg.AssetsDefinition]:
    """The assets, those of the following layers with their condition, and the marts with their freshness policy."""

    def attributes(spec: dg.AssetSpec) -> dg.AssetSpec:
        if spec.group_name not in FOLLOWING:
            return spec
        spec = spec.replace_attributes(automation_condition=follows_the_data(spec.partitions_def is not None))
        return spec.replace_attributes(freshness_policy=FRESHNESS) if spec.group_name == "marts" else spec

    return list(dg.map_asset_specs(attributes, assets))


FRESHNESS = dg.FreshnessPolicy.time_window(fail_window=FAIL_AFTER, warn_window=WARN_AFTER)
"""A mart is rebuilt within minutes of the daily run: two hours late is a warning, half a day is a failure."""
