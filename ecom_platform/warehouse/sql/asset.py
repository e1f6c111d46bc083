"""Files of SQL as assets: `sql/<layer>/<name>.sql` computes the table `layer.name`, and says so in its leading comment.

A statement may also be put together from a file and generated text, or be generated altogether: `read_sql` gives drafts,
which others may complete, and `check_sql` makes assets of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ecom_platform.tables.spec import Catalog, Table, Type
from ecom_platform.warehouse.content import Query
from ecom_platform.warehouse.sql.errors import SqlError, did_you_mean

if TYPE_CHECKING:
    from ecom_platform.warehouse.sql.analysis import Statement

Named = TypeVar("Named", Table, str)

_LEADING_COMMENT = re.compile(r"\A\s*((?:--[^\n]*(?:\n|\Z))+)")
_PARAMETER = re.compile(r"(?<![\w@])@([a-z]\w*)")
_WIDENS_TO = {Type.INT64: (Type.NUMERIC, Type.FLOAT64), Type.NUMERIC: (Type.FLOAT64,)}


@dataclass(frozen=True)
class Part:
    """Lines of a statement, and where they are from: a file, and the number of their first line there.

    Generated lines have no number (0): `origin` names what they are generated from.
    """

    text: str
    origin: str
    line: int = 0


@dataclass(frozen=True)
class Draft:
    """The statement of a table (by its full name), in parts, before it is checked."""

    table: str
    parts: tuple[Part, ...]

    @property
    def sql(self) -> str:
        return "\n".join(part.text for part in self.parts)

    def locate(self, error: SqlError) -> SqlError:
        """The same error with the place that its line is from."""
        line = error.line
        for part in self.parts:
            lines = part.text.count("\n") + 1
            if line <= lines or part is self.parts[-1]:
                return error.at(part.origin, part.line and part.line + line - 1)
            line -= lines
        return error

    def within(self, note: str, before: str, after: str, origin: str) -> Draft:
        """The statement with generated text around it, lines of the file still known as such.

        The leading comment stays first, with `note` (plain text) as its last paragraph; then `before`, the statement,
        indented, and `after`.
        """
        (part,) = self.parts
        comment = _LEADING_COMMENT.match(part.text)
        lines = part.text.rstrip().split("\n")
        head = comment[0].count("\n") if comment else 0
        return Draft(
            self.table,
            (
                Part("\n".join(lines[:head]), part.origin, part.line),
                Part("\n".join([as_comment(f"\n{note}"), before]), origin),
                Part("\n".join(f"  {line}".rstrip() for line in lines[head:]), part.origin, part.line + head),
                Part(after, origin),
            ),
        )


def as_comment(text: str) -> str:
    """The text as comment lines."""
    return "\n".join(f"-- {line}".rstrip() for line in text.splitlines())


@dataclass(frozen=True)
class SqlAsset:
    """A table and the statement that computes it.

    `description` is the leading comment, as markdown; `sql` is the whole text, of which a file that stands alone is all, with
    the catalogue's numbers in the place of its parameters;
    `reads` are the tables the statement reads, by name.
    """

    table: Table
    description: str
    sql: str
    reads: tuple[Table, ...]

    def query(self) -> Query:
        return Query(self.sql, self.reads)


def sql_folder() -> Path:
    """The folder of the SQL files: inside an installed package, beside the package in a checkout."""
    package = Path(str(files("ecom_platform")))
    installed = package / "sql"
    return installed if installed.is_dir() else package.parent / "sql"


def load_sql(folder: Path, catalog: Catalog, layers: Iterable[str] = ()) -> tuple[SqlAsset, ...]:
    """Every `<layer>/<name>.sql` of the folder (of these layers only, if any are named), read and checked; each after
    those it reads.

    Raises SqlError as `check_sql` does.
    """
    return check_sql(read_sql(folder, layers), catalog)


def read_sql(folder: Path, layers: Iterable[str] = ()) -> tuple[Draft, ...]:
    """Every `<layer>/<name>.sql` of the folder (of these layers only, if any are named) as it is written, by name."""
    wanted = frozenset(layers)
    paths = sorted(path for path in folder.glob("*/*.sql") if not wanted or path.parent.name in wanted)
    return tuple(
        Draft(
            f"{path.parent.name}.{path.stem}",
            (Part(path.read_text(encoding="utf-8"), f"{folder.name}/{path.parent.name}/{path.name}", 1),),
        )
        for path in paths
    )


def check_sql(drafts: Iterable[Draft], catalog: Catalog) -> tuple[SqlAsset, ...]:
    """The statements as assets, each after those it reads.

    Raises SqlError, with file and line, for: a file that is no table of the catalogue or has no leading comment; what is
    not one SELECT; an unknown table, column or parameter; an ambiguous column; a select list other than the table's columns in
    name, order or type; what the two engines would not answer alike; tables that read each other in a circle.
    """
    assets = [_asset(draft, catalog) for draft in drafts]
    by_table = {asset.table: asset for asset in assets}
    graph = {table: [read for read in asset.reads if read in by_table] for table, asset in by_table.items()}
    return tuple(by_table[table] for table in in_order(graph))


def _asset(draft: Draft, catalog: Catalog) -> SqlAsset:
    name = draft.table
    try:
        if name not in catalog:
            raise SqlError(f"there is no table {name} for this file{did_you_mean(name, catalog)}")
        sql = _with_parameters(draft.sql, catalog.parameters)
        return SqlAsset(catalog[name], description_of(sql), sql, _checked(sql, catalog[name], tuple(catalog.values())))
    except SqlError as error:
        raise draft.locate(error) from error


def description_of(sql: str) -> str:
    """The leading comment of a statement, as markdown. Raises SqlError when there is none."""
    comment = _LEADING_COMMENT.match(sql)
    if comment is None:
        raise SqlError("the file needs a leading comment: it is the asset's description")
    return "\n".join(line.removeprefix("--").removeprefix(" ").rstrip() for line in comment[1].splitlines()).strip()


def widens(found: Type, specified: Type) -> bool:
    """Whether every value of the one type is a value of the other, wider one."""
    return specified in _WIDENS_TO.get(found, ())


def _with_parameters(sql: str, parameters: Mapping[str, int]) -> str:
    """The statement with every `@name` replaced by the number that the catalogue gives it, in comments too."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name not in parameters:
            line = sql.count("\n", 0, match.start()) + 1
            raise SqlError(f"there is no parameter @{name}{did_you_mean(name, parameters)}", line)
        return str(parameters[name])

    return _PARAMETER.sub(value, sql)


