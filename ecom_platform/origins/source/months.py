"""Which month every row of a source belongs to: the month in which its user signed up.

- a row of a table with an owner (an order's user, a line's order): the owner's month;
- any other row, and one whose owner is unknown or null: the month of its own date, which is the signup of a user;
- a row that has neither belongs to the start month, so that cleaning can say what is wrong with it;
- rows that share a key belong to the earliest month of any of them, so that cleaning sees them side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ecom_platform.origins.source.columns import quoted
from ecom_platform.tables.spec import PARTITION_COLUMN, Table


def months_between(start_month: date, as_of: date) -> list[date]:
    """The first days of the months from the start month to the month of `as_of`, both included."""
    first, last = (day.year * 12 + day.month - 1 for day in (start_month, as_of))
    return [date(month // 12, month % 12 + 1, 1) for month in range(first, last + 1)]


def own_date(table: Table) -> str | None:
    """An expression for the day (UTC) on which a row happened, over the table as `given`; None where it has none."""
    return None if table.event_date is None else f"CAST(given.{quoted(table.event_date)} AS DATE)"


def with_months(table: Table, rows: str, placed: Mapping[str, str], start_month: date, keys_repeat: bool) -> str:
    """A SELECT of the rows with their month, sorted by month and key.

    `rows` is a relation in the raw table's columns but the month; `placed` names the relations of the tables that have
    their months already, the owner's among them. `keys_repeat` says whether any key occurs twice.
    """
    names = [name for name in table.column_names if name != PARTITION_COLUMN]
    columns = ", ".join(f"given.{quoted(name)}" for name in names)
    start = f"DATE '{start_month}'"
    day = own_date(table)
    own_month = f"CAST(date_trunc('month', {day}) AS DATE), " if day else ""
    month, join = f"coalesce({own_month}{start})", ""
    if table.owner is not None and (owner := table.foreign_key(table.owner)):
        key = quoted(owner.column)
        month = f"coalesce(owner.{PARTITION_COLUMN}, {own_month}{start})"
        owners = f"SELECT DISTINCT {key}, {PARTITION_COLUMN} FROM {placed[owner.references]}"
        join = f" LEFT JOIN ({owners}) AS owner ON owner.{key} = given.{key}"
    select = f"SELECT {columns}, {month} AS {PARTITION_COLUMN} FROM {rows} AS given{join}"
    order = [PARTITION_COLUMN, *table.key]
    if keys_repeat:
        select = f"SELECT * REPLACE ({_together(table)} AS {PARTITION_COLUMN}) FROM ({select})"
        order += names
    return f"SELECT * FROM ({select}) ORDER BY {', '.join(map(quoted, dict.fromkeys(order)))}"


def _together(table: Table) -> str:
    """The earliest month of the rows that share a key, so that whoever looks at one month sees the repetition."""
    missing = " OR ".join(f"{quoted(name)} IS NULL" for name in table.key)
    shared = f"min({PARTITION_COLUMN}) OVER (PARTITION BY {', '.join(map(quoted, table.key))})"
    return f"CASE WHEN {missing} THEN {PARTITION_COLUMN} ELSE {shared} END"
