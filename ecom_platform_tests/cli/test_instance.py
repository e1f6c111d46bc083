"""Dagster's home: however many processes meet at a new one, and whenever they are killed, it ends up whole; one that is
damaged, or whose disk is full, is a sentence."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from ecom_platform.cli.instance import InstanceError, opened, prepare_home
from ecom_platform.settings import Settings

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


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("prepared")
    with pytest.MonkeyPatch.context() as context:
        context.setenv("DAGSTER_HOME", "")
        prepare_home(Settings(home=home))
    return home


@pytest.fixture
def settings(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Those of a prepared home that may be damaged."""
    monkeypatch.setenv("DAGSTER_HOME", "")
    return Settings(home=Path(shutil.copytree(prepared, tmp_path / "home")))


def use(settings: Settings) -> None:
    with opened(settings) as instance:
        instance.get_runs()
        instance.all_asset_keys()
        instance.all_instigator_state()


def refusal(settings: Settings) -> str:
    with pytest.raises(InstanceError) as raised:
        use(settings)
    message = str(raised.value)
    assert str(settings.dagster_home) in message
    assert message.endswith(".")
    assert "\n" not in message
    return message


def test_a_home_that_is_whole_can_be_used(settings: Settings) -> None:
    use(settings)


@pytest.mark.parametrize("name", ["history/runs.db", "history/runs/index.db", "schedules/schedules.db"])
@pytest.mark.parametrize("whole", [True, False])
def test_a_damaged_database_is_named_with_the_way_out(settings: Settings, name: str, whole: bool) -> None:
    path = settings.dagster_home / name
    content = path.read_bytes()
    path.write_bytes(b"no database at all" * 1000 if whole else content[:2048] + b"\xff" * (len(content) - 2048))
    assert f"{path} is damaged; restore it from a backup" in refusal(settings)


@pytest.mark.parametrize(
    "configuration",
    [
        "telemetry: [",
        "just a text",
        "- a\n- list",
        "telemetry:\n  enabled: perhaps",
        "no_such_part: {}",
        "\x00\x01",
        "event_log_storage:\n  module: no.such.module\n  class: Nothing\n  config: {}",
        "run_launcher:\n  module: os\n  class: getcwd\n  config: {}",
        "run_coordinator:\n  module: dagster\n  class: NoSuchClass",
    ],
)
def test_a_configuration_that_cannot_be_used_is_named_with_the_way_out(settings: Settings, configuration: str) -> None:
    (settings.dagster_home / "dagster.yaml").write_text(configuration)
    assert "dagster.yaml, cannot be used" in refusal(settings)


def test_a_configuration_that_is_no_text_is_named_too(settings: Settings) -> None:
    (settings.dagster_home / "dagster.yaml").write_bytes(b"telemetry: \xff\xfe")
    assert "dagster.yaml, cannot be used" in refusal(settings)


def test_a_disk_that_fills_up_in_the_middle_is_told(settings: Settings, tmp_path: Path) -> None:
    full = create_engine(f"sqlite:///{tmp_path / 'full.db'}")
    with full.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 4")
        with pytest.raises(InstanceError, match=r"database or disk is full.*free some space"), opened(settings):
            connection.exec_driver_sql("CREATE TABLE rows AS SELECT zeroblob(100000) AS content")
    full.dispose()


def test_a_run_whose_events_find_no_room_ends_in_one_sentence(tmp_path: Path) -> None:
    limited = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (700 * 1024,) * 2); "
        "from ecom_platform.cli import main; main()"
    )
    small = {"ECOM_HOME": str(tmp_path), "ECOM_USERS": "50", "ECOM_START_MONTH": "2026-01", "ECOM_AS_OF": "2026-01-20"}
    answer = subprocess.run(
        [sys.executable, "-c", limited, "run"], env=os.environ | small, capture_output=True, text=True, timeout=300
    )
    assert answer.returncode == 1
    assert re.fullmatch(r"ecom: Dagster's instance \S+ cannot be used \(.*disk I/O error\): .*\n", answer.stderr)
    assert "Traceback" not in answer.stdout
