"""A new Dagster home: however many processes meet at it, and whenever they are killed, it ends up whole."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

PREPARE = (
    "from ecom_platform.cli.instance import prepare_home; from ecom_platform.settings import Settings; "
    "prepare_home(Settings.load())"
)
OPEN = "import dagster; dagster.DagsterInstance.get().get_runs()"


def started(home: Path, code: str) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ECOM_", "DAGSTER_"))}
    return subprocess.Popen([sys.executable, "-c", code], env={**environment, "ECOM_HOME": str(home)})


def revisions(home: Path) -> dict[str, int]:
    """How many revisions each of the home's databases says that it is at: one, unless it is broken."""
    found = {}
    for path in (home / "dagster").rglob("*.db"):
        with sqlite3.connect(path) as database:
            found[path.name] = len(database.execute("SELECT version_num FROM alembic_version").fetchall())
    return found


def test_processes_that_meet_at_a_new_home_share_one_instance(tmp_path: Path) -> None:
    together = [started(tmp_path, f"{PREPARE}; {OPEN}") for _ in range(4)]
    assert [process.wait(timeout=120) for process in together] == [0] * 4
    assert revisions(tmp_path) == {"runs.db": 1, "index.db": 1, "schedules.db": 1}


@pytest.mark.parametrize("moves", [0, 1, 2])
def test_a_home_is_whole_after_a_kill_amid_its_preparation(tmp_path: Path, moves: int) -> None:
    dying = (
        "import os, signal; from itertools import count; from pathlib import Path; rename = Path.rename; moved = count(); "
        f"Path.rename = lambda *at: rename(*at) if next(moved) < {moves} else os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert started(tmp_path, f"{dying}; {PREPARE}").wait(timeout=60) == -signal.SIGKILL
    assert not (tmp_path / "dagster" / "dagster.yaml").exists()
    assert started(tmp_path, f"{PREPARE}; {OPEN}").wait(timeout=60) == 0
    assert revisions(tmp_path) == {"runs.db": 1, "index.db": 1, "schedules.db": 1}
    assert not list((tmp_path / "dagster").glob(".preparing"))


def test_an_instance_that_is_there_keeps_its_history(tmp_path: Path) -> None:
    kept = tmp_path / "dagster" / "history" / "runs.db"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"a history")
    assert started(tmp_path, PREPARE).wait(timeout=60) == 0
    assert kept.read_bytes() == b"a history"
