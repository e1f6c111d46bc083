"""What a table specification is: the one place a column's name, type and meaning are written.

Storage schemas, Arrow schemas, the UI's column schema, the generated SQL and the quality checks all derive from these
classes. Nothing here knows a particular table, a database or Dagster.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from ecom_platform.tables.layers import LAYERS, Layer, Layers

if TYPE_CHECKING:
    import pyarrow as pa

PARTITION_COLUMN = "signup_month"


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
    column, because dirt arrives there. `accepted` lists the only values a sound row may hold, `minimum` the smallest.
    `shares` are how often values occur in the synthetic world, where that is fixed.
    """

    name: str
    type: Type
    doc: str
    nullable: bool = False
    accepted: tuple[str, ...] = ()
    minimum: float | None = None
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
    """

    layer: str
    name: str
    doc: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()
    layout: Layout = Layout()

    def __post_init__(self) -> None:
        names = self.column_names
        if len(set(names)) != len(names):
            raise ValueError(f"{self} names a column twice")
        if unknown := [name for name in self.key if name not in names]:
            raise ValueError(f"the key of {self} names unknown columns: {', '.join(unknown)}")

    def __str__(self) -> str:
        return f"{self.layer}.{self.name}"

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
        """The same table in another layer, with columns dropped and others added after the last."""
        return replace(
            self,
            layer=layer,
            doc=doc,
            columns=tuple(column for column in self.columns if column.name not in drop) + add,
            foreign_keys=self.foreign_keys if foreign_keys is None else foreign_keys,
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


def signup_month_column() -> Column:
    """The partition column that every user-derived table has."""
    return Column(
        PARTITION_COLUMN,
        Type.DATE,
        "First day of the month in which the row's user signed up; where the user is unknown, of the row's own date.",
    )
