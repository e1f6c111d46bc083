"""The contract that every warehouse keeps, and the two kinds of content that can be written to a table.

No back end appears here; a test suite of this contract runs against each of them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ecom_platform.tables.spec import Table

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd
    import pyarrow as pa


class WarehouseError(Exception):
    """Something a person can act on: one sentence that says what is wrong, where, and what to do."""


class ContentError(WarehouseError):
    """The content does not fit the table's specification; nothing was written."""


class WarehouseBusyError(WarehouseError):
    """Another process kept the warehouse longer than the bounded wait."""


@dataclass(frozen=True)
class Query:
    """Rows that the warehouse computes itself, so that they never pass through Python.

    `sql` is one GoogleSQL SELECT over tables named `layer.table`; `reads` are the specifications of those tables.
    When the query is written to some partitions of a partitioned table, every partitioned table it reads is
    restricted to the same partitions: a cohort's rows depend on that cohort alone.
    """

    sql: str
    reads: tuple[Table, ...]


Content: TypeAlias = "pa.Table | pd.DataFrame | Query"

RowCounts: TypeAlias = dict[str, int]
"""Rows by partition key (`YYYY-MM-01`); of an unpartitioned table, by the single key `""`."""


@dataclass(frozen=True)
class World:
    """What a warehouse holds the data of. Two different worlds are never mixed in one warehouse.

    `scale` is the expected number of signups in the 36 months from the start; `source` names the folder of a foreign
    source and is empty for the synthetic world; `settings` is a digest of the world's other settings.
    """

    seed: int
    scale: int
    start_month: str
    source: str
    settings: str = ""


def difference(held: World, asked: World) -> str:
    """The fields in which two worlds differ, with both values, for a person to read."""
    other = asdict(asked)
    return ", ".join(
        f"{name} is {value!r} there and {other[name]!r} here" for name, value in asdict(held).items() if value != other[name]
    )


class Changes(NamedTuple):
    """What an update did to one table, by partition (0 included): rows there now, rows it wrote, rows it removed.

    A row that is another now than before counts as one written and one removed.
    """

    rows: RowCounts
    written: RowCounts
    removed: RowCounts


class Warehouse(ABC):
    """Tables, written in whole partitions, all or nothing."""

    @abstractmethod
    def session(self) -> AbstractContextManager[None]:
        """Lets calls that follow each other closely share one opening of the warehouse.

        It promises speed, nothing else: each call is still a transaction of its own, and other processes are let in
        whenever no call is running. Sessions nest.
        """

    @abstractmethod
    def replace(self, contents: Mapping[Table, Content], partitions: Sequence[str] | None) -> dict[Table, RowCounts]:
        """Replaces the given partitions of every table named, in one transaction: all of it happens, or nothing.

        `partitions` are keys (`YYYY-MM-01`), not necessarily contiguous; None replaces the whole of unpartitioned
        tables. Tables (and their schemas) that do not exist are created from their specification, so an empty
        content makes an empty table. Columns are matched by name. An unpartitioned table that an older specification
        laid out otherwise is made anew. Contents are written in the order of the mapping, and a Query sees those
        written before it; of the table that it is written to, it sees no row that it replaces.

        Returns the rows now in each partition asked for, 0 included.

        Raises ContentError, and writes nothing, when a column is unknown, missing or of another type than the
        specification's, when a value does not fit its type, when a row lies outside the partitions asked for, or when
        partitions are given for an unpartitioned table or not given for a partitioned one.
        Raises WarehouseError when a partitioned table in the warehouse is laid out otherwise than specified.
        Raises WarehouseBusyError when another process keeps the warehouse too long.
        """

    def update(
        self, contents: Mapping[Table, Content], partitions: Sequence[str] | None, *, whole: bool = True
    ) -> dict[Table, Changes]:
        """Leaves what `replace` would leave, in one transaction, and touches no row that is as it should be already.

        With `whole=False` the contents are not all there is: a row of theirs takes the place of those with its key, is
        new where there is none, and every other row stays. Raises what `replace` raises.

        This default asks nothing of a back end, and rewrites whole partitions: one that can do better should.
        """
        before = {table: self.row_counts(table) for table in contents}
        if not whole:
            from ecom_platform.warehouse.content import beside

            contents = {table: beside(table, content, self.read(table, partitions)) for table, content in contents.items()}
        return {
            table: Changes(counts, counts, {key: before[table].get(key, 0) for key in counts})
            for table, counts in self.replace(contents, partitions).items()
        }

    def last_write(self, table: Table) -> Mapping[str, float | int | str]:  # noqa: ARG002
        """What this object's last write of the table cost, as metadata to show; nothing where nothing is billed."""
        return {}

    @abstractmethod
    def read(
        self,
        table: Table,
        partitions: Sequence[str] | None = None,
        columns: Iterable[str] | None = None,
    ) -> pa.Table:
        """The rows of the partitions asked for (None: all of them), in the specification's schema and column order.

        A table that was never written is empty.
        """

    @abstractmethod
    def query(self, sql: str, reads: Iterable[Table] = (), partitions: Sequence[str] | None = None) -> pa.Table:
        """The result of one read-only GoogleSQL SELECT written by the platform; `reads` are all the tables it reads.

        With `partitions`, every partitioned table in `reads` is restricted to them, as for a Query. A table in `reads`
        that was never written is empty.
        """

    @abstractmethod
    def ibis(self, tables: Iterable[Table]) -> AbstractContextManager[Mapping[Table, ir.Table]]:
        """The tables as Ibis expressions over one connection that only reads, for as long as the context lasts.

        For what is compiled rather than written: checks. An expression has the columns and types that are *stored*,
        whatever is specified. A table that was never written is not in the mapping. Others may have to wait for the
        warehouse until the context ends.

        Raises WarehouseError when an expression that is executed inside the context fails in the back end.
        """

    @abstractmethod
    def query_native(self, sql: str) -> pa.Table:
        """The result of one read-only statement in the back end's own dialect, written by a person.

        Raises WarehouseError when it is anything but one read-only statement, or does not run.
        """

    @abstractmethod
    def row_counts(self, table: Table) -> RowCounts:
        """Rows in each partition that has any; of an unpartitioned table, 0 too."""

    @abstractmethod
    def tables(self) -> dict[str, int]:
        """Every table there is, by full name, with its rows."""

    @abstractmethod
    def world(self) -> World | None:
        """The world it holds; None before the first claim."""

    @abstractmethod
    def claim(self, world: World) -> None:
        """Makes this warehouse that world's, or confirms that it is.

        Raises WarehouseError when it already holds another world, naming each difference and the way out.
        """
