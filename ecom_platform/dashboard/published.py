"""The published aggregates as a DuckDB file of their own: an analyst reads it while the pipeline writes elsewhere.

Beside the tables it holds `dashboard.metrics`, the registry, and `dashboard.edition`, whose data it is and of when. The texts
of the specifications are the comments of its tables and columns.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from ecom_platform.dashboard.edition import Edition
from ecom_platform.dashboard.files import replaced
from ecom_platform.tables import CATALOG, DASHBOARD, Table
from ecom_platform.tables.metrics import METRICS
from ecom_platform.warehouse.contract import Warehouse

PUBLISHED: tuple[Table, ...] = (*DASHBOARD, CATALOG["insights.answers"])
"""The tables that the file holds, by the names that they have in the warehouse."""
FILE = "published.duckdb"


def publish(store: Warehouse, edition: Edition, path: Path) -> dict[str, int]:
    """Writes the file and swaps it in; the rows of each table. Reads the tables one by one."""
    import duckdb
    import pyarrow as pa

    counts = {}
    with replaced(path) as part, duckdb.connect(str(part)) as connection:
        for table in PUBLISHED:
            rows = store.read(table)
            _create(connection, str(table), rows, table.doc)
            for column in table.columns:
                connection.execute(f"COMMENT ON COLUMN {table}.{column.name} IS {_literal(column.doc)}")
            counts[str(table)] = rows.num_rows
        metrics = [{name: str(value) for name, value in asdict(each).items() if name != "source"} for each in METRICS.values()]
        _create(connection, "dashboard.metrics", pa.Table.from_pylist(metrics), "One row per metric of the registry.")
        _create(connection, "dashboard.edition", pa.Table.from_pylist([asdict(edition)]), "Whose data they are, and of when.")
    return counts


def _create(connection: Any, name: str, rows: Any, doc: str) -> None:
    schema, _, _ = name.partition(".")
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    connection.register("content", rows)
    connection.execute(f"CREATE TABLE {name} AS SELECT * FROM content")
    connection.unregister("content")
    connection.execute(f"COMMENT ON TABLE {name} IS {_literal(doc)}")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
