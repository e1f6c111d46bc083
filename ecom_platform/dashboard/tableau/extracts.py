"""Extracts: tables as .hyper files, which Tableau opens without a database. An optional extra, the Hyper API, makes them.

A file holds one table, under the name that it has in the warehouse.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from math import isclose
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from ecom_platform.dashboard.tableau.connections import EXTRACT_SCHEMA, extract_name
from ecom_platform.tables import Table, Type
from ecom_platform.warehouse.contract import Warehouse

if TYPE_CHECKING:
    import pyarrow as pa

INSTALL = "pip install 'ecom-platform[tableau]'"
SUMMED = (Type.INT64, Type.FLOAT64, Type.NUMERIC)
ROWS = "rows_there"

Sums = Mapping[str, Any]
"""Of one table: its rows under the name `ROWS`, and the sum of each numeric column by its name, null where it has no value."""


def available() -> bool:
    """Whether extracts can be made here: the optional extra is installed, for a platform that Tableau supports."""
    return find_spec("tableauhyperapi") is not None


def write_extracts(contents: Iterable[tuple[Table, pa.Table]], folder: Path) -> list[Path]:
    """Writes a file for each table into the folder. The contents are taken one by one."""
    import pyarrow.parquet as pq

    written = []
    with _hyper() as connect, TemporaryDirectory(prefix="ecom-extract-") as staging:
        for table, rows in contents:
            staged, path = Path(staging) / "rows.parquet", folder / extract_name(table)
            pq.write_table(rows, staged)
            with connect(path, True) as connection:
                connection.execute_command(f'CREATE SCHEMA "{EXTRACT_SCHEMA}"')
                connection.execute_command(f"CREATE TABLE {_quoted(table)} AS (SELECT * FROM external({_literal(staged)}))")
            written.append(path)
    return written


def sums_of_extracts(folder: Path, tables: Iterable[Table]) -> dict[Table, Sums]:
    """What the files in the folder hold, read back: to compare with the warehouse."""
    found: dict[Table, Sums] = {}
    with _hyper() as connect:
        for table in tables:
            columns = [column.name for column in table.columns if column.type in SUMMED]
            sums = "".join(f', SUM("{name}")' for name in columns)
            with connect(folder / extract_name(table), False) as connection:
                (row,) = connection.execute_list_query(f"SELECT COUNT(*){sums} FROM {_quoted(table)}")
            found[table] = dict(zip((ROWS, *columns), row, strict=True))
    return found


def sums_of_warehouse(store: Warehouse, table: Table) -> Sums:
    """The same of the warehouse's own table."""
    sums = "".join(f", SUM({column.name}) AS {column.name}" for column in table.columns if column.type in SUMMED)
    (row,) = store.query(f"SELECT COUNT(*) AS {ROWS}{sums} FROM {table}", [table]).to_pylist()
    return dict(row)


def disagreements(found: Sums, there: Sums) -> list[str]:
    """In what two readings of one table differ: counts and money to the last digit, other numbers to nine digits."""
    return [
        f"{name} is {found.get(name)} in the extract and {value} in the warehouse"
        for name, value in there.items()
        if found.get(name) != value and not (isinstance(value, float) and isclose(value, found.get(name) or 0.0, rel_tol=1e-9))
    ]


@contextmanager
def _hyper() -> Iterator[Any]:
    """A function that opens a file, created or existing, in a Hyper process of this context."""
    from tableauhyperapi import Connection, CreateMode, HyperProcess, Telemetry

    # Without a log_config, Hyper writes its log into the current folder.
    with HyperProcess(Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU, parameters={"log_config": ""}) as process:

        def connect(path: Path, create: bool) -> Any:
            return Connection(process.endpoint, str(path), CreateMode.CREATE_AND_REPLACE if create else CreateMode.NONE)

        yield connect


def _quoted(table: Table) -> str:
    return f'"{EXTRACT_SCHEMA}"."{table.name}"'


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
