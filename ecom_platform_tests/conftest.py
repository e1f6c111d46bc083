"""What holds for every test (in CI nothing skips: a gate that skips is open), and the platform that many tests look at."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import NamedTuple

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

# Properties are judged by what they find, not by how fast the machine is.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

SMALL_WORLD = {"ECOM_USERS": "1000", "ECOM_START_MONTH": "2026-01", "ECOM_AS_OF": "2026-03-20"}
"""Three signup months."""


class Built(NamedTuple):
    """A home that `ecom run` has filled, and what it printed."""

    home: Path
    out: str


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The whole platform over the small world, built once for all test processes. To change it, copy the home."""
    own = tmp_path_factory.getbasetemp()
    folder = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    home, printed = folder / "built" / "home", folder / "built" / "out.txt"
    with FileLock(folder / "built.lock"):
        if not printed.exists():
            program = [sys.executable, "-c", "from ecom_platform.cli import main; main()", "run"]
            environment = os.environ | SMALL_WORLD | {"ECOM_HOME": str(home)}
            run = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
            assert run.returncode == 0, run.stdout + run.stderr
            printed.write_text(run.stdout)
    return Built(home, printed.read_text())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,  # noqa: ARG001
    call: pytest.CallInfo[None],  # noqa: ARG001
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    # A test that is expected to fail has run.
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI"):
        report.outcome = "failed"
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
        report.longrepr = f"in CI everything must run, and this did not. {reason}"
    return report
