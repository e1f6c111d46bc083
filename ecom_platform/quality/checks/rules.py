"""What a table's specification demands of its rows, as rules over Ibis expressions.

Here a specification (types, keys, references, accepted values, ranges) becomes named rules that a warehouse can count
offenders of. Which table is asked, when, and how bad an offence is, is not decided here; neither is anything about one
particular table: what its rows must keep beyond its columns is in `invariants`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from typing import TYPE_CHECKING, TypeAlias

from ecom_platform.tables import CATALOG
from ecom_platform.tables.spec import PARTITION_COLUMN, Column, ForeignKey, Table

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Family(StrEnum):
    """What sort of demand a rule is."""

    KEYS = "keys"
    MISSING_VALUES = "missing_values"
    REFERENCES = "references"
    ACCEPTED_VALUES = "accepted_values"
    RANGES = "ranges"
    CONSISTENCY = "consistency"


@dataclass(frozen=True)
class Tables:
    """What a rule may look at besides the rows it judges: the whole of their table, and the tables it refers to, by name."""

    whole: ir.Table
    others: Mapping[str, ir.Table]


Holds: TypeAlias = "Callable[[ir.Table, Tables], ir.BooleanColumn]"
"""True for every row that satisfies the rule; never null. The rows judged come first."""


@dataclass(frozen=True)
class Rule:
    """A demand on the rows of a table. `words` say what holds of a row that satisfies it; `reads` are other tables by name."""

    name: str
    family: Family
    words: str
    columns: tuple[str, ...]
    holds: Holds
    reads: tuple[str, ...] = ()


def rules(table: Table) -> tuple[Rule, ...]:
    """Every rule that the table's specification implies, in the order of its columns; the key and the references last."""
    return (
        *(rule for column in table.columns for rule in _of_column(table, column)),
        _unique(table),
        *(_refers(table, key) for key in table.foreign_keys),
    )


def key_text(rows: ir.Table, columns: tuple[str, ...]) -> ir.StringColumn:
    """A row's key as `violations` writes it: parts joined with '/', a missing one empty."""
    parts = [rows[name].cast("string").fill_null("") for name in columns]
    return reduce(lambda left, right: left + "/" + right, parts)


def _of_column(table: Table, column: Column) -> Iterator[Rule]:
    name = column.name
    # A missing part of a key violates the key's rule, which reports both.
    if not column.nullable and name not in table.key:
        yield Rule(f"{name}_present", Family.MISSING_VALUES, f"{name} has a value", (name,), _present(name))
    if column.accepted:
        accepted = ", ".join(column.accepted)
        yield Rule(f"{name}_accepted", Family.ACCEPTED_VALUES, f"{name} is one of {accepted}", (name,), _accepted(column))
    if column.minimum is not None:
        words = f"{name} is at least {column.minimum:g}"
        yield Rule(f"{name}_minimum", Family.RANGES, words, (name,), _at_least(name, column.minimum))
    if column.maximum is not None:
        words = f"{name} is at most {column.maximum:g}"
        yield Rule(f"{name}_maximum", Family.RANGES, words, (name,), _at_most(name, column.maximum))


def _present(name: str) -> Holds:
    return lambda rows, _: rows[name].notnull()


def _accepted(column: Column) -> Holds:
    return lambda rows, _: rows[column.name].isnull() | rows[column.name].isin(column.accepted)


def _at_least(name: str, minimum: float) -> Holds:
    return lambda rows, _: rows[name].isnull() | (rows[name] >= _exact(minimum))


def _at_most(name: str, maximum: float) -> Holds:
    return lambda rows, _: rows[name].isnull() | (rows[name] <= _exact(maximum))


def _exact(bound: float) -> float:
    """A whole bound stays whole: comparing money with a floating-point literal would not be exact."""
    return int(bound) if bound == int(bound) else bound


def _unique(table: Table) -> Rule:
    key = table.key
    everywhere = " over all months" if table.partitioned and PARTITION_COLUMN not in key else ""

    def holds(rows: ir.Table, tables: Tables) -> ir.BooleanColumn:
        repeated = _repeated(rows, tables.whole, key)
        parts = [rows[name].notnull() for name in key]
        return reduce(lambda left, right: left & right, parts) & ~key_text(rows, key).isin(repeated)

    return Rule("key_unique", Family.KEYS, f"{' and '.join(key)} has a value and is unique{everywhere}", key, holds)


def _repeated(rows: ir.Table, whole: ir.Table, key: tuple[str, ...]) -> ir.StringColumn:
    """Keys of the rows that occur more than once in the whole table."""
    if rows is not whole:
        # A run of a few months must not pay for grouping all the others.
        whole = whole.semi_join(rows.select(*key).distinct(), list(key))
    # Numbers are grouped in a fraction of the memory that texts take: what shares none can be no repetition.
    hashed = whole.select(*key).mutate(number=lambda keys: key_text(keys, key).hash())
    shared = hashed.group_by("number").aggregate(copies=hashed.count())
    doubtful = hashed.semi_join(shared.filter(shared.copies > 1), "number").select(*key)
    counted = doubtful.group_by(list(key)).aggregate(copies=doubtful.count())
    counted = counted.filter(counted.copies > 1)
    return key_text(counted, key).name("repeated")


def _refers(table: Table, reference: ForeignKey) -> Rule:
    column, other = reference.column, CATALOG[reference.references]
    together = table.partitioned and other.partitioned
    key = (column, PARTITION_COLUMN) if together else (column,)

    def holds(rows: ir.Table, tables: Tables) -> ir.BooleanColumn:
        known = tables.others[str(other)]
        found = rows[column].isnull() | key_text(rows, key).isin(key_text(known, key).name("known"))
        # A catalogue without a row was not given at all, and then there is nothing to refer to.
        return found if together else found | (known.count().as_scalar() == 0)

    where = " of the same signup month" if together else ", if that has any"
    words = f"{column} is in {other}{where}"
    return Rule(f"{column}_in_{other.name}", Family.REFERENCES, words, key, holds, reads=(str(other),))
