"""Several processes at one DuckDB file: they queue, they never fail, and a killed one leaves nothing half written."""

from __future__ import annotations

import logging
import random
import time
from pathlib import Path

import pytest

from ecom_platform.tables import CATALOG
from ecom_platform.warehouse.contract import WarehouseBusyError
from ecom_platform.warehouse.duckdb import lock
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform_tests.warehouse.processes import ROWS_OF_A_GENERATION, finish, start, started
from ecom_platform_tests.warehouse.tables import FEBRUARY, JANUARY, VISITS, VISITS_COPY, identifiers, visits

YEARS = [f"{year}-{month:02d}-01" for year in range(2020, 2025) for month in range(1, 13)]


def test_six_processes_write_sixty_partitions_and_a_reader_never_fails(duckdb_warehouse: DuckDBWarehouse) -> None:
    writers = [start(duckdb_warehouse.path, "write_each", *YEARS[number::6]) for number in range(6)]
    seen = [0]
    while any(writer.poll() is None for writer in writers):
        rows = duckdb_warehouse.query("SELECT COUNT(*) AS n FROM raw.visits", [VISITS]).column("n")[0].as_py()
        assert rows >= seen[-1], "a row once seen is never gone"
        assert rows % 50 == 0, "a partition is seen whole or not at all"
        seen.append(rows)
    for writer in writers:
        finish(writer)
    assert duckdb_warehouse.row_counts(VISITS) == dict.fromkeys(YEARS, 50)
    assert duckdb_warehouse.row_counts(VISITS_COPY) == dict.fromkeys(YEARS, 50)
    assert identifiers(duckdb_warehouse.read(VISITS_COPY)) == identifiers(visits(YEARS, each=50))


@pytest.mark.slow
def test_six_processes_materialise_sixty_partitions_at_once(duckdb_warehouse: DuckDBWarehouse) -> None:
    runs = [start(duckdb_warehouse.path, "materialise", *YEARS[number::6]) for number in range(6)]
    for run in runs:
        finish(run)
    raw, clean = CATALOG["raw.experiment_assignments"], CATALOG["clean.experiment_assignments"]
    assert duckdb_warehouse.row_counts(raw) == {month: int(month[5:7]) for month in YEARS}
    assert duckdb_warehouse.row_counts(clean) == {month: int(month[5:7]) - 1 for month in YEARS if month[5:7] != "01"}


@pytest.mark.parametrize("seed", range(3))
def test_a_process_killed_while_it_writes_leaves_every_partition_whole(duckdb_warehouse: DuckDBWarehouse, seed: int) -> None:
    both = [JANUARY, FEBRUARY]
    duckdb_warehouse.replace({VISITS: visits(both, each=ROWS_OF_A_GENERATION, pages=0)}, both)
    duckdb_warehouse.replace({VISITS_COPY: visits(both, each=ROWS_OF_A_GENERATION, pages=0)}, both)
    writer = started(duckdb_warehouse.path, "write_generations", 1)
    time.sleep(random.Random(seed).uniform(0.0, 0.5))
    writer.kill()
    writer.communicate()

    generations = duckdb_warehouse.query(
        "SELECT COUNT(*) AS n, MIN(pages) AS first, MAX(pages) AS last FROM raw.visits", [VISITS], [JANUARY]
    ).to_pylist()[0]
    assert generations["n"] == ROWS_OF_A_GENERATION
    assert generations["first"] == generations["last"]
    assert duckdb_warehouse.read(VISITS_COPY, [JANUARY]).column("pages").unique().to_pylist() == [generations["first"]]
    assert duckdb_warehouse.read(VISITS, [FEBRUARY]).column("pages").unique().to_pylist() == [0]

    duckdb_warehouse.replace({VISITS: visits([JANUARY])}, [JANUARY])
    assert duckdb_warehouse.row_counts(VISITS) == {JANUARY: 2, FEBRUARY: ROWS_OF_A_GENERATION}


def test_a_process_that_writes_in_a_loop_lets_others_in(duckdb_warehouse: DuckDBWarehouse) -> None:
    duckdb_warehouse.replace({VISITS: visits([FEBRUARY])}, [FEBRUARY])
    until = duckdb_warehouse.path.with_name("read")
    writer = started(duckdb_warehouse.path, "write_in_a_session", until)
    # The writer goes on until the last read is done: a reader that never got its turn would wait in vain, and fail.
    for _ in range(10):
        assert duckdb_warehouse.row_counts(VISITS)[FEBRUARY] == 2
    assert writer.poll() is None
    until.touch()
    finish(writer)


