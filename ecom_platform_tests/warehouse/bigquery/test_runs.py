"""What a Dagster run on BigQuery leaves behind: rows, their counts, the cost on every event, the run on every job."""

from datetime import date
from typing import Any

import dagster as dg
import pyarrow as pa
import pytest

from ecom_platform.orchestration.io_manager import WarehouseIOManager
from ecom_platform.orchestration.resources import BigQueryResource
from ecom_platform.tables import CATALOG
from ecom_platform.warehouse.contract import Query
from ecom_platform_tests.warehouse.bigquery.emulator import Emulator

pytestmark = pytest.mark.bigquery

MONTHS = dg.MonthlyPartitionsDefinition("2024-01-01", end_date="2024-04-01", fmt="%Y-%m-01")
RAW = CATALOG["raw.observation_windows"]
KEYS = ["2024-01-01", "2024-02-01", "2024-03-01"]
RANGE = {"dagster/asset_partition_range_start": KEYS[0], "dagster/asset_partition_range_end": KEYS[-1]}


@dg.asset(key=["raw", "observation_windows"], partitions_def=MONTHS, backfill_policy=dg.BackfillPolicy.single_run())
def windows(context: dg.AssetExecutionContext) -> pa.Table:
    rows = [{"signup_month": date.fromisoformat(key), "observed_until": date(2024, 3, 31)} for key in context.partition_keys]
    return pa.Table.from_pylist(rows, schema=RAW.arrow_schema)


@dg.asset(key=["marts", "dm_subscription_kpis"], deps=[windows])
def kpis() -> Query:
    columns = ", ".join(
        f"CAST(COUNT(*) AS {column.type}) AS {column.name}"
        for column in CATALOG["marts.dm_subscription_kpis"].columns
        if column.name != "subscription_type"
    )
    return Query(f"SELECT 'Free' AS subscription_type, {columns} FROM raw.observation_windows", (RAW,))


def test_a_run_leaves_rows_counts_costs_and_labels(emulator: Emulator) -> None:
    resource = BigQueryResource.of(emulator.options())
    resources = {"io_manager": WarehouseIOManager(warehouse=resource), "warehouse": resource}
    with dg.DagsterInstance.ephemeral() as instance:
        first = dg.materialize([windows], instance=instance, resources=resources, tags=RANGE)
        second = dg.materialize([kpis, windows.to_source_asset()], instance=instance, resources=resources)
        told = {key: metadata(instance, key) for key in (windows.key, kpis.key)}
    assert resource.open().row_counts(RAW) == dict.fromkeys(KEYS, 1)
    assert [event["dagster/partition_row_count"].value for event in told[windows.key]] == [1, 1, 1]
    for event in told[windows.key] + told[kpis.key]:
        assert event["bigquery/attempts"].value == 1
        assert event["bigquery/bytes_billed"].value == 0
        assert event["bigquery/price_usd"].value == 0
    (event,) = told[kpis.key]
    job = resource.open().client.get_job(str(event["bigquery/jobs"].value))
    assert job.labels["run"] == second.run_id
    assert job.labels["asset"] == "marts__dm_subscription_kpis"
    assert first.run_id != second.run_id


def metadata(instance: dg.DagsterInstance, key: dg.AssetKey) -> list[Any]:
    records = instance.fetch_materializations(key, limit=10).records
    return [record.asset_materialization.metadata for record in records if record.asset_materialization]
