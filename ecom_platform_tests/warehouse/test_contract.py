"""What every warehouse does, whichever engine is behind it."""

from __future__ import annotations

import threading
import time
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ibis.backends.sql import compilers

from ecom_platform.tables.spec import Column, Table, Type
from ecom_platform.warehouse.contract import ContentError, DataIdentity, Query, Warehouse, WarehouseError
from ecom_platform_tests.warehouse.tables import (
    FEBRUARY,
    JANUARY,
    MARCH,
    PLACES,
    VISITS,
    VISITS_COPY,
    identifiers,
    places,
    visits,
)

COPY = Query("SELECT * FROM raw.visits", (VISITS,))


def with_column(rows: pa.Table, name: str, values: pa.Array[Any]) -> pa.Table:
    return rows.set_column(rows.column_names.index(name), name, values)


class TestNothingWrittenYet:
    def test_a_table_never_written_reads_as_empty_in_its_schema(self, warehouse: Warehouse) -> None:
        rows = warehouse.read(VISITS, [JANUARY])
        assert rows.num_rows == 0
        assert rows.schema == VISITS.arrow_schema

    def test_counts_and_listing_are_empty(self, warehouse: Warehouse) -> None:
        assert warehouse.row_counts(VISITS) == {}
        assert warehouse.row_counts(PLACES) == {"": 0}
        assert warehouse.tables() == {}

    def test_a_query_over_it_answers_as_over_an_empty_table(self, warehouse: Warehouse) -> None:
        assert warehouse.query("SELECT COUNT(*) AS n FROM raw.visits", [VISITS]).to_pydict() == {"n": [0]}

    def test_a_query_over_written_and_unwritten_tables_sees_both(self, warehouse: Warehouse) -> None:
        warehouse.replace({PLACES: places("a", "b")}, None)
        sql = "SELECT (SELECT COUNT(*) FROM raw.places) AS p, (SELECT COUNT(*) FROM raw.visits) AS v"
        assert warehouse.query(sql, [PLACES, VISITS]).to_pydict() == {"p": [2], "v": [0]}
        assert warehouse.tables() == {"raw.places": 2}

    def test_an_empty_first_write_makes_an_empty_table(self, warehouse: Warehouse) -> None:
        counts = warehouse.replace({VISITS: VISITS.arrow_schema.empty_table()}, [JANUARY, FEBRUARY])
        assert counts == {VISITS: {JANUARY: 0, FEBRUARY: 0}}
        assert warehouse.tables() == {"raw.visits": 0}

    def test_a_first_column_without_any_value_still_gets_its_type(self, warehouse: Warehouse) -> None:
        rows = visits([JANUARY])
        for name in ("pages", "seconds", "bought", "day", "at", "spent"):
            rows = with_column(rows, name, pa.nulls(rows.num_rows))
        warehouse.replace({VISITS: rows}, [JANUARY])
        warehouse.replace({VISITS: visits([FEBRUARY])}, [FEBRUARY])
        assert warehouse.read(VISITS, [FEBRUARY]).sort_by("visit_id") == visits([FEBRUARY]).sort_by("visit_id")