def test_a_session_that_is_busy_elsewhere_lets_others_in(duckdb_warehouse: DuckDBWarehouse) -> None:
    until = duckdb_warehouse.path.with_name("written")
    thinker = started(duckdb_warehouse.path, "think_in_a_session", until)
    # The session ends after this write: a session that kept the file meanwhile would make it wait in vain, and fail.
    assert duckdb_warehouse.replace({VISITS_COPY: visits([JANUARY])}, [JANUARY]) == {VISITS_COPY: {JANUARY: 2}}
    assert thinker.poll() is None
    until.touch()
    finish(thinker)
    assert duckdb_warehouse.row_counts(VISITS) == {JANUARY: 3}


def test_a_program_that_is_not_ours_is_named_when_it_stays_too_long(duckdb_warehouse: DuckDBWarehouse) -> None:
    duckdb_warehouse.replace({VISITS: visits([JANUARY])}, [JANUARY])
    stranger = started(duckdb_warehouse.path, "hold_with_another_program", 60)
    impatient = DuckDBWarehouse(duckdb_warehouse.path, wait_seconds=0.5)
    try:
        for use in (lambda: impatient.read(VISITS), lambda: impatient.replace({VISITS: visits([JANUARY])}, [JANUARY])):
            with pytest.raises(
                WarehouseBusyError, match=rf"another program, .*python.* \(PID {stranger.pid}\).*close"
            ) as raised:
                use()
            assert "\n" not in str(raised.value)
    finally:
        stranger.kill()
        stranger.communicate()


def test_a_program_that_is_not_ours_is_waited_for(duckdb_warehouse: DuckDBWarehouse) -> None:
    duckdb_warehouse.replace({VISITS: visits([JANUARY])}, [JANUARY])
    stranger = started(duckdb_warehouse.path, "hold_with_another_program", 1)
    assert duckdb_warehouse.row_counts(VISITS) == {JANUARY: 2}
    finish(stranger)


class TestTheQueue:
    def test_who_waits_too_long_learns_who_holds_the_place(self, tmp_path: Path) -> None:
        holding, waiting = lock.FileQueue(tmp_path / "file"), lock.FileQueue(tmp_path / "file")
        holding.acquire(1)
        with pytest.raises(
            WarehouseBusyError, match=rf"held by PID {lock.Holder.me().pid} \(.*\) for the whole wait of 0.1 s"
        ):
            waiting.acquire(0.1)
        holding.release()
        waiting.acquire(0.1)
        waiting.release()

    def test_a_longer_wait_is_logged_with_whom_it_waits_for(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lock, "FIRST_NOTICE_SECONDS", 0.1)
        holding, waiting = lock.FileQueue(tmp_path / "file"), lock.FileQueue(tmp_path / "file")
        holding.acquire(1)

        class Leave(logging.Handler):
            """Whoever holds the file leaves when the wait for it is logged."""

            def emit(self, _: logging.LogRecord) -> None:
                holding.release()

        handler = Leave()
        lock.log.addHandler(handler)
        try:
            with caplog.at_level(logging.WARNING):
                waiting.acquire(60)
        finally:
            lock.log.removeHandler(handler)
        waiting.release()
        assert [record.getMessage()[:34] for record in caplog.records] == ["waiting for the warehouse, held by"]
        assert f"PID {lock.Holder.me().pid}" in caplog.text

    def test_the_note_of_a_dead_holder_misleads_nobody(self, tmp_path: Path) -> None:
        (tmp_path / "file.holder").write_text("{half a no")
        queue = lock.FileQueue(tmp_path / "file")
        assert queue.holder() is None
        queue.acquire(1)
        assert queue.holder() == lock.Holder.me()
        queue.release()
        assert queue.holder() is None

    def test_a_note_that_cannot_be_removed_keeps_nobody_waiting(self, tmp_path: Path) -> None:
        first, second = lock.FileQueue(tmp_path / "file"), lock.FileQueue(tmp_path / "file")
        first.acquire(1)
        (tmp_path / "file.holder").unlink()
        (tmp_path / "file.holder" / "in the way").mkdir(parents=True)
        first.release()
        (tmp_path / "file.holder" / "in the way").rmdir()
        (tmp_path / "file.holder").rmdir()
        second.acquire(1)
        second.release()
