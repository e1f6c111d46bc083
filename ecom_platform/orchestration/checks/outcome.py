"""How what a check found is told to Dagster: month by month and as a whole, in words, and never with the data itself.

Every check of the platform is told through here, on single-partition and on range runs alike.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationTargetMaterializationData,
)

from ecom_platform.warehouse.contract import RowCounts

MONTHS_NAMED = 12
BROKEN = "check_broke"

Told: TypeAlias = dg.AssetCheckEvaluation | dg.AssetCheckResult
Months: TypeAlias = list[tuple[str, AssetCheckEvaluationTargetMaterializationData | None]]


@dataclass(frozen=True)
class Outcome:
    """What a check found.

    `bad` counts offending rows by partition (`""` where there is none), only where there are any; `rows` are those looked
    at. `words` say what is wrong to somebody who has never seen the platform; `examples` are a few keys, never values.
    """

    bad: RowCounts
    rows: RowCounts = field(default_factory=dict)
    words: str = ""
    examples: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return not self.bad


Find: TypeAlias = Callable[[list[str] | None], Mapping[str, Outcome]]
"""Looks at the partitions of the run (None where there are none) and returns the outcome of every check, by its name."""


def tell(
    context: dg.AssetCheckExecutionContext,
    specs: list[dg.AssetCheckSpec],
    partitioned: bool,
    severity: dg.AssetCheckSeverity,
    find: Find,
) -> Iterator[Told]:
    """Runs `find` and yields an evaluation for each check and partition of the run, then each check's result.

    `specs` are the checks of one table.

    When `find` raises, every check is told to have *broken*: an ERROR, which stops what a blocking check guards, with
    words and metadata that do not blame the data. To raise instead would fail the run and let everything downstream go on.
    """
    keys = list(context.op_execution_context.partition_keys) if partitioned else None
    try:
        outcomes = find(keys)
        missing = [spec.name for spec in specs if spec.name not in outcomes]
        if missing:
            raise KeyError(f"no outcome for {', '.join(missing)}")
    except Exception as error:
        context.log.exception("The check itself broke.")
        months = _months_told(context, specs[0].asset_key, keys)
        for spec in specs:
            yield from _broken(spec, months if spec.partitions_def else [], error)
        return
    months = _months_told(context, specs[0].asset_key, keys)
    for spec in specs:
        yield from _told(spec, months if spec.partitions_def else [], severity, outcomes[spec.name])


def _told(spec: dg.AssetCheckSpec, months: Months, severity: dg.AssetCheckSeverity, outcome: Outcome) -> Iterator[Told]:
    for key, target in months:
        yield dg.AssetCheckEvaluation(
            asset_key=spec.asset_key,
            check_name=spec.name,
            passed=not outcome.bad.keys() & {key, ""},
            severity=severity,
            metadata=_counts(outcome.bad.get(key, 0), outcome.rows.get(key, 0)),
            target_materialization_data=target,
            partition=key,
        )
    metadata = _counts(sum(outcome.bad.values()), sum(outcome.rows.values()))
    named = sorted(key for key in outcome.bad if key)
    if named:
        metadata["months"] = ", ".join(named[:MONTHS_NAMED]) + (" ..." if len(named) > MONTHS_NAMED else "")
    if outcome.examples:
        metadata["example_keys"] = ", ".join(outcome.examples)
    yield dg.AssetCheckResult(
        passed=outcome.passed,
        asset_key=spec.asset_key,
        check_name=spec.name,
        severity=severity,
        description=outcome.words or None,
        metadata={**metadata, **outcome.details},
    )


def _broken(spec: dg.AssetCheckSpec, months: Months, error: Exception) -> Iterator[Told]:
    said = f"{type(error).__name__}: {error}"
    metadata: dict[str, Any] = {BROKEN: True, "error": said}
    for key, target in months:
        yield dg.AssetCheckEvaluation(
            asset_key=spec.asset_key,
            check_name=spec.name,
            passed=False,
            severity=dg.AssetCheckSeverity.ERROR,
            metadata=metadata,
            target_materialization_data=target,
            partition=key,
        )
    held_back = " What depends on it was held back." if spec.blocking else ""
    yield dg.AssetCheckResult(
        passed=False,
        asset_key=spec.asset_key,
        check_name=spec.name,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"This check broke before it could look: nothing is known about the data.{held_back} It said: {said}",
        metadata=metadata,
    )


def _months_told(context: dg.AssetCheckExecutionContext, asset: dg.AssetKey, keys: list[str] | None) -> Months:
    """The partitions to evaluate one by one, each with the materialisation that was looked at.

    Of a run of one partition, the result itself is that partition's. Without the materialisation, Dagster takes the
    evaluation for one of older data, and a condition that asks whether the check failed is answered with no.
    """
    if keys is None or context.op_execution_context.has_partition_key:
        return []
    latest = context.instance.event_log_storage.get_latest_storage_id_by_partition(
        asset, dg.DagsterEventType.ASSET_MATERIALIZATION, set(keys)
    )
    run_id, now = context.run.run_id, time.time()
    seen = {
        key: AssetCheckEvaluationTargetMaterializationData(storage_id=storage_id, run_id=run_id, timestamp=now)
        for key, storage_id in latest.items()
    }
    return [(key, seen.get(key)) for key in keys]


def _counts(bad: int, rows: int) -> dict[str, Any]:
    counts: dict[str, Any] = {"offending_rows": bad}
    if rows:
        counts |= {"rows": rows, "rate": bad / rows}
    return counts