class TestPartitions:
    def test_each_partition_asked_for_reports_its_own_rows(self, warehouse: Warehouse) -> None:
        content = pa.concat_tables([visits([JANUARY], each=3), visits([MARCH], each=1)])
        assert warehouse.replace({VISITS: content}, [JANUARY, FEBRUARY, MARCH]) == {
            VISITS: {JANUARY: 3, FEBRUARY: 0, MARCH: 1}
        }
        assert warehouse.row_counts(VISITS) == {JANUARY: 3, MARCH: 1}

    def test_partitions_with_a_gap_between_them_leave_the_gap_alone(self, warehouse: Warehouse) -> None:
        warehouse.replace({VISITS: visits([JANUARY, FEBRUARY, MARCH])}, [JANUARY, FEBRUARY, MARCH])
        warehouse.replace({VISITS: visits([JANUARY, MARCH], each=1, tag="new")}, [MARCH, JANUARY])
        assert identifiers(warehouse.read(VISITS, [FEBRUARY])) == identifiers(visits([FEBRUARY]))
        assert warehouse.row_counts(VISITS) == {JANUARY: 1, FEBRUARY: 2, MARCH: 1}

    def test_a_partition_written_as_empty_is_emptied(self, warehouse: Warehouse) -> None:
        warehouse.replace({VISITS: visits([JANUARY, FEBRUARY])}, [JANUARY, FEBRUARY])
        warehouse.replace({VISITS: VISITS.arrow_schema.empty_table()}, [JANUARY])
        assert warehouse.row_counts(VISITS) == {FEBRUARY: 2}

    def test_writing_the_same_again_changes_nothing(self, warehouse: Warehouse) -> None:
        for _ in range(2):
            warehouse.replace({VISITS: visits([JANUARY, FEBRUARY])}, [JANUARY, FEBRUARY])
        assert warehouse.read(VISITS).sort_by("visit_id") == visits([JANUARY, FEBRUARY]).sort_by("visit_id")

    def test_a_partition_named_twice_is_one(self, warehouse: Warehouse) -> None:
        assert warehouse.replace({VISITS: visits([JANUARY])}, [JANUARY, JANUARY]) == {VISITS: {JANUARY: 2}}

    def test_an_unpartitioned_table_is_replaced_whole(self, warehouse: Warehouse) -> None:
        warehouse.replace({PLACES: places("a", "b", "c")}, None)
        assert warehouse.replace({PLACES: places("d")}, None) == {PLACES: {"": 1}}
        assert warehouse.read(PLACES).column("place").to_pylist() == ["d"]

    def test_reading_takes_only_what_is_asked_for(self, warehouse: Warehouse) -> None:
        warehouse.replace({VISITS: visits([JANUARY, FEBRUARY, MARCH])}, [JANUARY, FEBRUARY, MARCH])
        rows = warehouse.read(VISITS, [JANUARY, MARCH], columns=["spent", "visit_id"])
        assert rows.column_names == ["spent", "visit_id"]
        assert identifiers(rows) == identifiers(visits([JANUARY, MARCH]))
        assert warehouse.read(VISITS, []).num_rows == 0

    @pytest.mark.parametrize("outside", [visits([FEBRUARY]), visits([JANUARY], signup_month=None)])
    def test_a_row_outside_the_partitions_is_refused(self, warehouse: Warehouse, outside: pa.Table) -> None:
        warehouse.replace({VISITS: visits([JANUARY])}, [JANUARY])
        content = pa.concat_tables([visits([JANUARY], tag="new"), outside])
        with pytest.raises(ContentError, match=r"signup_month is (2024-02-01|null), which is not among"):
            warehouse.replace({VISITS: content}, [JANUARY])
        assert identifiers(warehouse.read(VISITS)) == identifiers(visits([JANUARY]))

    @pytest.mark.parametrize("key", ["2024-01", "2024-01-02", "2024-13-01", "20240101", "january"])
    def test_what_is_no_month_is_refused(self, warehouse: Warehouse, key: str) -> None:
        with pytest.raises(ContentError, match=f"'{key}' is not a partition"):
            warehouse.replace({VISITS: visits([])}, [key])
        with pytest.raises(ContentError, match=f"'{key}' is not a partition"):
            warehouse.read(VISITS, [key])

    def test_partitions_are_for_partitioned_tables_and_only_for_them(self, warehouse: Warehouse) -> None:
        with pytest.raises(ContentError, match=r"raw\.places is not partitioned"):
            warehouse.replace({PLACES: places("a")}, [JANUARY])
        no_partitions: list[list[str] | None] = [None, []]
        for none in no_partitions:
            with pytest.raises(ContentError, match=r"raw\.visits is partitioned by signup_month"):
                warehouse.replace({VISITS: visits([JANUARY])}, none)

    @given(
        writes=st.lists(
            st.dictionaries(st.sampled_from([JANUARY, FEBRUARY, MARCH]), st.integers(0, 3), min_size=1), max_size=5
        )
    )
    @settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_a_table_holds_the_last_write_of_each_partition(self, warehouse: Warehouse, writes: list[dict[str, int]]) -> None:
        with warehouse.session():
            warehouse.replace({VISITS: visits([])}, [JANUARY, FEBRUARY, MARCH])
            expected: dict[str, int] = {}
            for write in writes:
                content = pa.concat_tables([visits([month], each=each) for month, each in write.items()])
                assert warehouse.replace({VISITS: content}, list(write)) == {VISITS: write}
                expected |= write
            assert warehouse.row_counts(VISITS) == {month: rows for month, rows in expected.items() if rows}


