"""Whether a run writes whole partitions or only what differs, and how that shows on its events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import dagster as dg

from ecom_platform.orchestration.row_counts import MetadataSink, record_row_counts
from ecom_platform.warehouse.contract import WarehouseBusyError

if TYPE_CHECKING:
    from ecom_platform.warehouse.contract import Changes

INCREMENT = {"ecom/increment": "true"}
"""Tags of a run that writes only the rows that differ from those that are there."""

BUSY_RETRIES = 3
BUSY_SECONDS = 30


def is_increment(tags: Mapping[str, str]) -> bool:
    return INCREMENT.items() <= tags.items()


def record_changes(context: MetadataSink, asset_key: dg.AssetKey, changes: Changes) -> None:
    """Puts the row counts of `Warehouse.update` on the materialisation events of `asset_key`, as `record_row_counts`."""
    record_row_counts(context, asset_key, changes.rows)
    for partition in changes.rows:
        done = {"rows_written": changes.written[partition], "rows_removed": changes.removed[partition]}
        context.add_asset_metadata(done, asset_key=asset_key, partition_key=partition or None)


@contextmanager
def retried_when_busy() -> Iterator[None]:
    """Asks for the step again when the warehouse was busy. Nothing else is retried: wrong data stays wrong.

    A step that is retried starts anew, which is safe because every write is a transaction that can be repeated.
    """
    try:
        yield
    except WarehouseBusyError as error:
        raise dg.RetryRequested(max_retries=BUSY_RETRIES, seconds_to_wait=BUSY_SECONDS) from error
