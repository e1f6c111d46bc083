"""How a source says what is wrong with it: one sentence that names the file and the way out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from ecom_platform.warehouse.contract import WarehouseError

OUTSIDE = "lies outside the source's folders; put it there, or name its folder with may_read in source.toml"
_CONFINED = "- file system operations are disabled by configuration"


class SourceError(WarehouseError):
    """A source that cannot be used as it is: what is wrong, in which file, and what to do."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; did you mean NAME?` for the known name closest to this one, or nothing."""
    by_lower = {option.lower(): option for option in known}
    close = get_close_matches(name.lower(), by_lower, n=1)
    return f"; did you mean {by_lower[close[0]]}?" if close else ""


def counted(count: int, what: str) -> str:
    """`1 row`, `2,000 rows`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def said_by_duckdb(error: Exception) -> tuple[str, int | None]:
    """DuckDB's message as one sentence without its class, and the line of the SQL it points at, if any."""
    message = str(error).replace(_CONFINED, OUTSIDE)
    line = re.search(r"^LINE (\d+):", message, re.MULTILINE)
    first = message.split("\n\n")[0].split("\nLINE ")[0]
    sentence = re.sub(r"^[\w ]+ Error: ", "", "; ".join(part.strip(" !") for part in first.splitlines() if part.strip()))
    return (sentence if len(sentence) <= 400 else f"{sentence[:397]}..."), int(line[1]) if line else None
