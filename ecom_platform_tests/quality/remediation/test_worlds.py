"""Against the injected truth: everything is found, nothing else is flagged, and what is repaired is mostly right."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

from ecom_platform.tables import CLEANED
from ecom_platform.world import World, WorldSettings
from ecom_platform_tests.quality.remediation.shop import Shop, assets

RATES = (0.01, 0.1)
SEEDS = (1, 2)
INJECTED = {(raw.name, each.kind) for raw in CLEANED for each in raw.remediations if each.injected}
CASCADES = {("order_items", "order_quarantined")}

MATCHED = """
SELECT v.kind, count(*) AS repaired,
  count(*) FILTER (coalesce(CAST(try_cast(clean_value AS DOUBLE) AS VARCHAR), clean_value)
    IS NOT DISTINCT FROM coalesce(CAST(try_cast(repaired_value AS DOUBLE) AS VARCHAR), repaired_value)) AS right
FROM violations.{table} AS v
JOIN raw.injected_anomalies AS a USING (row_key, kind, column_name)
WHERE a.table_name = '{table}' AND remediation = 'repair'
GROUP BY ALL
"""


def settings(rate: float, seed: int) -> WorldSettings:
    return WorldSettings(
        seed=seed,
        users=30_000,
        start_month=date(2024, 1, 1),
        as_of=date(2024, 4, 10),
        user_anomaly_rate=rate,
        order_anomaly_rate=rate,
        event_anomaly_rate=rate,
    )


@cache
def remediated(rate: float, seed: int) -> Shop:
    world = World(settings(rate, seed))
    shop = Shop(products=())
    shop.database.execute("DELETE FROM raw.observation_windows")
    shop.load({"products": world.products()})
    for month in world.months:
        shop.load(world.month(month))
    return shop.remediate()


def labels(shop: Shop) -> set[tuple[str, str, str]]:
    rows = shop.database.execute("SELECT DISTINCT table_name, row_key, kind FROM raw.injected_anomalies").fetchall()
    return {(row[0], row[1], row[2]) for row in rows}


def flagged(shop: Shop) -> set[tuple[str, str, str]]:
    return {each for each in shop.flagged() if (each[0], each[2]) not in CASCADES}


@pytest.mark.parametrize("seed", SEEDS)
def test_in_a_world_without_errors_no_row_is_flagged(seed: int) -> None:
    assert remediated(0.0, seed).flagged() == set()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("rate", RATES)
def test_every_injected_error_is_found_under_its_own_name_and_nothing_else(rate: float, seed: int) -> None:
    shop = remediated(rate, seed)
    injected, found = labels(shop), flagged(shop)
    assert injected - found == set()
    assert len(found - injected) <= 0.01 * len(injected)


def test_the_dirtiest_world_has_every_kind() -> None:
    assert {(table, kind) for table, _, kind in labels(remediated(RATES[1], SEEDS[0]))} == INJECTED


@pytest.mark.parametrize("rate", RATES)
def test_what_is_repaired_is_right_more_often_than_not(rate: float) -> None:
    shop = remediated(rate, SEEDS[0])
    cannot_be_known = {"timestamp_reversed", "missing_region", "product_id"}
    for table in ("users", "orders", "user_events"):
        for kind, repaired, right in shop.database.execute(MATCHED.format(table=table)).fetchall():
            if kind not in cannot_be_known:
                assert right > 0.6 * repaired, (table, kind, repaired, right)


@pytest.mark.parametrize("rate", [0.0, *RATES])
def test_every_raw_row_is_in_clean_or_in_quarantine_once(rate: float) -> None:
    for table in CLEANED:
        assert remediated(rate, SEEDS[0]).unaccounted(table) == []


def test_what_is_clean_breaks_no_rule() -> None:
    shop, again = remediated(RATES[1], SEEDS[0]), Shop(products=())
    again.database.execute("DELETE FROM raw.observation_windows")
    windows = shop.database.execute("SELECT * FROM raw.observation_windows").to_arrow_table()
    again.load({"observation_windows": windows})
    for table in CLEANED:
        columns = ", ".join(name for name in table.column_names if name != "anomaly_flag")
        again.load({table.name: shop.database.execute(f"SELECT {columns} FROM clean.{table.name}").to_arrow_table()})
    assert again.remediate().flagged() == set()


def test_a_month_alone_has_the_violations_it_has_among_others() -> None:
    world = World(settings(RATES[1], SEEDS[0]))
    alone = Shop(products=())
    alone.database.execute("DELETE FROM raw.observation_windows")
    alone.load({"products": world.products()})
    for month in world.months:
        alone.load(world.month(month))
    alone.remediate(list(reversed(world.months)))
    together = remediated(RATES[1], SEEDS[0])
    for asset in assets():
        rows = [
            sorted(shop.database.execute(f"SELECT * FROM {asset.table}").fetchall(), key=str) for shop in (alone, together)
        ]
        assert rows[0] == rows[1], str(asset.table)


def test_a_total_is_the_sum_of_its_lines_everywhere_in_clean() -> None:
    sql = """
    SELECT order_id FROM clean.orders LEFT JOIN
      (SELECT order_id, sum(line_amount) AS lines FROM clean.order_items GROUP BY ALL) USING (order_id)
    WHERE total_amount IS DISTINCT FROM lines
    """
    assert remediated(RATES[1], SEEDS[0]).database.execute(sql).fetchall() == []
