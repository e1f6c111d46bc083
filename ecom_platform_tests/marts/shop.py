"""A shop told in a few lines: users, their sessions and orders, written as clean tables and built into marts and analyses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ecom_platform.tables import CATALOG, Catalog, Table
from ecom_platform.tables.activation import Activation
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform.warehouse.sql import SqlAsset, load_sql, sql_folder

Row = dict[str, Any]

BUILT_LAYERS = ("marts", "analysis", "insights", "dashboard")
SOURCES = (
    "clean.users",
    "clean.products",
    "clean.orders",
    "clean.order_items",
    "clean.user_events",
    "clean.experiment_assignments",
    "raw.observation_windows",
)

ACTIVATION = Activation(window_days=7, sessions=2, carts=1, checkouts=1)
"""The activation that the shops' stories rely on, whichever the platform has adopted."""

EVENT_NAMES = {
    "view": "view_product",
    "cart": "add_to_cart",
    "checkout": "checkout_start",
    "pay": "payment_attempt",
    "buy": "purchase",
    "other": "other",
}


class Shop:
    """Rows of the clean layer, and what the warehouse makes of them.

    Two products stand on the shelf: a `sofa` (Furniture, High, 100.00) and a `mop` (Cleaning, Low, 10.00). Every
    cohort is observed until the same day, unless `observed` says otherwise for one.
    """

    def __init__(self, observed_until: date) -> None:
        self.observed_until = observed_until
        self.observed: dict[date, date] = {}
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self._signups: dict[str, date] = {}
        self.product("sofa", category="Furniture", price="100.00", price_tier="High")
        self.product("mop", category="Cleaning", price="10.00", price_tier="Low")

    def product(self, product_id: str, category: str, price: str, price_tier: str | None) -> None:
        self._add(
            "clean.products", product_id=product_id, category=category, price=Decimal(price), price_tier=price_tier, brand="B"
        )

    def user(self, user_id: str, signup: date, **attributes: Any) -> None:
        self._signups[user_id] = signup
        defaults = {
            "device": "iOS",
            "region": "Seoul",
            "marketing_source": "Organic",
            "subscription_type": "Free",
            "is_new_user_flag": False,
        }
        self._add(
            "clean.users", user_id=user_id, signup_date=signup, signup_month=signup.replace(day=1), **(defaults | attributes)
        )

    def session(
        self,
        user_id: str,
        start: str,
        *events: str,
        session_id: str | None = None,
        minutes_apart: float = 1,
        referrer: str | None = "direct",
        device: str | None = "iOS",
    ) -> None:
        """Events in order of time: `view sofa`, `view sofa!` (on its discount day), `cart mop`, `checkout`, `pay`, `buy`."""
        number = len(self.rows["clean.user_events"])
        for position, event in enumerate(events):
            kind, _, product = event.partition(" ")
            self._add(
                "clean.user_events",
                event_id=f"e{number + position}",
                user_id=user_id,
                session_id=session_id or f"{user_id} {start}",
                event_type=EVENT_NAMES[kind],
                event_timestamp=datetime.fromisoformat(start).replace(tzinfo=UTC)
                + timedelta(minutes=minutes_apart * position),
                product_id=product.rstrip("!") or None,
                device=device,
                referrer=referrer,
                page="product",
                is_discount_event=product.endswith("!"),
                signup_month=self._signups[user_id].replace(day=1),
            )

    def order(self, user_id: str, day: date, *lines: str, failed: bool = False) -> None:
        """Lines such as `sofa`, `mop x3` or `mop!` (on its discount day)."""
        order_id = f"o{len(self.rows['clean.orders'])}"
        month = self._signups[user_id].replace(day=1)
        shelf = {product["product_id"]: product for product in self.rows["clean.products"]}
        total = Decimal(0)
        for number, line in enumerate(lines):
            name, _, quantity = line.partition(" x")
            product = shelf[name.rstrip("!")]
            amount = product["price"] * int(quantity or 1)
            total += amount
            self._add(
                "clean.order_items",
                order_item_id=f"{order_id}-{number}",
                order_id=order_id,
                qty=int(quantity or 1),
                line_amount=amount,
                is_discounted=name.endswith("!"),
                signup_month=month,
                **{column: product[column] for column in ("product_id", "category", "price", "price_tier")},
            )
        self._add(
            "clean.orders",
            order_id=order_id,
            user_id=user_id,
            order_date=day,
            total_amount=total,
            payment_status="failed" if failed else "success",
            is_discount_day=any("!" in line for line in lines),
            signup_month=month,
        )

    def assign(self, user_id: str, experiment: str, arm: str, at: str) -> None:
        """The user is drawn into an arm of an experiment."""
        self._add(
            "clean.experiment_assignments",
            user_id=user_id,
            experiment=experiment,
            arm=arm,
            assigned_at=datetime.fromisoformat(at).replace(tzinfo=UTC),
            signup_month=self._signups[user_id].replace(day=1),
        )

    def _add(self, table: str, **values: Any) -> None:
        self.rows[table].append(dict.fromkeys(CATALOG[table].column_names) | values)

    def tables(self) -> dict[str, pa.Table]:
        """The rows as Arrow tables in the specifications' schemas, with an observation window for every cohort."""
        months = sorted({signup.replace(day=1) for signup in self._signups.values()} | set(self.observed))
        windows = [
            {"signup_month": month, "observed_until": self.observed.get(month, self.observed_until)} for month in months
        ]
        return {
            name: pa.Table.from_pylist(
                windows if name == "raw.observation_windows" else self.rows[name], CATALOG[name].arrow_schema
            )
            for name in SOURCES
        }

    def build(self, folder: Path, *only: Table) -> Marts:
        """Everything built, or `only` these tables and what they read."""
        return Marts(folder, self.tables(), only)


