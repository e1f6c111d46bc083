"""The sinks against real local servers."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ecom_platform.alerts.message import Event, Message
from ecom_platform.alerts.options import AlertOptions, MailServer
from ecom_platform.alerts.sinks import Console, File, Mail, Slack, Undelivered, Webhook, signature, sinks
from ecom_platform.settings import Settings, SettingsError

MESSAGE = Message(
    id="check:clean/orders:contract#1",
    event=Event.RAISED,
    incident="check:clean/orders:contract",
    title="clean/orders <broke> its contract",
    text="3 rows violate 'total_amount has a value'",
    link="http://127.0.0.1:3000/assets/clean/orders",
    at="2026-11-22T00:31:00Z",
    months=("2026-07-01",),
    rows=3,
    keys=("o1", "o2"),
)


@dataclass
class HttpServer:
    url: str
    status: int = 200
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def http() -> Iterator[HttpServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.requests.append((dict(self.headers), body))
            self.send_response(found.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = HttpServer(f"http://127.0.0.1:{server.server_port}/hook/top-secret-token")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_slack_gets_a_text_with_everything_escaped(http: HttpServer) -> None:
    Slack(http.url).send(MESSAGE)
    text = json.loads(http.requests[0][1])["text"]
    assert "clean/orders &lt;broke&gt; its contract" in text
    for part in ("2026-07-01", "rows: 3", "o1, o2", MESSAGE.link):
        assert part in text


def test_the_webhook_gets_the_message_signed(http: HttpServer) -> None:
    Webhook(http.url, "key").send(MESSAGE)
    headers, body = http.requests[0]
    assert json.loads(body)["id"] == headers["Idempotency-Key"] == MESSAGE.id
    assert headers["X-Ecom-Signature"] == signature("key", headers["X-Ecom-Timestamp"], body)
    assert headers["X-Ecom-Signature"] != signature("other key", headers["X-Ecom-Timestamp"], body)


def test_an_answer_other_than_success_is_undelivered_and_does_not_tell_the_address(http: HttpServer) -> None:
    http.status = 503
    with pytest.raises(Undelivered, match="the webhook answered 503") as raised:
        Slack(http.url).send(MESSAGE)
    assert "top-secret-token" not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize(
    "sink",
    [
        Slack(f"http://127.0.0.1:{closed_port()}/top-secret"),
        Webhook(f"http://127.0.0.1:{closed_port()}/top-secret", "top-secret"),
        Mail(MailServer("127.0.0.1", closed_port(), False, "a@b.example", ("c@d.example",), "user", "top-secret")),
    ],
)
def test_a_sink_that_cannot_be_reached_is_undelivered_and_tells_no_secret(sink: Slack | Webhook | Mail) -> None:
    with pytest.raises(Undelivered) as raised:
        sink.send(MESSAGE)
    assert "secret" not in str(raised.value)


def test_the_file_gets_a_line_of_json(tmp_path: Path) -> None:
    for _ in range(2):
        File(tmp_path / "alerts.jsonl").send(MESSAGE)
    lines = (tmp_path / "alerts.jsonl").read_text().splitlines()
    assert [json.loads(line)["id"] for line in lines] == [MESSAGE.id] * 2


def test_the_console_tells_it_too(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        Console().send(MESSAGE)
    assert MESSAGE.title in caplog.text
    assert MESSAGE.link in caplog.text


class TestSettings:
    def test_without_any_sink_alerts_go_to_a_file_and_the_console(self, tmp_path: Path) -> None:
        assert [sink.name for sink in sinks(AlertOptions(), tmp_path / "alerts.jsonl")] == ["file", "console"]

    def test_any_of_them_can_be_configured(self, tmp_path: Path) -> None:
        settings = Settings.load(
            {
                "ECOM_ALERT_SLACK_URL": "https://hooks.example.com/x",
                "ECOM_ALERT_WEBHOOK_URL": "https://example.com/y",
                "ECOM_ALERT_WEBHOOK_SECRET": "key",
                "ECOM_ALERT_SMTP": "smtps://mail.example.com:465",
                "ECOM_ALERT_MAIL_TO": "a@example.com, b@example.com",
            }
        )
        assert [sink.name for sink in sinks(settings.alerts, tmp_path)] == ["slack", "webhook", "mail"]
        assert settings.alerts.mail is not None
        assert settings.alerts.mail.sender == "a@example.com"

    def test_their_secrets_show_nowhere(self) -> None:
        settings = Settings.load(
            {
                "ECOM_ALERT_SLACK_URL": "https://hooks.example.com/hidden",
                "ECOM_ALERT_WEBHOOK_URL": "https://hooks.example.com/hidden",
                "ECOM_ALERT_WEBHOOK_SECRET": "hidden",
                "ECOM_ALERT_SMTP": "localhost:25",
                "ECOM_ALERT_SMTP_USER": "a",
                "ECOM_ALERT_MAIL_TO": "a@example.com",
                "ECOM_ALERT_SMTP_PASSWORD": "hidden",
            }
        )
        assert "hidden" not in repr(settings)
        with pytest.raises(SettingsError) as raised:
            Settings.load({"ECOM_ALERT_SLACK_URL": "hidden"})
        assert "hidden" not in str(raised.value)

    @pytest.mark.parametrize(
        ("environment", "sentence"),
        [
            ({"ECOM_ALERT_SMTP": "localhost:25"}, "ECOM_ALERT_MAIL_TO is not"),
            ({"ECOM_ALERT_MAIL_TO": "a@example.com"}, "ECOM_ALERT_SMTP is not"),
            ({"ECOM_ALERT_SMTP": "localhost", "ECOM_ALERT_MAIL_TO": "a@example.com"}, "host:port"),
            ({"ECOM_ALERT_SMTP": "localhost:25", "ECOM_ALERT_MAIL_TO": "nobody"}, "e-mail address"),
            ({"ECOM_UI_URL": "localhost"}, "an address such as"),
        ],
    )
    def test_what_is_half_set_or_malformed_is_told(self, environment: dict[str, str], sentence: str) -> None:
        with pytest.raises(SettingsError, match=sentence):
            Settings.load(environment)
