"""What a table specification is: the one place a column's name, type and meaning are written.

Storage schemas, Arrow schemas, the UI's column schema, the generated SQL and the quality checks all derive from these
classes. Nothing here knows a particular table, a database or Dagster.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from ecom_platform.errors import PlatformError
from ecom_platform.tables.layers import LAYERS, Layer, Layers
from ecom_platform.tables.remediation import Fault, Remediation

if TYPE_CHECKING:
    import pyarrow as pa

PARTITION_COLUMN = "signup_month"


class SpecificationError(PlatformError, ValueError):
    """A specification that contradicts itself or leaves something out. The message names the file, in one sentence."""


class Type(StrEnum):
    """Column types, by their GoogleSQL names."""

    STRING = "STRING"
    INT64 = "INT64"
    FLOAT64 = "FLOAT64"
    BOOL = "BOOL"
    DATE = "DATE"
    TIMESTAMP = "TIMESTAMP"
    """An instant in UTC, to the microsecond."""
    NUMERIC = "NUMERIC"
    """Money, exact: 18 digits, 2 of them after the point."""


@dataclass(frozen=True)
class Column:
    """A column: its name, type and meaning.

    `nullable` says whether a *sound* row may lack a value; raw tables may hold nulls anywhere but in the partition
    column, because dirt arrives there. `accepted` lists the only values a sound row may hold; `minimum` and `maximum` are
    the smallest and the largest. `shares` are how often values occur in the synthetic world, where that is fixed.
    """

    name: str
    type: Type
    doc: str
    nullable: bool = False
    accepted: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    shares: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class ForeignKey:
    """Every non-null value of `column` is a value of `references` (`layer.table`), in a column of the same name."""

    column: str
    references: str


@dataclass(frozen=True)
class Layout:
    """How a warehouse that can choose lays the table out: the DATE column that divides it and the columns that cluster it.

    `require_filter` asks the warehouse to refuse a query that does not say which months it wants: for tables so large
    that reading all of one by mistake is a bill.
    """

    partition_by: str | None = None
    cluster_by: tuple[str, ...] = ()
    require_filter: bool = False


@dataclass(frozen=True)
class Table:
    """A table: where it lives, what one row is, its columns and keys.

    `doc` begins with the unit of the table ("One row per ..."). `key` is the primary key, unique over all partitions.
    A table is *partitioned* when it has the partition column `signup_month`.

    Of a raw table, `event_date` is the DATE or TIMESTAMP column that says when a row happened, and `at_signup` that all its
    rows happen at signup. `owner` is the foreign key that a row takes its signup month from: its user's, or that of
    something of the user's. `made_by` is the file of the package that makes its rows in the synthetic world. `remediations`
    say what is done about its errors, a kind each, those of its key left out.
    """

    layer: str
    name: str
    doc: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()
    layout: Layout = Layout()
    event_date: str | None = None
    at_signup: bool = False
    owner: str | None = None
    made_by: str | None = None
    remediations: tuple[Remediation, ...] = field(default=(), hash=False)

    def __post_init__(self) -> None:
        names = self.column_names
        if len(set(names)) != len(names):
            raise self.error("names a column twice")
        if not self.key:
            raise self.error("has no key; name the columns that identify its rows")
        if unknown := [name for name in self.key if name not in names]:
            raise self.error(f"has a key that names unknown columns: {', '.join(unknown)}")
        if self.event_date is not None and self.column(self.event_date).type not in (Type.DATE, Type.TIMESTAMP):
            raise self.error(f"has an event date, {self.event_date}, that is neither a DATE nor a TIMESTAMP")
        if self.owner is not None and self.owner not in [key.column for key in self.foreign_keys]:
            raise self.error(f"has an owner, {self.owner}, that is none of its foreign keys")
        kinds = [each.kind for each in self.remediations]
        if len(set(kinds)) != len(kinds):
            raise self.error("declares two remediations of one kind of error")
        for each in self.remediations:
            self._require_grounds(each)

    def _require_grounds(self, remediation: Remediation) -> None:
        """A fault needs something in the column's specification that it is a fault against."""
        columns = [self.column(name) for name in remediation.columns]
        if remediation.fault is None:
            return
        (column,) = columns
        demanded = {
            Fault.MISSING: not column.nullable,
            Fault.NOT_ACCEPTED: bool(column.accepted),
            Fault.OUT_OF_RANGE: column.minimum is not None or column.maximum is not None,
            Fault.ORPHAN: self.foreign_key(column.name) is not None,
            Fault.PARENT_QUARANTINED: self.foreign_key(column.name) is not None,
        }
        if not demanded[remediation.fault]:
            demand = f"demands nothing of {column.name} that a value could fail to meet as '{remediation.fault}'"
            raise self.error(f"declares {remediation.kind} but {demand}")

    def __str__(self) -> str:
        return f"{self.layer}.{self.name}"

    @property
    def file(self) -> str:
        """The file that specifies the table, where it is a table of this package."""
        return f"ecom_platform/tables/{self.layer}/{self.name}.py"

    def error(self, problem: str) -> SpecificationError:
        """What is wrong with the specification, as an exception that names the table and its file."""
        return SpecificationError(f"{self.file}: {self} {problem}.")

    @property
    def partitioned(self) -> bool:
        return PARTITION_COLUMN in self.column_names

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self} has no column {name!r}; it has {', '.join(self.column_names)}")

    def foreign_key(self, column: str) -> ForeignKey | None:
        """The foreign key on a column; None where it is none."""
        return next((key for key in self.foreign_keys if key.column == column), None)

    @cached_property
    def arrow_schema(self) -> pa.Schema:
        import pyarrow as pa

        types = {
            Type.STRING: pa.string(),
            Type.INT64: pa.int64(),
            Type.FLOAT64: pa.float64(),
            Type.BOOL: pa.bool_(),
            Type.DATE: pa.date32(),
            Type.TIMESTAMP: pa.timestamp("us", tz="UTC"),
            Type.NUMERIC: pa.decimal128(18, 2),
        }
        return pa.schema([pa.field(column.name, types[column.type]) for column in self.columns])

    def derive(
        self,
        layer: str,
        doc: str,
        add: tuple[Column, ...] = (),
        drop: tuple[str, ...] = (),
        foreign_keys: tuple[ForeignKey, ...] | None = None,
    ) -> Table:
        """The same table in another layer, with columns dropped and others added after the last, and without what only
        raw tables have."""
        return replace(
            self,
            layer=layer,
            doc=doc,
            columns=tuple(column for column in self.columns if column.name not in drop) + add,
            foreign_keys=self.foreign_keys if foreign_keys is None else foreign_keys,
            event_date=None,
            at_signup=False,
            owner=None,
            made_by=None,
            remediations=(),
        )


