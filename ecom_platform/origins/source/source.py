"""A source as the platform sees it: the same calls as the synthetic world, answered from a person's files."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ecom_platform.origins.source.errors import SourceError
from ecom_platform.origins.source.evaluation import Evaluation, check_columns
from ecom_platform.origins.source.folder import GIVEN, Folder, read_folder
from ecom_platform.origins.source.months import months_between
from ecom_platform.origins.source.settings import SourceSettings, read_source_settings, require_order
from ecom_platform.tables import RAW
from ecom_platform.tables.raw.observation_windows import OBSERVATION_WINDOWS
from ecom_platform.tables.raw.products import PRODUCTS

if TYPE_CHECKING:
    from types import TracebackType

    import pyarrow as pa


class Source:
    """A folder that gives raw tables. Its files are evaluated once, on the first call for rows, whatever the months."""

    def __init__(self, folder: Folder, settings: SourceSettings, scratch: Path | None) -> None:
        self._folder = folder
        self._settings = settings
        self._scratch = scratch
        self._evaluation: Evaluation | None = None
        self._lock = threading.Lock()

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        start_month: date | None = None,
        as_of: date | None = None,
        scratch: Path | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> Source:
        """The source in `folder`, with everything checked that can be without reading its rows.

        `start_month` and `as_of` take precedence over the source's own. `scratch` is the folder for the temporary
        database, made when it is needed (default: the system's).

        Raises SourceError with one sentence for a folder, a name, a setting, an SQL file, a data file, a column or a
        type that cannot be used.
        """
        if not folder.is_dir():
            raise SourceError(f"{folder} is no folder; a source is a folder of .sql, .csv or .parquet files")
        folder = folder.resolve()
        settings = read_source_settings(folder, environ)
        settings = replace(settings, start_month=start_month or settings.start_month, as_of=as_of or settings.as_of)
        require_order(settings.start_month, settings.as_of)
        files = read_folder(folder, settings)
        check_columns(files)
        return cls(files, settings, scratch)

    @property
    def settings(self) -> SourceSettings:
        """What the source says of itself, under the caller's start month and as-of date."""
        return self._settings

    @property
    def tables(self) -> tuple[str, ...]:
        """The raw tables that the source gives, by their short names; the others are empty."""
        return tuple(self._folder.tables)

    @property
    def months(self) -> list[date]:
        """The first days of the months from the start month to the month of the as-of date.

        Raises SourceError when neither the source nor the caller says which they are.
        """
        return months_between(*self._span())

    def fingerprint(self) -> str:
        """A digest of the content of every file that the source consists of or reads (64 hexadecimal digits).

        Names count, but neither times nor the place of the folder. A path that the SQL computes is not seen.
        """
        lines = []
        for file in (*self._folder.own_files, *self._folder.data_files):
            status = file.stat()
            lines.append(f"{file.name}\0{_content_hash(file, status.st_size, status.st_mtime_ns)}\n")
        return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()

    def products(self) -> pa.Table:
        """raw.products, in its specification's schema."""
        return self._evaluated().rows(PRODUCTS, None)

    def month(self, month: date) -> dict[str, pa.Table]:
        """Every partitioned raw table by its short name: the rows of one signup month, in its specification's schema.

        `month` is the first day of one of `months`. A table that the source does not give is empty.

        Raises SourceError for any other day, and for whatever is wrong with the data.
        """
        import pyarrow as pa

        if month not in self.months:
            raise SourceError(f"{month} is none of the source's months, {self.months[0]:%Y-%m} to {self.months[-1]:%Y-%m}")
        _, as_of = self._span()
        evaluation = self._evaluated()
        tables = {}
        for table in RAW:
            if table == OBSERVATION_WINDOWS:
                window = {"signup_month": [month], "observed_until": [as_of]}
                tables[table.name] = pa.table(window, schema=table.arrow_schema)
            elif table.partitioned:
                given = table.name in GIVEN
                tables[table.name] = evaluation.rows(table, month) if given else table.arrow_schema.empty_table()
        return tables

    def close(self) -> None:
        """Gives back the temporary database; the next call for rows evaluates the files again."""
        with self._lock:
            if self._evaluation is not None:
                self._evaluation.close()
                self._evaluation = None

    def __enter__(self) -> Source:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.close()

    def _span(self) -> tuple[date, date]:
        start_month, as_of = self._settings.start_month, self._settings.as_of
        if start_month is None:
            raise SourceError("set ECOM_START_MONTH, or start_month in source.toml, to the first month of the data")
        if as_of is None:
            raise SourceError("set ECOM_AS_OF, or as_of in source.toml, to the last whole day of the data")
        return start_month, as_of

    def _evaluated(self) -> Evaluation:
        start_month, as_of = self._span()
        with self._lock:
            if self._evaluation is None:
                self._evaluation = Evaluation(self._folder, start_month, as_of, self._scratch)
            return self._evaluation


@lru_cache(maxsize=1024)
def _content_hash(file: Path, size: int, modified: int) -> str:  # noqa: ARG001
    # Size and time only spare the second reading of an unchanged file; the hash is of the content alone.
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
