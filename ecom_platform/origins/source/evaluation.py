"""A source's files evaluated once, by an in-process DuckDB that spills to a scratch folder.

The result is every given table, checked, typed and with its months, in a temporary database file; Python receives one
month of it at a time.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecom_platform.origins.source import diagnosis
from ecom_platform.origins.source.columns import (
    DUCKDB_TYPES,
    check_names,
    converted,
    fits,
    known,
    mapped,
    misfit,
    parsed,
    quoted,
    unparsable,
    written_as,
)
from ecom_platform.origins.source.confinement import confined, ending_within
from ecom_platform.origins.source.errors import SourceError, counted, said_by_duckdb
from ecom_platform.origins.source.folder import GIVEN, Folder, TableFile
from ecom_platform.origins.source.months import own_date, with_months
from ecom_platform.tables.spec import PARTITION_COLUMN, Column, Table

if TYPE_CHECKING:
    import pyarrow as pa

NEW_USER_DAYS = 45


def check_columns(folder: Folder) -> None:
    """Binds every SQL file and compares the columns and types of every table with the raw table's. No row is read.

    Raises SourceError for SQL that does not bind, a column that is unknown, missing or of another type.
    """
    with confined(folder.readable) as connection, ending_within(folder.time_limit, connection):
        _create_views(connection, folder)
        for given in folder.tables.values():
            _given_columns(connection, folder, given)


class Evaluation:
    """The tables of a source in a temporary database of their own, gone after `close`."""

    def __init__(self, folder: Folder, start_month: date, as_of: date, scratch: Path | None) -> None:
        """Evaluates every file.

        Raises SourceError for SQL that fails on the data or does not end, values that do not fit, and rows dated outside the
        observed time.
        """
        self._folder = folder
        if scratch is not None:
            scratch.mkdir(parents=True, exist_ok=True)
        directory = Path(tempfile.mkdtemp(prefix="ecom-source-", dir=scratch))
        self._connection = confined(folder.readable, directory / "source.duckdb")
        self.close = weakref.finalize(self, _give_back, self._connection, directory)
        """Gives back the temporary database; called by itself when nobody holds the evaluation any more."""
        try:
            with ending_within(folder.time_limit, self._connection):
                _create_views(self._connection, folder)
                placed: dict[str, str] = {}
                for name, table in GIVEN.items():
                    self._load(table, folder.tables.get(name), placed, start_month, as_of)
                    placed[str(table)] = f"main.{name}"
        except BaseException:
            self.close()
            raise

    def rows(self, table: Table, month: date | None) -> pa.Table:
        """The rows of a table (of one month, when it is partitioned) in the specification's schema, sorted by key."""
        condition = f" WHERE {PARTITION_COLUMN} = DATE '{month}'" if month else ""
        columns = ", ".join(quoted(name) for name in table.column_names)
        cursor = self._connection.cursor()
        result = cursor.execute(f"SELECT {columns} FROM main.{table.name}{condition}")
        return result.to_arrow_table().cast(table.arrow_schema)

    def _load(self, table: Table, given: TableFile | None, placed: dict[str, str], start_month: date, as_of: date) -> None:
        if given is None:
            columns = ", ".join(f"{quoted(c.name)} {DUCKDB_TYPES[c.type]}" for c in table.columns)
            self._connection.execute(f"CREATE TABLE main.{table.name} ({columns})")
            return
        typed = f"main._typed_{table.name}"
        self._run(given, f"CREATE TABLE {typed} AS {self._typed(given, as_of)}")
        self._require_observed(given, typed, start_month, as_of)
        if table.partitioned:
            rows = with_months(table, typed, placed, start_month, self._keys_repeat(given, typed))
        else:
            rows = f"SELECT * FROM {typed} ORDER BY {', '.join(dict.fromkeys([*table.key, *table.column_names]))}"
        self._run(given, f"CREATE TABLE main.{table.name} AS {rows}")
        self._connection.execute(f"DROP TABLE {typed}")

    def _typed(self, given: TableFile, as_of: date) -> str:
        """A SELECT of the given rows in the raw table's columns and types, all but the month."""
        columns = _given_columns(self._connection, self._folder, given)
        from_text = _is_csv(given)
        if from_text:
            self._require_parsable(given, columns)
        expressions = []
        for column in given.table.columns:
            if column.name == PARTITION_COLUMN:
                continue
            if column.name in columns:
                value = parsed(column) if from_text else converted(column)
                value = mapped(column, value, self._folder.values.get(column.name, {}))
            elif column.name == "is_new_user_flag":
                day = parsed(given.table.column("signup_date")) if from_text else "signup_date"
                value = f"{day} > DATE '{as_of}' - {NEW_USER_DAYS}"
            else:
                value = f"CAST(NULL AS {DUCKDB_TYPES[column.type]})"
            expressions.append(f"{known(given.table, column, value)} AS {quoted(column.name)}")
        return f"SELECT {', '.join(expressions)} FROM {_relation(given)}"

    def _require_parsable(self, given: TableFile, columns: dict[str, str]) -> None:
        looked_at = [c for c in given.table.columns if c.name in columns and c.name != PARTITION_COLUMN]
        conditions = {c: condition for c in looked_at if (condition := unparsable(c))}
        if not conditions:
            return
        counts = ", ".join(
            f"count(*) FILTER ({condition}), min({quoted(c.name)}) FILTER ({condition})" for c, condition in conditions.items()
        )
        found = self._run(given, f"SELECT {counts} FROM {_relation(given)}").fetchone()
        for number, column in enumerate(conditions):
            count, example = found[2 * number], found[2 * number + 1]
            if count:
                line = diagnosis.line_of(given.file, column.name, example)
                raise SourceError(
                    f"{given.file.name}: {counted(count, 'value')} of column {column.name} {'is' if count == 1 else 'are'} no "
                    f"{column.type}, which {given.table} needs, such as {example!r}{f' on line {line}' if line else ''}"
                    f"{written_as(column)}; correct the file or convert it in {given.table.name}.sql instead"
                )

    def _keys_repeat(self, given: TableFile, typed: str) -> bool:
        key = ", ".join(given.table.key)
        repeated = f"SELECT {key} FROM {typed} GROUP BY {key} HAVING count(*) > 1"
        return bool(self._run(given, f"SELECT EXISTS ({repeated})").fetchone()[0])

    def _require_observed(self, given: TableFile, typed: str, start_month: date, as_of: date) -> None:
        day = own_date(given.table)
        if day is None:
            return
        early, late, first, last = self._run(
            given,
            f"SELECT count(*) FILTER ({day} < DATE '{start_month}'), count(*) FILTER ({day} > DATE '{as_of}'), "
            f"CAST(min({day}) AS VARCHAR), CAST(max({day}) AS VARCHAR) FROM {typed} AS given",
        ).fetchone()
        if early:
            raise SourceError(
                f"{given.file.name}: {counted(early, 'row')} happened before the start month {start_month:%Y-%m}, "
                f"the first on {first}; set ECOM_START_MONTH (start_month in source.toml) to {first[:7]}, "
                f"or leave them out in the SQL"
            )
        if late:
            raise SourceError(
                f"{given.file.name}: {counted(late, 'row')} happened after the last observed day {as_of}, "
                f"the last on {last}; set ECOM_AS_OF (as_of in source.toml) to {last}, or leave them out in the SQL"
            )

    def _run(self, given: TableFile, sql: str) -> Any:
        import duckdb

        try:
            return self._connection.execute(sql)
        except duckdb.Error as error:
            raise _failed(self._folder, given, error) from error


