"""How a process opens a DuckDB file: alone, after a bounded wait, in the mode it needs; and what DuckDB's errors mean.

Nothing here knows what is stored.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecom_platform.errors import FREE_SPACE, tells_of_a_full_disk
from ecom_platform.warehouse.duckdb.lock import FileQueue, Holder, Wait
from ecom_platform.warehouse.errors import WarehouseBusyError, WarehouseError

if TYPE_CHECKING:
    import duckdb

FOREIGN_LOCK = re.compile(r"Conflicting lock is held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")
FOREIGN_RETRY_SECONDS = 0.1
IDLE_SECONDS = 0.1

CHECKPOINT = "256MB"
"""Of the write-ahead log, before what it holds is merged into the file. DuckDB's own 16 MB are a few months of raw rows: most
of the time of writing them went into rewriting the last, half-filled row group of every table again and again, and the file
was nearly twice as large for it. Closing merges what is left."""


class Mode(Enum):
    """What a connection may do."""

    WRITE = "write"
    READ = "read"
    CONFINED = "confined"
    """Read this one file, reach no other, and change no setting: for statements that a person wrote."""


class DuckDBFile:
    """A DuckDB file, at which threads and processes take turns; one object for each file in a process.

    During a thread's `turn` every other thread and process waits. Turns nest: the thread may begin another, even through
    another warehouse object on the same file, as an asset and the I/O manager that stores it do. The connection is
    opened at its first use and closed at the end of the turn, or, during a `session`, when another process wants the
    file.
    """

    _files: dict[tuple[int, Path], DuckDBFile] = {}  # noqa: RUF012
    _files_lock = threading.Lock()

    @classmethod
    def at(cls, path: Path) -> DuckDBFile:
        # A forked child must not believe that it holds what its parent holds, hence the process id in the key.
        key = (os.getpid(), Path(os.path.realpath(path)))
        with cls._files_lock:
            if key not in cls._files:
                cls._files[key] = DuckDBFile(key[1])
            return cls._files[key]

    def __init__(self, path: Path) -> None:
        self.path = path
        self.verified: set[object] = set()
        """What the user of the open connection has verified about the file; forgotten when it closes."""
        self._thread = threading.RLock()
        self._queue = FileQueue(path)
        self._depth = 0
        self._sessions = 0
        self._over = threading.Event()
        self._inside = False
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._mode: Mode | None = None

    @contextmanager
    def session(self) -> Iterator[None]:
        """Keeps the connection open between turns, until another process wants the file; the next turn then queues again."""
        with self._thread:
            self._sessions += 1
            if self._sessions == 1:
                self._over = threading.Event()
                threading.Thread(target=self._yield_when_idle, args=(self._over,), daemon=True).start()
        try:
            yield
        finally:
            with self._thread:
                self._sessions -= 1
                if not self._sessions:
                    self._over.set()
                    if not self._depth:
                        self._leave()

    @contextmanager
    def turn(self, wait_seconds: float) -> Iterator[None]:
        """Waits for the file and keeps it. Raises WarehouseBusyError when others keep it for `wait_seconds`."""
        start = time.monotonic()
        if not self._thread.acquire(timeout=min(wait_seconds, threading.TIMEOUT_MAX)):
            raise WarehouseBusyError(
                f"The warehouse {self.path} was held by another thread of this process, {Holder.me()}, "
                f"for the whole wait of {wait_seconds:g} s."
            )
        try:
            if not self._inside:
                self._queue.acquire(max(0.0, wait_seconds - (time.monotonic() - start)))
                self._inside = True
            self._depth += 1
            try:
                yield
            except BaseException:
                # After some failures DuckDB refuses all further use of a connection; a session goes on with a new one.
                if self._depth == 1:
                    self.close()
                raise
            finally:
                self._depth -= 1
                if not self._depth and (not self._sessions or self._queue.wanted()):
                    self._leave()
        finally:
            self._thread.release()

    def connect(self, mode: Mode, wait_seconds: float, memory_limit: str) -> duckdb.DuckDBPyConnection:
        """The turn's connection, reopened when it is not allowed to do what `mode` says.

        To be called during a turn. Only Mode.WRITE creates a file that does not exist; in the other modes the connection
        is then to an empty database in memory.
        """
        if self._connection is not None and (self._mode is mode or (self._mode, mode) == (Mode.WRITE, Mode.READ)):
            return self._connection
        self.close()
        connection = self._open(mode, Wait(wait_seconds), memory_limit)
        try:
            # Stored instants are UTC; with any other session zone a comparison with a literal would shift them.
            connection.execute("SET TimeZone = 'UTC'")
            if mode is Mode.CONFINED:
                connection.execute("SET enable_external_access = false")
                connection.execute("SET lock_configuration = true")
        except BaseException:
            connection.close()
            raise
        self._connection, self._mode = connection, mode
        return connection

    def close(self) -> None:
        connection, self._connection, self._mode = self._connection, None, None
        self.verified.clear()
        if connection is not None:
            connection.close()

    def _yield_when_idle(self, over: threading.Event) -> None:
        """Gives the file to others while the thread of a session is busy with something else between its turns."""
        while not over.wait(IDLE_SECONDS):
            if self._thread.acquire(blocking=False):
                try:
                    if self._inside and not self._depth and self._queue.wanted():
                        self._leave()
                finally:
                    self._thread.release()

    def _leave(self) -> None:
        try:
            self.close()
        finally:
            if self._inside:
                self._inside = False
                self._queue.release()

    def _open(self, mode: Mode, wait: Wait, memory_limit: str) -> duckdb.DuckDBPyConnection:
        import duckdb

        spill = spill_of(self.path)
        config: dict[str, Any] = {"memory_limit": memory_limit, "temp_directory": str(spill)}
        if mode is not Mode.WRITE and not self.path.exists():
            return duckdb.connect(":memory:", config=config)
        if mode is Mode.WRITE:
            config["checkpoint_threshold"] = CHECKPOINT
            # What a killed process spilled stays there; during a turn nobody else can be using it.
            shutil.rmtree(spill, ignore_errors=True)
        while True:
            try:
                return duckdb.connect(str(self.path), read_only=mode is not Mode.WRITE, config=config)
            except duckdb.Error as error:
                foreign = FOREIGN_LOCK.search(str(error))
                if foreign is None:
                    raise self._cannot_open(error) from error
                who = f"{foreign['program']} (PID {foreign['pid']})"
                if wait.over:
                    raise WarehouseBusyError(
                        f"The warehouse {self.path} was kept open by another program, {who}, for the whole wait of "
                        f"{wait.seconds:g} s: close the warehouse there, or end that program, and try again."
                    ) from error
                wait.notice(who)
                time.sleep(FOREIGN_RETRY_SECONDS)

    def _cannot_open(self, error: Exception) -> WarehouseError:
        if self.path.is_dir():
            return WarehouseError(f"The warehouse file {self.path} is a directory: remove it, or choose another ECOM_HOME.")
        if not os.access(self.path if self.path.exists() else self.path.parent, os.R_OK | os.W_OK):
            return WarehouseError(
                f"The warehouse file {self.path} cannot be opened: this user has no permission; "
                "grant it, or choose another ECOM_HOME."
            )
        reason = first_line(error)
        if tells_of_a_full_disk(error):
            way_out = FREE_SPACE
        elif "different configuration" in reason:
            way_out = "this process has it open in another way: close that connection first"
        elif "version number" in reason:
            way_out = "another version of DuckDB wrote it: use that version"
        else:
            way_out = "restore it from a backup, or delete it and rebuild the warehouse"
        return WarehouseError(f"The warehouse file {self.path} cannot be opened ({reason}): {way_out}.")


def spill_of(path: Path) -> Path:
    """The folder into which DuckDB spills work on the warehouse at `path` that does not fit in memory."""
    return path.with_name(path.name + ".spill")


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Turns DuckDB's errors into a WarehouseError whose message begins with `what`, such as "reading raw.users failed"."""
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise WarehouseError(f"{what} needs more memory than the warehouse may use: {first_line(error)}.") from error
    except RuntimeError as error:
        # DuckDB looks at signals while it works, and says so in this way.
        if str(error) == "Query interrupted":
            raise KeyboardInterrupt from error
        raise
    except duckdb.Error as error:
        way_out = f"; {FREE_SPACE}" if tells_of_a_full_disk(error) else ""
        raise WarehouseError(f"{what}: {first_line(error)}{way_out}.") from error


def first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".!")
