"""A shop small enough to tell as a story: raw rows by hand, then what the remediation makes of them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

import duckdb
import pyarrow as pa

from ecom_platform.quality.statements import platform_sql
from ecom_platform.tables import CATALOG, CLEANED, RAW
from ecom_platform.tables.spec import Table, Type
from ecom_platform.warehouse.sql import SqlAsset, to_duckdb

logging.getLogger("sqlglot").setLevel(logging.ERROR)

JANUARY = date(2024, 1, 1)
MONTHS = (JANUARY, date(2024, 2, 1))
LAYERS = ("violations", "quarantine", "clean")
STORED = {
    Type.STRING: "VARCHAR",
    Type.INT64: "BIGINT",
    Type.FLOAT64: "DOUBLE",
    Type.BOOL: "BOOLEAN",
    Type.DATE: "DATE",
    Type.TIMESTAMP: "TIMESTAMP",
    Type.NUMERIC: "DECIMAL(18, 2)",
}

Violation = tuple[str, str, str, str]
"""Row key, kind, remediation, column."""


@cache
def assets() -> tuple[SqlAsset, ...]:
    """The SQL of the layers of remediation alone: another layer's mistake is not theirs."""
    return platform_sql(LAYERS)


class Shop:
    """Raw tables of one or two signup months, with defaults that are sound. Every value can be overridden, with None too."""

    def __init__(self, products: Sequence[str] = ("lamp", "rug", "mop"), observed_until: date = date(2024, 6, 30)) -> None:
        self.database = duckdb.connect()
        for layer in ("raw", *LAYERS):
            self.database.execute(f"CREATE SCHEMA {layer}")
        for table in (*RAW, *(CATALOG[f"{layer}.{raw.name}"] for layer in LAYERS for raw in CLEANED)):
            columns = ", ".join(f"{column.name} {STORED[column.type]}" for column in table.columns)
            self.database.execute(f"CREATE TABLE {table} ({columns})")
        self._number = 0
        for month in MONTHS:
            self.add("observation_windows", signup_month=month, observed_until=observed_until)
        for product in products:
            self.product(product)

    def add(self, name: str, **values: object) -> None:
        columns = ", ".join(values)
        marks = ", ".join("?" for _ in values)
        self.database.execute(f"INSERT INTO raw.{name} ({columns}) VALUES ({marks})", list(values.values()))

    def load(self, tables: Mapping[str, pa.Table]) -> None:
        """Rows that someone else made, by the table's name."""
        for name, rows in tables.items():
            if f"raw.{name}" in CATALOG:
                self.database.register("incoming", rows)
                self.database.execute(f"INSERT INTO raw.{name} BY NAME SELECT * FROM incoming")
                self.database.unregister("incoming")

    def product(self, product_id: str | None, **values: object) -> None:
        defaults = {"category": "Deco", "price": Decimal(100), "price_tier": "Mid", "brand": "B", "discount_day_of_week": 0}
        self.add("products", **{"product_id": product_id, **defaults, **values})

    def user(self, user_id: str | None, signup: date | None = date(2024, 1, 5), **values: object) -> None:
        defaults: dict[str, object] = {
            "device": "iOS",
            "region": "Seoul",
            "marketing_source": "Organic",
            "subscription_type": "Free",
            "subscription_join_date": None,
            "is_new_user_flag": False,
            "signup_month": JANUARY if signup is None or signup > date(2100, 1, 1) else signup.replace(day=1),
        }
        self.add("users", **{"user_id": user_id, "signup_date": signup, **defaults, **values})

    def event(self, at: str | None, user: str | None, session: str | None, kind: str | None, **values: object) -> str:
        """An event at `HH:MM` or `HH:MM:SS` on 5 January 2024 (`6 10:00`: on the 6th). Returns its key: e1, e2, ..."""
        self._number += 1
        key = f"e{self._number}"
        defaults: dict[str, object] = {
            "product_id": "lamp" if kind in ("view_product", "add_to_cart") else None,
            "device": "iOS",
            "referrer": "direct",
            "page": {"view_product": "product", "add_to_cart": "product", "checkout_start": "cart"}.get(
                kind or "", "checkout"
            ),
            "is_discount_event": False,
            "signup_month": JANUARY,
        }
        given: dict[str, object] = {
            "event_id": key,
            "user_id": user,
            "session_id": session,
            "event_type": kind,
            "event_timestamp": moment(at),
        }
        self.add("user_events", **{**given, **defaults, **values})
        return key

    def session(self, session: str, user: str, start: str, *kinds: str, **values: object) -> list[str]:
        """Events two minutes apart. Returns their keys."""
        began = moment(start)
        assert began is not None
        return [
            self.event((began + timedelta(minutes=2 * step)).strftime("%d %H:%M:%S"), user, session, kind, **values)
            for step, kind in enumerate(kinds)
        ]

    def order(
        self, order_id: str | None, user: str | None = "anna", day: date | None = date(2024, 1, 20), **values: object
    ) -> None:
        defaults: dict[str, object] = {
            "total_amount": Decimal(200),
            "payment_status": "success",
            "is_discount_day": False,
            "signup_month": JANUARY,
        }
        self.add("orders", **{"order_id": order_id, "user_id": user, "order_date": day, **defaults, **values})

    def line(self, order_item_id: str | None, order_id: str | None = "o1", **values: object) -> None:
        """By default two lamps at 100."""
        defaults: dict[str, object] = {
            "product_id": "lamp",
            "category": "Deco",
            "price": Decimal(100),
            "price_tier": "Mid",
            "qty": 2,
            "line_amount": Decimal(200),
            "is_discounted": False,
            "signup_month": JANUARY,
        }
        self.add("order_items", **{"order_item_id": order_item_id, "order_id": order_id, **defaults, **values})

    def assignment(self, user: str | None, **values: object) -> None:
        defaults: dict[str, object] = {
            "experiment": "onboarding_nudge",
            "arm": "treatment",
            "assigned_at": datetime(2024, 1, 5),
            "signup_month": JANUARY,
        }
        self.add("experiment_assignments", **{"user_id": user, **defaults, **values})

    def remediate(self, partitions: Sequence[date] | None = None) -> Shop:
        """Runs every rule; with partitions, month by month."""
        for chosen in [None] if partitions is None else [[str(month)] for month in partitions]:
            for asset in assets():
                if chosen is not None and not asset.table.partitioned:
                    self.database.execute(f"DELETE FROM {asset.table}")
                sql = to_duckdb(asset.sql, asset.reads, chosen if asset.table.partitioned else None)
                self.database.execute(f"INSERT INTO {asset.table} BY NAME {sql}")
        return self

    def violations(self, name: str) -> set[Violation]:
        sql = f"SELECT row_key, kind, remediation, column_name FROM violations.{name}"
        return {(row[0], row[1], row[2], row[3]) for row in self.database.execute(sql).fetchall()}

    def kinds(self, name: str) -> set[tuple[str, str]]:
        return {(key, kind) for key, kind, _, _ in self.violations(name)}

    def flagged(self) -> set[tuple[str, str, str]]:
        """Table, row key and kind of everything that is flagged in any row."""
        return {(table.name, key, kind) for table in CLEANED for key, kind in self.kinds(table.name)}

    def clean(self, name: str) -> dict[str, dict[str, object]]:
        return {str(row[CATALOG[f"raw.{name}"].key[0]]): row for row in self.rows("clean", name)}

    def quarantine(self, name: str) -> dict[str, str]:
        return {
            str(row[CATALOG[f"raw.{name}"].key[0]]): str(row["quarantine_reason"]) for row in self.rows("quarantine", name)
        }

    def rows(self, layer: str, name: str) -> list[dict[str, object]]:
        cursor = self.database.execute(f"SELECT * FROM {layer}.{name}")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def unaccounted(self, table: Table) -> list[tuple[object, ...]]:
        """Raw rows that are not once in clean or quarantine, and rows there that are not raw, by key, with counts."""
        key = ", ".join((*table.key, *(["signup_month"] if table.partitioned else [])))
        counted = [f"SELECT {key}, count(*) FROM {source} GROUP BY ALL" for source in (
            f"raw.{table.name}",
            f"(SELECT {key} FROM clean.{table.name} UNION ALL SELECT {key} FROM quarantine.{table.name})",
        )]  # fmt: skip
        sql = f"({counted[0]} EXCEPT ALL {counted[1]}) UNION ALL ({counted[1]} EXCEPT ALL {counted[0]})"
        return self.database.execute(sql).fetchall()


def moment(at: str | None) -> datetime | None:
    if at is None:
        return None
    day, _, clock = at.rpartition(" ")
    hour, minute, second = (*map(int, clock.split(":")), 0)[:3]
    return datetime(2024, 1, int(day or 5), hour, minute, second)
