"""What is news, and which messages wait for which sink: a small database that survives every process.

An incident is open from the first time a fault is seen until it is no longer. While it is open, seeing it again is
folded into it. Each piece of news becomes one delivery per sink in the same transaction, and a delivery stays until its
sink has taken it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ecom_platform.alerts.message import KEYS_SHOWN, Event, Message, Seen

FIRST_DELAY_SECONDS = 30.0
LONGEST_DELAY_SECONDS = 3600.0
BUSY_SECONDS = 30.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS incidents (
    name TEXT PRIMARY KEY, episode INTEGER NOT NULL, partitions TEXT NOT NULL, repeats INTEGER NOT NULL, title TEXT NOT NULL,
    last REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS seen (occurrence TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS deliveries (
    number INTEGER PRIMARY KEY AUTOINCREMENT, sink TEXT NOT NULL, message TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL DEFAULT 0
);
"""


@dataclass(frozen=True)
class Delivery:
    number: int
    sink: str
    message: Message
    attempts: int


class Outbox:
    """The database at `path`, made at its first use. Several processes may use it at once."""

    def __init__(self, path: Path, sinks: Sequence[str]) -> None:
        self.path = path
        self.sinks = tuple(sinks)

    def take(self, seen: Seen, now: datetime | None = None) -> Message | None:
        """Takes note of a look at a fault; returns the news, if it is any. The same occurrence is taken once."""
        at = (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
        with self._transaction() as database:
            row = database.execute(
                "SELECT episode, partitions, repeats, title, last FROM incidents WHERE name = ?", [seen.incident]
            ).fetchone()
            episode, partitions, repeats, title, last = row or (0, "[]", 0, seen.title, 0.0)
            # What never was wrong leaves no trace; and to have been right before it went wrong is no recovery.
            if seen.alert is None and (row is None or seen.order < last):
                return None
            if not database.execute("INSERT OR IGNORE INTO seen VALUES (?)", [seen.occurrence]).rowcount:
                return None
            before = set(json.loads(partitions))
            bad = set(seen.alert.partitions) if seen.alert else set()
            after = (before - set(seen.looked_at)) | bad
            message = None
            if seen.alert is not None:
                last = max(last, seen.order)
            if seen.alert is not None and not before:
                episode, repeats, title = episode + 1, 0, seen.alert.title
                message = self._of(seen, Event.RAISED, f"{seen.incident}#{episode}", at)
            elif seen.alert is not None and bad - before:
                message = self._of(seen, Event.SPREAD, f"{seen.incident}#{episode}/{seen.occurrence}", at)
            elif seen.alert is not None:
                repeats += 1
            elif before and not after:
                message = Message(
                    id=f"{seen.incident}#{episode}/recovered",
                    event=Event.RECOVERED,
                    incident=seen.incident,
                    title=f"Recovered: {title}",
                    text="It is right again.",
                    link=seen.link,
                    at=at,
                    months=tuple(sorted(filter(None, before))),
                    repeats=repeats,
                )
            database.execute(
                "INSERT OR REPLACE INTO incidents VALUES (?, ?, ?, ?, ?, ?)",
                [seen.incident, episode, json.dumps(sorted(after)), repeats, title, last],
            )
            if message is not None:
                for sink in self.sinks:
                    database.execute(
                        "INSERT INTO deliveries (sink, message) VALUES (?, ?)", [sink, json.dumps(message.json())]
                    )
        return message

    def due(self, sink: str, now: float) -> list[Delivery]:
        """What the sink has not taken yet, in its order; nothing while the first of it waits for its next attempt."""
        with self._transaction() as database:
            rows = database.execute(
                "SELECT number, sink, message, attempts, due FROM deliveries WHERE sink = ? ORDER BY number", [sink]
            ).fetchall()
        if not rows or rows[0][4] > now:
            return []
        return [Delivery(number, sink, _message(text), attempts) for number, sink, text, attempts, _ in rows]

    def delivered(self, delivery: Delivery) -> None:
        with self._transaction() as database:
            database.execute("DELETE FROM deliveries WHERE number = ?", [delivery.number])

    def failed(self, delivery: Delivery, now: float) -> None:
        """The next attempt is later every time, up to an hour."""
        delay = min(FIRST_DELAY_SECONDS * 2**delivery.attempts, LONGEST_DELAY_SECONDS)
        with self._transaction() as database:
            database.execute(
                "UPDATE deliveries SET attempts = attempts + 1, due = ? WHERE number = ?", [now + delay, delivery.number]
            )

    def waiting(self) -> dict[str, int]:
        """How many messages each sink has not taken yet; sinks that are no longer configured too."""
        with self._transaction() as database:
            return dict(database.execute("SELECT sink, count(*) FROM deliveries GROUP BY sink ORDER BY sink"))

    def open_incidents(self) -> list[str]:
        with self._transaction() as database:
            rows = database.execute("SELECT name FROM incidents WHERE partitions <> '[]' ORDER BY name")
            return [name for (name,) in rows]

    def _of(self, seen: Seen, event: Event, id_: str, at: str) -> Message:
        alert = seen.alert
        assert alert is not None
        return Message(
            id=id_,
            event=event,
            incident=seen.incident,
            title=alert.title,
            text=alert.text,
            link=alert.link,
            at=at,
            months=tuple(sorted(filter(None, alert.partitions))),
            rows=alert.rows,
            keys=alert.keys[:KEYS_SHOWN],
        )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            database.executescript(_SCHEMA)
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")
        finally:
            database.close()


def _message(text: str) -> Message:
    fields = json.loads(text)
    return Message(
        **fields | {"event": Event(fields["event"]), "months": tuple(fields["months"]), "keys": tuple(fields["keys"])}
    )
