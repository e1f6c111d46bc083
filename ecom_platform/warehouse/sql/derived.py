"""Tables that nobody specified: their specification is derived from the SELECT that computes them.

The platform's own tables are specified first, and their SQL is held against that. Here it is the other way round: columns
and types are the statement's, a column's meaning is the comment beside it, and what no statement can say is declared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlglot import exp

from ecom_platform.tables.spec import PARTITION_COLUMN, Column, Table, Type
from ecom_platform.warehouse.sql.analysis import Statement, analyse, line_of, parse, table_names, type_of
from ecom_platform.warehouse.sql.asset import SqlAsset, description_of, in_order, widens
from ecom_platform.warehouse.sql.errors import SqlError, did_you_mean
from ecom_platform.warehouse.sql.lineage import lineage
from ecom_platform.warehouse.sql.lint import check


class DeclarationError(SqlError):
    """What is declared of a table does not fit its file. `where` leads to it: the table, then `key` or `columns`, a column."""

    def __init__(self, problem: str, *where: str) -> None:
        super().__init__(problem)
        self.where = where


@dataclass(frozen=True)
class Declaration:
    """What the SELECT of a table does not say: its key, and meanings of columns that no comment gives."""

    key: tuple[str, ...]
    meanings: Mapping[str, str] = field(default_factory=dict)


def derive_sql(
    paths: Sequence[Path], layer: str, declared: Mapping[str, Declaration], tables: Mapping[str, Table], root: Path
) -> tuple[SqlAsset, ...]:
    """Every file `<name>.sql` as the asset `layer.name`, each after those it reads; `declared` is by name.

    The statements may read the given tables, by full name, and each other. Columns of the key have values; any other may lack
    one. A column without a comment or a declared meaning inherits that of the column it hands on.

    Raises SqlError, with the file relative to `root` and the line, for what `load_sql` refuses in a file, and for a column
    without a name, two of one name, a type that is unknown and a partition column that is no DATE. Raises DeclarationError
    for a table without a key, a declaration without a file, and a key or a meaning of a column that is not there.
    """
    files = {f"{layer}.{path.stem}": path for path in paths}
    origins = {name: str(path.relative_to(root)) for name, path in files.items()}
    stems = [path.stem for path in paths]
    for stem in stems:
        if not (stem.isascii() and stem.isidentifier()):
            raise SqlError(f"{stem} is no name for a table: letters, digits and _ make one", 1, origins[f"{layer}.{stem}"])
        if stem not in declared or not declared[stem].key:
            raise DeclarationError(f"{stem}.sql has no key: declare the columns that tell its rows apart", stem)
    for name in declared:
        if name not in stems:
            raise DeclarationError(f"there is no file {name}.sql{did_you_mean(name, stems)}", name)
    known = dict(tables)
    assets = []
    for name in _reading_order(files, origins):
        path, origin = files[name], origins[name]
        try:
            asset = _derive(path, layer, declared[path.stem], known)
        except DeclarationError:
            raise
        except SqlError as error:
            raise error.at(origin, error.line) from error
        known[name] = asset.table
        assets.append(asset)
    return tuple(assets)


def _reading_order(files: Mapping[str, Path], origins: Mapping[str, str]) -> tuple[str, ...]:
    reads = {}
    for name, path in files.items():
        try:
            read = {other for other, _ in table_names(parse(path.read_text(encoding="utf-8")))}
        except SqlError as error:
            raise error.at(origins[name], error.line) from error
        if name in read:
            raise SqlError(f"{name} reads itself", 1, origins[name])
        reads[name] = [other for other in sorted(read) if other in files]
    return in_order(reads)


def _derive(path: Path, layer: str, declaration: Declaration, known: Mapping[str, Table]) -> SqlAsset:
    sql = path.read_text(encoding="utf-8")
    description = description_of(sql)
    reads = []
    for name, node in table_names(parse(sql)):
        if name not in known:
            raise SqlError(f"there is no table {name}{did_you_mean(name, known)}", line_of(node))
        reads.append(known[name])
    statement = analyse(sql, tuple(sorted(set(reads), key=str)))
    check(statement)
    if order := statement.tree.args.get("order"):
        raise SqlError("a table has no order: leave the ORDER BY to whoever reads it", line_of(order))
    columns = _columns(sql, statement, declaration)
    names = [column.name for column in columns]
    for what, declared in (("key", declaration.key), ("columns", declaration.meanings)):
        for column in declared:
            if column not in names:
                hint = did_you_mean(column, names)
                raise DeclarationError(f"{layer}.{path.stem} has no column {column}{hint}", path.stem, what, column)
    doc = next(line for line in description.splitlines() if line)
    table = Table(layer, path.stem, doc, columns, declaration.key)
    return SqlAsset(table, description, sql, statement.reads)


def _columns(sql: str, statement: Statement, declaration: Declaration) -> tuple[Column, ...]:
    for written in parse(sql).selects:
        if not isinstance(written, exp.Alias | exp.Column | exp.Star):
            raise SqlError("this column has no name: write ... AS name", line_of(written))
    comments = {written.alias_or_name: _comment(written) for written in parse(sql).selects}
    made_of = lineage(sql, statement.reads)
    tables = {str(table): table for table in statement.reads}
    columns: dict[str, Column] = {}
    for position, select in enumerate(statement.tree.selects):
        name = select.alias_or_name
        if name in columns:
            raise SqlError(f"two columns are called {name}", line_of(select))
        type_ = _type(statement.tree, position)
        if name == PARTITION_COLUMN and type_ is not Type.DATE:
            raise SqlError(f"{name} is {type_}: the column that divides a table by signup month is a DATE", line_of(select))
        sources = [tables[source.table].column(source.column) for source in sorted(made_of[name])]
        handed_on = sources[0].doc if [source.name for source in sources] == [name] else ""
        derived = f"Computed from {', '.join('.'.join(source) for source in sorted(made_of[name]))}."
        meaning = declaration.meanings.get(name) or comments.get(name) or handed_on or derived
        columns[name] = Column(name, type_, meaning, nullable=name not in declaration.key)
    return tuple(columns.values())


def _comment(select: exp.Expr) -> str:
    return " ".join(" ".join(text.split()) for text in select.comments or ())


def _type(tree: exp.Query, position: int) -> Type:
    """The type of a column; in a set operation, the widest of its branches."""
    if isinstance(tree, exp.Subquery):
        return _type(tree.this, position)
    if isinstance(tree, exp.SetOperation):
        branches = [branch for branch in (tree.left, tree.right) if not _is_null(branch, position)] or [tree.left]
        types = [_type(branch, position) for branch in branches]
        widest = next((one for one in types if all(one is other or widens(other, one) for other in types)), None)
        if widest is None:
            select = tree.selects[position]
            raise SqlError(f"{select.alias_or_name} is {' in one branch and '.join(types)} in another", line_of(select))
        return widest
    select = tree.selects[position]
    type_ = type_of(select)
    if type_ is None or isinstance(select.unalias(), exp.Null):
        raise SqlError(f"the type of {select.alias_or_name} is unknown: CAST it to one", line_of(select))
    return type_


def _is_null(tree: exp.Query, position: int) -> bool:
    return not isinstance(tree, exp.SetOperation) and isinstance(tree.selects[position].unalias(), exp.Null)
