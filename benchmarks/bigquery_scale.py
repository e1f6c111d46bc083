"""What the platform stores and reads on BigQuery, worked out from the column sizes of a DuckDB warehouse.

    python -m benchmarks.bigquery_scale PATH/warehouse.duckdb USERS [USERS ...]

A column's size is the service's (https://cloud.google.com/bigquery/pricing#data): 8 bytes a number, day or instant, 16 a
NUMERIC, 1 a BOOL, 2 and its UTF-8 length a STRING, nothing a NULL. A query is billed the columns that it names, of the
partitions it reads, each counted once; replacing a table's rows bills their old columns once more (the DELETE). Tables that
grow with users are scaled by the users, the others stay.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

from ecom_platform.quality.statements import platform_sql
from ecom_platform.tables import CATALOG
from ecom_platform.tables.spec import Column, Table, Type
from ecom_platform.warehouse.bigquery.options import BigQueryOptions
from ecom_platform.warehouse.billing import GIB, TIB
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform.warehouse.sql import SqlAsset

STORAGE_USD_PER_GIB_MONTH = 0.02
FIXED = {Type.INT64: 8, Type.FLOAT64: 8, Type.DATE: 8, Type.TIMESTAMP: 8, Type.BOOL: 1, Type.NUMERIC: 16}


def size_of(column: Column) -> str:
    """The bytes of one value, as DuckDB's SQL."""
    name = f'"{column.name}"'
    size = f"2 + strlen({name})" if column.type is Type.STRING else str(FIXED[column.type])
    return f"SUM(CASE WHEN {name} IS NULL THEN 0 ELSE {size} END)"


def column_sizes(warehouse: DuckDBWarehouse, table: Table) -> dict[str, int]:
    sums = ", ".join(f'{size_of(column)} AS "{column.name}"' for column in table.columns)
    row = warehouse.query_native(f"SELECT {sums} FROM {table}").to_pylist()[0]
    return {name: int(value or 0) for name, value in row.items()}


def columns_read(asset: SqlAsset) -> dict[str, set[str]]:
    """The columns that the asset's query names, by table."""
    from sqlglot import exp
    from sqlglot.optimizer.scope import traverse_scope

    from ecom_platform.warehouse.sql.analysis import analyse

    named: dict[str, set[str]] = defaultdict(set)
    for scope in traverse_scope(analyse(asset.sql, tuple(sorted(set(asset.reads), key=str))).tree):
        for name, source in scope.sources.items():
            if isinstance(source, exp.Table):
                named[f"{source.db}.{source.name}"] |= {column.name for column in scope.columns if column.table == name}
    return named


def main() -> None:
    path, *scales = sys.argv[1:]
    warehouse = DuckDBWarehouse(Path(path))
    held = warehouse.tables()
    options = BigQueryOptions()
    users = held["raw.users"]
    sizes = {name: column_sizes(warehouse, table) for name, table in CATALOG.items() if name in held}

    def scaled(name: str, size: float, target: int) -> float:
        return size * target / users if CATALOG[name].partitioned else size

    print(
        f"Measured: {users:,} users.\n\n| table | rows a user | bytes a row | "
        + " | ".join(f"{int(n):,} users" for n in scales)
    )
    print("|---|" + "---:|" * (2 + len(scales)))
    for name, columns in sizes.items():
        total, rows = sum(columns.values()), held[name]
        at = " | ".join(f"{scaled(name, total, int(n)) / GIB:,.2f} GiB" for n in scales)
        print(f"| `{name}` | {rows / users:.2f} | {total / max(rows, 1):.0f} | {at} |")
    for n in scales:
        stored = sum(scaled(name, sum(columns.values()), int(n)) for name, columns in sizes.items())
        price = stored / GIB * STORAGE_USD_PER_GIB_MONTH
        print(f"\nStorage at {int(n):,} users: {stored / TIB:,.3f} TiB, {price:,.0f} USD a month.")
    print("\n| asset | " + " | ".join(f"read at {int(n):,} | USD" for n in scales) + " |")
    print("|---|" + "---:|" * (2 * len(scales)))
    totals = dict.fromkeys(scales, 0.0)
    for asset in platform_sql():
        cells = []
        for n in scales:
            reads = sum(
                scaled(name, sum(sizes[name][column] for column in columns), int(n))
                for name, columns in columns_read(asset).items()
                if name in sizes
            )
            name = str(asset.table)
            reads += scaled(name, sum(sizes.get(name, {}).values()), int(n))
            totals[n] += reads
            cells.append(f"{reads / GIB:,.2f} GiB | {options.price(int(reads)):,.4f}")
        print(f"| `{asset.table}` | {' | '.join(cells)} |")
    for n, reads in totals.items():
        print(f"\nA rebuild of all of it at {int(n):,} users: {reads / TIB:,.3f} TiB, {options.price(int(reads)):,.2f} USD.")


if __name__ == "__main__":
    main()
