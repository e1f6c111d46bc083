"""The Dagster instance under ECOM_HOME that the command line, the UI and the daemon share."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from ecom_platform.settings import Settings, SettingsError

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
                    _furnish(home)
        if not os.access(home, os.W_OK) or not os.access(settings.home, os.W_OK):
            raise PermissionError(13, "not writable")
    except OSError as error:
        raise SettingsError(
            f"ECOM_HOME is {str(settings.home)!r}: it cannot be written ({error.strerror}); name a folder that can."
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


def open_instance(settings: Settings) -> dg.DagsterInstance:
    import dagster as dg

    prepare_home(settings)
    return dg.DagsterInstance.get()
