"""Where a source's SQL runs: a DuckDB that reads the source's own folders, changes nothing of itself, and ends in time.

DuckDB itself keeps the SQL in, links followed and computed paths included; nothing here depends on what the SQL looks like.
"""

from __future__ import annotations

import glob
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ecom_platform.origins.source.errors import SourceError

if TYPE_CHECKING:
    import duckdb

MEMORY_LIMIT = "1GB"


def confined(folders: Sequence[Path], database: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A connection that reads files in `folders` (and below) alone, in one time zone, and whose settings are final.

    `database` is its file, beside which it spills; without one it lives in memory and spills nowhere.
    """
    import duckdb

    connection = duckdb.connect(str(database) if database else ":memory:")
    # A pattern names a folder with [ in it in the escaped form, and is compared as it is written.
    names = dict.fromkeys(name for folder in folders for name in (f"{folder}/", glob.escape(f"{folder}/")))
    allowed = ", ".join(map(_literal, names))
    for setting in (
        f"memory_limit = '{MEMORY_LIMIT}'",
        "autoinstall_known_extensions = false",
        "python_enable_replacements = false",
        "TimeZone = 'UTC'",
        *(() if database else ("temp_directory = ''",)),
        f"allowed_directories = [{allowed}]",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")
    return connection


@contextmanager
def ending_within(seconds: float, connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Stops what the connection does when it has taken that long.

    Raises SourceError when it was stopped.
    """
    import duckdb

    expired = threading.Event()

    def stop() -> None:
        expired.set()
        # An interruption between two statements is lost: it is repeated until the last of them has gone.
        while not done.wait(0.1):
            connection.interrupt()

    done = threading.Event()
    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (duckdb.Error, SourceError) as error:
        if expired.is_set():
            raise SourceError(
                f"the source's SQL took longer than {seconds:g} s and was stopped; if it would have ended, "
                f"give it longer with time_limit (in seconds) in source.toml"
            ) from error
        raise
    finally:
        done.set()
        timer.cancel()


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
