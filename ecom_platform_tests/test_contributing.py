"""CONTRIBUTING's how-to's, carried out: its own differences, applied to a copy of the code, do what it says they do."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
GUIDE = (CHECKOUT / "CONTRIBUTING.md").read_text()
NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4}


def section(title: str) -> str:
    """The text of a section, up to the next."""
    return GUIDE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def apply(difference: str, folder: Path) -> None:
    """Applies a unified difference whose hunks carry no line numbers: each must fit in exactly one place."""
    for changed in re.split(r"^--- .*\n", difference, flags=re.MULTILINE)[1:]:
        header, *hunks = re.split(r"^@@\n", changed, flags=re.MULTILINE)
        path = folder / header.removeprefix("+++ b/").strip()
        text = path.read_text()
        for hunk in hunks:
            lines = hunk.splitlines(keepends=True)
            before = "".join(line[1:] for line in lines if line[0] in " -")
            after = "".join(line[1:] for line in lines if line[0] in " +")
            assert text.count(before) == 1, f"{path.name} has {text.count(before)} places for:\n{before}"
            text = text.replace(before, after)
        path.write_text(text)


Run = Callable[[str, str], str]


@pytest.fixture
def follow(tmp_path: Path) -> Run:
    """`follow(title, program)`: what a program prints after a section's difference was applied to a copy of the code."""

    def run(title: str, program: str) -> str:
        (difference,) = re.findall(r"```diff\n(.*?)```", section(title), re.DOTALL)
        for part in ("ecom_platform", "sql"):
            shutil.copytree(CHECKOUT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
        apply(difference, tmp_path)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ECOM_")}
        answer = subprocess.run(
            [sys.executable, "-c", program],
            cwd=tmp_path,
            env=environment | {"PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    return run


@pytest.mark.parametrize("title", re.findall(r"^## (Add an? .*)$", GUIDE, re.MULTILINE))
def test_a_how_to_names_as_many_files_as_it_changes(title: str) -> None:
    text = section(title)
    changed = re.findall(r"^\+\+\+ b/(\S+)$", text, re.MULTILINE)
    named = re.search(r"\b(one|two|three|four) files?\b", text, re.IGNORECASE)
    if changed:
        assert named is not None
        assert NUMBERS[named[1].lower()] == len(set(changed)) == len(changed)


def test_an_invariant_is_asked_of_its_table_in_every_run(follow: Run) -> None:
    program = """
from datetime import UTC, date, datetime
from pathlib import Path
import pyarrow as pa
from ecom_platform.quality.checks.validation import validate
from ecom_platform.tables import CATALOG
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse

sessions, warehouse = CATALOG["marts.dm_funnel_events"], DuckDBWarehouse(Path("warehouse.duckdb"))
month, noon = date(2026, 1, 1), datetime(2026, 1, 5, 12, tzinfo=UTC)
users = CATALOG["clean.users"]
user = dict.fromkeys(users.column_names) | {"user_id": "u", "signup_month": month}
warehouse.replace({users: pa.Table.from_pylist([user], schema=users.arrow_schema)}, ["2026-01-01"])
for begins, ends in ((11, 12), (12, 12), (13, 12)):
    row = {"user_id": "u", "session_id": "s", "signup_month": month}
    row |= {"session_start": noon.replace(hour=begins), "session_end": noon.replace(hour=ends)}
    rows = pa.Table.from_pylist([dict.fromkeys(sessions.column_names) | row], schema=sessions.arrow_schema)
    warehouse.replace({sessions: rows}, ["2026-01-01"])
    broken = [breach.rule.words for breach in validate(warehouse, sessions, ["2026-01-01"]).breaches]
    print("a session does not end before it begins" in broken)
"""
    assert follow("Add a check", program).split() == ["False", "False", "True"]


def test_a_sink_gets_alerts_once_its_setting_is_set(follow: Run) -> None:
    program = """
import sys
from pathlib import Path
from ecom_platform.alerts.message import Event, Message
from ecom_platform.alerts.sinks import sinks
from ecom_platform.settings import Settings

message = Message("1", Event.RAISED, "incident", "Orders are missing", "None came.", "", "2026-01-01T00:00:00")
found = sinks(Settings.load({"ECOM_ALERT_SYSLOG": "127.0.0.1:PORT"}).alerts, Path("alerts.jsonl"))
print([sink.name for sink in found], [sink.name for sink in sinks(Settings.load({}).alerts, Path("alerts.jsonl"))])
found[0].send(message)
"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)
        said = follow("Add an alert sink", program.replace("PORT", str(server.getsockname()[1])))
        assert said.strip() == "['syslog'] ['file', 'console']"
        assert b"Orders are missing" in server.recv(1000)


def test_the_words_are_in_the_order_of_the_alphabet() -> None:
    words = re.findall(r"^\| ([a-z][^|]*) \|", section("Words"), re.MULTILINE)[1:]
    assert len(words) > 20
    assert words == sorted(words)


def test_the_map_shows_what_there_is() -> None:
    rooms = re.findall(r"^      ([a-z_]+)(/|\.py)\s", section("The map"), re.MULTILINE)
    there = {path.stem for path in (CHECKOUT / "ecom_platform").iterdir() if not path.name.startswith("_")}
    assert {name for name, _ in rooms} == there - {"variables"}
    for name, ending in rooms:
        assert (CHECKOUT / "ecom_platform" / f"{name}{ending}").exists()
