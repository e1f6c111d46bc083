"""Where raw rows come from: the synthetic world, or a folder of one's own files. Both answer the same three questions."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ecom_platform.errors import SettingsError
from ecom_platform.warehouse.contract import DataIdentity

if TYPE_CHECKING:
    import pyarrow as pa

    from ecom_platform.world import WorldSettings


class OriginSettings(Protocol):
    """The settings that name an origin."""

    @property
    def source(self) -> Path | None: ...

    @property
    def world(self) -> Path | None: ...

    @property
    def seed(self) -> int: ...

    @property
    def users(self) -> int: ...

    @property
    def start_month(self) -> date: ...


class Origin(Protocol):
    @property
    def months(self) -> list[date]:
        """Signup months from the first to the last observed day's."""

    def products(self) -> pa.Table:
        """The catalogue, in the schema of raw.products."""

    def month(self, month: date) -> dict[str, pa.Table]:
        """One cohort's rows of every partitioned raw table, by the table's name, in its schema."""


def open_origin(settings: OriginSettings, observed_until: date) -> Origin:
    """The origin the settings name, as it was at the end of the given day, with everything checked but its rows.

    Raises SettingsError for a world that cannot be, SourceError for files that cannot be read.
    """
    if settings.source is not None:
        return _source(settings.source, settings.start_month, observed_until, _fingerprint(settings.source))
    from ecom_platform.world import World

    world: Origin = World(world_settings(settings, observed_until))
    return world


def world_settings(settings: OriginSettings, observed_until: date) -> WorldSettings:
    """The synthetic world's settings: the platform's, and those of the ECOM_WORLD file.

    Raises SettingsError for a file that is no TOML, a name that is no setting, and a value out of range.
    """
    from ecom_platform.world import WorldSettings

    options = {} if settings.world is None else _read_options(settings.world)
    try:
        return WorldSettings(
            seed=settings.seed, users=settings.users, start_month=settings.start_month, as_of=observed_until, **options
        )
    except ValueError as error:
        raise SettingsError(f"This world cannot be: {error}") from None
    except TypeError as error:
        raise SettingsError(f"ECOM_WORLD is {str(settings.world)!r}: a value has the wrong type ({error}).") from None


def provenance(settings: OriginSettings) -> dict[str, str]:
    """Where the rows come from, their currency (ISO 4217) and whose they are, as metadata; a source may leave some out."""
    if settings.source is None:
        from ecom_platform.world.settings import CURRENCY

        return {"origin": f"synthetic world, seed {settings.seed}", "currency": CURRENCY}
    from ecom_platform.origins.source.settings import read_source_settings

    said = read_source_settings(settings.source)
    told = {"origin": said.title, "currency": said.currency, "licence": said.licence, "attribution": said.attribution}
    return {name: value for name, value in told.items() if value}


def _read_options(path: Path) -> dict[str, Any]:
    from ecom_platform.world import WorldSettings
    from ecom_platform.world.settings import IDENTITY

    known = [field.name for field in fields(WorldSettings) if field.name not in IDENTITY]
    try:
        options = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"ECOM_WORLD is {str(path)!r}: it cannot be read as TOML ({error}).") from None
    for name in options:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"the settings are {', '.join(known)}."
            raise SettingsError(f"ECOM_WORLD is {str(path)!r}: {name} is no setting of the world; {hint}")
    return {name: tuple(value) if isinstance(value, list) else value for name, value in options.items()}


def _fingerprint(folder: Path) -> str:
    from ecom_platform.origins.source import Source

    return Source.open(folder).fingerprint()


@lru_cache(maxsize=1)
def _source(folder: Path, start_month: date, observed_until: date, fingerprint: str) -> Origin:  # noqa: ARG001
    """A source whose files are read once a run, however many assets ask; files that changed are another fingerprint."""
    from ecom_platform.origins.source import Source

    return Source.open(folder, start_month=start_month, as_of=observed_until)


def identity(settings: OriginSettings) -> DataIdentity:
    """The identity by which a warehouse knows this origin's data."""
    start_month = f"{settings.start_month:%Y-%m}"
    if settings.source is not None:
        return DataIdentity(seed=0, scale=0, start_month=start_month, source=str(settings.source))
    digest = world_settings(settings, settings.start_month).digest()
    return DataIdentity(seed=settings.seed, scale=settings.users, start_month=start_month, source="", settings=digest)
