"""How alerts are sent, as far as settings say it. Secrets do not show in its text."""

from __future__ import annotations

from dataclasses import dataclass, field

from ecom_platform.variables import MailHost, mail_address, mail_addresses, mail_host, optional, setting, text, url


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
    slack_url: str = optional(
        "ECOM_ALERT_SLACK_URL", "Slack-compatible incoming webhook that alerts go to. A secret.", url, "", secret=True
    )
    webhook_url: str = optional("ECOM_ALERT_WEBHOOK_URL", "Webhook that gets alerts as JSON. A secret.", url, "", secret=True)
    webhook_secret: str = optional(
        "ECOM_ALERT_WEBHOOK_SECRET",
        "Key that the webhook's requests are signed with (HMAC-SHA256). A secret.",
        text,
        "",
        needs="ECOM_ALERT_WEBHOOK_URL",
        secret=True,
    )
    smtp: MailHost | None = optional(
        "ECOM_ALERT_SMTP",
        "Mail server for alerts, `host:port`; `smtps://host:port` for TLS from the first byte.",
        mail_host,
        needs="ECOM_ALERT_MAIL_TO",
    )
    smtp_user: str = optional(
        "ECOM_ALERT_SMTP_USER", "User name at the mail server, where it wants one.", text, "", needs="ECOM_ALERT_SMTP"
    )
    smtp_password: str = optional(
        "ECOM_ALERT_SMTP_PASSWORD", "Password of that user. A secret.", text, "", needs="ECOM_ALERT_SMTP_USER", secret=True
    )
    mail_from: str = optional(
        "ECOM_ALERT_MAIL_FROM",
        "Address that alerts are mailed from; empty for the first that they go to.",
        mail_address,
        "",
        needs="ECOM_ALERT_SMTP",
    )
    mail_to: tuple[str, ...] = optional(
        "ECOM_ALERT_MAIL_TO",
        "Addresses that alerts are mailed to, separated by commas.",
        mail_addresses,
        (),
        needs="ECOM_ALERT_SMTP",
    )
    ui_url: str = setting(
        "ECOM_UI_URL", "http://127.0.0.1:3000", "Where people reach the Dagster UI; links in alerts begin with it.", url
    )

    @property
    def mail(self) -> MailServer | None:
        if self.smtp is None:
            return None
        sender = self.mail_from or self.mail_to[0]
        return MailServer(*self.smtp, sender, self.mail_to, self.smtp_user, self.smtp_password)
