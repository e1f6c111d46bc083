"""Notices, by their content, that the files of a source have changed, and which signup months differ from before.

A file that is still being copied waits: it is loaded once everything can be read and has stayed the same for a while.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ecom_platform.origins.source import Source, SourceError

if TYPE_CHECKING:
    import pyarrow as pa

SETTLE_SECONDS = 45.0
CATALOGUE = "products"
_DERIVED = ("observation_windows",)


@dataclass(frozen=True)
class Watch:
    """What was last loaded (its fingerprint, and a digest a month), and which files wait to be complete since when."""

    loaded: str = ""
    digests: Mapping[str, str] = field(default_factory=dict)
    waiting: str = ""
    since: float = 0.0

    @staticmethod
    def of(cursor: str | None) -> Watch:
        return Watch(**json.loads(cursor)) if cursor else Watch()

    def cursor(self) -> str:
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Look:
    """What a look found: the watch to continue with, the months to reload, and why there are none."""

    watch: Watch
    months: tuple[str, ...] = ()
    why: str = ""


def look(watch: Watch, folder: Path, start_month: date, as_of: date, now: float) -> Look:
    """Looks at the source in `folder` at the time `now` (seconds).

    A file that cannot be read, because it is incomplete or damaged, is waited for.
    """
    try:
        source = Source.open(folder, start_month=start_month, as_of=as_of)
        fingerprint = source.fingerprint()
    except (SourceError, OSError) as error:
        return Look(_waiting(watch, "", now), why=f"The source cannot be read; waiting for it: {error}")
    if fingerprint == watch.loaded:
        return Look(_waiting(watch, "", now), why="No file has changed.")
    if fingerprint != watch.waiting:
        return Look(_waiting(watch, fingerprint, now), why="Files have changed; waiting until they are complete.")
    if now - watch.since < SETTLE_SECONDS:
        return Look(watch, why="Files have changed; waiting until they are complete.")
    with source:
        try:
            digests = {f"{month}": _digest(source.month(month)) for month in source.months}
            digests[CATALOGUE] = _digest({CATALOGUE: source.products()})
        except SourceError:
            # It is complete and invalid: the run will fail and report why.
            digests = {}
    changed = [key for key in digests if digests[key] != watch.digests.get(key)] or sorted(watch.digests)
    months = [key for key in changed if key != CATALOGUE] or [max((key for key in digests if key != CATALOGUE), default="")]
    return Look(Watch(fingerprint, digests), tuple(filter(None, months)))


def ranges(months: Sequence[str], every: Sequence[str]) -> Iterable[tuple[str, str]]:
    """The months as ranges, first to last, of `every` month in order."""
    first = last = None
    for month in every:
        if month in months:
            first, last = first or month, month
        elif first and last:
            yield first, last
            first = last = None
    if first and last:
        yield first, last


def _waiting(watch: Watch, fingerprint: str, now: float) -> Watch:
    return Watch(watch.loaded, watch.digests, fingerprint, now if fingerprint else 0.0)


def _digest(tables: Mapping[str, pa.Table]) -> str:
    import pyarrow as pa

    digest = hashlib.sha256()
    for name, table in sorted(tables.items()):
        if name in _DERIVED:
            continue
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table.combine_chunks())
        digest.update(name.encode())
        digest.update(sink.getvalue())
    return digest.hexdigest()[:16]