@lru_cache(maxsize=512)
def _checked(sql: str, table: Table, tables: tuple[Table, ...]) -> tuple[Table, ...]:
    from ecom_platform.warehouse.sql.analysis import analyse, line_of, parse, table_names
    from ecom_platform.warehouse.sql.lint import check

    known = {str(each): each for each in tables}
    reads = set()
    for name, node in table_names(parse(sql)):
        if name not in known:
            raise SqlError(f"there is no table {name}{did_you_mean(name, known)}", line_of(node))
        reads.add(known[name])
    if table in reads:
        raise SqlError(f"{table} reads itself")
    statement = analyse(sql, tuple(sorted(reads, key=str)))
    check(statement)
    if order := statement.tree.args.get("order"):
        raise SqlError("a table has no order: leave the ORDER BY to whoever reads it", line_of(order))
    _check_select_list(statement, table)
    return statement.reads


def _check_select_list(statement: Statement, table: Table) -> None:
    from ecom_platform.warehouse.sql.analysis import line_of, type_of

    selects = statement.tree.selects
    names = [select.alias_or_name for select in selects]
    if names != list(table.column_names):
        line = line_of(selects[0]) if selects else 1
        for position, (name, expected) in enumerate(zip(names, table.column_names, strict=False), start=1):
            if name != expected:
                hint = did_you_mean(name, table.column_names) if name not in table.column_names else ""
                found = f"column {position} is {name}, but {table} has {expected} there{hint}"
                raise SqlError(found, line_of(selects[position - 1]))
        missing = table.column_names[len(names) :]
        surplus = names[len(table.column_names) :]
        problem = f"lacks {', '.join(missing)}" if missing else f"has {', '.join(surplus)} too many"
        raise SqlError(f"the select list {problem}; {table} is {', '.join(table.column_names)}", line)
    for select, column in zip(selects, table.columns, strict=True):
        found_type = type_of(select)
        if isinstance(select.unalias(), _null()) or found_type is None:
            continue
        if found_type is not column.type and not widens(found_type, column.type):
            raise SqlError(f"{column.name} is {found_type}, but {table} has {column.type} there", line_of(select))


def _null() -> type:
    from sqlglot import exp

    return exp.Null


def in_order(reads: Mapping[Named, Iterable[Named]]) -> tuple[Named, ...]:
    """The tables, each after those it reads. Raises SqlError when they read each other in a circle."""
    from graphlib import CycleError, TopologicalSorter

    try:
        return tuple(TopologicalSorter(reads).static_order())
    except CycleError as error:
        circle = " -> ".join(str(table) for table in reversed(error.args[1]))
        raise SqlError(f"these tables read each other: {circle}") from error
