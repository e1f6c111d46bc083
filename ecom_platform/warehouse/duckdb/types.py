"""How the types of a specification are stored in DuckDB, and which computed types a query may put there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ecom_platform.tables.spec import Type

if TYPE_CHECKING:
    import pyarrow as pa

STORED = {
    Type.STRING: "VARCHAR",
    Type.INT64: "BIGINT",
    Type.FLOAT64: "DOUBLE",
    Type.BOOL: "BOOLEAN",
    Type.DATE: "DATE",
    # Without a zone, and by convention UTC, so that no session's zone ever matters to what a stored instant means.
    Type.TIMESTAMP: "TIMESTAMP",
    Type.NUMERIC: "DECIMAL(18,2)",
}

_INTEGERS = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"})
_FLOATS = frozenset({"FLOAT", "DOUBLE"})
_INSTANTS = frozenset({"TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_MS", "TIMESTAMP_S"})

_ACCEPTED = {
    Type.STRING: frozenset({"VARCHAR", "UUID"}),
    Type.INT64: _INTEGERS,
    Type.FLOAT64: _FLOATS | _INTEGERS | {"DECIMAL"},
    Type.BOOL: frozenset({"BOOLEAN"}),
    Type.DATE: frozenset({"DATE"}),
    Type.TIMESTAMP: _INSTANTS,
    Type.NUMERIC: _INTEGERS | {"DECIMAL"},
}


def accepts(type_: Type, computed: str) -> bool:
    """Whether a query's column of DuckDB type `computed` may be written to a column of this type.

    These are GoogleSQL's implicit conversions, with DuckDB's wider sums: a decimal of more digits after the point is
    rounded half away from zero; a value that is too large fails the write.
    """
    return re.sub(r"\(.*", "", computed) in _ACCEPTED[type_]


def to_stored(rows: pa.Table) -> pa.Table:
    """Arrow rows as DuckDB stores them: instants in UTC, without their zone."""
    import pyarrow as pa

    naive = [field.with_type(pa.timestamp("us")) if pa.types.is_timestamp(field.type) else field for field in rows.schema]
    return rows.cast(pa.schema(naive))


def from_stored(rows: pa.Table) -> pa.Table:
    """What DuckDB computed, in GoogleSQL's types: instants in UTC; a sum of integers is an integer again."""
    import pyarrow as pa

    def public(type_: pa.DataType) -> pa.DataType:
        if pa.types.is_timestamp(type_):
            return pa.timestamp("us", tz="UTC")
        # A sum of BIGINT is a HUGEINT, which Arrow carries as decimal(38, 0).
        return pa.int64() if type_ == pa.decimal128(38, 0) else type_

    return rows.cast(pa.schema([field.with_type(public(field.type)) for field in rows.schema]))