def _give_back(connection: Any, directory: Path) -> None:
    connection.close()
    shutil.rmtree(directory, ignore_errors=True)


def _create_views(connection: Any, folder: Folder) -> None:
    import duckdb

    for select in folder.selects:
        name = select.file.stem if select.file.name.startswith("_") else f"_given_{select.file.stem}"
        try:
            connection.execute(f"CREATE TEMP VIEW {quoted(name)} AS {select.sql}")
        except duckdb.Error as error:
            sentence, line = said_by_duckdb(error)
            cause = diagnosis.of_encoding(select.data_files) if isinstance(error, duckdb.InvalidInputException) else None
            raise SourceError(cause or f"{select.file.name}{f', line {line}' if line else ''}: {sentence}") from error


def _relation(given: TableFile) -> str:
    if given.select:
        return f"_given_{given.table.name}"
    path = "'" + str(given.file).replace("'", "''") + "'"
    if given.file.suffix == ".csv":
        return f"read_csv({path}, header = true, all_varchar = true, skip = 0, delim = ',', quote = '\"', escape = '\"')"
    return f"read_parquet({path})"


def _given_columns(connection: Any, folder: Folder, given: TableFile) -> dict[str, str]:
    """The given columns and their DuckDB types, all of which fit the raw table."""
    import duckdb

    relation = _relation(given)
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
        types = {name: type_ for name, type_, *_ in described}
        try:
            check_names(given.file.name, given.table, list(types))
        except SourceError as error:
            if _is_csv(given) and (cause := diagnosis.of_header(given.file)):
                raise SourceError(cause) from error
            raise
        if _is_csv(given):
            return types
        for column in given.table.columns:
            if column.name in types and not _fits(connection, relation, column, types[column.name]):
                raise misfit(given.file.name, given.table, column, types[column.name])
    except duckdb.Error as error:
        raise _failed(folder, given, error) from error
    return types


def _is_csv(given: TableFile) -> bool:
    return given.select is None and given.file.suffix == ".csv"


def _failed(folder: Folder, given: TableFile, error: Exception) -> SourceError:
    """What DuckDB said of a file, or the cause that it did not see."""
    import duckdb

    cause = None
    if isinstance(error, duckdb.InvalidInputException | duckdb.ConversionException):
        cause = diagnosis.of_rows(given.file) if _is_csv(given) else diagnosis.of_encoding(folder.data_files)
    return SourceError(cause or f"{given.file.name}: {said_by_duckdb(error)[0]}")


def _fits(connection: Any, relation: str, column: Column, given: str) -> bool:
    if column.name == PARTITION_COLUMN or fits(column, given):
        return True
    # A column that is all null has whatever type its writer fell back to, and nothing to lose.
    (values,) = connection.execute(f"SELECT count({quoted(column.name)}) FROM {relation}").fetchone()
    return bool(values == 0)
