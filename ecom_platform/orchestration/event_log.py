"""Dagster's event log in SQLite, with its files kept open between events.

A run of the whole platform records thousands of events, each in two or three transactions. The stock storage opens the
file, prepares every statement again, waits for the disk, and merges the write-ahead log back into the file, for each of
them; here the file stays open, and the disk is waited for when a run changes its status. A killed process loses nothing. A
power cut may take the last events of a run that it ends, and leaves the files consistent. What is stored, and where, is
the same: a home can change between the two at any time, and several processes share the files as before.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster import EventLogEntry
from dagster._core.events import EVENT_TYPE_TO_PIPELINE_RUN_STATUS
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
        self._tables: set[str] = set()
        self._waits = _Waits()
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
                _opened(connection).execute(f"PRAGMA synchronous={'FULL' if self._waits.for_disk else 'NORMAL'}")
                before = _changes(connection)
                with connection.begin():
                    yield connection
                written = _changes(connection) != before
            if written and shard != INDEX_SHARD_NAME:
                # Who follows a run watches its file, which a transaction in the write-ahead log leaves untouched.
                os.utime(self.path_for_shard(shard))

    def store_event(self, event: EventLogEntry) -> None:
        # Within the transaction: others must not see the event long before the run's own record says the same.
        self._waits.for_disk = event.dagster_event_type in EVENT_TYPE_TO_PIPELINE_RUN_STATUS
        try:
            super().store_event(event)
        finally:
            self._waits.for_disk = False

    def has_table(self, table_name: str) -> bool:
        # Asked at every evaluation of a check. Tables are only ever added.
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

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


class _Waits(threading.local):
    """Whether what this thread writes now must be on the disk before it goes on."""

    for_disk = False


def _opened(connection: Connection) -> sqlite3.Connection:
    opened: sqlite3.Connection = connection.connection.dbapi_connection  # type: ignore[assignment]
    return opened


def _changes(connection: Connection) -> int:
    """Rows that this connection has ever changed."""
    return _opened(connection).total_changes
