"""Servers that are not what they should be: an alert is not lost to them, and they get no password."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ecom_platform.alerts import sinks
from ecom_platform.alerts.delivery import deliver
from ecom_platform.alerts.message import Alert, Event, Message, Seen
from ecom_platform.alerts.options import MailServer
from ecom_platform.alerts.outbox import Outbox
from ecom_platform.alerts.sinks import Mail, Slack, Undelivered, Webhook

MESSAGE = Message(
    id="check:clean/orders:contract#1",
    event=Event.RAISED,
    incident="check:clean/orders:contract",
    title="clean/orders violates its contract",
    text="",
    link="http://127.0.0.1:3000",
    at="2026-11-22T00:31:00Z",
)
PASSWORD = "hunter2"


@contextmanager
def answering(*answers: bytes, pause: float = 0.0) -> Iterator[str]:
    """The address of a server that reads nothing and sends these bytes, with a pause after each."""
    over = threading.Event()

    def serve(connection: socket.socket) -> None:
        with connection:
            connection.recv(65536)
            for answer in answers:
                try:
                    connection.sendall(answer)
                except OSError:
                    return
                if over.wait(pause):
                    return

    def accept() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/hook"
        over.set()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304, 404, 500])
def test_what_is_no_success_is_no_delivery(status: int) -> None:
    with (
        answering(b"HTTP/1.1 %d x\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n" % status) as url,
        pytest.raises(Undelivered, match=f"the webhook answered {status}"),
    ):
        Slack(url).send(MESSAGE)


@pytest.mark.parametrize(
    "answer",
    [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", b"HTTP/9.9 \xff\xfe\r\n\r\n"],
    ids=["nothing", "no HTTP", "a long header", "no text"],
)
def test_a_malformed_answer_is_no_delivery(answer: bytes) -> None:
    with answering(answer) as url, pytest.raises(Undelivered, match="the webhook"):
        Webhook(url).send(MESSAGE)


def test_an_answer_that_drips_has_a_limit_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sinks, "DELIVERY_SECONDS", 0.5)
    dripping = answering(b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n"] * 200, pause=0.1)
    with dripping as url, pytest.raises(Undelivered, match="TimeoutError"):
        Webhook(url).send(MESSAGE)


def test_whatever_a_sink_raises_the_alert_waits_and_nothing_of_it_is_repeated(tmp_path: Path) -> None:
    class Broken:
        name = "broken"

        def send(self, message: Message) -> None:
            raise RuntimeError(f"{PASSWORD} {message.id}")

    outbox = Outbox(tmp_path / "alerts.sqlite", ["broken"])
    outbox.take(Seen("run/1", "run", ("",), Alert("run", "A run failed", "", ""), "A run failed", "", 1.0))
    said = deliver(outbox, [Broken()])
    assert said == {"broken": "0 sent, 1 wait: RuntimeError"}
    assert outbox.waiting() == {"broken": 1}


class Letterbox:
    """What an SMTP server was given: passwords and letters."""

    def __init__(self) -> None:
        self.passwords: list[bytes] = []
        self.letters = 0

    def authenticate(self, *arguments: Any) -> AuthResult:
        self.passwords.append(arguments[-1].password)
        return AuthResult(success=True)

    async def handle_DATA(self, *_: Any) -> str:
        self.letters += 1
        return "250 OK"


@contextmanager
def mail_server(box: Letterbox, context: ssl.SSLContext, *, tls_from_the_first_byte: bool) -> Iterator[MailServer]:
    start = {"ssl_context": context} if tls_from_the_first_byte else {"tls_context": context, "require_starttls": True}
    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=0,
        authenticator=box.authenticate,
        auth_require_tls=not tls_from_the_first_byte,
        **start,
    )

    def port() -> int:
        assert isinstance(controller.server, asyncio.Server)
        return int(controller.server.sockets[0].getsockname()[1])

    # The controller looks at its port once, and does not know the one that it was given.
    controller._trigger_server = lambda: socket.create_connection(("127.0.0.1", port())).close()  # type: ignore[method-assign]
    controller.start()
    try:
        yield MailServer("127.0.0.1", port(), tls_from_the_first_byte, "a@shop.example", ("b@shop.example",), "user", PASSWORD)
    finally:
        controller.stop()


def certificate(folder: Path, name: str) -> tuple[Path, ssl.SSLContext]:
    """A self-signed certificate for the address `name`, as a file and as a server uses it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(name))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / f"{name}.crt", folder / f"{name}.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(public, private)
    return public, context


@pytest.mark.parametrize("tls_from_the_first_byte", [True, False], ids=["smtps", "starttls"])
class TestMail:
    def test_a_server_that_nobody_vouches_for_gets_no_password(self, tmp_path: Path, tls_from_the_first_byte: bool) -> None:
        box = Letterbox()
        _, context = certificate(tmp_path, "127.0.0.1")
        with (
            mail_server(box, context, tls_from_the_first_byte=tls_from_the_first_byte) as server,
            pytest.raises(Undelivered, match="certificate is not trusted"),
        ):
            Mail(server).send(MESSAGE)
        assert (box.passwords, box.letters) == ([], 0)

    def test_a_server_of_another_name_gets_no_password(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tls_from_the_first_byte: bool
    ) -> None:
        box = Letterbox()
        public, context = certificate(tmp_path, "192.0.2.1")
        monkeypatch.setenv("SSL_CERT_FILE", str(public))
        with (
            mail_server(box, context, tls_from_the_first_byte=tls_from_the_first_byte) as server,
            pytest.raises(Undelivered, match="certificate is not trusted"),
        ):
            Mail(server).send(MESSAGE)
        assert (box.passwords, box.letters) == ([], 0)

    def test_a_trusted_server_gets_the_letter(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tls_from_the_first_byte: bool
    ) -> None:
        box = Letterbox()
        public, context = certificate(tmp_path, "127.0.0.1")
        monkeypatch.setenv("SSL_CERT_FILE", str(public))
        with mail_server(box, context, tls_from_the_first_byte=tls_from_the_first_byte) as server:
            Mail(server).send(MESSAGE)
        assert (box.passwords, box.letters) == ([PASSWORD.encode()], 1)
