"""Whether a run rewrites whole partitions or writes only the rows that differ, and how its events report that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import dagster as dg

from ecom_platform.orchestration.row_counts import MetadataSink, record_row_counts
from ecom_platform.warehouse.contract import WarehouseBusyError

if TYPE_CHECKING:
    from ecom_platform.warehouse.contract import Changes

ONLY_CHANGES = {"ecom/write_mode": "only-changes"}
"""Tags of a run that writes only the rows that differ from the stored ones; other runs rewrite whole partitions."""

BUSY_RETRIES = 3
BUSY_SECONDS = 30


def writes_only_changes(tags: Mapping[str, str]) -> bool:
    return ONLY_CHANGES.items() <= tags.items()


def record_changes(context: MetadataSink, asset_key: dg.AssetKey, changes: Changes) -> None:
    """Puts what `Warehouse.update` did on the materialisation events of `asset_key`, beside what `record_row_counts` puts."""
    record_row_counts(context, asset_key, changes.rows)
    for partition in changes.rows:
        done = {"rows_written": changes.written[partition], "rows_removed": changes.removed[partition]}
        context.add_asset_metadata(done, asset_key=asset_key, partition_key=partition or None)


@contextmanager
def retried_when_busy() -> Iterator[None]:
    """Has Dagster retry the step when the warehouse was busy. Nothing else is retried: wrong data stays wrong.

    A retried step runs from its beginning, which is safe because every write is a transaction that can be repeated.
    """
    try:
        yield
    except WarehouseBusyError as error:
        raise dg.RetryRequested(max_retries=BUSY_RETRIES, seconds_to_wait=BUSY_SECONDS) from error