class TestColumns:
    def test_columns_are_matched_by_name(self, warehouse: Warehouse) -> None:
        rows = visits([JANUARY])
        warehouse.replace({VISITS: rows.select(list(reversed(rows.column_names)))}, [JANUARY])
        assert warehouse.read(VISITS).sort_by("visit_id") == rows.sort_by("visit_id")

    def test_every_fault_of_the_columns_is_named_and_nothing_written(self, warehouse: Warehouse) -> None:
        rows = visits([JANUARY]).drop_columns(["pages", "spent"]).append_column("page", pa.array([1, 2]))
        with pytest.raises(ContentError, match=r"raw\.visits.*unknown: page; missing: pages, spent.*Nothing was written"):
            warehouse.replace({VISITS: rows}, [JANUARY])
        assert warehouse.tables() == {}

    @pytest.mark.parametrize(
        ("name", "values", "actual"),
        [
            ("visit_id", [1, 2], "int64"),
            ("pages", ["1", "2"], "string"),
            ("pages", [1.0, None], "double"),
            ("seconds", ["1", "2"], "string"),
            ("bought", [0, 1], "int64"),
            ("day", ["2024-01-01", None], "string"),
            ("day", [datetime(2024, 1, 1), None], "timestamp"),
            ("at", [date(2024, 1, 1), None], "date32"),
            ("at", [datetime(2024, 1, 1), None], "without a time zone"),
            ("spent", [0.5, None], "money is exact"),
        ],
    )
    def test_another_type_is_refused_by_column(
        self, warehouse: Warehouse, name: str, values: list[object], actual: str
    ) -> None:
        rows = with_column(visits([JANUARY]), name, pa.array(values))
        with pytest.raises(ContentError, match=rf"raw\.visits\.{name} is {VISITS.column(name).type}, but .*{actual}"):
            warehouse.replace({VISITS: rows}, [JANUARY])
        assert warehouse.tables() == {}

    @pytest.mark.parametrize(
        ("name", "values"),
        [
            ("spent", pa.array([Decimal("0.125"), None])),
            ("spent", pa.array([Decimal("12345678901234567890"), None])),
            ("pages", pa.array([2**64 - 1, None], pa.uint64())),
        ],
    )
    def test_a_value_that_would_lose_something_is_refused(
        self, warehouse: Warehouse, name: str, values: pa.Array[Any]
    ) -> None:
        with pytest.raises(ContentError, match=rf"raw\.visits\.{name} is .* does not fit"):
            warehouse.replace({VISITS: with_column(visits([JANUARY]), name, values)}, [JANUARY])

    @pytest.mark.parametrize(
        ("name", "values", "stored"),
        [
            ("pages", pa.array([1, None], pa.uint8()), [1, None]),
            ("seconds", pa.array([1, None], pa.int32()), [1.0, None]),
            ("spent", pa.array([7, None]), [Decimal("7.00"), None]),
            ("spent", pa.array([Decimal("7.5"), None], pa.decimal128(30, 5)), [Decimal("7.50"), None]),
            ("visit_id", pa.array(["a", "b"]).dictionary_encode(), ["a", "b"]),
            ("visit_id", pa.array(["a", "b"], pa.large_string()), ["a", "b"]),
        ],
    )
    def test_what_loses_nothing_is_converted(
        self, warehouse: Warehouse, name: str, values: pa.Array[Any], stored: list[object]
    ) -> None:
        warehouse.replace({VISITS: with_column(visits([JANUARY]), name, values)}, [JANUARY])
        assert sorted(warehouse.read(VISITS).column(name).to_pylist(), key=str) == sorted(stored, key=str)

    def test_a_data_frame_is_content_too(self, warehouse: Warehouse) -> None:
        frame = visits([JANUARY]).to_pandas()
        frame.index = pd.Index(["any", "index"])
        warehouse.replace({VISITS: frame}, [JANUARY])
        assert warehouse.read(VISITS).sort_by("visit_id") == visits([JANUARY]).sort_by("visit_id")

    @pytest.mark.parametrize("value", [None, [1], {"visit_id": ["a"]}])
    def test_what_is_no_table_is_refused(self, warehouse: Warehouse, value: Any) -> None:
        with pytest.raises(ContentError, match=rf"a {type(value).__name__} cannot be written"):
            warehouse.replace({VISITS: value}, [JANUARY])

    def test_a_repeated_column_is_refused(self, warehouse: Warehouse) -> None:
        frame = visits([JANUARY]).to_pandas()
        with pytest.raises(ContentError, match="repeated: pages"):
            warehouse.replace({VISITS: pd.concat([frame, frame[["pages"]]], axis=1)}, [JANUARY])
        with pytest.raises(ContentError, match="repeated: pages"):
            warehouse.replace({VISITS: visits([JANUARY]).append_column("pages", pa.array([1, 2]))}, [JANUARY])

    @given(text=st.text(st.characters(codec="utf-8"), max_size=20))
    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_any_text_comes_back_as_it_went(self, warehouse: Warehouse, text: str) -> None:
        texts = [text, f"'{text}\"", "데이터 👩‍👩‍👧 ;--", ""]
        warehouse.replace({PLACES: places(*texts)}, None)
        assert sorted(row["place"] for row in warehouse.read(PLACES).to_pylist()) == sorted(texts)


