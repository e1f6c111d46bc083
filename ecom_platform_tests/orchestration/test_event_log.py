"""The event log that keeps its files open stores what the stock one stores, for everyone who shares them."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from sqlalchemy import Engine
from sqlalchemy.event import listen, remove

from ecom_platform.cli.instance import INSTANCE_YAML
from ecom_platform.orchestration.event_log import OpenEventLog

MONTHS = dg.StaticPartitionsDefinition(["a", "b"])


@dg.asset
def letters() -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(metadata={"rows": 26})


@dg.asset_check(asset=letters, name="enough")
def enough() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


DEFINITIONS = dg.Definitions([letters], asset_checks=[enough])


def run(instance: dg.DagsterInstance) -> str:
    job = DEFINITIONS.resolve_implicit_global_asset_job_def()
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    return job.execute_in_process(instance=instance, run_config=quiet).run_id


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    (tmp_path / "dagster.yaml").write_text(INSTANCE_YAML)
    return tmp_path


def kinds(storage: SqliteEventLogStorage, run_id: str) -> list[str]:
    records = storage.get_records_for_run(run_id).records
    return [record.event_log_entry.dagster_event_type.value for record in records if record.event_log_entry.dagster_event_type]


def test_an_instance_of_this_platform_has_it(home: Path) -> None:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert isinstance(instance.event_log_storage, OpenEventLog)


def test_what_it_stores_the_stock_log_reads_and_the_other_way_round(home: Path) -> None:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        first = run(instance)
        stored = kinds(instance.event_log_storage, first)  # type: ignore[arg-type]
        stock = SqliteEventLogStorage(str(home / "history" / "runs"))
        assert "ASSET_MATERIALIZATION" in stored
        assert "ASSET_CHECK_EVALUATION" in stored
        assert kinds(stock, first) == stored
        asked = [letters.key]
        assert stock.get_latest_materialization_events(asked) == (
            instance.event_log_storage.get_latest_materialization_events(asked)
        )


def test_another_process_reads_along_while_it_is_open(home: Path) -> None:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        run(instance)
        code = (
            "import dagster as dg; instance = dg.DagsterInstance.get(); "
            "print(instance.get_latest_materialization_event(dg.AssetKey('letters')) is not None)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "True"


def test_who_follows_a_run_hears_of_its_events_and_reading_makes_no_noise(home: Path) -> None:
    heard: list[str] = []
    done = threading.Event()

    def listen(event: dg.EventLogEntry, _: str) -> None:
        heard.append((event.dagster_event and event.dagster_event.message) or "")
        if heard[-1] == "two":
            done.set()

    with dg.DagsterInstance.from_config(str(home)) as instance:
        created = instance.create_run_for_job(DEFINITIONS.resolve_implicit_global_asset_job_def())
        instance.report_engine_event("zero", created)
        follower = OpenEventLog(str(home / "history" / "runs"))
        follower.watch(created.run_id, None, listen)
        for word in ("one", "two"):
            instance.report_engine_event(word, created)
        assert done.wait(30)
        assert [word for word in heard if word in ("zero", "one", "two")] == ["zero", "one", "two"]
        shard = Path(follower.path_for_shard(created.run_id))
        touched = shard.stat().st_mtime_ns
        kinds(follower, created.run_id)
        assert shard.stat().st_mtime_ns == touched
        follower.dispose()


def test_many_runs_leave_few_files_open_and_wiping_leaves_none(home: Path) -> None:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        for _ in range(7):
            run(instance)
        log = instance.event_log_storage
        assert isinstance(log, OpenEventLog)
        assert len(log._engines) <= 5
        instance.wipe()
        assert list((home / "history" / "runs").glob("*-*.db")) == []
        assert instance.get_latest_materialization_event(letters.key) is None
        run(instance)
        assert instance.get_latest_materialization_event(letters.key) is not None


def test_the_disk_is_waited_for_when_a_run_changes_its_status_and_only_then(home: Path) -> None:
    statements: list[str] = []
    traced = [statements.append]

    def trace(connection: sqlite3.Connection, _: object) -> None:
        connection.set_trace_callback(traced[0])

    listen(Engine, "connect", trace)
    try:
        with dg.DagsterInstance.from_config(str(home)) as instance:
            run(instance)
    finally:
        remove(Engine, "connect", trace)
    waits, inserted = "", set()
    for statement in statements:
        if statement.startswith("PRAGMA synchronous="):
            waits = statement.partition("=")[2]
        elif statement.startswith("INSERT INTO event_logs"):
            inserted |= {(kind, waits) for kind in re.findall(r"'([A-Z_]{6,})'", statement)}
    assert {("PIPELINE_START", "FULL"), ("PIPELINE_SUCCESS", "FULL"), ("ASSET_MATERIALIZATION", "NORMAL")} <= inserted
    assert {wait for kind, wait in inserted if not kind.startswith("PIPELINE_")} == {"NORMAL"}
