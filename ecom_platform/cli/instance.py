"""The Dagster instance under ECOM_HOME that the command line, the UI and the daemon share."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from ecom_platform.errors import FREE_SPACE, PlatformError, SettingsError, tells_of_a_full_disk
from ecom_platform.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

CONFIGURATION = "dagster.yaml"
INSTANCE_YAML = """\
# The Dagster instance of this ECOM_HOME. Edit it as you like: it is written once and never overwritten.
telemetry:
  enabled: false
nux:
  enabled: false
# The stock event log, with its files kept open: recording an event is several times faster.
event_log_storage:
  module: ecom_platform.orchestration.event_log
  class: OpenEventLog
  config:
    base_dir:
      env: DAGSTER_HOME
concurrency:
  runs:
    max_concurrent_runs: 4
  # DuckDB lets one process write: the runs that belong to its pool wait for each other here, not at the file.
  pools:
    granularity: run
    default_limit: 1
freshness:
  enabled: true
run_monitoring:
  enabled: true
  start_timeout_seconds: 300
  poll_interval_seconds: 30
# A run whose process died is started again; a run whose step failed is not, because wrong data stays wrong.
run_retries:
  enabled: true
  max_retries: 3
  retry_on_asset_or_op_failure: false
"""


class InstanceError(PlatformError):
    """Dagster's instance cannot be used: its configuration or one of its databases is at fault, or the disk."""


def prepare_home(settings: Settings) -> Path:
    """Creates the Dagster home, points this process and its children at it, and returns it.

    Raises SettingsError when the folder cannot be written.
    """
    from filelock import FileLock

    home = settings.dagster_home
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not (home / CONFIGURATION).exists():
            with FileLock(home / ".preparing.lock"):
                if not (home / CONFIGURATION).exists():
                    with _explained(home):
                        _furnish(home)
        if not os.access(home, os.W_OK) or not os.access(settings.home, os.W_OK):
            raise PermissionError(13, "not writable")
    except OSError as error:
        way_out = FREE_SPACE if tells_of_a_full_disk(error) else "name a folder that can"
        raise SettingsError(
            f"ECOM_HOME is {str(settings.home)!r}: it cannot be written ({error.strerror}); {way_out}."
        ) from None
    os.environ["DAGSTER_HOME"] = str(home)
    return home


def _furnish(home: Path) -> None:
    """Puts the databases of a new instance into its home, whole, and its configuration last.

    Processes that find no databases each create them, and two that do so at once leave them unusable for good; so does
    one that is killed amid it.
    """
    import dagster as dg

    new = home / ".preparing"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    (new / CONFIGURATION).write_text(INSTANCE_YAML)
    os.environ["DAGSTER_HOME"] = str(new)
    with dg.DagsterInstance.get():
        pass
    for made in sorted(new.iterdir(), key=lambda path: path.name == CONFIGURATION):
        # What a home has already is somebody's history.
        if not (home / made.name).exists():
            made.rename(home / made.name)
    shutil.rmtree(new)


@contextmanager
def opened(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """The instance of the settings' home.

    Raises InstanceError when its configuration or one of its databases cannot be used, at once or while it is used.
    """
    import dagster as dg

    home = prepare_home(settings)
    with _explained(home):
        try:
            instance = dg.DagsterInstance.get()
            # Dagster reads these parts of the configuration when they are first needed.
            _ = instance.run_coordinator, instance.run_launcher, instance.scheduler
        except (SQLAlchemyError, OSError):
            raise
        except Exception as error:  # A configuration may name any class, and a class may raise anything.
            raise InstanceError(
                f"The configuration of Dagster, {home / CONFIGURATION}, cannot be used ({_said(error)}): correct it, or "
                "remove it, and the next run writes the usual one."
            ) from error
        with instance:
            yield instance


@contextmanager
def _explained(home: Path) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        said = _said(getattr(error, "orig", None) or error)
        if tells_of_a_full_disk(said):
            way_out = FREE_SPACE
        elif damaged := _damaged(home):
            way_out = (
                f"{damaged} is damaged; restore it from a backup, or move {home} away for a new instance: the warehouse keeps "
                "its tables, the history of runs begins again"
            )
        else:
            way_out = "see whether its disk is full, damaged or may not be written, and try again"
        raise InstanceError(f"Dagster's instance {home} cannot be used ({said}): {way_out}.") from error


def _damaged(home: Path) -> Path | None:
    """A database of the home that is not one."""
    for path in sorted(home.rglob("*.db")):
        try:
            with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
                if database.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                    return path
        except sqlite3.OperationalError:
            continue
        except sqlite3.DatabaseError:
            return path
    return None


def _said(error: BaseException) -> str:
    """What an error says, on one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {' '.join(lines)[:300]}".rstrip(".: ")
