"""When the marts and analyses are rebuilt by themselves, and how old they may get.

What is rebuilt follows from the data alone: a partition is requested when something it is computed from was updated,
whether that is today's cohort or one from years ago, and never while any of that is being written, lags behind its own
sources, or has failed a blocking check.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeAlias

import dagster as dg

from ecom_platform.tables import CATALOG

FOLLOWING = ("marts", "analysis")
"""The layers that are rebuilt by themselves. The others are the daily run's, and the source sensor's, to write."""

WARN_AFTER = timedelta(hours=26)
FAIL_AFTER = timedelta(hours=36)

Condition: TypeAlias = dg.AutomationCondition

_UNPARTITIONED = dg.AssetSelection.assets(*([table.layer, table.name] for table in CATALOG.values() if not table.partitioned))


def follows_the_data(partitioned: bool) -> dg.AutomationCondition[Any]:
    """The condition of a table of the following layers.

    It differs from Dagster's `eager` in three points, each of them a way to build on wrong data or to miss some: every
    partition counts, not only the latest; a failed guard blocks also when it failed in an earlier run; and a parent
    whose own parents moved on without it (its run was stopped by a guard) blocks until it has caught up.
    """
    updated: dg.AutomationCondition[Any] = Condition.any_deps_updated()
    if partitioned:
        # The catalogue is written every day, and almost never is anything new in it: every month would be rebuilt.
        updated = Condition.any_deps_updated().ignore(_UNPARTITIONED) | Condition.any_deps_match(
            Condition.newly_updated() & Condition.data_version_changed()
        ).allow(_UNPARTITIONED)
    changed = (Condition.newly_missing() | updated).since_last_handled()
    failed = Condition.any_checks_match(Condition.check_failed(), blocking_only=True) & ~Condition.will_be_requested()
    condition = (
        changed.with_label("sources_changed")
        & ~Condition.any_deps_match(failed).with_label("a_source_failed_its_guard")
        & ~Condition.any_deps_match(_lags()).with_label("a_source_lags_behind")
        & ~Condition.any_deps_in_progress()
        & ~Condition.in_progress()
    )
    if partitioned:
        # A table over all months is built from those there are; a month needs the whole of itself.
        condition &= ~Condition.any_deps_missing()
    return condition.with_label("follows_the_data")


def _lags() -> dg.AutomationCondition[Any]:
    """Something upstream of the table was updated after it, and it is not about to be updated itself."""
    moved_on = Condition.any_deps_match(Condition.newly_updated())
    handled = Condition.newly_updated() | Condition.initial_evaluation()
    return moved_on.since(handled) & ~Condition.will_be_requested()


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
