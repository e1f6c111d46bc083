"""A table's pandera schema, derived from its specification. It validates where the table lives, through Ibis.

Importing this module imports pandera, Ibis and pandas, which takes seconds: import it inside functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis.expr.datatypes as dt
import pandera.ibis as pa
from pandera.dtypes import immutable
from pandera.engines.ibis_engine import DataType

from ecom_platform.quality.checks.invariants import demands
from ecom_platform.quality.checks.rules import Rule, Tables
from ecom_platform.tables.spec import Table, Type

if TYPE_CHECKING:
    import ibis.expr.types as ir

EXAMPLES = 5

_STORED = {
    Type.STRING: dt.string,
    Type.INT64: dt.int64,
    Type.FLOAT64: dt.float64,
    Type.BOOL: dt.boolean,
    Type.DATE: dt.date,
    Type.TIMESTAMP: dt.Timestamp(),
    Type.NUMERIC: dt.Decimal(18, 2),
}


@immutable(init=True)
class StoredType(DataType):
    """How a column of a specification's type is stored, in any back end.

    An instant is UTC, whether or not the back end writes the zone into the type; money has at least two digits after
    the point, however many the back end can hold.
    """

    specified: Type

    def __init__(self, type_: Type) -> None:
        object.__setattr__(self, "type", _STORED[type_])
        object.__setattr__(self, "specified", type_)

    def check(self, pandera_dtype: Any, data_container: Any = None) -> bool:  # noqa: ARG002
        stored = pandera_dtype.type
        if self.specified is Type.TIMESTAMP:
            return bool(stored.is_timestamp()) and stored.timezone in (None, "UTC")
        if self.specified is Type.NUMERIC:
            return bool(stored.is_decimal()) and (stored.scale is None or stored.scale >= 2)
        return bool(stored.copy(nullable=True) == self.type)

    def __str__(self) -> str:
        return str(self.specified)


def pandera_schema(table: Table, tables: Tables) -> pa.DataFrameSchema:
    """The schema of a table's rows: exactly its columns, of their types, keeping every rule and invariant.

    `tables` are what the rules look at beside the rows; its `others` must hold every table that a rule
    reads. Every check,
    of missing values and of uniqueness too, is a named one that is capped: pandera's own would fetch every offender.
    """
    return pa.DataFrameSchema(
        columns={column.name: pa.Column(StoredType(column.type), nullable=True) for column in table.columns},
        checks=[_check(rule, tables) for rule in demands(table)],
        strict=True,
        name=str(table),
    )


def _check(rule: Rule, tables: Tables) -> pa.Check:
    def holds(data: Any) -> ir.BooleanColumn:
        return rule.holds(data.table, tables)

    return pa.Check(holds, name=rule.name, description=rule.words, error=rule.words, n_failure_cases=EXAMPLES, ignore_na=False)
