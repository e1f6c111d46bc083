"""`ecom copy`: what arrives is equal, what is there is left alone, and what is not equal is found."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from ecom_platform.cli.copy_ import copied
from ecom_platform.tables.spec import Table
from ecom_platform.warehouse.bigquery.warehouse import BigQueryWarehouse
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform_tests.warehouse.tables import FEBRUARY, JANUARY, MARCH, VISITS, places, visits
from ecom_platform_tests.warehouse.tables import PLACES as SPEC_OF_PLACES

pytestmark = pytest.mark.bigquery

PLACES: Table = SPEC_OF_PLACES
TABLES = (VISITS, PLACES)


@pytest.fixture
def source(tmp_path: Path) -> DuckDBWarehouse:
    warehouse = DuckDBWarehouse(tmp_path / "warehouse.duckdb")
    warehouse.replace({VISITS: visits([JANUARY, FEBRUARY], each=3)}, [JANUARY, FEBRUARY])
    warehouse.replace({PLACES: places("서울", "it's | a:place", "")}, None)
    return warehouse


def test_what_arrives_is_equal_and_is_not_copied_again(source: DuckDBWarehouse, bigquery_warehouse: BigQueryWarehouse) -> None:
    first = list(copied(source, bigquery_warehouse, TABLES))
    assert [(each.table, each.rows, each.copied, each.equal) for each in first] == [(VISITS, 6, 2, True), (PLACES, 3, 1, True)]
    again = list(copied(source, bigquery_warehouse, TABLES))
    assert [(each.copied, each.equal) for each in again] == [(0, True), (0, True)]
    for table in TABLES:
        key: list[tuple[str, Literal["ascending", "descending"]]] = [(name, "ascending") for name in table.column_names]
        assert bigquery_warehouse.read(table).sort_by(key) == source.read(table).sort_by(key)


def test_what_was_copied_can_be_copied_back(
    source: DuckDBWarehouse, bigquery_warehouse: BigQueryWarehouse, tmp_path: Path
) -> None:
    list(copied(source, bigquery_warehouse, TABLES))
    back = DuckDBWarehouse(tmp_path / "back.duckdb")
    assert all(done.equal for done in copied(bigquery_warehouse, back, TABLES))
    assert [back.fingerprints(table) for table in TABLES] == [source.fingerprints(table) for table in TABLES]


def test_only_what_differs_is_copied_again(source: DuckDBWarehouse, bigquery_warehouse: BigQueryWarehouse) -> None:
    list(copied(source, bigquery_warehouse, [VISITS]))
    source.replace({VISITS: visits([FEBRUARY], each=3, pages=None)}, [FEBRUARY])
    bigquery_warehouse.replace({VISITS: visits([MARCH])}, [MARCH])
    (outcome,) = copied(source, bigquery_warehouse, [VISITS])
    assert (outcome.slices, outcome.copied, outcome.equal) == (3, 2, True)
    assert bigquery_warehouse.row_counts(VISITS) == {JANUARY: 3, FEBRUARY: 3}


def test_a_table_without_rows_arrives_too(tmp_path: Path, bigquery_warehouse: BigQueryWarehouse) -> None:
    source = DuckDBWarehouse(tmp_path / "warehouse.duckdb")
    source.replace({VISITS: VISITS.arrow_schema.empty_table()}, [JANUARY])
    source.replace({PLACES: places()}, None)
    assert all(outcome.equal for outcome in copied(source, bigquery_warehouse, TABLES))
    assert bigquery_warehouse.tables() == {"raw.places": 0, "raw.visits": 0}


@pytest.mark.parametrize("name", [name for name in VISITS.column_names if name != "signup_month"])
def test_one_other_value_changes_a_fingerprint(source: DuckDBWarehouse, name: str) -> None:
    before = source.fingerprints(VISITS)
    rows = visits([JANUARY], each=3).to_pylist()
    rows[1][name] = None
    import pyarrow as pa

    source.replace({VISITS: pa.Table.from_pylist(rows, schema=VISITS.arrow_schema)}, [JANUARY])
    after = source.fingerprints(VISITS)
    assert after[JANUARY] != before[JANUARY]
    assert after[FEBRUARY] == before[FEBRUARY]
