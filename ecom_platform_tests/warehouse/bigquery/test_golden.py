"""One SQL source, two engines: over the same world, every SQL asset gives the same rows on DuckDB and on BigQuery.

Equal means equal, column by column and to the last bit, with one exception that is the emulator's: it writes a NUMERIC as
text with nine digits after the point, the service without trailing zeros
(https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_functions#cast_as_string).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from ecom_platform.insights.analysis import analysis
from ecom_platform.insights.inquiry import inquiry
from ecom_platform.orchestration.assets.analyses import analysed
from ecom_platform.orchestration.assets.insights import answered
from ecom_platform.quality.checks.validation import validate
from ecom_platform.quality.statements import platform_sql
from ecom_platform.tables import CATALOG, RAW, Table
from ecom_platform.tables.insights.answers import ANSWERS_TO
from ecom_platform.tables.insights.questions import QUESTIONS, Question
from ecom_platform.warehouse.contract import Warehouse
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform.warehouse.sql import SqlAsset
from ecom_platform.world import World, WorldSettings
from ecom_platform_tests.quality.built import ANALYSED, SHOP, analyse
from ecom_platform_tests.warehouse.bigquery.emulator import Emulator

pytestmark = pytest.mark.bigquery

AS_OF = date(2024, 6, 20)
YOUNG, MATURE = 2, 21
"""Cohorts of a shop that has just begun, and of one whose first cohorts have been observed for longer than any window."""
USERS = {YOUNG: 400, MATURE: 1_500}
ASSETS = platform_sql()

PYTHON = ("analysis", "insights")
"""The layers that Python builds on."""

LONG_NUMERIC = re.compile(r"(-?\d+)\.(\d*?)0+(?!\d)")


@dataclass(frozen=True)
class Engines:
    """The same raw rows in both, and every SQL asset computed in each."""

    duckdb: Warehouse
    bigquery: Warehouse
    months: list[str]

    def __iter__(self) -> Iterator[Warehouse]:
        return iter((self.duckdb, self.bigquery))


@pytest.fixture(scope="module", params=[YOUNG, pytest.param(MATURE, marks=pytest.mark.slow)], ids=["young", "mature"])
def both(request: pytest.FixtureRequest, emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Engines:
    from ecom_platform.warehouse.bigquery.warehouse import BigQueryWarehouse

    folder: Path = tmp_path_factory.mktemp("golden")
    last = 12 * AS_OF.year + AS_OF.month - 1
    months = [date(number // 12, 1 + number % 12, 1) for number in range(last - request.param + 1, last + 1)]
    keys = [month.isoformat() for month in months]
    world = World(WorldSettings(seed=11, users=USERS[request.param], start_month=months[0], as_of=AS_OF))
    engines = Engines(DuckDBWarehouse(folder / "warehouse.duckdb"), BigQueryWarehouse(emulator.options()), keys)
    cohorts = [world.month(month) for month in months]

    def build(warehouse: Warehouse) -> None:
        warehouse.replace({CATALOG["raw.products"]: world.products()}, None)
        raw = {t: pa.concat_tables([cohort[t.name] for cohort in cohorts]) for t in RAW if t.partitioned}
        warehouse.replace(raw, keys)
        for asset in ASSETS:
            for estimated in (table for table in asset.reads if table in ANALYSED):
                analyse(warehouse, estimated)
            warehouse.replace({asset.table: asset.query()}, keys if asset.table.partitioned else None)

    # The emulator computes in a process of its own, and meanwhile DuckDB does.
    with ThreadPoolExecutor() as threads:
        list(threads.map(build, engines))
    return engines


@pytest.mark.parametrize("asset", ASSETS, ids=lambda asset: str(asset.table))
def test_an_asset_has_the_same_rows_on_both(both: Engines, asset: SqlAsset) -> None:
    on_duckdb, on_bigquery = (ordered(warehouse.read(asset.table), asset.table) for warehouse in both)
    assert on_bigquery.num_rows == on_duckdb.num_rows
    for name in asset.table.column_names:
        assert on_bigquery[name].to_pylist() == on_duckdb[name].to_pylist(), name


@pytest.mark.slow
@pytest.mark.parametrize("both", [MATURE], indirect=True, ids=["mature"])
def test_every_insight_has_something_to_tell(both: Engines) -> None:
    read = {asset.table for asset in ASSETS if asset.table.layer in PYTHON}
    empty = {str(table) for table in read if not both.duckdb.read(table).num_rows}
    assert empty == set()


@pytest.mark.parametrize("table", ANALYSED, ids=str)
def test_an_analysis_finds_the_same_on_both(both: Engines, table: Table) -> None:
    on_duckdb, on_bigquery = (analysed(warehouse, SHOP, analysis(table)) for warehouse in both)
    assert on_bigquery.finding.sentence == on_duckdb.finding.sentence
    assert on_bigquery.rows == on_duckdb.rows


# A shop that has just begun declines most questions.
@pytest.mark.slow
@pytest.mark.parametrize("both", [MATURE], indirect=True, ids=["mature"])
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.number)
def test_a_question_has_the_same_answer_on_both(both: Engines, question: Question) -> None:
    on_duckdb, on_bigquery = (answered(warehouse, SHOP, question, inquiry(question)) for warehouse in both)
    assert on_bigquery.rows == on_duckdb.rows
    for warehouse in both:
        warehouse.replace({ANSWERS_TO[question.number]: on_duckdb.rows}, None)


@pytest.mark.parametrize("table", RAW, ids=str)
def test_raw_rows_arrive_as_they_were(both: Engines, table: Table) -> None:
    on_duckdb, on_bigquery = (ordered(warehouse.read(table), table) for warehouse in both)
    assert on_bigquery == on_duckdb


RULED = ("raw", "violations", "quarantine", "clean", "marts")
"""The layers whose checks differ most; the others have the same kinds of them."""


@pytest.mark.parametrize(
    "table",
    [table if table.layer in RULED else pytest.param(table, marks=pytest.mark.slow) for table in CATALOG.values()],
    ids=str,
)
def test_a_check_finds_the_same_on_both(both: Engines, table: Table) -> None:
    found = [validate(warehouse, table, both.months if table.partitioned else None) for warehouse in both]
    on_duckdb, on_bigquery = (
        (each.rows, each.faults, [(breach.rule.name, breach.offenders, breach.examples) for breach in each.breaches])
        for each in found
    )
    assert on_bigquery == on_duckdb


def ordered(rows: pa.Table, table: Table) -> pa.Table:
    for index, field in enumerate(rows.schema):
        if pa.types.is_string(field.type):
            texts = [None if text is None else _short(text) for text in rows[field.name].to_pylist()]
            rows = rows.set_column(index, field, pa.array(texts, pa.string()))
    return rows.sort_by([(name, "ascending") for name in (*table.key, *table.column_names)])


def _short(text: str) -> str:
    return LONG_NUMERIC.sub(lambda match: f"{match[1]}.{match[2]}".rstrip("."), text)
