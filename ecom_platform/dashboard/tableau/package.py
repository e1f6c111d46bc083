"""A packaged workbook (.twbx): a zip file of a workbook and its extracts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

from ecom_platform.dashboard.files import FOLDER
from ecom_platform.dashboard.tableau.connections import EXTRACT_FOLDER, in_extracts
from ecom_platform.dashboard.tableau.extracts import Sums, sums_of_extracts, write_extracts
from ecom_platform.dashboard.tableau.sheets import TABLES
from ecom_platform.dashboard.tableau.workbook import Members, workbook
from ecom_platform.tables import Table

if TYPE_CHECKING:
    import pyarrow as pa

PACKAGE = "workbook.twbx"
LIVE = "workbook.twb"
"""The two files under ECOM_HOME: with extracts, and with the live connection."""

INNER = LIVE


def workbook_file(home: Path) -> Path:
    """The workbook that was written under ECOM_HOME: with extracts where there is one."""
    package, live = (home / FOLDER / name for name in (PACKAGE, LIVE))
    return live if live.is_file() and not package.is_file() else package


def write_package(path: Path, contents: Iterable[tuple[Table, pa.Table]], members: Members) -> None:
    """Writes the packaged workbook with an extract of each table."""
    with TemporaryDirectory(prefix="ecom-workbook-") as staging, ZipFile(path, "w", ZIP_DEFLATED) as package:
        package.writestr(INNER, workbook(in_extracts, members))
        for extract in write_extracts(contents, Path(staging)):
            package.write(extract, f"{EXTRACT_FOLDER}/{extract.name}")


def inner_workbook(path: Path) -> bytes:
    """The workbook in a packaged one."""
    with ZipFile(path) as package:
        return package.read(INNER)


def sums_of_package(path: Path) -> dict[Table, Sums]:
    """What the extracts in a packaged workbook hold, by their tables."""
    with TemporaryDirectory(prefix="ecom-workbook-") as staging, ZipFile(path) as package:
        package.extractall(staging)
        return sums_of_extracts(Path(staging) / EXTRACT_FOLDER, TABLES)