class Marts:
    """A warehouse with the given source tables and what `sql/marts` and `sql/analysis` make of them."""

    def __init__(
        self, folder: Path, sources: dict[str, pa.Table], only: Sequence[Table] = (), one_month_at_a_time: bool = False
    ) -> None:
        self.warehouse = DuckDBWarehouse(folder / "shop.duckdb")
        self.months = [
            f"{month}" for month in pc.unique(sources["raw.observation_windows"]["signup_month"]).sort().to_pylist()
        ]
        for name, rows in sources.items():
            table = CATALOG[name]
            if not table.partitioned:
                self.warehouse.replace({table: rows}, None)
            elif self.months:
                self.warehouse.replace({table: rows}, self.months)
        for asset in assets():
            if only and asset.table not in upstream(only):
                continue
            if not asset.table.partitioned:
                self.warehouse.replace({asset.table: asset.query()}, None)
            elif one_month_at_a_time:
                for month in reversed(self.months):
                    self.warehouse.replace({asset.table: asset.query()}, [month])
            elif self.months:
                self.warehouse.replace({asset.table: asset.query()}, self.months)

    def arrow(self, table: Table) -> pa.Table:
        return self.warehouse.read(table)

    def rows(self, table: Table, *columns: str, **where: Any) -> list[Row]:
        """The rows whose columns equal `where`, in order of the key; only `columns`, when any are named."""
        found = self.warehouse.read(table).to_pylist()
        found = [row for row in found if all(row[name] == value for name, value in where.items())]
        found.sort(key=lambda row: [str(row[name]) for name in table.key])
        return [{name: row[name] for name in columns or row} for row in found]

    def row(self, table: Table, *columns: str, **where: Any) -> Row:
        (row,) = self.rows(table, *columns, **where)
        return row

    def values(self, table: Table, column: str, **where: Any) -> list[Any]:
        return [row[column] for row in self.rows(table, **where)]


@lru_cache
def assets() -> tuple[SqlAsset, ...]:
    """The SQL assets of marts and analysis, each after those it reads; the other layers have tests of their own."""
    return load_sql(sql_folder(), Catalog(tuple(CATALOG.values()), parameters=ACTIVATION.parameters), BUILT_LAYERS)


def upstream(tables: Sequence[Table]) -> set[Table]:
    """These tables and all that they read, directly or not."""
    reads = {asset.table: asset.reads for asset in assets()}
    return {*tables, *(found for table in tables if table in reads for found in upstream(reads[table]))}
