"""Heavy work stays in the warehouse: from clean on, what is downloaded is aggregates, and does not grow with the users.

Bytes are counted where the official client receives them, for every SQL asset, every check, and every answer and analysis that
Python makes of aggregates.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pytest
import requests

from ecom_platform.insights.inquiry import inquiries
from ecom_platform.orchestration.assets.insights import answered
from ecom_platform.orchestration.partitions import signup_months
from ecom_platform.quality.checks.validation import validate
from ecom_platform.quality.statements import platform_sql
from ecom_platform.tables import CATALOG, RAW
from ecom_platform.tables.insights.answers import ANSWERS_TO
from ecom_platform.warehouse.bigquery.warehouse import BigQueryWarehouse
from ecom_platform.world import World, WorldSettings
from ecom_platform_tests.quality.built import ANALYSED, SHOP, analyse
from ecom_platform_tests.warehouse.bigquery.emulator import Emulator

pytestmark = [pytest.mark.bigquery, pytest.mark.slow]

START, AS_OF = date(2023, 12, 1), date(2026, 11, 22)
KEYS = signup_months(START, AS_OF).get_partition_keys()
SMALL, LARGE = 10_000, 100_000
MOST = 5_000_000
MOST_OF_ALL_INSIGHTS = 50_000_000
INSIGHT = "insight"
MARGIN = 100_000
"""A longer job is asked after more often, and every answer repeats its text. A column of the users would be more than this."""


@dataclass
class Meter:
    received: int = 0


@contextmanager
def metered() -> Iterator[Meter]:
    meter = Meter()
    original = requests.Session.request

    def request(self: requests.Session, *arguments: object, **options: object) -> requests.Response:
        response = original(self, *arguments, **options)  # type: ignore[arg-type]
        meter.received += len(response.content)
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests.Session, "request", request)
        yield meter


def downloads(emulator: Emulator, users: int) -> dict[str, int]:
    """Bytes received for each SQL asset and each check, over a world of that scale."""
    warehouse = BigQueryWarehouse(emulator.options())
    world = World(WorldSettings(seed=3, users=users, start_month=START, as_of=AS_OF))
    cohorts = [world.month(month) for month in world.months]
    warehouse.replace({CATALOG["raw.products"]: world.products()}, None)
    warehouse.replace({t: pa.concat_tables([cohort[t.name] for cohort in cohorts]) for t in RAW if t.partitioned}, KEYS)
    received = {}
    for asset in platform_sql():
        for table in asset.reads:
            if table in ANALYSED and f"{INSIGHT} {table}" not in received:
                with metered() as meter:
                    analyse(warehouse, table)
                received[f"{INSIGHT} {table}"] = meter.received
        with metered() as meter:
            warehouse.replace({asset.table: asset.query()}, KEYS if asset.table.partitioned else None)
        received[str(asset.table)] = meter.received
    for table in ANALYSED:
        with metered() as meter:
            analyse(warehouse, table)
        received[f"{INSIGHT} {table}"] = meter.received
    for question, inquiry in inquiries().items():
        with metered() as meter:
            rows = answered(warehouse, SHOP, question, inquiry).rows
            warehouse.replace({ANSWERS_TO[question.number]: rows}, None)
        received[f"{INSIGHT} {question.number}"] = meter.received
    for table in CATALOG.values():
        with metered() as meter:
            validate(warehouse, table, KEYS if table.partitioned else None)
            warehouse.row_counts(table)
        received[f"checks of {table}"] = meter.received
    return received


def test_nothing_downloads_more_than_five_megabytes_and_nothing_grows_with_the_users(emulator: Emulator) -> None:
    small, large = downloads(emulator, SMALL), downloads(emulator, LARGE)
    assert small.keys() == large.keys()
    told = {name: size for name, size in large.items() if name.startswith(INSIGHT)}
    others = {name: size for name, size in large.items() if name not in told}
    assert max(others.values()) < MOST
    assert {name: (small[name], size) for name, size in others.items() if size > small[name] + MARGIN} == {}
    # Cells fill up and stay: answers about ten times the users take less than five times the cells.
    assert sum(told.values()) < MOST_OF_ALL_INSIGHTS
    assert {name: (small[name], size) for name, size in told.items() if size > 5 * small[name] + MARGIN} == {}
