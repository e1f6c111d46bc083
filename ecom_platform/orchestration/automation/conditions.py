"""When a table of a layer that follows the data is rebuilt by itself.

What is rebuilt follows from the data alone: a partition is requested when something it is computed from was updated,
whether that is today's cohort or one from years ago, and never while any of that is being written, lags behind its own
sources, or has failed a blocking check.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import dagster as dg

if TYPE_CHECKING:
    from dagster._core.definitions.declarative_automation.automation_condition import BuiltinAutomationCondition

Condition: TypeAlias = dg.AutomationCondition


def follows_the_data(partitioned: bool, unpartitioned: dg.AssetSelection) -> dg.AutomationCondition[Any]:
    """The condition of a table that follows its sources; `unpartitioned` are the assets of the platform without months.

    It differs from Dagster's `eager` in these points, each of them a way to build on wrong data, to miss some, or to build
    twice. Every partition counts, not only the latest. A failed guard blocks also when it failed in an earlier run. A
    source whose own sources moved on without it (its run was stopped by a guard) blocks until it has caught up. A source
    that is about to be built is waited for, unless it has the same partitions and so is built in the same run. And what
    happened within one look is ordered by its time: a table that a late run built just before its sources moved on is
    built again, one that was built just after them is not.
    """

    def together(operand: dg.AutomationCondition[Any], months: bool = partitioned) -> BuiltinAutomationCondition[Any]:
        """Any source that a table shares a run with, because it has months as the table does or has none as it has none."""
        sources = Condition.any_deps_match(operand)
        return sources.ignore(unpartitioned) if months else sources.allow(unpartitioned)

    def before(
        operand: dg.AutomationCondition[Any], apart: dg.AutomationCondition[Any] | None = None
    ) -> BuiltinAutomationCondition[Any]:
        """Any source, unless it is about to be built in the run that builds the table.

        `apart` is the operand for sources that share no run with the table, where theirs is another.
        """
        return together(operand & ~Condition.will_be_requested()) | together(apart or operand, not partitioned)

    updated = Condition.newly_updated()
    # The catalogue is written every day and rarely changes; without this, every month would be rebuilt every day.
    moved_by_month = Condition.any_deps_match(updated).ignore(unpartitioned)
    moved = moved_by_month if partitioned else Condition.any_deps_match(updated)
    # A condition composed with | or & has no times: these two are compared as they are.
    changed: BuiltinAutomationCondition[Any] = moved.since(Condition.newly_requested()) & moved.since(updated)
    if partitioned:
        another = Condition.any_deps_match(updated & Condition.data_version_changed()).allow(unpartitioned)
        changed |= another.since_last_handled()
    changed |= Condition.newly_missing().since_last_handled() | together(Condition.will_be_requested())
    failed = Condition.any_checks_match(Condition.check_failed(), blocking_only=True)
    condition = (
        changed.with_label("sources_changed")
        & ~before(failed).with_label("a_source_failed_its_guard")
        & ~before(moved.since(updated), moved_by_month.since(updated)).with_label("a_source_lags_behind")
        & ~Condition.any_deps_in_progress()
        & ~Condition.in_progress()
    )
    if partitioned:
        # A table over all months is built from those there are; a month needs the whole of itself.
        condition &= ~Condition.any_deps_missing()
    return condition.with_label("follows_the_data")
