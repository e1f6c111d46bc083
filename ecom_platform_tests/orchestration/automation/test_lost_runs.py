"""A run whose process was killed is found, as is one that nobody tries again; one that goes on is left alone."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import dagster as dg
import psutil
import pytest
from dagster._core.events import EngineEventData
from dagster._core.storage.tags import AUTO_RETRY_RUN_ID_TAG, WILL_RETRY_TAG
from dagster._daemon.auto_run_reexecution.auto_run_reexecution import filter_runs_to_should_retry

from ecom_platform.orchestration.automation.lost_runs import (
    ANSWER_SECONDS,
    HOST_TAG,
    lost_runs,
    overlooked_runs,
    report_again,
    will_be_tried_again,
)

HERE = {HOST_TAG: socket.gethostname()}
LAUNCHED = {".dagster/grpc_info": json.dumps({"host": "localhost", "socket": "/tmp/some"})}
LAUNCHED_ELSEWHERE = {".dagster/grpc_info": json.dumps({"host": "code", "port": 4000})}


@dg.job
def work() -> None:
    pass


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        yield instance


def started(instance: dg.DagsterInstance, tags: dict[str, str], pid: int | None) -> str:
    run = instance.create_run_for_job(work, tags=tags, status=dg.DagsterRunStatus.STARTED)
    if pid is not None:
        instance.report_engine_event("Executing steps in process", run, EngineEventData.in_process(pid))
    return run.run_id


def found(instance: dg.DagsterInstance) -> list[str]:
    return [run.run_id for run in lost_runs(instance)]


@pytest.fixture
def killed() -> int:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    process.kill()
    process.wait()
    return process.pid


@pytest.mark.parametrize("tags", [HERE, LAUNCHED], ids=["by ecom run", "by the daemon"])
def test_a_run_whose_process_was_killed_is_lost(instance: dg.DagsterInstance, killed: int, tags: dict[str, str]) -> None:
    run = started(instance, tags, killed)
    assert found(instance) == [run]


def test_one_that_is_known_to_have_failed_is_not_found_again(instance: dg.DagsterInstance, killed: int) -> None:
    started(instance, HERE, killed)
    for run in lost_runs(instance):
        instance.report_run_failed(run)
    assert found(instance) == []


def test_one_that_ends_well_while_it_is_looked_at_is_not_lost(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = started(instance, HERE, os.getpid())

    def ends(pid: int) -> NoReturn:
        instance.report_dagster_event(dg.DagsterEvent(dg.DagsterEventType.RUN_SUCCESS.value, work.name), run)
        raise psutil.NoSuchProcess(pid)

    monkeypatch.setattr(psutil, "Process", ends)
    assert found(instance) == []


def test_one_whose_process_goes_on_is_not(instance: dg.DagsterInstance) -> None:
    started(instance, HERE, os.getpid())
    assert found(instance) == []


def test_one_that_has_not_said_its_process_is_not(instance: dg.DagsterInstance) -> None:
    started(instance, HERE, None)
    assert found(instance) == []


@pytest.mark.parametrize("tags", [{HOST_TAG: "another"}, LAUNCHED_ELSEWHERE, {}], ids=["host", "server", "unknown"])
def test_one_of_another_machine_is_not(instance: dg.DagsterInstance, killed: int, tags: dict[str, str]) -> None:
    started(instance, tags, killed)
    assert found(instance) == []


def test_a_process_that_only_inherited_the_number_is_not_the_runs(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecom_platform.orchestration.automation.lost_runs._TOLERANCE_SECONDS", -1e9)
    run = started(instance, HERE, os.getpid())
    assert found(instance) == [run]


@pytest.mark.parametrize(
    ("seconds_ago", "tags", "overlooked"),
    [
        (ANSWER_SECONDS + 1, {WILL_RETRY_TAG: "true"}, True),
        (ANSWER_SECONDS - 1, {WILL_RETRY_TAG: "true"}, False),
        (ANSWER_SECONDS + 1, {WILL_RETRY_TAG: "true", AUTO_RETRY_RUN_ID_TAG: "another"}, False),
        (ANSWER_SECONDS + 1, {WILL_RETRY_TAG: "false"}, False),
    ],
    ids=["to be tried again", "just now", "tried again", "not to be"],
)
def test_a_failure_that_no_retry_followed_is_overlooked(
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
    seconds_ago: float,
    tags: dict[str, str],
    overlooked: bool,
) -> None:
    run = instance.create_run_for_job(work, status=dg.DagsterRunStatus.STARTED)
    instance.report_run_failed(run)
    instance.add_run_tags(run.run_id, tags)
    later = (instance.get_run_records()[0].end_time or 0) + seconds_ago
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: later)
        assert [each.run_id for each in overlooked_runs(instance)] == [run.run_id] * overlooked


def test_a_failure_that_is_reported_again_is_looked_at_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecom_platform.orchestration.automation.lost_runs.ANSWER_SECONDS", 0)
    retries = {"run_retries": {"enabled": True, "max_retries": 3, "retry_on_asset_or_op_failure": False}}
    with dg.DagsterInstance.local_temp(str(tmp_path), overrides=retries) as instance:
        run = instance.create_run_for_job(work, status=dg.DagsterRunStatus.STARTED)
        instance.report_run_failed(run)
        (overlooked,) = overlooked_runs(instance)
        assert will_be_tried_again(instance.get_run_records()[0])
        report_again(instance, overlooked)
        failures = instance.event_log_storage.get_logs_for_all_runs_by_log_id(
            dagster_event_type={dg.DagsterEventType.RUN_FAILURE}
        )
        assert len(failures) == 2
        assert [each.run_id for each in filter_runs_to_should_retry(instance.get_runs(), instance)] == [run.run_id]
        # Who is not heard the second time, because the run's backfill has ended, gives up: nobody is waited for any more.
        assert overlooked_runs(instance) == []
        assert not will_be_tried_again(instance.get_run_records()[0])
