"""Small worlds for tests, and what tests read from them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import pandas as pd
import pyarrow as pa

from ecom_platform.tables import CATALOG
from ecom_platform.world import World, WorldSettings

START = date(2023, 12, 1)
PRESENT = ("is_new_user_flag", "subscription_type", "subscription_join_date")
"""The columns of users that describe the present."""

TABLES = (
    "users",
    "orders",
    "order_items",
    "user_events",
    "experiment_assignments",
    "world_truth",
    "injected_anomalies",
    "observation_windows",
)


def month_end(months: int) -> date:
    """The last day of the `months`-th month from START."""
    number = START.year * 12 + START.month - 1 + months
    return date(number // 12, number % 12 + 1, 1) - timedelta(days=1)


def world(**settings: Any) -> World:
    """A world of 36 months that is small unless told otherwise."""
    return World(WorldSettings(**{"users": 300, "start_month": START, "as_of": month_end(36), **settings}))


def clean_world(**settings: Any) -> World:
    """A clean twin: the same world without injected errors."""
    return world(**{"user_anomaly_rate": 0.0, "order_anomaly_rate": 0.0, "event_anomaly_rate": 0.0, **settings})


@lru_cache(maxsize=4)
def frames(which: World) -> dict[str, pd.DataFrame]:
    """All months of every table, as pandas frames."""
    return {name: table.to_pandas() for name, table in whole(which).items()}


def whole(which: World, months: Iterable[date] | None = None) -> dict[str, pa.Table]:
    """All months of every table."""
    parts = [which.month(month) for month in (which.months if months is None else months)]
    return {name: pa.concat_tables([part[name] for part in parts]) for name in TABLES}


def key_columns(name: str) -> list[str]:
    return list(CATALOG[f"raw.{name}"].key)


def keys_of(table: pa.Table, name: str) -> list[tuple[Any, ...]]:
    return list(zip(*(table[column].to_pylist() for column in key_columns(name)), strict=True))


def in_key_order(table: pa.Table, name: str) -> pa.Table:
    return table.sort_by([(column, "ascending") for column in key_columns(name)]).combine_chunks()
