"""Which file of a source's folder gives which raw table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from ecom_platform.origins.source.errors import SourceError, did_you_mean
from ecom_platform.origins.source.files import require_readable
from ecom_platform.origins.source.settings import FILE_NAME, SourceSettings
from ecom_platform.origins.source.sql import Select, parse_select
from ecom_platform.tables import CLEANED
from ecom_platform.tables.spec import Table

GIVEN = {table.name: table for table in CLEANED}
"""The raw tables that a source can give; the platform makes the others itself."""

_FORMATS = (".sql", ".csv", ".parquet")
_NOTES = (".md", ".txt", ".rst")


@dataclass(frozen=True)
class TableFile:
    """The file that gives a raw table: a SELECT, or None for a CSV or Parquet file in the raw table's own columns."""

    table: Table
    file: Path
    select: Select | None


@dataclass(frozen=True)
class Folder:
    """The files of a source: `views` in an order in which each reads only earlier ones, and a file for each table given.

    `readable` are the folders whose files its SQL may read, `time_limit` how long it may take (seconds), and `values` what
    the source's own values stand for, by column.
    """

    path: Path
    readable: tuple[Path, ...]
    time_limit: float
    values: Mapping[str, Mapping[str, str]]
    views: tuple[Select, ...]
    tables: Mapping[str, TableFile]

    @property
    def own_files(self) -> tuple[Path, ...]:
        """The source's description and SQL files, sorted by name."""
        sql = [view.file for view in self.views] + [given.file for given in self.tables.values() if given.select]
        settings = self.path / FILE_NAME
        return tuple(sorted([*sql, *([settings] if settings.is_file() else [])]))

    @property
    def data_files(self) -> tuple[Path, ...]:
        """Every data file that the source reads, sorted by path."""
        direct = {given.file for given in self.tables.values() if given.select is None}
        return tuple(sorted(direct.union(*(select.data_files for select in self.selects))))

    @property
    def selects(self) -> tuple[Select, ...]:
        return (*self.views, *(given.select for given in self.tables.values() if given.select))


def read_folder(path: Path, settings: SourceSettings) -> Folder:
    """Every file of the folder that matters, checked by name and, for SQL, by syntax.

    Raises SourceError for a name that is no raw table, two files for one table, SQL that is not one SELECT, a missing
    data file, or a folder that gives no table at all.
    """
    roots = (settings.data_folder, path)
    readable = (*roots, *settings.may_read)
    files = sorted(file for file in path.iterdir() if not file.name.startswith("."))
    for file in files:
        if _matters(file):
            require_readable(file.name, file, readable)
    files = [file for file in files if file.is_file()]
    selects = {file: parse_select(file, roots, readable, settings.data_env) for file in files if file.suffix == ".sql"}
    read_by_sql = {data.resolve() for select in selects.values() for data in select.data_files}

    views = [select for file, select in selects.items() if file.name.startswith("_")]
    tables: dict[str, TableFile] = {}
    for file in files:
        if file.suffix not in _FORMATS:
            _require_harmless(file)
            continue
        if file in selects and file.name.startswith("_"):
            continue
        if file.stem not in GIVEN:
            if file.resolve() in read_by_sql:
                continue
            raise SourceError(
                f"{file.name}: there is no raw table {file.stem}{did_you_mean(file.stem, GIVEN)} "
                f"(a source gives {', '.join(GIVEN)}; a view that the others read begins with '_')"
            )
        if file not in selects and file.resolve() in read_by_sql:
            continue
        if file.stem in tables:
            raise SourceError(f"{tables[file.stem].file.name} and {file.name} both give {file.stem}; keep one of them")
        tables[file.stem] = TableFile(GIVEN[file.stem], file, selects.get(file))
    if not tables:
        raise SourceError(f"{path} gives no raw table; write one of {', '.join(f'{name}.sql' for name in GIVEN)}")
    order, given = _in_order(views), {name: tables[name] for name in GIVEN if name in tables}
    return Folder(path, readable, settings.time_limit, settings.values, order, given)


def _matters(file: Path) -> bool:
    """Whether the name says that the file belongs to the source, whatever it turns out to be."""
    return file.suffix.lower() in _FORMATS or file.name == FILE_NAME


def _require_harmless(file: Path) -> None:
    name, _, suffix = file.name.partition(".")
    if name.lower() in GIVEN and file.suffix not in _NOTES:
        given = f".{suffix}" if suffix else "this"
        given = f".{suffix}" if suffix else "this"
        raise SourceError(f"{file.name}: a raw table is given as .sql, .csv or .parquet, not as {given}")
    if file.suffix == ".toml" and file.name != FILE_NAME:
        raise SourceError(f"{file.name}: a source's settings are in {FILE_NAME}")


def _in_order(views: list[Select]) -> tuple[Select, ...]:
    by_name = {view.file.stem: view for view in views}
    graph = {name: view.tables & by_name.keys() for name, view in by_name.items()}
    try:
        return tuple(by_name[name] for name in TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " -> ".join(f"{name}.sql" for name in error.args[1])
        raise SourceError(f"these views read each other in a circle: {circle}") from error
