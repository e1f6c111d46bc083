"""Validating a table where it lives: every rule of its pandera schema in one pass, counted by month.

pandera judges the columns. Its own validation of rows queries the warehouse at least once for every check, and fetches a
value for every row when one fails; so the rules behind its checks become one expression, which Ibis compiles to the
warehouse's SQL. The answer is one row a month, with the offenders of each rule counted, and a few keys for each rule that
is broken. That pandera's own validation finds the same is a test.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ecom_platform.quality.checks.invariants import demands
from ecom_platform.quality.checks.rules import Rule, Tables, key_text
from ecom_platform.tables import CATALOG
from ecom_platform.tables.spec import PARTITION_COLUMN, Table

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

    from ecom_platform.warehouse.contract import RowCounts, Warehouse

EXAMPLES = 3
FIRST_MONTH = date(1900, 1, 1)


@dataclass(frozen=True)
class Breach:
    """A rule that rows break: how many in each partition (only those with any), and a few of their keys."""

    rule: Rule
    offenders: RowCounts
    examples: tuple[str, ...]

    @property
    def rows(self) -> int:
        return sum(self.offenders.values())


@dataclass(frozen=True)
class Validation:
    """What was found. `rows` are those looked at, by partition; `faults` say how the columns differ from the specification.

    Where the columns are not the specified ones, no row was judged: `breaches` is empty and says nothing.
    """

    table: Table
    rows: RowCounts
    faults: tuple[str, ...]
    breaches: tuple[Breach, ...]

    @property
    def passed(self) -> bool:
        return not self.faults and not self.breaches


def validate(warehouse: Warehouse, table: Table, partitions: Sequence[str] | None) -> Validation:
    """Judges the rows of the given partitions (keys `YYYY-MM-01`; None for all of them, or an unpartitioned table).

    Keys are unique over the whole table, not only over those partitions. Raises WarehouseError when the warehouse cannot
    be asked, which says nothing about the data.
    """
    needed = {name: CATALOG[name] for rule in demands(table) for name in rule.reads}
    with warehouse.session():
        wanted = (table, *needed.values())
        stored = {each: found for each in wanted if (found := _stored(warehouse, each)) is not None}
        if table not in stored:
            return Validation(table, {}, (f"{table} has never been written",), ())
        absent = [name for name, other in needed.items() if other not in stored]
        if absent:
            return Validation(table, {}, tuple(f"{name}, which it refers to, has never been written" for name in absent), ())
        # Said even where all months are meant: a warehouse may refuse to read a large table without saying which.
        whole = _restricted(stored[table], table, None)
        covered = partitions is None or _covers(warehouse, whole, partitions)
        rows = whole if covered else _restricted(whole, table, partitions)
        others = {name: _restricted(stored[other], other, partitions) for name, other in needed.items()}
        return _validate(warehouse, table, rows, Tables(whole, others))


def _answer(warehouse: Warehouse, expression: ir.Table) -> pa.Table:
    """The rows of an expression over stored tables, computed where they are stored."""
    import ibis

    return warehouse.run(ibis.to_sql(expression, dialect=warehouse.dialect, pretty=False))


def _stored(warehouse: Warehouse, table: Table) -> ir.Table | None:
    """The table as an expression with the columns and types that are *stored*; None when it was never written."""
    import ibis
    from ibis.backends.sql import compilers

    columns = warehouse.stored_columns(table)
    type_of = getattr(compilers, warehouse.dialect).compiler.type_mapper.from_string
    schema = {name: type_of(type_) for name, type_ in columns.items()}
    return ibis.table(schema, name=table.name, database=table.layer) if columns else None


def _validate(warehouse: Warehouse, table: Table, rows: ir.Table, tables: Tables) -> Validation:
    from ecom_platform.quality.checks.schema import pandera_schema

    schema = pandera_schema(table, tables)
    faults = _column_faults(schema, rows)
    if faults:
        return Validation(table, {}, faults, ())
    broken = {rule.name: ~rule.holds(rows, tables) for rule in demands(table)}
    counts = _counted(warehouse, table, rows, broken)
    months = [_partition(row[PARTITION_COLUMN]) if table.partitioned else "" for row in counts]
    offenders = {
        name: {month: int(row[name]) for month, row in zip(months, counts, strict=True) if row[name]} for name in broken
    }
    breaches = [
        Breach(rule, offenders[rule.name], _examples(warehouse, table, rows, broken[rule.name]))
        for rule in demands(table)
        if offenders[rule.name]
    ]
    return Validation(table, {month: int(row["rows"]) for month, row in zip(months, counts, strict=True)}, (), tuple(breaches))


def _column_faults(schema: Any, rows: ir.Table) -> tuple[str, ...]:
    """How the stored columns differ from the schema's; no row is read."""
    from pandera.config import ValidationDepth, config_context
    from pandera.errors import SchemaErrors

    try:
        with config_context(validation_depth=ValidationDepth.SCHEMA_ONLY):
            schema.validate(rows, lazy=True)
    except SchemaErrors as errors:
        return tuple(_column_fault(error, schema) for error in errors.schema_errors)
    return ()


