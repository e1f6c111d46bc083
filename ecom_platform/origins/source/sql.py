"""One SQL file of a source: that it is a single SELECT, which files and views it reads, and from where.

Nothing here runs the SQL; DuckDB's own parser is asked, so that what it accepts is what will run.
"""

from __future__ import annotations

import glob
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecom_platform.origins.source.confinement import confined
from ecom_platform.origins.source.errors import SourceError, said_by_duckdb
from ecom_platform.origins.source.files import require_readable

_FILE_FUNCTIONS = ("glob", "parquet_scan")


@dataclass(frozen=True)
class Select:
    """A SELECT whose paths are absolute, the tables it names and the data files it reads."""

    file: Path
    sql: str
    tables: frozenset[str]
    data_files: tuple[Path, ...]


def parse_select(file: Path, roots: Sequence[Path], readable: Sequence[Path], data_env: str) -> Select:
    """Reads a file that holds one SELECT in DuckDB's dialect.

    A relative path in it is looked up in each of `roots`, in turn; the working directory plays no part.

    Raises SourceError, with the file and the line where there is one, for anything that is not one SELECT, and for a
    data file that is not there, that is no file, or that is in none of the `readable` folders, links followed. (What a
    computed path names is for `confinement` to refuse.)
    """
    text = _read(file)
    tree = _syntax_tree(file, text)
    tables: set[str] = set()
    data_files: list[Path] = []
    replacements: list[tuple[int, str]] = []
    for position, name, is_path in _references(tree):
        if not is_path:
            tables.add(name)
            continue
        if "://" in name:
            continue
        line = text.encode()[:position].count(b"\n") + 1
        pattern, found = _find(name, roots)
        if not found:
            looked_in = " or ".join(dict.fromkeys(str(root) for root in roots))
            hint = f", or name its folder with {data_env}" if data_env else ""
            raise SourceError(f"{file.name}, line {line}: there is no file {name}; put it into {looked_in}{hint}")
        for path in found:
            require_readable(f"{file.name}, line {line}", path, readable)
        data_files.extend(found)
        replacements.append((position, pattern))
    return Select(file, _with_paths(file, text, replacements), frozenset(tables - set(_ctes(tree))), tuple(data_files))


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(f"{file.name} is no UTF-8 text: {error}") from error


def _syntax_tree(file: Path, text: str) -> Any:
    import duckdb

    with confined(()) as connection:
        try:
            statements = connection.extract_statements(text)
        except duckdb.Error as error:
            sentence, line = said_by_duckdb(error)
            raise SourceError(f"{file.name}{f', line {line}' if line else ''}: {sentence}") from error
        if len(statements) == 1:
            row = connection.execute("SELECT json_serialize_sql(?)", [text]).fetchone()
            tree = json.loads(row[0]) if row else {"error": True}
            if not tree["error"]:
                return tree
    raise SourceError(f"{file.name} must hold one SELECT and nothing else: a source is only read")


def _references(node: Any) -> Iterator[tuple[int, str, bool]]:
    """Every table or file that a syntax tree reads: its byte position, its name, and whether it is a path."""
    if isinstance(node, list):
        for child in node:
            yield from _references(child)
    elif isinstance(node, dict):
        if node.get("type") == "BASE_TABLE" and not node["schema_name"]:
            name = node["table_name"]
            yield node["query_location"], name, "." in name or "/" in name
        elif node.get("type") == "TABLE_FUNCTION":
            function = node["function"]
            if function["function_name"].startswith("read_") or function["function_name"] in _FILE_FUNCTIONS:
                yield from _path_constants(function["children"])
        for child in node.values():
            yield from _references(child)


def _ctes(node: Any) -> Iterator[str]:
    """The names that WITH clauses give to their own queries."""
    if isinstance(node, list):
        for child in node:
            yield from _ctes(child)
    elif isinstance(node, dict):
        yield from (entry["key"] for entry in node.get("cte_map", {}).get("map", []))
        for child in node.values():
            yield from _ctes(child)


def _path_constants(node: Any) -> Iterator[tuple[int, str, bool]]:
    """The texts among a function's positional arguments, in lists too; named arguments (`delim = ';'`) are no paths."""
    if isinstance(node, list):
        for child in node:
            yield from _path_constants(child)
    elif isinstance(node, dict):
        if node.get("class") == "CONSTANT" and isinstance(node["value"].get("value"), str):
            yield node["query_location"], node["value"]["value"], True
        elif node.get("class") == "FUNCTION" and node["function_name"] == "list_value":
            yield from _path_constants(node["children"])


def _find(name: str, roots: Sequence[Path]) -> tuple[str, list[Path]]:
    """The absolute pattern for a path and the files that it matches, from the first root that has any."""
    for root in roots:
        pattern = name if Path(name).is_absolute() else f"{glob.escape(str(root))}/{name}"
        matched = sorted(Path(match) for match in glob.glob(pattern, recursive=True))
        if files := [path for path in matched if not path.is_dir()]:
            return pattern, files
    return name, []


def _with_paths(file: Path, text: str, replacements: Sequence[tuple[int, str]]) -> str:
    encoded = text.encode()
    for position, pattern in sorted(replacements, reverse=True):
        quote = encoded[position : position + 1]
        if quote not in (b"'", b'"'):
            line = encoded[:position].count(b"\n") + 1
            raise SourceError(f"{file.name}, line {line}: write a path between plain quotes, as in 'orders.csv'")
        end = position + 1
        while encoded[end : end + 1] != quote or encoded[end + 1 : end + 2] == quote:
            end += 2 if encoded[end : end + 1] == quote else 1
        literal = quote + pattern.encode().replace(quote, quote * 2) + quote
        encoded = encoded[:position] + literal + encoded[end + 1 :]
    return encoded.decode()
