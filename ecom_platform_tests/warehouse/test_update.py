"""`update`: the state that `replace` leaves, reached by writing what differs and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecom_platform.tables.spec import Table
from ecom_platform.warehouse.contract import Changes, ContentError, Query, Warehouse
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform_tests.warehouse.tables import FEBRUARY, JANUARY, PLACES, VISITS, VISITS_COPY, places, visits

COPY = Query("SELECT * FROM raw.visits", (VISITS,))


def total(changes: Changes) -> tuple[int, int]:
    return sum(changes.written.values()), sum(changes.removed.values())


def rows_of(warehouse: Warehouse) -> list[str]:
    return sorted(map(str, warehouse.read(VISITS).to_pylist()))


def changed(rows: pa.Table, at: int, **values: object) -> pa.Table:
    listed = rows.to_pylist()
    listed[at] |= values
    return pa.Table.from_pylist(listed, schema=rows.schema)


class TestWhole:
    def test_a_first_write_writes_everything(self, warehouse: Warehouse) -> None:
        done = warehouse.update({VISITS: visits([JANUARY, FEBRUARY])}, [JANUARY, FEBRUARY])[VISITS]
        assert done.rows == done.written == {JANUARY: 2, FEBRUARY: 2}
        assert done.removed == {JANUARY: 0, FEBRUARY: 0}

    def test_rows_of_other_partitions_stay(self, warehouse: Warehouse) -> None:
        warehouse.replace({VISITS: visits([JANUARY, FEBRUARY])}, [JANUARY, FEBRUARY])
        warehouse.update({VISITS: VISITS.arrow_schema.empty_table()}, [JANUARY])
        assert warehouse.row_counts(VISITS) == {FEBRUARY: 2}


class TestDifferences:
    """What DuckDB promises beyond the contract: only the difference is written."""

    def test_the_same_again_writes_nothing(self, duckdb_warehouse: DuckDBWarehouse) -> None:
        duckdb_warehouse.replace({VISITS: visits([JANUARY])}, [JANUARY])
        assert total(duckdb_warehouse.update({VISITS: visits([JANUARY])}, [JANUARY])[VISITS]) == (0, 0)

    def test_a_changed_row_is_written_once_and_removed_once(self, duckdb_warehouse: DuckDBWarehouse) -> None:
        rows = visits([JANUARY], each=50)
        duckdb_warehouse.replace({VISITS: rows}, [JANUARY])
        other = changed(rows, 7, pages=None)
        done = duckdb_warehouse.update({VISITS: other}, [JANUARY])[VISITS]
        assert total(done) == (1, 1)
        assert rows_of(duckdb_warehouse) == sorted(map(str, other.to_pylist()))

    def test_a_query_is_compared_too(self, duckdb_warehouse: DuckDBWarehouse) -> None:
        duckdb_warehouse.replace({VISITS: visits([JANUARY], each=20)}, [JANUARY])
        duckdb_warehouse.replace({VISITS_COPY: COPY}, [JANUARY])
        duckdb_warehouse.replace({VISITS: visits([JANUARY], each=21)}, [JANUARY])
        done = duckdb_warehouse.update({VISITS_COPY: COPY}, [JANUARY])[VISITS_COPY]
        assert total(done) == (1, 0)
        assert done.rows == {JANUARY: 21}

    def test_an_unpartitioned_table_is_updated_as_a_whole(self, duckdb_warehouse: DuckDBWarehouse) -> None:
        duckdb_warehouse.replace({PLACES: places("a", "b")}, None)
        assert total(duckdb_warehouse.update({PLACES: places("a", "c")}, None)[PLACES]) == (1, 1)

    def test_an_error_leaves_everything_as_it_was(self, duckdb_warehouse: DuckDBWarehouse) -> None:
        duckdb_warehouse.replace({VISITS: visits([JANUARY])}, [JANUARY])
        columns = ", ".join(f"`{name}`" for name in VISITS.column_names if name != "signup_month")
        bad = Query(f"SELECT {columns}, DATE_ADD(signup_month, INTERVAL 1 MONTH) AS signup_month FROM raw.visits", (VISITS,))
        duckdb_warehouse.replace({VISITS_COPY: COPY}, [JANUARY])
        before = rows_of(duckdb_warehouse)
        with pytest.raises(ContentError, match="not among the partitions"):
            duckdb_warehouse.update({VISITS_COPY: bad}, [JANUARY])
        assert rows_of(duckdb_warehouse) == before
        assert total(duckdb_warehouse.update({VISITS_COPY: COPY}, [JANUARY])[VISITS_COPY]) == (0, 0)


class TestBeside:
    def test_rows_with_other_keys_stay_and_same_keys_take_the_place(self, warehouse: Warehouse) -> None:
        rows = visits([JANUARY], each=5)
        warehouse.replace({VISITS: rows}, [JANUARY])
        more = pa.concat_tables([changed(rows.slice(0, 1), 0, pages=99), visits([JANUARY], each=1, tag="late")])
        done = warehouse.update({VISITS: more}, [JANUARY], whole=False)[VISITS]
        assert done.rows == {JANUARY: 6}
        expected = pa.concat_tables([more, rows.slice(1)])
        assert rows_of(warehouse) == sorted(map(str, expected.to_pylist()))

    def test_a_missing_key_is_equal_to_a_missing_key(self, warehouse: Warehouse) -> None:
        self.replaces_missing_keys(warehouse, warehouse.update)

    def test_a_missing_key_is_equal_to_a_missing_key_by_default_too(self, duckdb_warehouse: DuckDBWarehouse) -> None:
        self.replaces_missing_keys(duckdb_warehouse, partial(Warehouse.update, duckdb_warehouse))

    @staticmethod
    def replaces_missing_keys(warehouse: Warehouse, update: Callable[..., dict[Table, Changes]]) -> None:
        stored = pa.concat_tables([changed(visits([JANUARY], each=1), 0, visit_id=None), visits([JANUARY], each=1)])
        empty = changed(visits([JANUARY], each=1), 0, visit_id="", pages=3)
        warehouse.replace({VISITS: stored}, [JANUARY])
        other = changed(stored.slice(0, 1), 0, pages=7)
        assert update({VISITS: pa.concat_tables([other, empty])}, [JANUARY], whole=False)[VISITS].rows == {JANUARY: 3}
        expected = pa.concat_tables([other, empty, stored.slice(1)])
        assert rows_of(warehouse) == sorted(map(str, expected.to_pylist()))

    def test_once_more_changes_nothing(self, duckdb_warehouse: DuckDBWarehouse) -> None:
        duckdb_warehouse.replace({VISITS: visits([JANUARY], each=5)}, [JANUARY])
        late = visits([JANUARY], each=2, tag="late")
        assert total(duckdb_warehouse.update({VISITS: late}, [JANUARY], whole=False)[VISITS]) == (2, 0)
        assert total(duckdb_warehouse.update({VISITS: late}, [JANUARY], whole=False)[VISITS]) == (0, 0)


IDS = st.lists(st.tuples(st.sampled_from(["a", "b", "c", None]), st.sampled_from([1, 2, None])), max_size=6)


@given(before=IDS, after=IDS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_without_a_key_and_equal_rows_are_counted_one_by_one(
    duckdb_warehouse: DuckDBWarehouse, before: list[tuple[str | None, int | None]], after: list[tuple[str | None, int | None]]
) -> None:
    def table(rows: list[tuple[str | None, int | None]]) -> pa.Table:
        plain = visits([JANUARY], each=1).to_pylist()[0]
        made = [plain | {"visit_id": key, "pages": pages, "signup_month": date(2024, 1, 1)} for key, pages in rows]
        return pa.Table.from_pylist(made, schema=VISITS.arrow_schema)

    duckdb_warehouse.replace({VISITS: table(before)}, ["2024-01-01"])
    done = duckdb_warehouse.update({VISITS: table(after)}, ["2024-01-01"])[VISITS]
    assert rows_of(duckdb_warehouse) == sorted(map(str, table(after).to_pylist()))
    common = sum(min(before.count(row), after.count(row)) for row in set(before))
    assert total(done) == (len(after) - common, len(before) - common)
