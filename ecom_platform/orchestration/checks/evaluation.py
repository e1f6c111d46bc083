"""How a check's finding is reported to Dagster: month by month and as a whole, in words, and never with the data itself.

Every check of the platform reports through here, on single-partition and on range runs alike.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import dagster as dg

from ecom_platform.orchestration.checks.partitioned import Months, evaluated_months
from ecom_platform.warehouse.contract import RowCounts

MONTHS_NAMED = 12
BROKEN = "check_broke"

Reported: TypeAlias = dg.AssetCheckEvaluation | dg.AssetCheckResult


@dataclass(frozen=True)
class CheckFinding:
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


Find: TypeAlias = Callable[[list[str] | None], Mapping[str, CheckFinding]]
"""Looks at the partitions of the run (None where there are none) and returns the finding of every check, by its name."""


def evaluate(
    context: dg.AssetCheckExecutionContext,
    specs: Sequence[dg.AssetCheckSpec],
    partitioned: bool,
    severity: dg.AssetCheckSeverity,
    find: Find,
) -> Iterator[Reported]:
    """Runs `find` and yields an evaluation for each check and partition of the run, then each check's result.

    `specs` are the checks of one table.

    When `find` raises, every check is reported as *broken*: an ERROR, which stops what a blocking check guards, with
    words and metadata that do not blame the data. To raise instead would fail the run and let everything downstream go on.
    """
    keys = list(context.op_execution_context.partition_keys) if partitioned else None
    try:
        findings = find(keys)
        missing = [spec.name for spec in specs if spec.name not in findings]
        if missing:
            raise KeyError(f"no finding for {', '.join(missing)}")
    except Exception as error:
        context.log.exception("The check itself broke.")
        months = evaluated_months(context, specs[0].asset_key, keys)
        for spec in specs:
            yield from _broken(spec, months if spec.partitions_def else [], error)
        return
    months = evaluated_months(context, specs[0].asset_key, keys)
    for spec in specs:
        yield from _found(spec, months if spec.partitions_def else [], severity, findings[spec.name])


def _found(
    spec: dg.AssetCheckSpec, months: Months, severity: dg.AssetCheckSeverity, finding: CheckFinding
) -> Iterator[Reported]:
    for key, target in months:
        yield dg.AssetCheckEvaluation(
            asset_key=spec.asset_key,
            check_name=spec.name,
            passed=not finding.bad.keys() & {key, ""},
            severity=severity,
            metadata=_counts(finding.bad.get(key, 0), finding.rows.get(key, 0)),
            target_materialization_data=target,
            partition=key,
        )
    metadata = _counts(sum(finding.bad.values()), sum(finding.rows.values()))
    named = sorted(key for key in finding.bad if key)
    if named:
        metadata["months"] = ", ".join(named[:MONTHS_NAMED]) + (" ..." if len(named) > MONTHS_NAMED else "")
    if finding.examples:
        metadata["example_keys"] = ", ".join(finding.examples)
    yield dg.AssetCheckResult(
        passed=finding.passed,
        asset_key=spec.asset_key,
        check_name=spec.name,
        severity=severity,
        description=finding.words or None,
        metadata={**metadata, **finding.details},
    )


def _broken(spec: dg.AssetCheckSpec, months: Months, error: Exception) -> Iterator[Reported]:
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
    held_back = " What depends on the table was held back." if spec.blocking else ""
    yield dg.AssetCheckResult(
        passed=False,
        asset_key=spec.asset_key,
        check_name=spec.name,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"The check itself failed, so nothing is known about the data.{held_back} The error: {said}",
        metadata=metadata,
    )


def _counts(bad: int, rows: int) -> dict[str, Any]:
    counts: dict[str, Any] = {"offending_rows": bad}
    if rows:
        counts |= {"rows": rows, "rate": bad / rows}
    return counts
