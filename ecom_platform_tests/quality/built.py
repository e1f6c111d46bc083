"""A warehouse with every table built from a world, without Dagster: what the checks and the scorecard look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pyarrow as pa

from ecom_platform.insights.analysis import analysis
from ecom_platform.insights.inquiry import Context, inquiries
from ecom_platform.orchestration.assets.analyses import analysed
from ecom_platform.orchestration.assets.insights import answered
from ecom_platform.quality.scoring.scorecard import scorecard
from ecom_platform.quality.statements import platform_sql
from ecom_platform.tables import CATALOG, ESTIMATES, QUALITY, Table
from ecom_platform.tables.insights import LIFETIME_VALUE
from ecom_platform.tables.insights.answers import ANSWERS, ANSWERS_TO
from ecom_platform.tables.quality.lifetime_value_oracle import LIFETIME_VALUE_ORACLE
from ecom_platform.truth.scoring import scored
from ecom_platform.warehouse.contract import Warehouse
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform.world import World, WorldSettings

SHOP = Context(currency="KRW")
ANALYSED = (*ESTIMATES, *LIFETIME_VALUE)
"""The tables that Python makes, each after those it reads."""

Raw = Callable[[dict[str, pa.Table]], Mapping[str, pa.Table]]
"""What is done to the raw tables of a month, by their short names, before they are written."""


def world(rate: float, seed: int = 1, users: int = 6_000) -> WorldSettings:
    """A world of five months; events go wrong twice as often as users and orders, as by default."""
    return WorldSettings(
        seed=seed,
        users=users,
        start_month=date(2024, 1, 1),
        as_of=date(2024, 5, 20),
        user_anomaly_rate=rate,
        order_anomaly_rate=rate,
        event_anomaly_rate=2 * rate,
    )


def build(path: Path, settings: WorldSettings, raw: Raw = lambda tables: tables) -> DuckDBWarehouse:
    """Every table of the platform, from the world's raw rows on."""
    warehouse, origin = DuckDBWarehouse(path), World(settings)
    with warehouse.session():
        warehouse.replace({CATALOG["raw.products"]: origin.products()}, None)
        for month in origin.months:
            tables = {CATALOG[f"raw.{name}"]: rows for name, rows in raw(origin.month(month)).items()}
            warehouse.replace(tables, [month.isoformat()])
        derive(warehouse, [month.isoformat() for month in origin.months])
    return warehouse


def derive(warehouse: DuckDBWarehouse, months: list[str]) -> None:
    """Everything after raw, in order."""
    for file in platform_sql():
        table: Table = file.table
        for estimated in (each for each in file.reads if each in ANALYSED):
            analyse(warehouse, estimated)
        if table == QUALITY[0]:
            warehouse.replace({table: scorecard(warehouse, file.query())}, None)
        else:
            warehouse.replace({table: file.query()}, months if table.partitioned else None)
    for estimated in ANALYSED:
        analyse(warehouse, estimated)
    for question, inquiry in inquiries().items():
        rows = answered(warehouse, SHOP, question, inquiry).rows
        warehouse.replace({ANSWERS_TO[question.number]: rows}, None)
    warehouse.replace({ANSWERS: pa.concat_tables([warehouse.read(part) for part in ANSWERS_TO.values()])}, None)
    # The oracle needs the world's settings, and has its own tests.
    warehouse.replace({LIFETIME_VALUE_ORACLE: LIFETIME_VALUE_ORACLE.arrow_schema.empty_table()}, None)
    true_effects, truth = QUALITY[2:]
    warehouse.replace({truth: scored(warehouse.read(ANSWERS), warehouse.read(true_effects))}, None)


def analyse(warehouse: Warehouse, table: Table) -> None:
    """An analysis that Python makes, written to its table."""
    warehouse.replace({table: analysed(warehouse, SHOP, analysis(table)).rows}, None)
