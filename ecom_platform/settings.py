"""Every setting of the platform, read from the environment and validated in one place.

`VARIABLES` is the documentation (the README's table and `ecom run --help` show it); `Settings.load` is the only reader.
A value that is not understood is an error that names the variable, the value and what is allowed, never a default.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple, TypeVar

from ecom_platform.alerts.options import AlertOptions, MailServer
from ecom_platform.errors import SettingsError as SettingsError
from ecom_platform.warehouse.bigquery.options import MAXIMUM_BYTES_BILLED, PRICE_PER_TIB, BigQueryOptions

Value = TypeVar("Value")

TARGETS = ("duckdb", "bigquery")
MAX_USERS = 1_000_000_000


class Variable(NamedTuple):
    name: str
    default: str
    doc: str


VARIABLES = (
    Variable(
        "ECOM_HOME", "./.ecom", "Folder of everything the platform writes: the warehouse, the Dagster instance, outputs."
    ),
    Variable("ECOM_TARGET", "duckdb", "Where tables live: `duckdb` or `bigquery`."),
    Variable("ECOM_USERS", "100000", "Scale of the synthetic world: expected signups in the 36 months from the start month."),
    Variable("ECOM_SEED", "7", "Seed of the synthetic world: a whole number, 0 or more."),
    Variable("ECOM_START_MONTH", "2023-12", "Month of the first signups, `YYYY-MM`. A source may name its own."),
    Variable("ECOM_AS_OF", "today (UTC)", "Last day, whole, that has happened, `YYYY-MM-DD`. A source may name its own."),
    Variable("ECOM_SOURCE", "", "Folder that maps your own files onto the raw tables; empty for the synthetic world."),
    Variable(
        "ECOM_WORLD", "", "TOML file with other settings of the synthetic world: effects, error rates; empty for its own."
    ),
    Variable("ECOM_BIGQUERY_PROJECT", "", "Google Cloud project of the datasets and jobs; empty for the credentials' own."),
    Variable("ECOM_BIGQUERY_LOCATION", "US", "Location of the datasets and jobs, such as `EU` or `asia-northeast3`."),
    Variable("ECOM_BIGQUERY_DATASET_PREFIX", "ecom_", "A layer's dataset is this prefix and the layer's name."),
    Variable(
        "ECOM_BIGQUERY_MAXIMUM_BYTES_BILLED",
        "100GiB",
        "What one job may read at most: bytes, or a number with `MiB`, `GiB` or `TiB`.",
    ),
    Variable("ECOM_BIGQUERY_PRICE_PER_TIB", "6.25", "US dollars for a TiB billed on demand; it only turns bytes into prices."),
    Variable("ECOM_BIGQUERY_KEY_FILE", "", "A service account's key file; empty for application default credentials."),
    Variable("ECOM_BIGQUERY_IMPERSONATE", "", "Service account to act as, `name@project.iam.gserviceaccount.com`."),
    Variable("ECOM_ALERT_SLACK_URL", "", "Slack-compatible incoming webhook that alerts go to. A secret."),
    Variable("ECOM_ALERT_WEBHOOK_URL", "", "Webhook that gets alerts as JSON. A secret."),
    Variable("ECOM_ALERT_WEBHOOK_SECRET", "", "Key that the webhook's requests are signed with (HMAC-SHA256). A secret."),
    Variable("ECOM_ALERT_SMTP", "", "Mail server for alerts, `host:port`; `smtps://host:port` for TLS from the first byte."),
    Variable("ECOM_ALERT_SMTP_USER", "", "User name at the mail server, where it wants one."),
    Variable("ECOM_ALERT_SMTP_PASSWORD", "", "Password of that user. A secret."),
    Variable("ECOM_ALERT_MAIL_FROM", "", "Address that alerts are mailed from; empty for the first that they go to."),
    Variable("ECOM_ALERT_MAIL_TO", "", "Addresses that alerts are mailed to, separated by commas."),
    Variable("ECOM_UI_URL", "http://127.0.0.1:3000", "Where people reach the Dagster UI; links in alerts begin with it."),
    Variable("ECOM_UI_TOKEN", "", "Password that the UI asks for; needed where others can reach it. A secret."),
)


@dataclass(frozen=True)
class Settings:
    """The settings of one code location. `as_of` is None when it follows the calendar; ask `observed_until` for the day."""

    home: Path
    target: str
    users: int
    seed: int
    start_month: date
    as_of: date | None
    source: Path | None
    world: Path | None = None
    bigquery: BigQueryOptions = field(default_factory=BigQueryOptions)
    alerts: AlertOptions = field(default_factory=AlertOptions)
    ui_token: str = field(default="", repr=False)

    @staticmethod
    def load(environment: Mapping[str, str] | None = None) -> Settings:
        """Reads the environment (by default the process's own).

        Raises SettingsError for a variable that does not exist, a value that is malformed or out of range, and an as-of
        date before the start month.
        """
        environment = os.environ if environment is None else environment
        _reject_unknown(environment)

        def read(name: str, parse: Callable[[str, str], Value], default: Value) -> Value:
            text = environment.get(name, "").strip()
            return parse(name, text) if text else default

        source = read("ECOM_SOURCE", _folder, None)
        start_month, as_of = date(2023, 12, 1), None
        if source is not None:
            from ecom_platform.origins.source import SourceError, read_source_settings

            try:
                own = read_source_settings(source, environment)
            except SourceError as error:
                raise SettingsError(str(error)) from None
            start_month, as_of = own.start_month or start_month, own.as_of
        settings = Settings(
            home=Path(environment.get("ECOM_HOME", "").strip() or ".ecom").expanduser().absolute(),
            target=read("ECOM_TARGET", _target, "duckdb"),
            users=read("ECOM_USERS", _users, 100_000),
            seed=read("ECOM_SEED", _seed, 7),
            start_month=read("ECOM_START_MONTH", _month, start_month),
            as_of=read("ECOM_AS_OF", _day, as_of),
            source=source,
            world=read("ECOM_WORLD", _file, None),
            bigquery=BigQueryOptions(
                project=read("ECOM_BIGQUERY_PROJECT", _project, ""),
                location=read("ECOM_BIGQUERY_LOCATION", _location, "US"),
                dataset_prefix=read("ECOM_BIGQUERY_DATASET_PREFIX", _prefix, "ecom_"),
                maximum_bytes_billed=read("ECOM_BIGQUERY_MAXIMUM_BYTES_BILLED", _bytes, MAXIMUM_BYTES_BILLED),
                price_per_tib=read("ECOM_BIGQUERY_PRICE_PER_TIB", _price, PRICE_PER_TIB),
                key_file=read("ECOM_BIGQUERY_KEY_FILE", _file, None),
                impersonate=read("ECOM_BIGQUERY_IMPERSONATE", _account, ""),
            ),
            alerts=AlertOptions(
                slack_url=read("ECOM_ALERT_SLACK_URL", _secret_url, ""),
                webhook_url=read("ECOM_ALERT_WEBHOOK_URL", _secret_url, ""),
                webhook_secret=read("ECOM_ALERT_WEBHOOK_SECRET", _text, ""),
                mail=_mail(environment),
                ui_url=read("ECOM_UI_URL", _url, "http://127.0.0.1:3000").rstrip("/"),
            ),
            ui_token=read("ECOM_UI_TOKEN", _text, ""),
        )
        if settings.observed_until() < settings.start_month:
            raise SettingsError(
                f"ECOM_AS_OF is {settings.observed_until():%Y-%m-%d}, before the start month {settings.start_month:%Y-%m}: "
                "choose a later day, or an earlier ECOM_START_MONTH."
            )
        return settings

    def observed_until(self) -> date:
        """The last day that has happened: the as-of date, or today in UTC."""
        return self.as_of or datetime.now(UTC).date()

    @property
    def warehouse_path(self) -> Path:
        return self.home / "warehouse.duckdb"

    @property
    def alerts_path(self) -> Path:
        """The outbox of the alerts."""
        return self.home / "alerts.sqlite"

    @property
    def dagster_home(self) -> Path:
        return self.home / "dagster"


def _reject_unknown(environment: Mapping[str, str]) -> None:
    known = [variable.name for variable in VARIABLES]
    for name in environment:
        if name.startswith("ECOM_") and name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"the variables are {', '.join(known)}."
            raise SettingsError(f"{name} is not a setting: {hint}")


def _target(name: str, text: str) -> str:
    if text not in TARGETS:
        raise SettingsError(f"{name} is {text!r}: it must be one of {', '.join(TARGETS)}.")
    return text


def _users(name: str, text: str) -> int:
    return _whole(name, text, minimum=1, maximum=MAX_USERS)


def _seed(name: str, text: str) -> int:
    return _whole(name, text, minimum=0, maximum=2**63 - 1)


def _whole(name: str, text: str, minimum: int, maximum: int) -> int:
    plain = text.replace("_", "")
    if not re.fullmatch(r"[+-]?[0-9]{1,19}", plain) or not minimum <= int(plain) <= maximum:
        raise SettingsError(f"{name} is {text!r}: it must be a whole number from {minimum:,} to {maximum:,}.")
    return int(plain)


def _month(name: str, text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        raise SettingsError(f"{name} is {text!r}: it must be a month such as 2023-12.") from None


def _day(name: str, text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise SettingsError(f"{name} is {text!r}: it must be a day such as 2026-11-22.") from None


def _folder(name: str, text: str) -> Path:
    folder = Path(text).expanduser().absolute()
    if not folder.is_dir():
        raise SettingsError(f"{name} is {text!r}: there is no such folder.")
    return folder


def _file(name: str, text: str) -> Path:
    file = Path(text).expanduser().absolute()
    if not file.is_file():
        raise SettingsError(f"{name} is {text!r}: there is no such file.")
    return file


def _project(name: str, text: str) -> str:
    return _matching(name, text, r"([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]", "a project id such as my-shop-prod")


def _location(name: str, text: str) -> str:
    return _matching(name, text, r"[A-Za-z]+(-[a-z]+[0-9]+)?", "a BigQuery location such as US, EU or asia-northeast3")


def _prefix(name: str, text: str) -> str:
    return _matching(name, text, r"[A-Za-z0-9_]{1,100}", "letters, digits and underscores, such as ecom_")


def _account(name: str, text: str) -> str:
    return _matching(name, text, r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address")


def _url(name: str, text: str) -> str:
    return _matching(name, text, r"https?://[^\s/]+(/\S*)?", "an address such as https://dagster.example.com")


def _secret_url(name: str, text: str) -> str:
    # A webhook's address is its password: it is not repeated.
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", text):
        raise SettingsError(f"{name} is no address: it must begin with https:// (or http://).")
    return text


def _text(_: str, text: str) -> str:
    return text


def _mail(environment: Mapping[str, str]) -> MailServer | None:
    def text(name: str) -> str:
        return environment.get(name, "").strip()

    server, recipients = text("ECOM_ALERT_SMTP"), text("ECOM_ALERT_MAIL_TO")
    if not server and not recipients:
        return None
    if not server or not recipients:
        missing, given = ("ECOM_ALERT_SMTP", "ECOM_ALERT_MAIL_TO")[:: 1 if not server else -1]
        raise SettingsError(f"{given} is set and {missing} is not: mail needs both a server and addresses.")
    place = re.fullmatch(r"(?:(smtps?)://)?([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):([0-9]{1,5})", server)
    if not place or not 0 < int(place[3]) < 65536:
        raise SettingsError(f"ECOM_ALERT_SMTP is {server!r}: it must be host:port or smtps://host:port.")
    people = tuple(_account("ECOM_ALERT_MAIL_TO", address.strip()) for address in recipients.split(",") if address.strip())
    sender = text("ECOM_ALERT_MAIL_FROM")
    return MailServer(
        host=place[2].strip("[]"),
        port=int(place[3]),
        tls=place[1] == "smtps",
        sender=_account("ECOM_ALERT_MAIL_FROM", sender) if sender else people[0],
        recipients=people,
        user=text("ECOM_ALERT_SMTP_USER"),
        password=text("ECOM_ALERT_SMTP_PASSWORD"),
    )


def _matching(name: str, text: str, pattern: str, allowed: str) -> str:
    if not re.fullmatch(pattern, text):
        raise SettingsError(f"{name} is {text!r}: it must be {allowed}.")
    return text


def _bytes(name: str, text: str) -> int:
    units = {"": 1, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
    match = re.fullmatch(r"([0-9][0-9_]{0,18}(?:\.[0-9]+)?) ?([MGT]iB)?", text)
    size = int(float(match[1].replace("_", "")) * units[match[2] or ""]) if match else 0
    if not 10 * 2**20 <= size < 2**63:
        raise SettingsError(f"{name} is {text!r}: it must be bytes, or a number with MiB, GiB or TiB; 10MiB at least.")
    return size


def _price(name: str, text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]+)?", text):
        raise SettingsError(f"{name} is {text!r}: it must be US dollars such as 6.25.")
    return float(text)
