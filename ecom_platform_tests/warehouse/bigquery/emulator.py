"""The BigQuery emulator as a process, reached over the wire by the official client; and warehouses in it.

It lives in an environment of its own, `.venv-emulator`, which `make test-bigquery` installs; without it the tests that
need it are skipped, and say why.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ecom_platform.tables import CATALOG
from ecom_platform.warehouse.bigquery.jobs import Bill, Jobs
from ecom_platform.warehouse.bigquery.layout import requires_filter
from ecom_platform.warehouse.bigquery.options import BigQueryOptions
from ecom_platform.warehouse.bigquery.warehouse import BigQueryWarehouse
from ecom_platform_tests.warehouse.bigquery.lint import faults

REPOSITORY = Path(__file__).parents[3]
PYTHON = REPOSITORY / ".venv-emulator" / "bin" / "python"
START_SECONDS = 120
PROJECT = "ecom-tests"


@dataclass(frozen=True)
class Emulator:
    """A running emulator: its address, and where its engine keeps the data."""

    address: str
    folder: Path

    def options(self, prefix: str | None = None) -> BigQueryOptions:
        """A warehouse of its own in it, unless a prefix names one."""
        return BigQueryOptions(project=PROJECT, dataset_prefix=prefix or f"t{uuid.uuid4().hex[:12]}_")

    def environment(self, options: BigQueryOptions) -> dict[str, str]:
        """What a process needs in its environment to have that warehouse as its target."""
        return {
            "BIGQUERY_EMULATOR_HOST": self.address,
            "ECOM_TARGET": "bigquery",
            "ECOM_BIGQUERY_PROJECT": options.project,
            "ECOM_BIGQUERY_DATASET_PREFIX": options.dataset_prefix,
        }


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    if not PYTHON.exists():
        pytest.skip("The BigQuery emulator is not installed: `make test-bigquery` installs it, and needs Python 3.13.")
    folder = tmp_path_factory.mktemp("emulator")
    port, grpc_port = _free_port(), _free_port()
    command = [str(PYTHON), str(Path(__file__).with_name("emulator_main.py")), str(port), str(grpc_port), str(folder / "data")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        running = Emulator(f"http://127.0.0.1:{port}", folder)
        _wait_for(running, process)
        before = os.environ.get("BIGQUERY_EMULATOR_HOST")
        os.environ["BIGQUERY_EMULATOR_HOST"] = running.address
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Jobs, "query", _linted(Jobs.query))
            yield running
        os.environ.pop("BIGQUERY_EMULATOR_HOST")
        if before is not None:
            os.environ["BIGQUERY_EMULATOR_HOST"] = before
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def bigquery_warehouse(emulator: Emulator) -> BigQueryWarehouse:
    """An empty warehouse, over the wire."""
    return BigQueryWarehouse(emulator.options())


def _linted(query: Callable[..., Any]) -> Callable[..., Any]:
    """What the emulator takes and the service would not must not pass unnoticed: every script goes through the lint."""

    def checked(jobs: Jobs, sql: str, labels: Mapping[str, str], bill: Bill | None = None) -> Any:
        if labels["operation"] not in ("person", "cost"):
            dataset = jobs.options.dataset
            filtered = {f"{dataset(table.layer)}.{table.name}" for table in CATALOG.values() if requires_filter(table)}
            assert faults(sql, filtered) == [], sql
        return query(jobs, sql, labels, bill)

    return checked


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(emulator: Emulator, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the emulator ended at once: {(emulator.folder / 'log').read_text()[-2000:]}")
        try:
            urllib.request.urlopen(f"{emulator.address}/bigquery/v2/projects", timeout=5).close()
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
        else:
            return
    raise TimeoutError("the emulator did not answer")
