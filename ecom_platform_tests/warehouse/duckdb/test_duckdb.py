"""What is particular to a warehouse in a DuckDB file: the file itself, its size, its faults, and what it may reach."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import pytest

from ecom_platform.warehouse.contract import Query, WarehouseError
from ecom_platform.warehouse.duckdb.connections import DuckDBFile
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
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

MONTHS = [JANUARY, FEBRUARY, MARCH]


class TestTheFile:
    def test_reading_makes_none(self, duckdb_warehouse: DuckDBWarehouse) -> None:
        duckdb_warehouse.tables()
        duckdb_warehouse.read(VISITS)
        duckdb_warehouse.query("SELECT COUNT(*) AS n FROM raw.visits", [VISITS])
        duckdb_warehouse.query_native("SELECT 1")
        assert not duckdb_warehouse.path.exists()

    def test_its_folder_is_made_by_the_first_write(self, tmp_path: Path) -> None:
        warehouse = DuckDBWarehouse(tmp_path / "not" / "yet" / "warehouse.duckdb")
        warehouse.replace({PLACES: places("a")}, None)
        assert warehouse.tables() == {"raw.places": 1}

    def test_it_does_not_grow_when_the_same_is_written_again_and_again(self, duckdb_warehouse: DuckDBWarehouse) -> None:
        rows = visits(MONTHS, each=10_000)

        def rewrite() -> int:
            duckdb_warehouse.replace({VISITS: rows}, MONTHS)
            duckdb_warehouse.replace({VISITS_COPY: Query("SELECT * FROM raw.visits", (VISITS,))}, MONTHS)
            return duckdb_warehouse.path.stat().st_size

        once = rewrite()
        assert max(rewrite() for _ in range(19)) <= 3 * once

    def test_it_explains_itself_to_any_client(self, duckdb_warehouse: DuckDBWarehouse) -> None:
        duckdb_warehouse.replace({VISITS: visits(MONTHS)}, MONTHS)
        with duckdb.connect(str(duckdb_warehouse.path), read_only=True) as connection:
            table = connection.execute("SELECT comment FROM duckdb_tables() WHERE table_name = 'visits'").fetchall()
            columns = connection.execute(
                "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE schema_name = 'raw'"
            )
            assert table == [(VISITS.doc,)]
            assert columns.fetchall() == [
                ("visit_id", "VARCHAR", "The visit."),
                ("pages", "BIGINT", "Pages seen."),
                ("seconds", "DOUBLE", "Its length."),
                ("bought", "BOOLEAN", "Whether it ended in an order."),
                ("day", "DATE", "Its day."),
                ("at", "TIMESTAMP", "When it began."),
                ("spent", "DECIMAL(18,2)", "The visitor's money."),
                ("signup_month", "DATE", VISITS.column("signup_month").doc),
            ]

    def test_work_larger_than_its_memory_is_spilled_beside_it_and_swept_up(self, tmp_path: Path) -> None:
        small = DuckDBWarehouse(tmp_path / "warehouse.duckdb", memory_limit="60MB")
        left_by_a_killed_process = tmp_path / "warehouse.duckdb.spill" / "left.tmp"
        left_by_a_killed_process.parent.mkdir()
        left_by_a_killed_process.touch()
        small.replace({VISITS: visits([JANUARY], each=50_000)}, [JANUARY])
        sort = "SELECT * FROM raw.visits a, range(15) b(i) ORDER BY hash(visit_id, i)"
        assert small.query_native(f"SELECT count(*) FROM ({sort} LIMIT 700000)").num_rows == 1
        assert not left_by_a_killed_process.exists()


NOBODY = 65534


class TestFaultsOfTheFile:
    """Every fault is one sentence that names the path and the way out."""

    def refusals(self, warehouse: DuckDBWarehouse) -> list[str]:
        messages = []
        for use in (lambda: warehouse.replace({PLACES: places("a")}, None), lambda: warehouse.query_native("SELECT 1")):
            with pytest.raises(WarehouseError) as raised:
                use()
            messages.append(str(raised.value))
        assert all("\n" not in message and str(warehouse.path.parent) in message for message in messages)
        return messages

    def test_a_corrupt_file(self, duckdb_warehouse: DuckDBWarehouse) -> None:
        duckdb_warehouse.path.write_bytes(b"not a database" * 1000)
        assert all("delete it and rebuild" in message for message in self.refusals(duckdb_warehouse))

    def test_a_file_whose_middle_is_destroyed(self, duckdb_warehouse: DuckDBWarehouse) -> None:
        duckdb_warehouse.replace({VISITS: visits(MONTHS, each=5000)}, MONTHS)
        size = duckdb_warehouse.path.stat().st_size
        with duckdb_warehouse.path.open("r+b") as file:
            file.seek(12_288)
            file.write(os.urandom(size - 12_288))
        with pytest.raises(WarehouseError, match=r"^[^\n]+$"):
            duckdb_warehouse.read(VISITS)

    def test_a_disk_that_takes_no_more_keeps_what_was_there(self, duckdb_warehouse: DuckDBWarehouse) -> None:
        duckdb_warehouse.replace({VISITS: visits([JANUARY], each=10)}, [JANUARY])
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        for limit in (duckdb_warehouse.path.stat().st_size + 100_000, 0):
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
            try:
                with pytest.raises(WarehouseError, match=r"^[^\n]+$") as raised:
                    duckdb_warehouse.replace({VISITS: visits([FEBRUARY], each=50_000)}, [FEBRUARY])
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            assert str(duckdb_warehouse.path.parent) in str(raised.value)
            assert "free some space on it, and try again" in str(raised.value)
        assert duckdb_warehouse.row_counts(VISITS) == {JANUARY: 10}

    def test_a_directory_in_its_place(self, tmp_path: Path) -> None:
        assert all("is a directory" in message for message in self.refusals(DuckDBWarehouse(tmp_path)))

    def test_a_connection_of_another_kind_in_this_process(self, duckdb_warehouse: DuckDBWarehouse) -> None:
        duckdb_warehouse.replace({PLACES: places("a")}, None)
        with (
            duckdb.connect(str(duckdb_warehouse.path), read_only=True),
            pytest.raises(WarehouseError, match="this process has it open in another way"),
        ):
            duckdb_warehouse.replace({PLACES: places("b")}, None)
        assert duckdb_warehouse.read(PLACES).num_rows == 1

    def test_a_folder_that_cannot_be(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        warehouse = DuckDBWarehouse(tmp_path / "file" / "warehouse.duckdb")
        assert all("choose another ECOM_HOME" in message for message in self.refusals(warehouse))

    def test_a_folder_that_may_not_be_written(self) -> None:
        user = os.geteuid()
        with tempfile.TemporaryDirectory() as folder:
            Path(folder).chmod(0o555)
            if user == 0:  # Nothing is forbidden to root.
                os.seteuid(NOBODY)
            try:
                messages = self.refusals(DuckDBWarehouse(Path(folder) / "warehouse.duckdb"))
            finally:
                os.seteuid(user)
        assert all("cannot be written" in message for message in messages)


def test_a_session_outlives_a_failure_that_breaks_its_connection(
    duckdb_warehouse: DuckDBWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object, **__: object) -> None:
        DuckDBFile.at(duckdb_warehouse.path).close()
        raise duckdb.FatalException("FATAL Error: the disk is gone")

    with duckdb_warehouse.session():
        duckdb_warehouse.replace({VISITS: visits([JANUARY])}, [JANUARY])
        with monkeypatch.context() as patched:
            patched.setattr("ecom_platform.warehouse.duckdb.warehouse._insert_rows", break_down)
            with pytest.raises(WarehouseError, match=r"replacing raw\.visits failed: .*the disk is gone\.$"):
                duckdb_warehouse.replace({VISITS: visits([JANUARY], tag="new")}, [JANUARY])
        assert identifiers(duckdb_warehouse.read(VISITS)) == identifiers(visits([JANUARY]))


class TestAPersonsStatement:
    @pytest.mark.parametrize(
        "sql", ["SHOW ALL TABLES", "DESCRIBE raw.places", "EXPLAIN SELECT * FROM raw.places", "SUMMARIZE raw.places"]
    )
    def test_looking_around_is_allowed(self, duckdb_warehouse: DuckDBWarehouse, sql: str) -> None:
        duckdb_warehouse.replace({PLACES: places("a")}, None)
        assert duckdb_warehouse.query_native(sql).num_rows >= 1

    def test_nothing_but_the_warehouse_can_be_reached(self, duckdb_warehouse: DuckDBWarehouse, tmp_path: Path) -> None:
        duckdb_warehouse.replace({PLACES: places("a")}, None)
        other = tmp_path / "secret.csv"
        other.write_text("a\n1\n")
        for sql in (
            f"SELECT * FROM read_csv('{other}')",
            f"SELECT * FROM '{other}'",
            f"SELECT * FROM read_text('{other}')",
            f"COPY raw.places TO '{tmp_path}/out.csv'",
            f"ATTACH '{tmp_path}/other.duckdb'",
            "SET memory_limit = '100GB'",
            "INSTALL httpfs",
            "PRAGMA enable_external_access = true",
        ):
            with pytest.raises(WarehouseError, match=r"^[^\n]+\.$"):
                duckdb_warehouse.query_native(sql)
        assert not (tmp_path / "out.csv").exists()

    def test_it_is_confined_in_the_midst_of_a_writing_session_too(self, duckdb_warehouse: DuckDBWarehouse) -> None:
        with duckdb_warehouse.session():
            duckdb_warehouse.replace({PLACES: places("a")}, None)
            with pytest.raises(WarehouseError, match="read-only"):
                duckdb_warehouse.query_native("EXPLAIN ANALYZE DELETE FROM raw.places")
            assert duckdb_warehouse.replace({PLACES: places("b")}, None) == {PLACES: {"": 1}}


def test_dagster_can_load_the_resource_without_the_database() -> None:
    check = (
        "import dagster, sys; before = set(sys.modules)\n"
        "import ecom_platform.orchestration.io_manager, ecom_platform.orchestration.resources\n"
        "import ecom_platform.warehouse.duckdb.warehouse\n"
        "heavy = {'duckdb', 'pyarrow', 'pandas', 'numpy', 'sqlglot', 'filelock'} & (set(sys.modules) - before)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", check], check=True)
