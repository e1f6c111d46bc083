"""Dagster's event log in SQLite, with its files kept open between events.

A run of the whole platform records thousands of events, each in two or three transactions. The stock storage opens the
file, prepares every statement anew, and merges the write-ahead log back into the file, for each of them; keeping the
file open makes recording an event several times faster. What is stored, and where, is the same: a home can change
between the two at any time, and several processes share the files as before.
"""

from __future__ import annotations

import os
import sqlite3
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME, SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import QueuePool

RUNS_KEPT_OPEN = 4
BUSY_TIMEOUT_SECONDS = 60


class OpenEventLog(SqliteEventLogStorage):
    """The stock event log of the Dagster home `base_dir`, faster."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._process = os.getpid()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> OpenEventLog:
        # Where the stock storage has them, too.
        return cls(str(Path(config_value["base_dir"]) / "history" / "runs"), inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            with engine.connect() as connection:
                before = _changes(connection)
                with connection.begin():
                    yield connection
                written = _changes(connection) != before
            if written and shard != INDEX_SHARD_NAME:
                # Who follows a run watches its file, which a transaction in the write-ahead log leaves untouched.
                os.utime(self.path_for_shard(shard))

    def wipe(self) -> None:
        with self._db_lock:
            self._close_all()
        super().wipe()

    def dispose(self) -> None:
        with self._db_lock:
            self._close_all()
        super().dispose()

    def _engine(self, shard: str) -> Engine:
        if self._process != os.getpid():
            # A forked child must not use its parent's connections, nor close them.
            self._engines, self._process = OrderedDict(), os.getpid()
        engine = self._engines.pop(shard, None)
        if engine is not None and not os.path.exists(self.path_for_shard(shard)):
            engine.dispose()
            self._initialized_dbs.discard(shard)
            engine = None
        if engine is None:
            engine = create_engine(
                self.conn_string_for_shard(shard),
                # The lock lets one thread in at a time, so one connection is enough, whichever thread opened it.
                poolclass=QueuePool,
                pool_size=1,
                connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )
        self._engines[shard] = engine
        if shard not in self._initialized_dbs:
            self._initdb(engine)
            self._initialized_dbs.add(shard)
        self._close_old()
        return engine

    def _close_old(self) -> None:
        runs = [shard for shard in self._engines if shard != INDEX_SHARD_NAME]
        for shard in runs[:-RUNS_KEPT_OPEN]:
            self._engines.pop(shard).dispose()

    def _close_all(self) -> None:
        while self._engines:
            self._engines.popitem()[1].dispose()


def _changes(connection: Connection) -> int:
    """Rows that this connection has ever changed."""
    opened: sqlite3.Connection = connection.connection.dbapi_connection  # type: ignore[assignment]
    return opened.total_changes
