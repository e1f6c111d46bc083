"""`ecom dashboard`: the pages on loopback, for those who may reach them, and nothing else of the home."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PROGRAM = (sys.executable, "-c", "from ecom_platform.cli import main; main()", "dashboard")
PATIENCE_SECONDS = 120


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"ECOM_HOME": str(home)}
    return subprocess.run([*PROGRAM, *arguments], env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS)


def test_without_pages_it_says_what_makes_them(tmp_path: Path) -> None:
    answer = run(tmp_path)
    assert answer.returncode == 2
    assert answer.stderr == f"ecom: there are no pages in {tmp_path}/dashboard yet: `ecom run` makes them.\n"


def test_an_address_that_others_can_reach_needs_a_token(tmp_path: Path) -> None:
    answer = run(tmp_path, "--host", "0.0.0.0")
    assert answer.returncode == 2
    assert "ECOM_UI_TOKEN" in answer.stderr


def test_its_help_has_an_example(tmp_path: Path) -> None:
    assert "ecom dashboard --port 3180" in run(tmp_path, "--help").stdout


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    for name, text in {
        "dashboard/kpi.en.html": "the page",
        "dashboard/.kpi.part": "half",
        "insights/report.html": "report",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "warehouse.duckdb").write_text("secret")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [*PROGRAM, "--port", str(port)],
        env=os.environ | {"ECOM_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.1)
    yield port, process
    process.kill()
    process.communicate()


def ask(port: int, path: str, host: str = "") -> tuple[int, str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers={"host": host or f"127.0.0.1:{port}"})
    answer = connection.getresponse()
    return answer.status, answer.read().decode(), answer.getheader("content-type", "")


def test_it_serves_the_pages_and_the_report_and_stops_at_once(served: tuple[int, subprocess.Popen[str]]) -> None:
    port, process = served
    assert ask(port, "/dashboard/kpi.en.html") == (200, "the page", "text/html; charset=utf-8")
    assert ask(port, "/insights/report.html")[:2] == (200, "report")
    assert ask(port, "/")[0] == 307
    for hidden in (
        "/dashboard/.kpi.part",
        "/dashboard/..%2fwarehouse.duckdb",
        "/dashboard/../warehouse.duckdb",
        "/other/x",
        "/dashboard/",
    ):
        assert ask(port, hidden)[0] == 404, hidden
    assert ask(port, "/dashboard/kpi.en.html", host="evil.example")[0] == 421
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode in (0, 130)
    assert "Traceback" not in err
    assert out == f"The dashboard is at http://127.0.0.1:{port} (Ctrl-C stops it).\n"