class TestTime:
    def test_an_instant_of_another_zone_is_kept_as_the_same_instant_in_utc(self, warehouse: Warehouse) -> None:
        seoul = timezone(timedelta(hours=9))
        at = pa.array([datetime(2024, 2, 1, 0, 30, tzinfo=seoul)], pa.timestamp("ns", tz="Asia/Seoul"))
        warehouse.replace({VISITS: with_column(visits([JANUARY], each=1), "at", at)}, [JANUARY])
        assert warehouse.read(VISITS).column("at").to_pylist() == [datetime(2024, 1, 31, 15, 30, tzinfo=UTC)]

    def test_replacing_a_month_keeps_the_hours_that_are_another_months_elsewhere(
        self, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        last = datetime(2024, 1, 31, 23, 59, 59, 999999, tzinfo=UTC)
        first = datetime(2024, 2, 1, tzinfo=UTC)
        for zone in ("Asia/Seoul", "America/Los_Angeles"):
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            content = pa.concat_tables([visits([JANUARY], at=last), visits([FEBRUARY], at=first)])
            warehouse.replace({VISITS: content}, [JANUARY, FEBRUARY])
            warehouse.replace({VISITS: visits([FEBRUARY], at=first)}, [FEBRUARY])
            assert warehouse.row_counts(VISITS) == {JANUARY: 2, FEBRUARY: 2}
            assert set(warehouse.read(VISITS).column("at").to_pylist()) == {last, first}
        monkeypatch.undo()
        time.tzset()

    def test_a_query_sees_and_returns_instants_in_utc(self, warehouse: Warehouse) -> None:
        warehouse.replace({VISITS: visits([JANUARY, FEBRUARY])}, [JANUARY, FEBRUARY])
        sql = "SELECT MIN(`at`) AS `at` FROM raw.visits WHERE `at` >= TIMESTAMP '2024-01-15 00:00:00+00'"
        rows = warehouse.query(sql, [VISITS])
        assert rows.schema.field("at").type == pa.timestamp("us", tz="UTC")
        assert rows.column("at").to_pylist() == [datetime(2024, 2, 1, tzinfo=UTC)]


class TestQueries:
    @pytest.fixture(autouse=True)
    def _written(self, warehouse: Warehouse) -> None:
        warehouse.replace({VISITS: visits([JANUARY, FEBRUARY, MARCH])}, [JANUARY, FEBRUARY, MARCH])

    def test_a_query_is_written_for_its_partitions_only(self, warehouse: Warehouse) -> None:
        assert warehouse.replace({VISITS_COPY: COPY}, [JANUARY, MARCH]) == {VISITS_COPY: {JANUARY: 2, MARCH: 2}}
        assert warehouse.read(VISITS_COPY).sort_by("visit_id") == visits([JANUARY, MARCH]).sort_by("visit_id")

    def test_its_columns_are_matched_by_name(self, warehouse: Warehouse) -> None:
        names = ", ".join(f"`{name}`" for name in reversed(VISITS.column_names))
        warehouse.replace({VISITS_COPY: Query(f"SELECT {names} FROM raw.visits", (VISITS,))}, [JANUARY])
        assert warehouse.read(VISITS_COPY).sort_by("visit_id") == visits([JANUARY]).sort_by("visit_id")

    @pytest.mark.parametrize(
        ("select", "message"),
        [
            ("SELECT * EXCEPT (pages) FROM raw.visits", r"clean\.visits.*missing: pages"),
            ("SELECT *, 1 AS extra FROM raw.visits", r"clean\.visits.*unknown: extra"),
            ("SELECT * REPLACE (visit_id AS pages) FROM raw.visits", r"clean\.visits\.pages is INT64, but .*(VARCHAR|STRING)"),
            (
                "SELECT * REPLACE (seconds AS spent) FROM raw.visits",
                r"clean\.visits\.spent is NUMERIC, but .*(DOUBLE|FLOAT64)",
            ),
            (
                "SELECT * REPLACE (pages AS visit_id) FROM raw.visits",
                r"clean\.visits\.visit_id is STRING, but .*(BIGINT|INT64)",
            ),
            ("SELECT * REPLACE (`at` AS day) FROM raw.visits", r"clean\.visits\.day is DATE, but .*TIMESTAMP"),
            (
                "SELECT * REPLACE (DATE_ADD(signup_month, INTERVAL 1 MONTH) AS signup_month) FROM raw.visits",
                r"clean\.visits: .* signup_month is 2024-02-01, which is not among",
            ),
            (
                "SELECT * REPLACE (CAST(NULL AS DATE) AS signup_month) FROM raw.visits",
                r"clean\.visits: .* signup_month is null, which is not among",
            ),
            (
                "SELECT * REPLACE (CAST('99999999999999999999' AS NUMERIC) AS spent) FROM raw.visits",
                r"clean\.visits: a value of the query does not fit",
            ),
        ],
    )
    def test_what_does_not_fit_is_refused_and_nothing_written(self, warehouse: Warehouse, select: str, message: str) -> None:
        warehouse.replace({VISITS_COPY: COPY}, [JANUARY])
        with pytest.raises(ContentError, match=message):
            warehouse.replace({VISITS_COPY: Query(select, (VISITS,))}, [JANUARY])
        assert warehouse.read(VISITS_COPY).sort_by("visit_id") == visits([JANUARY]).sort_by("visit_id")

    def test_sums_nulls_and_longer_decimals_are_converted(self, warehouse: Warehouse) -> None:
        select = """
            SELECT 'all' AS visit_id, SUM(pages) AS pages, SUM(spent) AS seconds, NULL AS bought, NULL AS day, NULL AS `at`,
                   SUM(spent) AS spent, signup_month
            FROM raw.visits GROUP BY signup_month
        """
        warehouse.replace({VISITS_COPY: Query(select, (VISITS,))}, [JANUARY])
        assert warehouse.read(VISITS_COPY).to_pylist() == [
            {
                "visit_id": "all",
                "pages": 1,
                "seconds": 1.5,
                "bought": None,
                "day": None,
                "at": None,
                "spent": Decimal("1.50"),
                "signup_month": date(2024, 1, 1),
            }
        ]

    def test_a_query_sees_what_was_written_before_it_in_the_same_transaction(self, warehouse: Warehouse) -> None:
        warehouse.replace({VISITS: visits([JANUARY], each=5), VISITS_COPY: COPY}, [JANUARY])
        assert warehouse.row_counts(VISITS_COPY) == {JANUARY: 5}

    def test_its_result_can_be_had_without_being_written(self, warehouse: Warehouse) -> None:
        rows = warehouse.query("SELECT COUNT(*) AS n, SUM(pages) AS pages FROM raw.visits", [VISITS], [JANUARY, MARCH])
        assert rows.to_pydict() == {"n": [4], "pages": [2]}
        assert rows.schema.types == [pa.int64(), pa.int64()]

    def test_a_failure_while_it_runs_is_one_sentence(self, warehouse: Warehouse) -> None:
        failing = "SELECT * REPLACE (CAST(visit_id AS INT64) AS pages) FROM raw.visits"
        with pytest.raises(WarehouseError, match=r"^[^\n]*$"):
            warehouse.replace({VISITS_COPY: Query(failing, (VISITS,))}, [JANUARY])
        with pytest.raises(WarehouseError, match=r"^[^\n]*$"):
            warehouse.query("SELECT CAST(visit_id AS INT64) AS x FROM raw.visits", [VISITS])


class TestAllOrNothing:
    def test_a_failure_at_a_later_table_leaves_the_earlier_ones_as_they_were(self, warehouse: Warehouse) -> None:
        warehouse.replace({VISITS: visits([JANUARY]), VISITS_COPY: COPY}, [JANUARY])
        failing = Query("SELECT * REPLACE (CAST(visit_id AS INT64) AS pages) FROM raw.visits", (VISITS,))
        with pytest.raises(WarehouseError):
            warehouse.replace({VISITS: visits([JANUARY], tag="new"), VISITS_COPY: failing}, [JANUARY])
        assert identifiers(warehouse.read(VISITS)) == identifiers(visits([JANUARY]))
        assert identifiers(warehouse.read(VISITS_COPY)) == identifiers(visits([JANUARY]))

    def test_a_failure_at_the_first_write_leaves_no_table(self, warehouse: Warehouse) -> None:
        with pytest.raises(WarehouseError):
            warehouse.replace(
                {VISITS: visits([JANUARY]), VISITS_COPY: Query("SELECT * EXCEPT (`at`) FROM raw.visits", (VISITS,))}, [JANUARY]
            )
        assert warehouse.tables() == {}

    def test_a_failure_in_a_session_is_forgotten_by_what_follows(self, warehouse: Warehouse) -> None:
        failing = Query("SELECT * REPLACE (CAST(visit_id AS INT64) AS pages) FROM raw.visits", (VISITS,))
        with warehouse.session():
            with pytest.raises(WarehouseError):
                warehouse.replace({VISITS: visits([JANUARY]), VISITS_COPY: failing}, [JANUARY])
            assert not any(warehouse.tables().values()), "no row was written, whatever tables were created"
            warehouse.replace({VISITS: visits([JANUARY]), VISITS_COPY: COPY}, [JANUARY])
        assert warehouse.row_counts(VISITS_COPY) == {JANUARY: 2}


class TestAPersonsStatement:
    @pytest.fixture(autouse=True)
    def _written(self, warehouse: Warehouse) -> None:
        warehouse.replace({PLACES: places("a", "b")}, None)

    @pytest.mark.parametrize(
        "sql",
        [
            "SELECT * FROM raw.places",
            "WITH p AS (SELECT * FROM raw.places) SELECT * FROM p;",
            "FROM raw.places -- all of them",
        ],
    )
    def test_one_that_reads_is_answered(self, warehouse: Warehouse, sql: str) -> None:
        assert warehouse.query_native(sql).num_rows == 2

    @pytest.mark.parametrize(
        "sql",
        [
            "DROP TABLE raw.places",
            "DELETE FROM raw.places",
            "INSERT INTO raw.places VALUES ('c', 1)",
            "CREATE TABLE raw.mine AS SELECT 1 AS x",
            "SELECT 1; DROP TABLE raw.places",
            "EXPLAIN ANALYZE DELETE FROM raw.places",
            "SELEKT 1",
            "SELECT * FROM raw.nowhere",
            "SELECT nothing FROM raw.places",
            "",
        ],
    )
    def test_any_other_is_refused_in_one_sentence_and_changes_nothing(self, warehouse: Warehouse, sql: str) -> None:
        with pytest.raises(WarehouseError, match=r"^[^\n]+\.$"):
            warehouse.query_native(sql)
        assert warehouse.tables() == {"raw.places": 2}


class TestTheEndOfAStatement:
    @pytest.mark.parametrize("end", [";", " ;\n", ";;", " -- a comment; with a semicolon", " /* ; */ ;"])
    def test_what_loads_can_be_asked_and_written(self, warehouse: Warehouse, end: str) -> None:
        warehouse.replace({PLACES: places("a;b")}, None)
        sql = f"SELECT place, `order` FROM raw.places WHERE place = 'a;b'{end}"
        assert warehouse.query(sql, [PLACES]).num_rows == 1
        copy = Table("marts", "places", PLACES.doc, PLACES.columns, PLACES.key)
        assert warehouse.replace({copy: Query(sql, (PLACES,))}, None) == {copy: {"": 1}}


class TestWhoseDataItHolds:
    WORLD = DataIdentity(seed=7, scale=100_000, start_month="2023-12", source="")

    def test_the_same_world_may_claim_it_again(self, warehouse: Warehouse) -> None:
        assert warehouse.identity() is None
        warehouse.claim(self.WORLD)
        assert warehouse.identity() == self.WORLD
        warehouse.claim(self.WORLD)

    def test_another_is_refused_with_each_difference_and_the_way_out(self, warehouse: Warehouse) -> None:
        warehouse.claim(self.WORLD)
        with pytest.raises(
            WarehouseError, match=r"scale is 100000 there and 5 here, source is '' there and 'shop' here"
        ) as raised:
            warehouse.claim(DataIdentity(seed=7, scale=5, start_month="2023-12", source="shop"))
        assert "another ECOM_HOME" in str(raised.value)
        warehouse.claim(self.WORLD)

    def test_the_claim_is_not_listed_as_a_table(self, warehouse: Warehouse) -> None:
        warehouse.claim(DataIdentity(seed=2**63 - 1, scale=1, start_month="2023-12", source="it's"))
        assert warehouse.tables() == {}


class TestAChangedSpecification:
    OLD = Table("raw", "visits", "One row per visit.", (*VISITS.columns[:1], *VISITS.columns[2:]), VISITS.key)

    def test_a_partitioned_table_says_which_column_and_the_way_out(self, warehouse: Warehouse) -> None:
        warehouse.replace({self.OLD: visits([JANUARY]).drop_columns(["pages"])}, [JANUARY])
        for use in (lambda: warehouse.replace({VISITS: visits([JANUARY])}, [JANUARY]), lambda: warehouse.read(VISITS)):
            with pytest.raises(WarehouseError, match=r"raw\.visits .*column pages is missing.*(delete|drop)"):
                use()

    def test_an_unpartitioned_table_is_created_again(self, warehouse: Warehouse) -> None:
        old = Table("raw", "places", "One row per place.", (Column("place", Type.STRING, "The place."),), ("place",))
        warehouse.replace({old: places("a", "b").drop_columns(["order"])}, None)
        warehouse.replace({PLACES: places("c")}, None)
        assert warehouse.read(PLACES).to_pylist() == [{"place": "c", "order": 0}]


class TestSessions:
    def test_calls_in_a_session_are_transactions_of_their_own(self, warehouse: Warehouse) -> None:
        with warehouse.session():
            warehouse.replace({VISITS: visits([JANUARY])}, [JANUARY])
            assert warehouse.query_native("SELECT * FROM raw.visits").num_rows == 2
            with warehouse.session(), pytest.raises(ContentError):
                warehouse.replace({VISITS: visits([JANUARY])}, [FEBRUARY])
            warehouse.replace({VISITS: visits([FEBRUARY])}, [FEBRUARY])
        assert warehouse.row_counts(VISITS) == {JANUARY: 2, FEBRUARY: 2}

    def test_threads_take_turns(self, warehouse: Warehouse) -> None:
        months = [f"2024-{number:02d}-01" for number in range(1, 9)]

        def write(month: str) -> None:
            with warehouse.session():
                warehouse.replace({VISITS: visits([month])}, [month])
                assert warehouse.row_counts(VISITS)[month] == 2

        threads = [threading.Thread(target=write, args=(month,)) for month in months]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert warehouse.row_counts(VISITS) == dict.fromkeys(months, 2)


class TestCompiledStatements:
    """What checks ask, compiled by Ibis from the columns that are stored."""

    @staticmethod
    def expression(warehouse: Warehouse, table: Table) -> Any:
        types = getattr(compilers, warehouse.dialect).compiler.type_mapper
        columns = {name: types.from_string(type_) for name, type_ in warehouse.stored_columns(table).items()}
        return ibis.table(columns, name=table.name, database=table.layer)

    @staticmethod
    def run(warehouse: Warehouse, expression: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = warehouse.run(ibis.to_sql(expression, dialect=warehouse.dialect)).to_pylist()
        return rows

    def test_they_count_what_is_stored_by_month(self, warehouse: Warehouse) -> None:
        warehouse.replace({VISITS: visits([JANUARY, FEBRUARY], each=3)}, [JANUARY, FEBRUARY])
        rows = self.expression(warehouse, VISITS)
        assert tuple(rows.columns) == VISITS.column_names
        counted = rows.group_by("signup_month").aggregate(few=(rows.pages < 2).sum(), spent=rows.spent.max())
        found = self.run(warehouse, counted.order_by("signup_month"))
        assert [(str(row["signup_month"]), row["few"], row["spent"]) for row in found] == [
            (JANUARY, 2, Decimal("2.25")),
            (FEBRUARY, 2, Decimal("2.25")),
        ]

    def test_a_table_never_written_has_no_columns(self, warehouse: Warehouse) -> None:
        warehouse.replace({PLACES: places("a")}, None)
        assert warehouse.stored_columns(VISITS) == {}
        assert list(warehouse.stored_columns(PLACES)) == list(PLACES.column_names)

    def test_the_columns_are_those_stored_whatever_is_specified(self, warehouse: Warehouse) -> None:
        old = Table("raw", "places", "One row per place.", (Column("place", Type.STRING, "The place."),), ("place",))
        warehouse.replace({old: places("a").drop_columns(["order"])}, None)
        assert list(warehouse.stored_columns(PLACES)) == ["place"]

    def test_one_that_fails_is_the_warehouse_s_error(self, warehouse: Warehouse) -> None:
        warehouse.replace({PLACES: places("a")}, None)
        rows = self.expression(warehouse, PLACES)
        with pytest.raises(WarehouseError, match="the query failed"):
            self.run(warehouse, rows.select(number=rows.place.cast("int64")))


class TestFingerprints:
    def test_they_count_and_hash_each_partition(self, warehouse: Warehouse) -> None:
        assert warehouse.fingerprints(VISITS) == {}
        warehouse.replace({VISITS: visits([JANUARY, FEBRUARY], each=3)}, [JANUARY, FEBRUARY])
        warehouse.replace({PLACES: places("서울", "it's | a:place", "")}, None)
        before = warehouse.fingerprints(VISITS)
        assert {key: each.rows for key, each in before.items()} == {JANUARY: 3, FEBRUARY: 3}
        assert warehouse.fingerprints(PLACES)[""].rows == 3
        warehouse.replace({VISITS: visits([FEBRUARY], each=3).slice(0, 3).take([2, 0, 1])}, [FEBRUARY])
        assert warehouse.fingerprints(VISITS) == before, "no order of rows matters"
        warehouse.replace({VISITS: visits([FEBRUARY], each=3, pages=99)}, [FEBRUARY])
        after = warehouse.fingerprints(VISITS)
        assert (after[JANUARY], after[FEBRUARY] == before[FEBRUARY]) == (before[JANUARY], False)
