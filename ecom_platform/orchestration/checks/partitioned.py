"""Checks by partition: the preview feature of Dagster that the platform rests on, and all that is said to it.

A check of a table with months has the table's partitions. Dagster records one evaluation a run; in a run over a range the
months would stay "planned" unless the check yields an evaluation for each of them, every one with the materialisation that
it looked at. The class for that is not exported. A change of the preview's interface concerns this module alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TypeAlias

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluationTargetMaterializationData

from ecom_platform.tables import Table

Months: TypeAlias = list[tuple[str, AssetCheckEvaluationTargetMaterializationData | None]]


def check_spec(
    name: str,
    table: Table,
    description: str,
    *,
    reads: Iterable[str],
    months: dg.PartitionsDefinition[str] | None,
    blocking: bool = False,
) -> dg.AssetCheckSpec:
    """A check of the table, by the months if any are given.

    `reads` are the other tables it looks at, as `layer.table`: in a run that builds them, the check waits for them.
    """
    return dg.AssetCheckSpec(
        name,
        asset=dg.AssetKey([table.layer, table.name]),
        description=description,
        blocking=blocking,
        additional_deps=[dg.AssetKey(other.split(".")) for other in sorted({*reads} - {str(table)})],
        partitions_def=months,
    )


def evaluated_months(context: dg.AssetCheckExecutionContext, asset: dg.AssetKey, keys: list[str] | None) -> Months:
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
