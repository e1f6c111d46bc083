"""How the columns of an SQL asset are linked to those they are made of, in Dagster's terms."""

from __future__ import annotations

import dagster as dg

from ecom_platform.warehouse.sql import SqlAsset, column_sources


def column_lineage(asset: SqlAsset) -> dg.TableColumnLineage:
    """The sources of each of the asset's columns for `dagster/column_lineage`, a table's key being [layer, name]."""
    return dg.TableColumnLineage(
        deps_by_column={
            column: [dg.TableColumnDep(dg.AssetKey(source.table.split(".")), source.column) for source in sorted(sources)]
            for column, sources in column_sources(asset.sql, asset.reads).items()
        }
    )


def column_lineage_table(lineage: dg.TableColumnLineage) -> dg.MarkdownMetadataValue:
    """The same as a table to read: Dagster's open-source UI stores the lineage of columns and does not draw it."""
    lines = ["| column | comes from |", "|---|---|"]
    for column, sources in lineage.deps_by_column.items():
        named = ", ".join(f"`{source.asset_key.to_user_string()}.{source.column_name}`" for source in sources)
        lines.append(f"| `{column}` | {named or 'no column'} |")
    return dg.MetadataValue.md("\n".join(lines))
