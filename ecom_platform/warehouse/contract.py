"""The contract that every warehouse keeps: all that a caller needs to know, and all that a new engine has to do.

No engine appears here. `ecom_platform_tests/warehouse/test_contract.py` runs against each of them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from ecom_platform.tables.spec import Table
from ecom_platform.warehouse.content import Content, Query, RowCounts, beside
from ecom_platform.warehouse.errors import ContentError, WarehouseBusyError, WarehouseError
from ecom_platform.warehouse.fingerprints import Fingerprint, FingerprintDialect, fingerprint_sql

if TYPE_CHECKING:
    import pyarrow as pa

    from ecom_platform.warehouse.billing import Billing

__all__ = [
    "Changes",
    "Content",
    "ContentError",
    "DataIdentity",
    "Query",
    "RowCounts",
    "Stream",
    "Warehouse",
    "WarehouseBusyError",
    "WarehouseError",
]


@dataclass(frozen=True)
class DataIdentity:
    """Whose data a warehouse holds. Data of two identities are never mixed in one warehouse.

    `scale` is the expected number of signups in the 36 months from the start; `source` is the folder of a source of
    one's own, and empty for the synthetic world; `settings` is a digest of the world's other settings.
    """

    seed: int
    scale: int
    start_month: str
    source: str
    settings: str = ""

    def difference(self, other: DataIdentity) -> str:
        """The fields in which another identity differs from this one, which is held, with both values, for a person."""
        theirs = asdict(other)
        return ", ".join(
            f"{name} is {value!r} there and {theirs[name]!r} here"
            for name, value in asdict(self).items()
            if value != theirs[name]
        )


class Changes(NamedTuple):
    """What an update did to one table, by partition (0 included): rows there now, rows it wrote, rows it removed.

    A row that has changed counts as one written and one removed.
    """

    rows: RowCounts
    written: RowCounts
    removed: RowCounts


class Stream(NamedTuple):
    """A result as it comes: its columns, whose names may repeat, and its rows in batches that can be read once."""

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]


class Warehouse(ABC):
    """Tables, written in whole partitions, all or nothing."""

    dialect: ClassVar[str]
    """The engine's SQL, by the name that Ibis and sqlglot have for it."""

    fingerprint_dialect: ClassVar[FingerprintDialect]
    """What `fingerprints` needs to know of that SQL."""

    @property
    def billing(self) -> Billing | None:
        """What work here costs, and what it may cost; None where nothing is billed."""
        return None

    @abstractmethod
    def session(self) -> AbstractContextManager[None]:
        """Lets calls that closely follow each other share one connection to the warehouse.

        It promises speed, nothing else: each call is still a transaction of its own, and other processes get their turn
        whenever no call is running. Sessions nest.
        """

    @abstractmethod
    def replace(self, contents: Mapping[Table, Content], partitions: Sequence[str] | None) -> dict[Table, RowCounts]:
        """Replaces the given partitions of every table named, in one transaction: all of it happens, or nothing.

        `partitions` are keys (`YYYY-MM-01`), not necessarily contiguous; None replaces the whole of unpartitioned
        tables. Tables (and their schemas) that do not exist are created from their specification, so an empty
        content makes an empty table. Columns are matched by name. An unpartitioned table with the layout of an older
        specification is created again. Contents are written in the order of the mapping, and a Query sees those
        written before it; of the table that it is written to, it sees no row that it replaces.

        Returns the rows now in each partition asked for, 0 included.

        Raises ContentError, and writes nothing, when a column is unknown, missing or of another type than the
        specification's, when a value does not fit its type, when a row lies outside the partitions asked for, or when
        partitions are given for an unpartitioned table or not given for a partitioned one.
        Raises WarehouseError when the layout of a partitioned table in the warehouse is not the specified one.
        Raises WarehouseBusyError when another process keeps the warehouse too long.
        """

    def update(
        self, contents: Mapping[Table, Content], partitions: Sequence[str] | None, *, whole: bool = True
    ) -> dict[Table, Changes]:
        """Leaves what `replace` would leave, in one transaction, without touching rows that are already right.

        With `whole=False` the contents are only a part: each of their rows replaces the stored rows with its key (a
        missing part of a key is equal to a missing part) or is added, and every other row stays. Raises what `replace`
        raises.

        This default works on any engine, and rewrites whole partitions: an engine that can do better should.
        """
        before = {table: self.row_counts(table) for table in contents}
        if not whole:
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
    def run(self, sql: str) -> pa.Table:
        """The result of one SELECT in the engine's own dialect, compiled by the platform; tables are `layer.table`.

        For what is compiled rather than written, such as checks. It sees what is *stored*, whatever is specified.
        Raises WarehouseError when it does not run.
        """

    @abstractmethod
    def stored_columns(self, table: Table) -> dict[str, str]:
        """The columns that are stored, whatever is specified, with the names of their types in the engine's dialect.

        Empty for a table that was never written.
        """

    @abstractmethod
    def stream_native(self, sql: str) -> AbstractContextManager[Stream]:
        """The result of one read-only statement in the engine's own dialect, written by a person, batch by batch.

        However large the result is, only a few batches of it are in memory, and an interrupt (Ctrl-C) ends it at once.
        Others may have to wait for the warehouse until the context ends. Raises WarehouseError, inside the context too,
        when it is anything but one read-only statement, or does not run.
        """

    def query_native(self, sql: str) -> pa.Table:
        """The whole of what `stream_native` gives: for a result that is known to be small."""
        import pyarrow as pa

        with self.stream_native(sql) as stream:
            return pa.Table.from_batches(stream.batches, stream.schema)

    @abstractmethod
    def row_counts(self, table: Table) -> RowCounts:
        """Rows in each partition that has any; of an unpartitioned table, 0 too."""

    def fingerprints(self, table: Table) -> dict[str, Fingerprint]:
        """Counts and hashes of the table's partitions, by key (`""` for an unpartitioned table); none without rows.

        Two warehouses hold the same rows when these are equal, whatever their engines.
        """
        if not self.stored_columns(table):
            return {}
        found = self.run(fingerprint_sql(table, self.fingerprint_dialect)).to_pylist()
        return {row["partition_key"]: Fingerprint(row["row_count"], int(row["high"]), int(row["low"])) for row in found}

    @abstractmethod
    def tables(self) -> dict[str, int]:
        """Every table there is, by full name, with its rows."""

    @abstractmethod
    def identity(self) -> DataIdentity | None:
        """Whose data it holds; None before the first claim."""

    @abstractmethod
    def claim(self, identity: DataIdentity) -> None:
        """Makes this the warehouse of that identity's data, or confirms that it is. Raises what `confirm` raises."""

    def confirm(self, identity: DataIdentity) -> None:
        """Raises WarehouseError when it holds data of another identity, naming each difference and the way out."""
        held = self.identity()
        if held is not None and held != identity:
            raise WarehouseError(
                f"The warehouse {self.place} holds the data of another world: {held.difference(identity)}; {self.start_over}."
            )

    @property
    @abstractmethod
    def place(self) -> str:
        """Where it is, for a person."""

    @property
    @abstractmethod
    def start_over(self) -> str:
        """How another world gets a warehouse: the end of a sentence, such as "use another ECOM_HOME"."""
