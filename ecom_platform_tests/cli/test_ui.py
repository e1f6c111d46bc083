"""`ecom ui`: one for a home, for those who may reach it, and nothing of it is left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

PROGRAM = (sys.executable, "-c", "from ecom_platform.cli import main; main()", "ui")
PATIENCE_SECONDS = 180
"""For processes to start and end on a busy machine."""


def ui(home: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"ECOM_HOME": str(home)} | settings
    return subprocess.run([*PROGRAM, *arguments], env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "shop.example"])
def test_an_address_that_others_can_reach_needs_a_token(tmp_path: Path, host: str) -> None:
    answer = ui(tmp_path, "--host", host)
    assert answer.returncode == 2
    assert "ECOM_UI_TOKEN" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_the_webserver_alone_needs_it_too(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "ecom_platform.orchestration.servers", "webserver", "-h", "0.0.0.0", "-p", "1"],
        env=os.environ | {"ECOM_HOME": str(tmp_path), "DAGSTER_HOME": str(tmp_path)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert answer.returncode == 1
    assert "ECOM_UI_TOKEN" in answer.stderr.splitlines()[-1]


def test_a_second_one_over_the_same_home_says_so(tmp_path: Path) -> None:
    home = tmp_path / "dagster"
    home.mkdir()
    with FileLock(home / ".ui.lock"):
        answer = ui(tmp_path)
    assert answer.returncode == 2
    assert "serves" in answer.stderr
    assert str(home) in answer.stderr


def test_its_servers_end_with_it_even_when_it_is_killed(tmp_path: Path) -> None:
    environment = os.environ | {"ECOM_HOME": str(tmp_path), "ECOM_USERS": "100"}
    shell = subprocess.Popen(
        [*PROGRAM, "--port", "3979"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        family: list[psutil.Process] = []

        def all_started() -> bool:
            family[:] = psutil.Process(shell.pid).children(recursive=True)
            return len(family) >= 4

        until(all_started)
        shell.kill()
        shell.wait()
        until(lambda: not psutil.wait_procs(family, timeout=0)[1])
    finally:
        for process in (process for process in family if process.is_running()):
            process.kill()


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)
