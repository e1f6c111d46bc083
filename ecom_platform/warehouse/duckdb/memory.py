"""Tables computed in memory from rows at hand: the platform's statements without a file, a lock or a partition.

For many small worlds in a row. Of every table only those columns are computed that something asked for is made of: what
nobody reads costs nothing. What is computed is what a warehouse would store.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ecom_platform.tables.spec import Table
from ecom_platform.warehouse.duckdb.types import STORED, from_stored, to_stored
from ecom_platform.warehouse.sql import SqlAsset, to_duckdb

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    from sqlglot import exp


class Plan:
    """How the `wanted` tables are computed by these assets, each of which stands after those it reads.

    `columns` are those needed of every table that takes part, `given` the tables among them that no asset computes.
    """

    def __init__(self, assets: Iterable[SqlAsset], wanted: Iterable[Table]) -> None:
        needed = {table: set(table.column_names) for table in wanted}
        statements: dict[Table, str] = {}
        self._reads: dict[Table, tuple[Table, ...]] = {}
        for asset in reversed(list(assets)):
            if asset.table in needed:
                tree = _narrowed(to_duckdb(asset.sql, asset.reads, None), needed[asset.table])
                statements[asset.table] = tree.sql("duckdb")
                read = _columns_read(tree, asset.reads)
                self._reads[asset.table] = tuple(read)
                for table, columns in read.items():
                    needed.setdefault(table, set()).update(columns)
        self.statements = dict(reversed(statements.items()))
        self.columns = {table: [name for name in table.column_names if name in names] for table, names in needed.items()}
        self.given = tuple(table for table in needed if table not in statements)

    def towards(self, table: Table) -> list[Table]:
        """The tables to compute for this one, in order, itself the last; and before them the given ones that they read."""
        found: list[Table] = []
        waiting = [table]
        while waiting:
            each = waiting.pop()
            if each not in found:
                found.append(each)
                waiting.extend(self._reads.get(each, ()))
        return [each for each in (*self.given, *self.statements) if each in found]


class Memory:
    """Where the tables of a plan are; each is computed when it, or one that reads it, is first asked for."""

    def __init__(self, plan: Plan, connection: duckdb.DuckDBPyConnection) -> None:
        self._plan, self._connection = plan, connection
        self._present: set[Table] = set()
        connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        for layer in sorted({table.layer for table in plan.columns}):
            connection.execute(f"CREATE SCHEMA {layer}")

    def give(self, rows: Mapping[Table, pa.Table]) -> None:
        """Puts rows into the plan's given tables; other tables are passed over."""
        for table in self._plan.given:
            if table in rows:
                self._connection.register("given_rows", to_stored(rows[table].select(self._plan.columns[table])))
                self._store(table, "given_rows")
                self._connection.unregister("given_rows")

    def read(self, table: Table) -> pa.Table:
        """The rows of a table, which is one of the wanted, in no order. Raises KeyError when it rests on rows not given."""
        for each in self._plan.towards(table):
            if each in self._present:
                continue
            if each in self._plan.given:
                raise KeyError(f"{table} rests on {each}, of which no rows were given.")
            self._store(each, f"({self._plan.statements[each]})")
        found = self._connection.execute(f"SELECT * FROM {table}").to_arrow_table()
        return from_stored(found).cast(table.arrow_schema)

    def _store(self, table: Table, source: str) -> None:
        columns = [table.column(name) for name in self._plan.columns[table]]
        selected = ", ".join(f"CAST({each.name} AS {STORED[each.type]}) AS {each.name}" for each in columns)
        self._connection.execute(f"CREATE TABLE {table} AS SELECT {selected or 1} FROM {source}")
        self._present.add(table)


@contextmanager
def in_memory(plan: Plan) -> Iterator[Memory]:
    """A fresh memory for the plan's tables, freed at the end. It takes one thread: many worlds take a process a core."""
    import duckdb

    connection = duckdb.connect(":memory:", config={"threads": 1})
    try:
        yield Memory(plan, connection)
    finally:
        connection.close()


def _narrowed(sql: str, columns: set[str]) -> exp.Query:
    """The statement with these of its columns alone, and without the joins and parts that only the others were made of."""
    from sqlglot import exp, parse_one
    from sqlglot.optimizer.eliminate_ctes import eliminate_ctes
    from sqlglot.optimizer.eliminate_joins import eliminate_joins
    from sqlglot.optimizer.pushdown_projections import pushdown_projections

    tree = parse_one(sql, read="duckdb")
    assert isinstance(tree, exp.Query)
    for select in _branches(tree):
        select.set("expressions", [each for each in select.expressions if each.alias_or_name in columns])
    before = ""
    # A join that goes may take away the last use of a column, and that the last use of a join.
    while (after := tree.sql("duckdb")) != before:
        tree, before = eliminate_ctes(eliminate_joins(pushdown_projections(tree))), after
    return tree


def _branches(tree: exp.Query) -> Iterator[exp.Query]:
    """The SELECTs whose columns are the statement's."""
    from sqlglot import exp

    if isinstance(tree, exp.SetOperation):
        yield from _branches(tree.left)
        yield from _branches(tree.right)
    else:
        yield tree


def _columns_read(tree: exp.Query, reads: Iterable[Table]) -> dict[Table, set[str]]:
    """Which columns of which tables the statement still reads; of a table whose rows alone count, none."""
    from sqlglot import exp
    from sqlglot.optimizer.scope import traverse_scope

    known = {str(table): table for table in reads}
    found: dict[Table, set[str]] = {}
    for scope in traverse_scope(tree):
        sources = {
            name: found.setdefault(known[f"{source.db}.{source.name}"], set())
            for name, source in scope.sources.items()
            if isinstance(source, exp.Table) and source.db
        }
        for column in scope.columns:
            if column.table in sources:
                sources[column.table].add(column.name)
    return found
