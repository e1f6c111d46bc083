"""Adding an alert sink as CONTRIBUTING.md says: two files, and it gets alerts once its setting is set."""

from __future__ import annotations

import socket
from pathlib import Path

from ecom_platform_tests.contributing.guide import Copy

STORY = """
import sys
from pathlib import Path
from ecom_platform.alerts.message import Event, Message
from ecom_platform.alerts.sinks import sinks
from ecom_platform.settings import Settings

message = Message("1", Event.RAISED, "incident", "Orders are missing", "None came.", "", "2026-01-01T00:00:00")
found = sinks(Settings.load({"ECOM_ALERT_SYSLOG": f"127.0.0.1:{sys.argv[1]}"}).alerts, Path("alerts.jsonl"))
print([sink.name for sink in found], [sink.name for sink in sinks(Settings.load({}).alerts, Path("alerts.jsonl"))])
found[0].send(message)
"""


def test_two_files_make_a_sink_that_gets_alerts_once_its_setting_is_set(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    assert len(copy.apply("Add an alert sink")) == 2
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)
        answer = copy.python("-c", STORY, str(server.getsockname()[1]))
        assert answer.returncode == 0, answer.stderr
        assert answer.stdout.strip() == "['syslog'] ['file', 'console']"
        assert b"Orders are missing" in server.recv(1000)
