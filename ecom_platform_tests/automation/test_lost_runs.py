"""A run whose process was killed is found; one that goes on, or that this machine cannot know of, is left alone."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import dagster as dg
import psutil
import pytest
from dagster._core.events import EngineEventData

from ecom_platform.automation.lost_runs import HOST_TAG, lost_runs

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
    monkeypatch.setattr("ecom_platform.automation.lost_runs._TOLERANCE_SECONDS", -1e9)
    run = started(instance, HERE, os.getpid())
    assert found(instance) == [run]
