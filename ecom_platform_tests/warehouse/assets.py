"""Two partitioned assets for the tests of the I/O manager: one of rows, and a query over it."""

from collections.abc import Callable
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow as pa

from ecom_platform.tables import CATALOG
from ecom_platform.warehouse.contract import Query

MONTHS = dg.MonthlyPartitionsDefinition("2020-01-01", end_date="2025-01-01", fmt="%Y-%m-01")
ASSIGNMENTS = CATALOG["raw.experiment_assignments"]


def assignments(months: list[str]) -> pa.Table:
    """As many assignments in a month as its number in the year."""
    rows = [
        {
            "user_id": f"{month}/{number}",
            "experiment": "onboarding_nudge",
            "arm": "control",
            "assigned_at": pd.Timestamp(month, tz="UTC"),
            "signup_month": pd.Timestamp(month).date(),
        }
        for month in months
        for number in range(pd.Timestamp(month).month)
    ]
    return pa.Table.from_pylist(rows, schema=ASSIGNMENTS.arrow_schema)


def partitioned(table_key: list[str], **options: Any) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    decorate: Callable[[Callable[..., Any]], dg.AssetsDefinition] = dg.asset(
        key=dg.AssetKey(table_key),
        partitions_def=MONTHS,
        backfill_policy=dg.BackfillPolicy.single_run(),
        **options,
    )
    return decorate


@partitioned(["raw", "experiment_assignments"])
def raw_rows(context: dg.AssetExecutionContext) -> pa.Table:
    return assignments(list(context.partition_keys))


@partitioned(["clean", "experiment_assignments"], deps=[raw_rows])
def clean_query() -> Query:
    select = """
        SELECT *, CAST(NULL AS STRING) AS repair_reason, CAST(NULL AS STRING) AS original_values
        FROM raw.experiment_assignments
        WHERE NOT ENDS_WITH(user_id, '/0')
    """
    return Query(select, (ASSIGNMENTS,))
