"""What `source.toml` says of a source: its span of time, its currency, where its files are and whose they are."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from ecom_platform.origins.source.errors import SourceError, did_you_mean
from ecom_platform.tables import CLEANED
from ecom_platform.tables.raw.orders import CANCELLED
from ecom_platform.tables.spec import Type

FILE_NAME = "source.toml"

_TEXTS = ("title", "currency", "licence", "attribution", "data", "data_env")
_KEYS = (*_TEXTS, "start_month", "as_of", "may_read", "time_limit", "values")

ANY_OTHER = "*"
"""In `values`: whatever is neither mapped nor one of the platform's values."""

VOCABULARIES = {
    column.name: (*column.accepted, *((CANCELLED,) if column.name == "payment_status" else ()))
    for table in CLEANED
    for column in table.columns
    if column.type is Type.STRING and (column.accepted or column.name in ("region", "category"))
}
"""The columns whose values a source may map, with those that are accepted; none for a column that takes any."""

TIME_LIMIT_SECONDS = 600
LONGEST_SECONDS = 86400


@dataclass(frozen=True)
class SourceSettings:
    """A source's description of itself.

    `start_month` is the first day of the first month with data, `as_of` the last whole day observed; None where the
    source leaves them to the platform's own settings. `currency` is an ISO 4217 code, empty when unknown.
    `data_folder` is where relative paths in the SQL files are looked up first, `data_env` the environment variable
    that may name another, empty when there is none. `may_read` are further folders that the SQL may read files of, and
    `time_limit` is how long it may take, in seconds. `values` says by column which of the platform's values stands for one of
    the source's own; `*` is any other, an empty text is none.
    """

    title: str
    start_month: date | None
    as_of: date | None
    currency: str
    licence: str
    attribution: str
    data_folder: Path
    data_env: str
    may_read: tuple[Path, ...]
    time_limit: float
    values: Mapping[str, Mapping[str, str]]


def read_source_settings(folder: Path, environ: Mapping[str, str] = os.environ) -> SourceSettings:
    """The settings of the source in `folder`, where every key of `source.toml` (and the file itself) is optional.

    Reads nothing but that file.

    Raises SourceError for a file that is no TOML, an unknown key, or a value that is not what its key takes.
    """
    path = folder / FILE_NAME
    said = _toml(path) if path.exists() or path.is_symlink() else {}
    for key in said:
        if key not in _KEYS:
            raise SourceError(f"{FILE_NAME}: there is no setting {key!r}{did_you_mean(key, _KEYS)}")
    texts = {key: _text(said, key) for key in _TEXTS}
    currency = texts["currency"]
    if currency and not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        raise SourceError(f"{FILE_NAME}: currency = {currency!r} is no ISO 4217 code such as 'GBP'")
    start_month = _start_month(said.get("start_month"))
    as_of = _as_of(said.get("as_of"))
    require_order(start_month, as_of)
    return SourceSettings(
        title=texts["title"] or folder.name,
        start_month=start_month,
        as_of=as_of,
        currency=currency,
        licence=texts["licence"],
        attribution=texts["attribution"],
        data_folder=_data_folder(folder, texts["data"], texts["data_env"], environ),
        data_env=texts["data_env"],
        may_read=_folders(folder, said.get("may_read", [])),
        time_limit=_seconds(said.get("time_limit", TIME_LIMIT_SECONDS)),
        values=_values(said.get("values", {})),
    )


def require_order(start_month: date | None, as_of: date | None) -> None:
    """Raises SourceError when the last observed day lies before the first month."""
    if start_month is not None and as_of is not None and as_of < start_month:
        raise SourceError(f"as_of {as_of} lies before start_month {start_month:%Y-%m}; one of the two is wrong")


def _toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SourceError(f"{FILE_NAME} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise SourceError(f"{FILE_NAME} is no TOML: {error}") from error


def _text(said: Mapping[str, object], key: str) -> str:
    value = said.get(key, "")
    if not isinstance(value, str):
        raise SourceError(f"{FILE_NAME}: {key} = {value!r} must be a text in quotes")
    return value.strip()


def _start_month(value: object) -> date | None:
    if value is None:
        return None
    try:
        if isinstance(value, str):
            return datetime.strptime(value, "%Y-%m").date()
        if isinstance(value, date) and not isinstance(value, datetime) and value.day == 1:
            return value
    except ValueError:
        pass
    raise SourceError(f"{FILE_NAME}: start_month = {str(value)!r} must be a month such as '2010-12'")


def _as_of(value: object) -> date | None:
    if value is None:
        return None
    try:
        if isinstance(value, str):
            return datetime.strptime(value, "%Y-%m-%d").date()
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
    except ValueError:
        pass
    raise SourceError(f"{FILE_NAME}: as_of = {str(value)!r} must be a day such as '2011-12-09'")


def _folders(folder: Path, value: object) -> tuple[Path, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise SourceError(f"{FILE_NAME}: may_read = {value!r} must be a list of folders, each in quotes")
    folders = [(folder / Path(each).expanduser()).resolve() for each in value]
    for each, path in zip(value, folders, strict=True):
        if not path.is_dir():
            raise SourceError(f"{FILE_NAME}: may_read names {each!r}, which is no folder")
    return tuple(folders)


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST_SECONDS:
        raise SourceError(f"{FILE_NAME}: time_limit = {value!r} must be a number of seconds from 1 to {LONGEST_SECONDS}")
    return float(value)


def _values(value: object) -> dict[str, dict[str, str]]:
    if not isinstance(value, dict):
        raise SourceError(f"{FILE_NAME}: values = {value!r} must be tables such as [values.device]")
    for column, meant in value.items():
        if column not in VOCABULARIES:
            hint = did_you_mean(column, VOCABULARIES) or f"; there are {', '.join(VOCABULARIES)}"
            raise SourceError(f"{FILE_NAME}: [values.{column}] is no column whose values can be mapped{hint}")
        if not isinstance(meant, dict) or not all(isinstance(each, str) for each in meant.values()):
            raise SourceError(f'{FILE_NAME}: [values.{column}] must say what each value stands for, as in "yours" = "ours"')
        accepted = VOCABULARIES[column]
        for own, stands_for in meant.items():
            if accepted and stands_for and stands_for not in accepted:
                raise SourceError(
                    f"{FILE_NAME}: [values.{column}] maps {own!r} to {stands_for!r}, but {column} is one of "
                    f"{', '.join(accepted)}, or '' for none"
                )
    return value


def _data_folder(folder: Path, data: str, data_env: str, environ: Mapping[str, str]) -> Path:
    if data_env and (named := environ.get(data_env, "").strip()):
        path = Path(named).expanduser().resolve()
        if not path.exists():
            raise SourceError(f"{data_env} names {named}, which does not exist; name the folder of the data files")
        return path if path.is_dir() else path.parent
    path = (folder / Path(data).expanduser()).resolve()
    if not path.is_dir():
        raise SourceError(f"{FILE_NAME}: data = {data!r} is no folder")
    return path
