"""Where messages go. A sink either takes a message or raises `Undelivered`; what it raises never holds its address.

Each is configured by settings: a Slack-compatible webhook, a webhook that is signed, mail, and where none is configured a
file and the console.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import smtplib
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from typing import Protocol

from ecom_platform.alerts.deadline import within
from ecom_platform.alerts.message import Event, Message
from ecom_platform.alerts.options import AlertOptions, MailServer

TIMEOUT_SECONDS = 10.0
"""For each connection and read; the whole of a delivery has `DELIVERY_SECONDS`."""
DELIVERY_SECONDS = 30.0
SIGNATURE_HEADER = "X-Ecom-Signature"
TIME_HEADER = "X-Ecom-Timestamp"
ID_HEADER = "Idempotency-Key"

_SIGNS = {Event.RAISED: ":red_circle:", Event.SPREAD: ":large_orange_circle:", Event.RECOVERED: ":large_green_circle:"}

log = logging.getLogger("ecom.alerts")


class Undelivered(Exception):
    """The sink did not take the message; its text names the kind of failure and no address, password or token."""


class Sink(Protocol):
    @property
    def name(self) -> str: ...

    def send(self, message: Message) -> None:
        """Raises Undelivered."""


@dataclass(frozen=True)
class Slack:
    """A Slack-compatible incoming webhook."""

    url: str
    name: str = "slack"

    def send(self, message: Message) -> None:
        title, *lines = (_escaped(line) for line in (message.title, *message.lines()))
        text = "\n".join([f"{_SIGNS[message.event]} *{title}*", *lines])
        _post(self.url, json.dumps({"text": text}).encode(), {ID_HEADER: message.id})


@dataclass(frozen=True)
class Webhook:
    """A webhook that gets the message as JSON.

    With a secret, the header X-Ecom-Signature is `sha256=` and the hexadecimal HMAC-SHA256 of the time in
    X-Ecom-Timestamp (seconds since 1970), a full stop, and the body.
    """

    url: str
    secret: str = ""
    name: str = "webhook"

    def send(self, message: Message) -> None:
        body = json.dumps(message.json()).encode()
        headers = {ID_HEADER: message.id, TIME_HEADER: f"{time.time():.0f}"}
        if self.secret:
            headers[SIGNATURE_HEADER] = signature(self.secret, headers[TIME_HEADER], body)
        _post(self.url, body, headers)


@dataclass(frozen=True)
class Mail:
    server: MailServer
    name: str = "mail"

    def send(self, message: Message) -> None:
        mail = EmailMessage()
        mail["Subject"] = " ".join(f"[ecom] {message.title}".split())
        mail["From"] = self.server.sender
        mail["To"] = ", ".join(self.server.recipients)
        mail["Date"] = formatdate()
        mail["Message-ID"] = f"<{hashlib.sha256(message.id.encode()).hexdigest()[:32]}@ecom-platform>"
        mail.set_content("\n".join(message.lines()))
        try:
            within(DELIVERY_SECONDS, lambda: self._deliver(mail))
        except ssl.SSLCertVerificationError as error:
            raise Undelivered(f"mail: the server's certificate is not trusted ({error.verify_message})") from None
        except (OSError, ValueError, smtplib.SMTPException) as error:
            raise Undelivered(f"mail: {type(error).__name__}") from None

    def _deliver(self, mail: EmailMessage) -> None:
        # The user's password goes to a server whose name and certificate agree, and to no other.
        verified = ssl.create_default_context()
        server = self.server
        with (
            smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_SECONDS, context=verified)
            if server.tls
            else smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
        ) as smtp:
            if server.user:
                if not server.tls:
                    smtp.starttls(context=verified)
                smtp.login(server.user, server.password)
            smtp.send_message(mail)


@dataclass(frozen=True)
class File:
    """A file of JSON lines."""

    path: Path
    name: str = "file"

    def send(self, message: Message) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(message.json()) + "\n")
        except OSError as error:
            raise Undelivered(f"file: {error.strerror}") from None


@dataclass(frozen=True)
class Console:
    """The log of the process that delivers: the daemon's."""

    name: str = "console"

    def send(self, message: Message) -> None:
        level = logging.INFO if message.event is Event.RECOVERED else logging.ERROR
        log.log(level, "%s\n  %s", message.title, "\n  ".join(message.lines()))


def sinks(options: AlertOptions, log_file: Path) -> tuple[Sink, ...]:
    """The sinks that are configured; with none, the log file and the console."""
    found: list[Sink] = []
    if options.slack_url:
        found.append(Slack(options.slack_url))
    if options.webhook_url:
        found.append(Webhook(options.webhook_url, options.webhook_secret))
    if options.mail is not None:
        found.append(Mail(options.mail))
    return tuple(found) or (File(log_file), Console())


def signature(secret: str, timestamp: str, body: bytes) -> str:
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Raises Undelivered for every answer but success: a redirect would have the message asked for again elsewhere."""
    import requests

    def exchange() -> None:
        # An answer's body says nothing that is needed, and may never end.
        with requests.post(
            url,
            body,
            headers={"Content-Type": "application/json", **headers},
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
            stream=True,
        ) as answer:
            if not 200 <= answer.status_code < 300:
                raise Undelivered(f"the webhook answered {answer.status_code}")

    try:
        within(DELIVERY_SECONDS, exchange)
    except (OSError, ValueError) as error:
        raise Undelivered(f"the webhook cannot be reached: {type(error).__name__}") from None


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
