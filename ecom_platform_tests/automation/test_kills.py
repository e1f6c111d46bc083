"""kill -9 of everything at a random moment of a daily run: after a restart, tables are what they would have been."""

from __future__ import annotations

import random
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ecom_platform_tests.automation.platform import contents
from ecom_platform_tests.automation.service import Service

RESULTS = ("raw", "violations", "quarantine", "clean", "marts", "analysis")
MIDNIGHT = datetime(2026, 11, 25, 0, 35, tzinfo=UTC)
TICK = MIDNIGHT + timedelta(days=1)
LONGEST_SECONDS = 60.0
KILLS = 50


def service(home: Path) -> Service:
    return Service(home, MIDNIGHT, {"ECOM_USERS": "300", "ECOM_START_MONTH": "2026-10"})


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    one = service(tmp_path_factory.mktemp("undisturbed") / "home")
    one.switch_on()
    one.start()
    try:
        one.set_clock(TICK)
        one.wait(lambda: one.scheduled() > 0, quiet=75)
    finally:
        one.stop()
    return contents(one.warehouse, *RESULTS)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(KILLS))
def test_after_a_kill_and_a_restart_everything_is_as_if_nothing_had_happened(
    seed: int, undisturbed: dict[str, list[str]], tmp_path: Path
) -> None:
    one = service(tmp_path / "home")
    one.switch_on()
    one.start()
    try:
        one.set_clock(TICK)
        time.sleep(random.Random(seed).uniform(0, LONGEST_SECONDS))
        one.kill()
        one.start()
        one.wait(lambda: one.scheduled() > 0, quiet=75)
    finally:
        one.stop()
    assert contents(one.warehouse, *RESULTS) == undisturbed
    assert not [path for path in one.home.glob("*.sqlite") if path.stat().st_size == 0]
    shutil.rmtree(tmp_path / "home")
