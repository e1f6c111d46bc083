"""What cleaning did to the rows that arrived, in numbers: where they went and why, and what money was changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ecom_platform.tables import CATALOG, CLEANED
from ecom_platform.tables.cleaning import DUPLICATE_ROW
from ecom_platform.tables.spec import PARTITION_COLUMN, Table, Type
from ecom_platform.warehouse.contract import Warehouse

TOO_MUCH = 0.1
"""Share of a table's rows that may be lost without a warning."""


@dataclass(frozen=True)
class MoneyRepaired:
    """The repairs of one kind to one column of amounts, in rows that are clean: how many, their sum before and after.

    A missing amount counts as nothing.
    """

    kind: str
    column: str
    rows: int
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class Account:
    """Where the rows of a raw table went. A row with several reasons counts for each."""

    table: Table
    raw: int
    clean: int
    quarantined: int
    why_quarantined: Mapping[str, int]
    why_repaired: Mapping[str, int]
    money: tuple[MoneyRepaired, ...]

    @property
    def lost(self) -> float:
        """The share of the rows that cleaning lost; 0 where none arrived."""
        return self.quarantined / self.raw if self.raw else 0.0


def accounts(store: Warehouse) -> list[Account]:
    """The account of every raw table that is cleaned."""
    with store.session():
        return [_account(store, table) for table in CLEANED]


def _account(store: Warehouse, raw: Table) -> Account:
    clean, quarantine = CATALOG[f"clean.{raw.name}"], CATALOG[f"quarantine.{raw.name}"]
    arrived, kept, lost = (sum(store.row_counts(table).values()) for table in (raw, clean, quarantine))
    return Account(
        table=raw,
        raw=arrived,
        clean=kept,
        quarantined=lost,
        why_quarantined=_reasons(store, quarantine, "quarantine_reason"),
        why_repaired=_reasons(store, clean, "repair_reason"),
        money=_money(store, raw),
    )


def _reasons(store: Warehouse, table: Table, column: str) -> dict[str, int]:
    sql = f"SELECT {column} AS kinds, COUNT(*) AS row_count FROM {table} WHERE {column} IS NOT NULL GROUP BY {column}"
    counts = Counter[str]()
    for found in store.query(sql, [table]).to_pylist():
        counts.update(dict.fromkeys(found["kinds"].split(","), found["row_count"]))
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _money(store: Warehouse, raw: Table) -> tuple[MoneyRepaired, ...]:
    amounts = [column.name for column in raw.columns if column.type is Type.NUMERIC]
    if not amounts:
        return ()
    violations = CATALOG[f"violations.{raw.name}"]
    month = f", {PARTITION_COLUMN}" if violations.partitioned else ""
    names = ", ".join(f"'{name}'" for name in amounts)
    sql = (
        f"SELECT kind, column_name, COUNT(*) AS row_count, SUM(CAST(original_value AS NUMERIC)) AS before, "
        f"SUM(CAST(repaired_value AS NUMERIC)) AS after FROM ("
        f"SELECT kind, column_name, original_value, repaired_value, remediation, "
        f"MIN(remediation) OVER (PARTITION BY row_key{month}) AS worst "
        f"FROM {violations} WHERE kind <> '{DUPLICATE_ROW}') AS found "
        f"WHERE remediation = 'repair' AND worst = 'repair' AND column_name IN ({names}) "
        f"GROUP BY kind, column_name ORDER BY kind, column_name"
    )
    return tuple(
        MoneyRepaired(
            row["kind"], row["column_name"], row["row_count"], row["before"] or Decimal(0), row["after"] or Decimal(0)
        )
        for row in store.query(sql, [violations]).to_pylist()
    )
