"""Ctrl-C and SIGTERM on `ecom run`: one line, the exit code of the signal, a run that is canceled, and whole tables."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from ecom_platform.cli import interruption
from ecom_platform.cli.interruption import noticed
from ecom_platform.warehouse.duckdb.connections import explained

PROGRAM = (sys.executable, "-c", "from ecom_platform.cli import main; main()", "run", "--select", "group:raw")
PATIENCE_SECONDS = 240


def started(home: Path) -> int:
    """Steps that the home's run has begun."""
    for path in (home / "dagster" / "history" / "runs").glob("????????-*.db"):
        with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as events:
            query = "SELECT count(*) FROM event_logs WHERE dagster_event_type = 'STEP_START'"
            return int(events.execute(query).fetchone()[0])
    return 0


def statuses(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / "dagster" / "history" / "runs.db")) as runs:
        return [status for (status,) in runs.execute("SELECT status FROM runs")]


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_a_run_that_is_interrupted_says_so_in_one_line(tmp_path: Path, number: signal.Signals) -> None:
    small = {"ECOM_HOME": str(tmp_path), "ECOM_USERS": "20000", "ECOM_START_MONTH": "2026-01", "ECOM_AS_OF": "2026-03-20"}
    process = subprocess.Popen(PROGRAM, env=os.environ | small, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while started(tmp_path) < 2:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
    process.send_signal(number)
    shown, told = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 128 + number
    (line,) = told.splitlines()
    assert line.startswith("ecom: interrupted: run ")
    assert line.endswith("what it had finished is kept.")
    assert not shown.strip()
    assert statuses(tmp_path) == ["CANCELED"]


def test_an_interruption_that_is_swallowed_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interruption, "AGAIN_SECONDS", 0.2)
    calls: list[str] = []
    swallowed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: swallowed.append(number))
    try:
        with noticed(lambda: calls.append("stop")) as came:
            os.kill(os.getpid(), signal.SIGINT)
            deadline = time.monotonic() + 30
            while len(swallowed) < 3:
                assert time.monotonic() < deadline
                time.sleep(0.05)
    finally:
        signal.signal(signal.SIGINT, before)
    assert came == [signal.SIGINT]
    assert calls == ["stop"]


def test_duckdb_that_notices_an_interruption_is_interrupted() -> None:
    with pytest.raises(KeyboardInterrupt), explained("reading failed"):
        raise RuntimeError("Query interrupted")
