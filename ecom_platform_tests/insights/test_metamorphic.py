"""What may change when the data does: marts, analyses and the aggregates of insights, all of them, under four changes.

Rows in another order change nothing. An event whose id comes twice is as good as none: nothing tells which copy is right. A
failed payment is activity and nothing else. A day later, what was known stays, and windows that end on it become known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ecom_platform.quality.statements import platform_sql
from ecom_platform.tables import CATALOG, Table
from ecom_platform.tables.marts.dm_activation_features import DM_ACTIVATION_FEATURES
from ecom_platform.tables.marts.dm_user_purchase_summary import DM_USER_PURCHASE_SUMMARY
from ecom_platform.tables.marts.dm_value_windows import DM_VALUE_WINDOWS
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform.world import World, WorldSettings
from ecom_platform_tests.marts.random_shop import OBSERVED_UNTIL, random_shop
from ecom_platform_tests.marts.shop import Marts, Shop, assets

pytestmark = pytest.mark.slow

CLEANING = ("violations", "quarantine", "clean")
LAYERS = ("marts", "analysis", "insights")
SHOWN_AGAIN = ("value_forecasts", "value_forecast_scores", "value_forecast_cohorts")
"""Tables that read what Python predicts, which is not made here."""

TABLES = tuple(asset.table for asset in assets() if asset.table.layer in LAYERS and asset.table.name not in SHOWN_AGAIN)
"""Every table of these layers that is SQL alone from the clean layer on."""


def shop_of_all_sorts() -> Shop:
    """A random shop, everybody in an experiment, and users of whom a window ends a day after the last observed one."""
    shop = random_shop(7, users=60, signup_days=500)
    for number, product in enumerate(shop.rows["clean.products"]):
        product["discount_day_of_week"] = number
    for days in (7, 30, 90, 360):
        shop.user(f"a day short of {days}", OBSERVED_UNTIL - timedelta(days=days - 2))
    for number, user in enumerate(list(shop.rows["clean.users"])):
        at = f"{user['signup_date'] + timedelta(days=1)} 10:00"
        shop.assign(user["user_id"], "onboarding_nudge", "treatment" if number % 2 else "control", at)
    return shop


@pytest.fixture(scope="module")
def a_day_later(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    """Nothing happens on that day."""
    shop = shop_of_all_sorts()
    shop.observed_until += timedelta(days=1)
    return shop.build(tmp_path_factory.mktemp("after"), *TABLES)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    return shop_of_all_sorts().build(tmp_path_factory.mktemp("before"), *TABLES)


def changed(before: Marts, after: Marts) -> Iterator[tuple[Table, str]]:
    """Every column that differs, sums of squares beyond their last bits alone; all of them where rows came or went."""
    for table in TABLES:
        old, new = before.rows(table), after.rows(table)
        if [[row[name] for name in table.key] for row in old] != [[row[name] for name in table.key] for row in new]:
            yield from ((table, name) for name in table.column_names)
            continue
        for name in table.column_names:
            if any(not alike(one[name], other[name]) for one, other in zip(old, new, strict=True)):
                yield table, name


def alike(one: Any, other: Any) -> bool:
    return bool(one == pytest.approx(other, rel=1e-12)) if isinstance(one, float) and other is not None else bool(one == other)


def test_every_table_has_rows_to_change(before: Marts) -> None:
    assert {str(table) for table in TABLES if not before.rows(table)} == set()


def test_the_order_of_rows_changes_nothing(before: Marts, tmp_path: Path) -> None:
    shuffled = {
        name: rows.take(pa.array(range(rows.num_rows - 1, -1, -1), pa.int64()))
        for name, rows in shop_of_all_sorts().tables().items()
    }
    assert list(changed(before, Marts(tmp_path, shuffled, TABLES))) == []


ACTIVITY = re.compile("active|returned|retention|failed|back_on|first_payment|paid_share|churn")
"""Columns that tell of activity, which a failed payment is, or of failed payments."""


def test_a_failed_payment_is_activity_and_nothing_else(before: Marts, tmp_path: Path) -> None:
    """An order of every user on day 40, none of them paid."""
    shop = shop_of_all_sorts()
    for user in list(shop.rows["clean.users"]):
        day = user["signup_date"] + timedelta(days=40)
        if day <= OBSERVED_UNTIL:
            shop.order(user["user_id"], day, "mop", failed=True)
    differing = list(changed(before, shop.build(tmp_path, *TABLES)))
    assert (DM_USER_PURCHASE_SUMMARY, "failed_order_count") in differing
    assert (DM_USER_PURCHASE_SUMMARY, "is_active_days_31_to_90") in differing
    assert [f"{table}.{name}" for table, name in differing if not ACTIVITY.search(name)] == []


def test_a_day_later_what_was_known_stays_and_windows_that_end_become_known(before: Marts, a_day_later: Marts) -> None:
    """Whatever differs was unknown, or is the clock itself."""
    after = a_day_later
    clock = {"observed_until", "days_observed", "is_window_observed"}
    became_known = 0
    for table in (DM_USER_PURCHASE_SUMMARY, DM_VALUE_WINDOWS, DM_ACTIVATION_FEATURES):
        for old, new in zip(before.rows(table), after.rows(table), strict=True):
            differing = {name for name in table.column_names if old[name] != new[name]} - clock
            assert {name for name in differing if old[name] is not None} == set()
            became_known += len(differing)
    assert became_known
    for user in after.rows(DM_USER_PURCHASE_SUMMARY):
        assert user["days_observed"] == (OBSERVED_UNTIL - user["signup_date"]).days + 2
        assert (user["revenue_days_31_to_360"] is not None) == (user["days_observed"] >= 360)


def test_a_day_later_mature_users_are_never_fewer(before: Marts, a_day_later: Marts) -> None:
    after = a_day_later
    counted = [table for table in TABLES if "mature_user_count" in table.column_names]
    assert len(counted) > 5
    for table in counted:
        assert sum(after.values(table, "mature_user_count")) >= sum(before.values(table, "mature_user_count")), table


def test_an_event_whose_id_comes_twice_is_as_good_as_none(tmp_path: Path) -> None:
    """Of a world without errors, every fifth view comes twice: both copies are set aside, as if none had come."""
    world = World(
        WorldSettings(
            seed=3,
            users=100,
            start_month=date(2024, 1, 1),
            as_of=date(2024, 4, 20),
            user_anomaly_rate=0.0,
            order_anomaly_rate=0.0,
            event_anomaly_rate=0.0,
        )
    )
    twice, none = (_built(tmp_path / f"{times}.duckdb", world, times) for times in (2, 0))
    rows = {layer: sum(twice.row_counts(CATALOG[f"{layer}.user_events"]).values()) for layer in ("raw", "quarantine", "clean")}
    aside = rows["quarantine"]
    assert rows["raw"] == aside + rows["clean"]
    assert aside > 2
    for table in (CATALOG["clean.user_events"], *TABLES):
        found, expected = _sorted(twice, table), _sorted(none, table)
        assert len(found) == len(expected), table
        assert all(map(alike, found, expected)), table


def _built(path: Path, world: World, times: int) -> DuckDBWarehouse:
    """Everything after raw, of a world whose every fifth product view comes so many times."""
    warehouse, months = DuckDBWarehouse(path), [month.isoformat() for month in world.months]
    with warehouse.session():
        warehouse.replace({CATALOG["raw.products"]: world.products()}, None)
        for month in world.months:
            rows = world.month(month)
            kinds = rows["user_events"]["event_type"].to_pylist()
            fifth = set([place for place, kind in enumerate(kinds) if kind == "view_product"][::5])
            positions = [place for place in range(len(kinds)) for _ in range(times if place in fifth else 1)]
            rows = rows | {"user_events": rows["user_events"].take(pa.array(positions, pa.int64()))}
            warehouse.replace({CATALOG[f"raw.{name}"]: table for name, table in rows.items()}, [month.isoformat()])
        for asset in platform_sql():
            if asset.table.layer in CLEANING or asset.table in TABLES:
                warehouse.replace({asset.table: asset.query()}, months if asset.table.partitioned else None)
    return warehouse


def _sorted(warehouse: DuckDBWarehouse, table: Table) -> list[Any]:
    """Every value of the table in order of its key, in one list."""
    rows = warehouse.read(table).sort_by([(name, "ascending") for name in table.key]).to_pylist()
    return [value for row in rows for value in row.values()]