class Catalog(Mapping[str, Table]):
    """Every table of the platform by its full name, `layer.table`, in the order of the flow of data.

    `layers` are those that its tables may belong to; `parameters` are the numbers that SQL files name (`@name`) because
    they are declared in Python. Raises ValueError for a table of another layer.
    """

    def __init__(
        self, tables: tuple[Table, ...], layers: Layers = LAYERS, parameters: Mapping[str, int] = MappingProxyType({})
    ) -> None:
        self.layers = layers
        self.parameters = parameters
        for table in tables:
            if table.layer not in layers:
                raise ValueError(f"{table} belongs to no layer: there is no {table.layer} in ecom_platform/tables/layers.py")
        self._tables = {str(table): table for table in sorted(tables, key=lambda table: layers.order(table.layer))}
        if len(self._tables) != len(tables):
            raise ValueError("two tables share a name")
        for table in tables:
            for key in table.foreign_keys:
                self[key.references].column(key.column)

    def __getitem__(self, name: str) -> Table:
        if name not in self._tables:
            from difflib import get_close_matches

            close = get_close_matches(name, self._tables, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise KeyError(f"there is no table {name}{hint}")
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def layer(self, name: str) -> tuple[Table, ...]:
        return tuple(table for table in self._tables.values() if table.layer == name)

    def layer_of(self, table: Table) -> Layer:
        return self.layers[table.layer]

    def balance_of(self, table: Table) -> tuple[Table, Table, Table] | None:
        """The tables of the rows that arrived, that were kept (`table`) and that were rejected, if its layer balances.

        A table that a user adds may be of a layer of its own, which does not.
        """
        balance = self.layers[table.layer].balance if table.layer in self.layers else None
        if balance is None:
            return None
        return self[f"{balance.source}.{table.name}"], table, self[f"{balance.rejects}.{table.name}"]


def raw_tables(*tables: Table) -> tuple[Table, ...]:
    """The raw tables, in this order, each of which somebody makes rows of.

    Raises SpecificationError for one of which nobody does. (A source may give any of them besides.)
    """
    package = Path(__file__).parent.parent
    for table in tables:
        if table.made_by is None:
            raise table.error("has no rows; name the file of the synthetic world that makes them, as made_by")
        if not (package / table.made_by).is_file():
            raise table.error(f"has no rows: made_by is {table.made_by}, and there is no such file in {package.name}")
    return tables


def signup_month_column() -> Column:
    """The partition column that every user-derived table has."""
    return Column(
        PARTITION_COLUMN,
        Type.DATE,
        "First day of the month in which the row's user signed up; where the user is unknown, of the row's own date.",
    )
