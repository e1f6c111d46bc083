"""A clock that a test can set, for every process that has this folder on its PYTHONPATH.

The file that CLOCK_FILE names holds the seconds by which time is ahead. What tells the time to Dagster
and to the platform adds them; nothing else of either is touched.
"""

import os
import sys
import time
from datetime import datetime, timedelta, timezone, tzinfo
from importlib.abc import Loader, MetaPathFinder
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

DEADLINES = ("grpc._cython.cygrpc", "grpc._channel", "grpc._common", "grpc._server", "grpc._utilities")
"""What asks the time to wait until it: a shifted deadline would wait as long as the clock is ahead."""


def ahead() -> float:
    return float(Path(os.environ["CLOCK_FILE"]).read_text())


class Shifted(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + timedelta(seconds=ahead())


def set_clock(module: ModuleType) -> None:
    if module.__name__ == "dagster._time":
        module._mockable_get_current_datetime = lambda: Shifted.now(timezone.utc)  # type: ignore[attr-defined] # noqa: UP017
        module._mockable_get_current_timestamp = lambda: Shifted.now(timezone.utc).timestamp()  # type: ignore[attr-defined] # noqa: UP017
    elif module.__name__ in DEADLINES:
        module.time = SimpleNamespace(**vars(time) | {"time": real_time})  # type: ignore[attr-defined]
    else:
        module.datetime = Shifted  # type: ignore[attr-defined]


class SettingLoader(Loader):
    def __init__(self, loader: Loader) -> None:
        self.loader = loader

    def create_module(self, spec: Any) -> ModuleType | None:
        return self.loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self.loader.exec_module(module)
        set_clock(module)


class Finder(MetaPathFinder):
    """Sets the clock of a module right after it was imported, so that importing it early is not needed."""

    modules = (*DEADLINES, "dagster._time", "ecom_platform.settings", "ecom_platform.orchestration.automation.sensors")

    def __init__(self) -> None:
        self.busy = False

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:  # noqa: ARG002
        if fullname not in self.modules or self.busy:
            return None
        self.busy = True
        try:
            spec = find_spec(fullname)
        finally:
            self.busy = False
        if spec is not None and spec.loader is not None:
            spec.loader = SettingLoader(spec.loader)
        return spec


if os.environ.get("CLOCK_FILE"):
    # Events are stamped with this one; a run's end must not lie before its tick.
    real_time = time.time
    time.time = lambda: real_time() + ahead()
    sys.meta_path.insert(0, Finder())
