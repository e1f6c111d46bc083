"""An environment variable, declared once: its name, default, meaning, and what its value may be.

A group of settings is a frozen dataclass whose fields are made by `setting` (it has a default) or `optional` (it may be
left out); `read` fills one from an environment. What the settings *are* stands where they are used: `settings.py`,
`alerts/options.py`, `warehouse/bigquery/options.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from functools import partial
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from ecom_platform.errors import SettingsError

Value = TypeVar("Value")
Parser = Callable[[str], Value]

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)
"""The days that every library beneath (Arrow, pandas, Dagster's partitions, both warehouses) can count."""

_SHOWN = 80
"""Characters of a bad value that a message repeats."""


def holds_password(text: str) -> bool:
    """Whether a text seems to have a `user:password@host` in it, as an address or as what was meant to be one."""
    return re.search(r"(:|//|\\\\).*@", text, re.DOTALL) is not None


class Withheld(ValueError):
    """A value is refused and must not be repeated, because part of it is a password."""


@dataclass(frozen=True)
class Variable:
    """`parse` turns a text into the value, or raises ValueError with the end of the sentence "NAME is 'value': ...".

    `default` is a text too, and goes through the same parser; `shown` says it in the documentation. `needs` names the
    variable without which this one would have no effect. The value of a `secret` is never repeated.
    """

    name: str
    default: str
    doc: str
    parse: Parser[Any]
    shown: str
    needs: str
    secret: bool

    def value(self, text: str) -> Any:
        """Raises SettingsError."""
        try:
            if not text.isprintable():
                raise ValueError("it must be printable text in UTF-8, on one line.")
            return self.parse(text)
        except ValueError as error:
            if self.secret or isinstance(error, Withheld) or holds_password(text):
                raise SettingsError(f"{self.name} cannot be used: {error}") from None
            shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
            raise SettingsError(f"{self.name} is {shown!r}: {error}") from None


def setting(name: str, default: str, doc: str, parse: Parser[Value]) -> Value:
    """A dataclass field that is read from the variable, and has the default's value without it."""
    made: Any = field(default_factory=partial(parse, default), metadata=_declared(name, default, doc, parse))
    return made  # type: ignore[no-any-return]


def optional(
    name: str,
    doc: str,
    parse: Parser[Value],
    empty: Value | None = None,
    *,
    shown: str = "",
    needs: str = "",
    secret: bool = False,
) -> Value:
    """A dataclass field that is read from the variable, and is `empty` without it."""
    metadata = _declared(name, "", doc, parse, shown=shown, needs=needs, secret=secret)
    made: Any = field(default=empty, repr=not secret, metadata=metadata)
    return made  # type: ignore[no-any-return]


def _declared(
    name: str, default: str, doc: str, parse: Parser[Any], *, shown: str = "", needs: str = "", secret: bool = False
) -> dict[str, Variable]:
    return {"variable": Variable(name, default, doc, parse, shown or default, needs, secret)}


def variables(group: Any) -> dict[str, Variable]:
    """The variables of a group of settings by the fields that they fill."""
    return {each.name: each.metadata["variable"] for each in fields(group) if "variable" in each.metadata}


def read(group: Any, environment: Mapping[str, str]) -> dict[str, Any]:
    """The values of those fields of a group whose variables are set to more than blanks.

    Raises SettingsError for a value that cannot be used, and for one that has no effect without another that is missing.
    """
    values = {}
    for field_name, variable in variables(group).items():
        if text := environment.get(variable.name, "").strip():
            if variable.needs and not environment.get(variable.needs, "").strip():
                raise SettingsError(
                    f"{variable.name} is set and {variable.needs} is not: one has no effect without the other."
                )
            values[field_name] = variable.value(text)
    return values


def text(value: str) -> str:
    return value


def one_of(*allowed: str) -> Parser[str]:
    def parse(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"it must be one of {', '.join(allowed)}.")
        return value

    return parse


def whole(minimum: int, maximum: int) -> Parser[int]:
    """A whole number; single underscores may group its digits."""

    def parse(value: str) -> int:
        # No int() before the length is known: Python refuses to convert thousands of digits.
        if len(value) > 30 or not re.fullmatch(r"[+-]?[0-9]+(_[0-9]+)*", value) or not minimum <= int(value) <= maximum:
            raise ValueError(f"it must be a whole number from {minimum:,} to {maximum:,}.")
        return int(value)

    return parse


def dollars(value: str) -> float:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", value):
        raise ValueError("it must be US dollars such as 6.25.")
    return float(value)


def size(minimum: int) -> Parser[int]:
    """Bytes, or a number with MiB, GiB or TiB."""

    def parse(value: str) -> int:
        units = {"": 1, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
        match = re.fullmatch(r"([0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?) ?([MGT]iB)?", value) if len(value) <= 30 else None
        found = int(float(match[1]) * units[match[2] or ""]) if match else 0
        if not minimum <= found < 2**63:
            raise ValueError(f"it must be bytes, or a number with MiB, GiB or TiB; {minimum >> 20}MiB at least.")
        return found

    return parse


def day(value: str) -> date:
    return _day(value, r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "a day such as 2026-11-22")


def month(value: str) -> date:
    return _day(value, r"[0-9]{4}-[0-9]{2}", "a month such as 2023-12")


def _day(value: str, pattern: str, allowed: str) -> date:
    try:
        found = date.fromisoformat(f"{value}-01"[:10]) if re.fullmatch(pattern, value) else None
    except ValueError:
        found = None
    if found is None:
        raise ValueError(f"it must be {allowed}.")
    if not FIRST_DAY <= found <= LAST_DAY:
        raise ValueError(f"it must be {allowed}, from {FIRST_DAY:%Y} to {LAST_DAY:%Y}.")
    return found


def path(value: str) -> Path:
    try:
        return Path(value).expanduser().absolute()
    except RuntimeError:
        raise ValueError(f"there is no user {value.split('/')[0].removeprefix('~')!r} with a home.") from None


def folder(value: str) -> Path:
    return _there(value, Path.is_dir, "folder")


def file(value: str) -> Path:
    return _there(value, Path.is_file, "file")


def _there(value: str, is_there: Callable[[Path], bool], kind: str) -> Path:
    place = path(value)
    try:
        if is_there(place):
            return place
    except OSError as error:
        raise ValueError(f"it cannot be read ({error.strerror}).") from None
    raise ValueError(f"there is no such {kind}.")


def matching(pattern: str, allowed: str) -> Parser[str]:
    def parse(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"it must be {allowed}.")
        return value

    return parse


mail_address = matching(r"[^@\s,]+@[^@\s,]+\.[^@\s,]+", "an e-mail address")


def mail_addresses(value: str) -> tuple[str, ...]:
    found = tuple(mail_address(each.strip()) for each in value.split(",") if each.strip())
    if not found:
        raise ValueError("it must be e-mail addresses, separated by commas.")
    return found


class MailHost(NamedTuple):
    """A mail server's address. `tls` is TLS from the first byte."""

    host: str
    port: int
    tls: bool


def mail_host(value: str) -> MailHost:
    allowed = "it must be host:port or smtps://host:port."
    scheme, _, rest = value.rpartition("://")
    if scheme not in ("", "smtp", "smtps"):
        raise ValueError(allowed)
    host, port = _host_and_port(f"smtp://{rest}", allowed)
    if port is None or rest != rest.split("/")[0]:
        raise ValueError(allowed)
    return MailHost(host, port, scheme == "smtps")


def url(value: str) -> str:
    """An http or https address, without the slashes at its end."""
    allowed = "it must be an address such as https://dagster.example.com."
    if not re.match(r"https?://", value) or re.search(r"\s", value):
        raise ValueError(allowed)
    _host_and_port(value, allowed)
    return value.rstrip("/")


def _host_and_port(address: str, allowed: str) -> tuple[str, int | None]:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
        if "[" in parts.netloc:
            IPv6Address(host.split("%")[0])
    except ValueError:
        raise ValueError(allowed) from None
    if "@" in parts.netloc:
        raise Withheld("it must hold no user and no password.")
    if port == 0 or not re.fullmatch(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?\.?|[0-9a-f:.]+", host):
        raise ValueError(allowed)
    return host, port
