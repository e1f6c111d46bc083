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
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from typing import Protocol

from ecom_platform.alerts.message import Event, Message
from ecom_platform.alerts.options import AlertOptions, MailServer

TIMEOUT_SECONDS = 10.0
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
            kind = smtplib.SMTP_SSL if self.server.tls else smtplib.SMTP
            with kind(self.server.host, self.server.port, timeout=TIMEOUT_SECONDS) as smtp:
                if self.server.user:
                    if not self.server.tls:
                        smtp.starttls()
                    smtp.login(self.server.user, self.server.password)
                smtp.send_message(mail)
        except (OSError, smtplib.SMTPException) as error:
            raise Undelivered(f"mail: {type(error).__name__}") from None


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
    request = urllib.request.Request(url, body, {"Content-Type": "application/json", **headers})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):
            return
    except urllib.error.HTTPError as error:
        raise Undelivered(f"the webhook answered {error.code}") from None
    except (OSError, ValueError) as error:
        raise Undelivered(f"the webhook cannot be reached: {type(error).__name__}") from None


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
