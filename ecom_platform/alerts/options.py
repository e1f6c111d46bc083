"""How alerts are sent, as far as settings say it. Secrets do not show in its text."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class MailServer:
    """An SMTP server and who writes to whom. `tls` is TLS from the first byte; with a user, plain SMTP turns to TLS."""

    host: str
    port: int
    tls: bool
    sender: str
    recipients: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class AlertOptions:
    slack_url: str = field(default="", repr=False)
    webhook_url: str = field(default="", repr=False)
    webhook_secret: str = field(default="", repr=False)
    mail: MailServer | None = None
    ui_url: str = "http://127.0.0.1:3000"
