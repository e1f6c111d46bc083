"""What is wrong with a text file that DuckDB could not read: the true cause, the file's line, and the way out.

Files are looked at only after they have failed, so nothing here has to be fast.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
_TEXT_FILES = (".csv", ".tsv", ".txt")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def of_header(file: Path) -> str | None:
    """What is wrong with the line of column names of a CSV file that gives a raw table; None where it looks right."""
    if not file.stat().st_size:
        return f"{file.name} is empty: it begins with a line of column names, even where no row follows"
    if said := of_encoding([file]):
        return said
    header = _header(file)
    for separator, name in _SEPARATORS.items():
        if separator in header and "," not in header:
            shown = separator.replace("\t", "\\t")
            return (
                f"{file.name}, line 1: columns are separated by {name}, not by commas; read it in {file.stem}.sql instead, "
                f"FROM read_csv('{file.name}', delim = '{shown}')"
            )
    names = next(csv.reader([header]), [])
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        return f"{file.name}, line 1: column {', '.join(twice)} is there more than once; name each column once"
    return None


def of_rows(file: Path) -> str | None:
    """What is wrong with the rows of a CSV file as text; None where nothing is."""
    if said := of_header(file):
        return said
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.reader(stream, strict=True)
        try:
            names = next(rows)
            for row in rows:
                if any("\0" in value for value in row):
                    return f"{file.name}, line {rows.line_num}: there is a NUL character; the file is damaged or no text"
                if row and len(row) != len(names):
                    return (
                        f"{file.name}, line {rows.line_num}: {len(row)} values for {len(names)} columns; put a text that "
                        f"contains a comma between quotes"
                    )
        except csv.Error as error:
            return f"{file.name}, line {rows.line_num}: {error}; a quote is opened and not closed, or stands inside a text"
    return None


def of_encoding(files: Iterable[Path]) -> str | None:
    """The first line of any of the text files that is not UTF-8; None where all are."""
    for file in files:
        if file.suffix.lower() not in _TEXT_FILES:
            continue
        with file.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                encoding = "utf-16" if number == 1 and line.startswith(_UTF_16) else None
                try:
                    line.decode()
                except UnicodeDecodeError:
                    encoding = encoding or "latin-1"
                    return (
                        f"{file.name}, line {number}: the text is not UTF-8; save it as UTF-8, or read it in SQL, "
                        f"FROM read_csv('{file.name}', encoding = '{encoding}'), if that is what it is"
                    )
    return None


def line_of(file: Path, column: str, value: str) -> int | None:
    """The line of a CSV file on which a column has a value first."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictReader(stream)
        return next((rows.line_num for row in rows if row.get(column) == value), None)


def _header(file: Path) -> str:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return stream.readline().rstrip("\r\n")
