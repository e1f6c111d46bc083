"""Files that people have open while runs write: a reader sees the old one or the new one, never half of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = "dashboard"
"""Where they are, under ECOM_HOME."""
PORT = 3080
ADDRESS = f"http://127.0.0.1:{PORT}"
"""Where `ecom dashboard` serves them unless told otherwise; links in the Dagster UI begin with it."""


def page_path(home: Path, page: str, language: str) -> Path:
    """Where a page is."""
    return home / FOLDER / f"{page}.{language}.html"


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A path to write to, which takes the place of `path` when the context ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    try:
        yield part
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
