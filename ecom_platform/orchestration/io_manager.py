"""How assets' values are stored in the warehouse and loaded from it: one I/O manager for every engine.

An asset with the key [layer, name] is the table `layer.name` of the catalogue, or the one that its metadata specify (of a
user's own); its partitions are the table's.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from ecom_platform.orchestration.column_schema import column_schema
from ecom_platform.orchestration.resources import WarehouseResource
from ecom_platform.orchestration.row_counts import record_row_counts
from ecom_platform.orchestration.write_mode import record_changes, retried_when_busy, writes_only_changes
from ecom_platform.tables import CATALOG, Catalog, Table
from ecom_platform.warehouse.contract import Content, ContentError, WarehouseError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["WarehouseIOManager", "column_schema", "record_row_counts", "specified_by", "table_of"]

SPECIFICATION = "ecom/specification"


class WarehouseIOManager(dg.ConfigurableIOManager):
    """Writes an asset's Arrow table, DataFrame or `Query` into its table; loads upstream tables as Arrow or pandas.

    All partitions of the run are replaced in one transaction, and each partition's event says how many rows it has; a
    run with the tags `ONLY_CHANGES` writes only the rows that differ.
    Of a partitioned upstream table, only the partitions that the partition mapping asks for are read. An asset that
    writes to the warehouse itself returns no value: it yields results and calls `record_row_counts`.
    """

    warehouse: dg.ResourceDependency[WarehouseResource]

    def handle_output(self, context: dg.OutputContext, obj: "Content | None") -> None:
        table, store = _table(context.asset_key, context.definition_metadata), self.warehouse.open()
        if obj is None:
            raise ContentError(f"{table}: its asset returned nothing to store. Nothing was written.")
        with retried_when_busy():
            if writes_only_changes(context.step_context.dagster_run.tags):
                changes = store.update({table: obj}, _partitions(context))[table]
                record_changes(context.step_context, context.asset_key, changes)
            else:
                counts = store.replace({table: obj}, _partitions(context))[table]
                record_row_counts(context.step_context, context.asset_key, counts)
        if cost := store.last_write(table):
            context.step_context.add_asset_metadata(cost, asset_key=context.asset_key)

    def load_input(self, context: dg.InputContext) -> "pa.Table | pd.DataFrame":
        upstream = context.upstream_output
        table = _table(context.asset_key, upstream.definition_metadata if upstream else {})
        rows = self.warehouse.open().read(table, _partitions(context))
        return rows.to_pandas() if _wants_pandas(context.dagster_type.typing_type) else rows


def specified_by(table: Table) -> dict[str, Any]:
    """Asset metadata that make an asset the given table, which need not be one of the catalogue."""
    return {SPECIFICATION: table}


def _table(asset_key: dg.AssetKey, metadata: Mapping[str, Any]) -> Table:
    own = metadata.get(SPECIFICATION)
    return own if isinstance(own, Table) else table_of(asset_key)


def table_of(asset_key: dg.AssetKey, catalog: Catalog = CATALOG) -> Table:
    """The table of an asset. Raises WarehouseError when the catalogue has none of that name."""
    try:
        return catalog[".".join(asset_key.path)]
    except KeyError as error:
        raise WarehouseError(
            f"The asset {asset_key.to_user_string()} is not a table of the catalogue: {error.args[0]}."
        ) from None


def _partitions(context: dg.OutputContext | dg.InputContext) -> Sequence[str] | None:
    return context.asset_partition_keys if context.has_asset_partitions else None


def _wants_pandas(annotation: Any) -> bool:
    # By name, so that only those who want pandas import it.
    return getattr(annotation, "__module__", "").split(".")[0] == "pandas"