def _column_fault(error: Any, schema: Any) -> str:
    from pandera.errors import SchemaErrorReason

    match error.reason_code:
        case SchemaErrorReason.COLUMN_NOT_IN_DATAFRAME:
            return f"column {error.failure_cases} is missing"
        case SchemaErrorReason.COLUMN_NOT_IN_SCHEMA:
            return f"column {error.failure_cases} is not specified"
        case SchemaErrorReason.WRONG_DATATYPE:
            return f"column {error.schema.name} is {error.failure_cases} instead of {error.schema.dtype}"
    return f"{schema.name}: {error}"


def _counted(
    warehouse: Warehouse, table: Table, rows: ir.Table, broken: Mapping[str, ir.BooleanColumn]
) -> list[dict[str, Any]]:
    by = [PARTITION_COLUMN] if table.partitioned else []
    # The flags are columns of their own first: not every engine takes a subquery inside an aggregate.
    flags = rows.select(*by, **broken)
    tally = {"rows": flags.count(), **{name: flags[name].sum() for name in broken}}
    counts = flags.group_by(by).aggregate(**tally) if by else flags.aggregate(**tally)
    counted: list[dict[str, Any]] = _answer(warehouse, counts).to_pylist()
    return counted


def _examples(warehouse: Warehouse, table: Table, rows: ir.Table, broken: ir.BooleanColumn) -> tuple[str, ...]:
    keys = rows.filter(broken).select(key=key_text(rows, table.key)).distinct().order_by("key").limit(EXAMPLES)
    return tuple(row["key"] for row in _answer(warehouse, keys).to_pylist())


def _restricted(rows: ir.Table, table: Table, partitions: Iterable[str] | None) -> ir.Table:
    if not table.partitioned or PARTITION_COLUMN not in rows.columns:
        return rows
    if partitions is None:
        return rows.filter(rows[PARTITION_COLUMN].isnull() | (rows[PARTITION_COLUMN] >= FIRST_MONTH))
    return rows.filter(rows[PARTITION_COLUMN].isin([date.fromisoformat(key) for key in partitions]))


def _covers(warehouse: Warehouse, whole: ir.Table, partitions: Sequence[str]) -> bool:
    """Whether the partitions are all that the table has, so that the rows and the whole of it are one and the same."""
    if PARTITION_COLUMN not in whole.columns:
        return True
    months = _answer(warehouse, whole.select(PARTITION_COLUMN).distinct())[PARTITION_COLUMN].to_pylist()
    return {_partition(month) for month in months} <= set(partitions)


def _partition(month: date | None) -> str:
    return "" if month is None else month.isoformat()
