"""How Dagster shows what was written to a table: each partition's row count on that partition's own event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import dagster as dg

if TYPE_CHECKING:
    from ecom_platform.warehouse.contract import RowCounts


class MetadataSink(Protocol):
    """A context of a running step that takes metadata for an asset or one of its partitions."""

    def add_asset_metadata(
        self, metadata: Mapping[str, Any], asset_key: dg.AssetKey | None = None, partition_key: str | None = None
    ) -> None: ...


def record_row_counts(context: MetadataSink, asset_key: dg.AssetKey, counts: RowCounts) -> None:
    """Puts the counts that `Warehouse.replace` returned on the materialisation events of `asset_key`.

    Call it in the asset's step, before its result is yielded. Each partition's event gets its own
    `dagster/partition_row_count`; an unpartitioned table's gets `dagster/row_count`.
    """
    for partition, rows in counts.items():
        if partition:
            context.add_asset_metadata({"dagster/partition_row_count": rows}, asset_key=asset_key, partition_key=partition)
        else:
            context.add_asset_metadata({"dagster/row_count": rows}, asset_key=asset_key)
