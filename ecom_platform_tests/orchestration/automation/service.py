"""The platform as a service: a real instance with its daemon in processes of their own, and a clock that a test sets."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest.mock import patch

import dagster as dg
from dagster._core.execution.backfill import BulkActionsFilter, BulkActionStatus

from ecom_platform.cli.instance import prepare_home
from ecom_platform.orchestration.automation.jobs import GENERATE
from ecom_platform.orchestration.automation.schedules import daily_name
from ecom_platform.settings import Settings
from ecom_platform.tables import CATALOG
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform_tests.alerts.receivers import free_port

LANDED = [
    dg.AssetKey([table.layer, table.name])
    for table in CATALOG.values()
    if table.partitioned and table.layer in ("raw", "violations", "quarantine", "clean")
]
"""What a person backfills to land months again; the marts follow."""

CLOCK = Path(__file__).parent / "clock"
REPOSITORY = Path(__file__).parents[3]
QUIET_SECONDS = 8.0
PATIENCE_SECONDS = 900.0

_TELLING = ("ecom/as_of", "dagster/schedule_name", "dagster/backfill", "dagster/parent_run_id", "dagster/retry_number")
_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


@dataclass
class Service:
    home: Path
    now: datetime
    variables: dict[str, str] = field(default_factory=dict)
    daemon: subprocess.Popen[bytes] | None = None
    webserver: subprocess.Popen[bytes] | None = None
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        with patch.dict(os.environ):
            prepare_home(self.settings)
        configuration = self.settings.dagster_home / "dagster.yaml"
        # A test has not the patience of a service.
        configuration.write_text(configuration.read_text().replace("poll_interval_seconds: 30", "poll_interval_seconds: 5"))
        self.set_clock(self.now)

    @cached_property
    def settings(self) -> Settings:
        return Settings.load({"ECOM_HOME": str(self.home), **self.variables})

    @cached_property
    def instance(self) -> dg.DagsterInstance:
        with patch.dict(os.environ, {"DAGSTER_HOME": str(self.settings.dagster_home)}):
            return dg.DagsterInstance.from_config(str(self.settings.dagster_home))

    @property
    def warehouse(self) -> DuckDBWarehouse:
        return DuckDBWarehouse(self.settings.warehouse_path, wait_seconds=120)

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("ECOM_")}
        return inherited | {
            "ECOM_HOME": str(self.home),
            "DAGSTER_HOME": str(self.settings.dagster_home),
            "CLOCK_FILE": str(self.home / "clock"),
            "PYTHONPATH": os.pathsep.join([str(CLOCK), str(REPOSITORY)]),
            **self.variables,
        }

    def set_clock(self, now: datetime) -> None:
        self.now = now
        beside = self.home / "clock.new"
        beside.write_text(repr((now - datetime.now(UTC)).total_seconds()))
        beside.replace(self.home / "clock")

    def start(self, webserver: bool = False) -> None:
        self.daemon = self._process("daemon", "dagster._daemon", "run")
        if webserver:
            self.webserver = self._process("webserver", "dagster_webserver", "-h", "127.0.0.1", "-p", str(self.port))

    def _process(self, name: str, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.home / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", module, *arguments, "-m", "ecom_platform.definitions"],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def stop(self) -> None:
        for process in (self.webserver, self.daemon):
            if process is not None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(timeout=60)
        self.daemon = self.webserver = None

    def kill(self) -> None:
        """kill -9 of the daemon, the webserver and every process that they have started, wherever those are now."""
        ours = f"DAGSTER_HOME={self.settings.dagster_home}".encode()
        for process in Path("/proc").iterdir():
            try:
                if process.name.isdigit() and ours in (process / "environ").read_bytes().split(b"\0"):
                    os.kill(int(process.name), signal.SIGKILL)
            except (OSError, ValueError):
                continue
        for child in (self.webserver, self.daemon):
            if child is not None:
                child.wait(timeout=60)
        self.daemon = self.webserver = None

    def switch_on(self) -> None:
        """Switches the daily schedule on, as a person does."""
        subprocess.run(
            [
                *(sys.executable, "-m", "dagster", "schedule", "start", "-m", "ecom_platform.definitions"),
                daily_name(GENERATE),
            ],
            env=self.environment,
            check=True,
            capture_output=True,
        )

    def launch(self, *arguments: str) -> None:
        """Queues a run of a job from the command line of Dagster."""
        subprocess.run(
            [sys.executable, "-m", "dagster", "job", "launch", "-m", "ecom_platform.definitions", *arguments],
            env=self.environment,
            check=True,
            capture_output=True,
        )

    def backfill(self, assets: Sequence[dg.AssetKey], partitions: Sequence[str]) -> str:
        """Asks the webserver for a backfill, as the UI does. Returns its id."""
        mutation = """
            mutation ($parameters: LaunchBackfillParams!) {
              launchPartitionBackfill(backfillParams: $parameters) {
                __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message }
              }
            }"""
        parameters = {"assetSelection": [{"path": key.path} for key in assets], "partitionNames": list(partitions)}
        body = json.dumps({"query": mutation, "variables": {"parameters": parameters}}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/graphql", body, {"Content-Type": "application/json"})
        deadline = time.monotonic() + 120
        said: Any = "no answer"
        # The webserver answers once its code is loaded.
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    said = json.load(answer)
                    return str(said["data"]["launchPartitionBackfill"]["backfillId"])
            except (OSError, KeyError):
                time.sleep(0.5)
        raise AssertionError(f"the webserver launches no backfill: {said}")

    def backfill_statuses(self) -> dict[str, int]:
        """How many backfills there are in each status."""
        return dict(Counter(backfill.status.value for backfill in self.instance.get_backfills()))

    def unfinished(self) -> list[str]:
        return [run.run_id for run in self.instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED))]

    def backfills(self) -> list[str]:
        """Backfills that are not done."""
        wanted = BulkActionsFilter(statuses=[BulkActionStatus.REQUESTED])
        return [backfill.backfill_id for backfill in self.instance.get_backfills(wanted)]

    def scheduled(self) -> int:
        """Runs that the daily schedule has started, by their days."""
        return len({run.tags["ecom/as_of"] for run in self.instance.get_runs() if "ecom/as_of" in run.tags})

    def history(self) -> str:
        """The last runs, the newest first, and why those that failed did: what a failed assertion should say."""
        failures = {dg.DagsterEventType.RUN_FAILURE, dg.DagsterEventType.STEP_FAILURE}
        lines = []
        for run in self.instance.get_runs(limit=20):
            tags = {name: value for name, value in run.tags.items() if name in _TELLING}
            lines.append(f"{run.run_id[:8]} {run.job_name} {run.status.value} {tags}")
            lines += [f"    {failed.user_message}" for failed in self.instance.all_logs(run.run_id, of_type=failures)]
        return "\n".join(lines)

    def wait(self, condition: object = None, quiet: float = QUIET_SECONDS) -> None:
        """Waits until a condition holds and, after it, until no run has been there for some seconds."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        calm_since = time.monotonic()
        while True:
            if self.daemon is not None and self.daemon.poll() is not None:
                raise AssertionError(f"the daemon has ended:\n{(self.home / 'daemon.log').read_text()[-3000:]}")
            busy = bool(self.unfinished() or self.backfills()) or (callable(condition) and not condition())
            if busy:
                calm_since = time.monotonic()
            elif time.monotonic() - calm_since > quiet:
                return
            if time.monotonic() > deadline:
                raise AssertionError(f"too long:\n{(self.home / 'daemon.log').read_text()[-3000:]}")
            time.sleep(0.5)
