"""A folder to write a source into, with just enough in it to be one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ecom_platform.origins.source import Source

USERS = "SELECT 'u1' AS user_id, DATE '2024-01-05' AS signup_date"
ORDERS = "SELECT 'o1' AS order_id, 'u1' AS user_id, DATE '2024-02-10' AS order_date"
SETTINGS = 'start_month = "2024-01"\nas_of = 2024-03-15\n'

OpenSource = Callable[..., Source]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty source folder, beside a file in whose way it must not come."""
    folder = tmp_path / "my shop's [data]"
    folder.mkdir()
    return folder


@pytest.fixture
def open_source(folder: Path) -> OpenSource:
    """Writes the given files (by name; None leaves the default out) over a small valid source, and opens it."""

    def open_(files: dict[str, str | None] | None = None, **options: Any) -> Source:
        for name, text in {"source.toml": SETTINGS, "users.sql": USERS, **(files or {})}.items():
            if text is not None:
                (folder / name).parent.mkdir(exist_ok=True, parents=True)
                (folder / name).write_text(text)
        return Source.open(folder, environ={}, **options)

    return open_


def rows(source: Source, table: str) -> list[dict[str, Any]]:
    """Every row of a partitioned table, month after month."""
    return [row for month in source.months for row in source.month(month)[table].to_pylist()]


def months_of(source: Source, table: str, key: str) -> dict[str, date]:
    """The signup month of each row, by its key; each row is in the month that it names."""
    found = {}
    for month in source.months:
        for row in source.month(month)[table].to_pylist():
            assert row["signup_month"] == month
            found[row[key]] = month
    return found
