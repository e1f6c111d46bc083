"""How a table of the specification is laid out in BigQuery.

Every table has an explicit schema, lower-case names as specified, and the descriptions of the specification. It is
divided by month: by the column that its layout names or, where a partitioned table's names none, by its partition column,
so that replacing a slice touches that slice alone
(https://cloud.google.com/bigquery/docs/partitioned-tables). Months and not days: a slice of a table that is divided by
another column touches every part of it, and a job may modify 4,000 at most
(https://cloud.google.com/bigquery/quotas#partitioned_tables). For the same reason such a table is clustered by the
partition column first: a slice is then found by block pruning.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ecom_platform.tables.spec import PARTITION_COLUMN, Column, Table, Type

if TYPE_CHECKING:
    from google.cloud.bigquery import SchemaField
    from google.cloud.bigquery import Table as BigQueryTable
    from google.cloud.bigquery.table import TableListItem

LEGACY_NAMES = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL", "DECIMAL": "NUMERIC"}
"""The API calls some types by names that GoogleSQL does not use."""

MAX_CLUSTERING = 4


def divided_by(table: Table) -> str | None:
    """The DATE column whose months divide the table; None when it is kept whole."""
    return table.layout.partition_by or (PARTITION_COLUMN if table.partitioned else None)


def clustered_by(table: Table) -> tuple[str, ...]:
    columns = table.layout.cluster_by
    if table.partitioned and divided_by(table) != PARTITION_COLUMN:
        columns = (PARTITION_COLUMN, *(column for column in columns if column != PARTITION_COLUMN))
    return tuple(column for column in columns if column != divided_by(table))[:MAX_CLUSTERING]


def requires_filter(table: Table) -> bool:
    """Whether a query must say which months it wants: so a careless one is refused instead of billed.

    Only where the platform itself always says so, that is, where the table is divided by its partition column.
    """
    return table.layout.require_filter and divided_by(table) == PARTITION_COLUMN


def schema(columns: Sequence[Column]) -> list[SchemaField]:
    """Every column is nullable: raw tables hold dirt, and what may be null in a sound row is a check's business."""
    from google.cloud.bigquery import SchemaField

    def field(column: Column) -> SchemaField:
        if column.type is Type.NUMERIC:
            return SchemaField(column.name, "NUMERIC", description=column.doc, precision=18, scale=2)
        return SchemaField(column.name, column.type.value, description=column.doc)

    return [field(column) for column in columns]


def laid_out(table: Table, reference: str) -> BigQueryTable:
    """The table to create at `reference` (`project.dataset.table`)."""
    from google.cloud import bigquery

    laid = bigquery.Table(reference, schema=schema(table.columns))
    laid.description = table.doc
    if column := divided_by(table):
        laid.time_partitioning = bigquery.TimePartitioning(type_=bigquery.TimePartitioningType.MONTH, field=column)
        laid.require_partition_filter = requires_filter(table)
    if columns := clustered_by(table):
        laid.clustering_fields = list(columns)
    return laid


def fault(table: Table, stored: BigQueryTable) -> str:
    """How a stored table differs from the specification, for a person; empty when it does not. Columns may have any order."""
    found = {field.name: _full_type(field) for field in stored.schema}
    specified = {field.name: _full_type(field) for field in schema(table.columns)}
    faults = [f"column {name} is not specified" for name in found if name not in specified]
    faults += [f"column {name} is missing" for name in specified if name not in found]
    faults += [
        f"column {name} is {found[name]} instead of {type_}"
        for name, type_ in specified.items()
        if name in found and found[name] != type_
    ]
    return "; ".join(faults or _layout_faults(table, stored))


def _layout_faults(table: Table, stored: BigQueryTable) -> Iterator[str]:
    specified = laid_out(table, f"{stored.project}.{stored.dataset_id}.{stored.table_id}")
    for what, found, wanted in (
        ("divided by", _division(stored), _division(specified)),
        ("clustered by", stored.clustering_fields, specified.clustering_fields),
    ):
        if (found or None) != (wanted or None):
            yield f"it is {what} {_words(found)} instead of {_words(wanted)}"
    if (found := required_filter(stored)) != required_filter(specified):
        yield f"it {'requires a' if found else 'does not require the'} partition filter"


def required_filter(stored: BigQueryTable | TableListItem) -> str | None:
    """The column by which every query of the table must be filtered, if any. The API has had two places for saying so."""
    resource = stored.to_api_repr()
    divided = resource.get("timePartitioning") or {}
    required = resource.get("requirePartitionFilter") or divided.get("requirePartitionFilter")
    return divided.get("field") if required else None


def _division(table: BigQueryTable) -> list[str] | None:
    divided = table.time_partitioning
    return None if divided is None else [f"{divided.type_} of {divided.field}"]


def _words(columns: Sequence[str] | None) -> str:
    return ", ".join(columns) if columns else "nothing"


def _full_type(field: SchemaField) -> str:
    """The type with what else decides which values fit, where that is not what the platform specifies anyway."""
    scale = f"({field.precision}, {field.scale or 0})" if field.precision is not None else ""
    return f"{type_name(field)}{scale}{' NOT NULL' if field.mode == 'REQUIRED' else ''}"


def type_name(field: SchemaField) -> str:
    """The field's type in GoogleSQL, without parameters."""
    name = field.field_type.split("(")[0]
    name = LEGACY_NAMES.get(name, name)
    return f"ARRAY<{name}>" if field.mode == "REPEATED" else name
