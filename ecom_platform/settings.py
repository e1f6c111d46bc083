"""Every setting of the platform, read from the environment and validated in one place.

Each is declared where it is used: the platform's own here, those of alerts, BigQuery and Tableau in their rooms. `VARIABLES`
is all of them, which the README and `ecom run --help` show; `Settings.load` is the only reader. A value that is not understood
is an error that names the variable, the value and what is allowed, never a default.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path

from ecom_platform.alerts.options import AlertOptions
from ecom_platform.dashboard.tableau.options import TableauOptions
from ecom_platform.errors import SettingsError
from ecom_platform.variables import (
    FIRST_DAY,
    LAST_DAY,
    day,
    file,
    folder,
    month,
    one_of,
    optional,
    path,
    read,
    setting,
    text,
    variables,
    whole,
)
from ecom_platform.warehouse.bigquery.options import BigQueryOptions

__all__ = ["LOCAL_TARGET", "TARGETS", "VARIABLES", "Settings", "SettingsError"]

LOCAL_TARGET = "duckdb"
"""The one that needs no set-up."""
TARGETS = (LOCAL_TARGET, "bigquery")


@dataclass(frozen=True)
class Settings:
    """The settings of one code location. `as_of` is None when it follows the calendar; ask `observed_until` for the day."""

    home: Path = setting(
        "ECOM_HOME", "./.ecom", "Folder of everything the platform writes: the warehouse, the Dagster instance, outputs.", path
    )
    target: str = setting("ECOM_TARGET", LOCAL_TARGET, "Where tables live: `duckdb` or `bigquery`.", one_of(*TARGETS))
    users: int = setting(
        "ECOM_USERS",
        "100000",
        "Scale of the synthetic world: expected signups in the 36 months from the start month.",
        whole(1, 500_000_000),
    )
    seed: int = setting("ECOM_SEED", "7", "Seed of the synthetic world: a whole number, 0 or more.", whole(0, 2**63 - 1))
    start_month: date = setting(
        "ECOM_START_MONTH", "2023-12", "Month of the first signups, `YYYY-MM`. A source may name its own.", month
    )
    as_of: date | None = optional(
        "ECOM_AS_OF",
        "Last day, whole, that has happened, `YYYY-MM-DD`. A source may name its own.",
        day,
        shown="today (UTC)",
    )
    source: Path | None = optional(
        "ECOM_SOURCE", "Folder that maps your own files onto the raw tables; empty for the synthetic world.", folder
    )
    world: Path | None = optional(
        "ECOM_WORLD", "TOML file with other settings of the synthetic world: effects, error rates; empty for its own.", file
    )
    bigquery: BigQueryOptions = field(default_factory=BigQueryOptions)
    alerts: AlertOptions = field(default_factory=AlertOptions)
    tableau: TableauOptions = field(default_factory=TableauOptions)
    ui_token: str = optional(
        "ECOM_UI_TOKEN", "Password that the UI asks for; needed where others can reach it. A secret.", text, "", secret=True
    )

    @staticmethod
    def load(environment: Mapping[str, str] | None = None) -> Settings:
        """Reads the environment (by default the process's own).

        Raises SettingsError for a variable that does not exist, a value that is malformed or out of range, one that has no
        effect without another, and an as-of date before the start month.
        """
        environment = os.environ if environment is None else environment
        _reject_unknown(environment)
        values = read(Settings, environment)
        if "source" in values:
            values = _of_source(values["source"], environment) | values
        settings = Settings(
            **values,
            bigquery=BigQueryOptions(**read(BigQueryOptions, environment)),
            alerts=AlertOptions(**read(AlertOptions, environment)),
            tableau=TableauOptions(**read(TableauOptions, environment)),
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


_GROUPS = (Settings, BigQueryOptions, AlertOptions, TableauOptions)
VARIABLES = tuple(variable for group in _GROUPS for variable in variables(group).values())


def _reject_unknown(environment: Mapping[str, str]) -> None:
    known = [variable.name for variable in VARIABLES]
    for name in environment:
        if name.startswith("ECOM_") and name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"the variables are {', '.join(known)}."
            raise SettingsError(f"{ascii(name)[1:-1]} is not a setting: {hint}")


def _of_source(source: Path, environment: Mapping[str, str]) -> dict[str, date]:
    """What a source says of itself that is a setting too."""
    from ecom_platform.origins.source import SourceError, read_source_settings

    try:
        own = read_source_settings(source, environment)
    except SourceError as error:
        raise SettingsError(str(error)) from None
    said = {name: value for name in ("start_month", "as_of") if (value := getattr(own, name)) is not None}
    for name, value in said.items():
        if not FIRST_DAY <= value <= LAST_DAY:
            raise SettingsError(f"source.toml: {name} = {str(value)!r} must lie from {FIRST_DAY:%Y} to {LAST_DAY:%Y}.")
    return said
