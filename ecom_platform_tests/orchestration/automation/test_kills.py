"""kill -9 of every process at random moments: nothing is half-written or lost, and the next tick repairs what is missing.

A round is some days in each of which everything is killed once, and one more day that is left in peace; in its end the
tables must be those of a build from scratch.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ecom_platform.orchestration.automation.jobs import GENERATE, REFRESH
from ecom_platform.orchestration.automation.schedules import range_tags
from ecom_platform.orchestration.automation.sensors import outbox
from ecom_platform.orchestration.partitions import signup_months
from ecom_platform.origins.advance import COHORT_TABLES
from ecom_platform.origins.origin import world_settings
from ecom_platform.tables import CATALOG
from ecom_platform.world import World
from ecom_platform_tests.alerts.receivers import Hook
from ecom_platform_tests.orchestration.automation.platform import Platform, contents
from ecom_platform_tests.orchestration.automation.poison import heal, poison
from ecom_platform_tests.orchestration.automation.service import LANDED, Service

RESULTS = ("raw", "violations", "quarantine", "clean", "marts", "analysis")
WINDOWS = CATALOG["raw.observation_windows"]
USERS, START = 300, date(2026, 10, 1)
MIDNIGHT = datetime(2026, 11, 25, 0, 35, tzinfo=UTC)
DAY = timedelta(days=1)
ROUNDS, KILLS_A_ROUND, LONGEST_SECONDS = 5, 5, 60.0
CALM_SECONDS = 75


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook()
    yield hook
    hook.stop()


def service(home: Path, hook: Hook) -> Service:
    variables = {"ECOM_USERS": f"{USERS}", "ECOM_START_MONTH": f"{START:%Y-%m}", "ECOM_ALERT_WEBHOOK_URL": hook.start()}
    return Service(home, MIDNIGHT, variables)


def kills(one: Service, dice: random.Random, begin: Callable[[], object]) -> None:
    """Some days, in each of which something begins and everything is killed at a random moment after it."""
    for _ in range(KILLS_A_ROUND):
        one.set_clock(one.now + DAY)
        begin()
        time.sleep(dice.uniform(0, LONGEST_SECONDS))
        one.kill()
        assert halves(one) == []
        one.start(webserver=True)


def halves(one: Service) -> list[str]:
    """Tables that do not hold, for some cohort, what the world is at the end of that cohort's last observed day."""
    found = []
    for window in one.warehouse.read(WINDOWS).to_pylist():
        whole = World(world_settings(one.settings, window["observed_until"])).month(window["signup_month"])
        for table in COHORT_TABLES:
            rows = one.warehouse.read(table, [f"{window['signup_month']}"])
            if Counter(map(str, rows.to_pylist())) != Counter(map(str, whole[table.name].to_pylist())):
                found.append(f"{table} of {window}")
    return found


def newest(one: Service) -> date:
    days: list[date] = [row["observed_until"] for row in one.warehouse.read(WINDOWS).to_pylist()]
    return min(days)


def differences(one: Service, scratch: Path, until: date) -> set[str]:
    """Names of the tables that are not what a build from scratch at the end of a day gives."""
    built = Platform(scratch, users=USERS, start=START, as_of=until)
    for job in (GENERATE, REFRESH):
        assert built.run(job, until, checks=False).success
    here, there = contents(one.warehouse, *RESULTS), contents(built.warehouse, *RESULTS)
    return {name for name in there if here[name] != there[name]}


def told(hook: Hook) -> Counter[tuple[str, str]]:
    return Counter((message["incident"], message["event"]) for message in hook.messages.values())


@pytest.mark.slow
def test_kills_during_daily_runs(tmp_path: Path, hook: Hook) -> None:
    one, dice = service(tmp_path / "home", hook), random.Random(1)
    one.switch_on()
    one.start(webserver=True)
    incident = "check:clean/users:contract"
    try:
        one.set_clock(one.now + DAY)
        one.wait(lambda: one.scheduled() > 0, quiet=CALM_SECONDS)
        for round_ in range(ROUNDS):
            kills(one, dice, lambda: None)
            one.set_clock(one.now + DAY)
            ended = one.now.date() - DAY
            one.wait(lambda ended=ended: newest(one) == ended, quiet=CALM_SECONDS)
            assert differences(one, tmp_path / f"scratch {round_}", ended) == set(), one.history()
        # An alert that is raised and resolved amid kills is sent once.
        for event, change in (("raised", poison), ("recovered", heal)):
            change(one)
            one.set_clock(one.now + DAY)
            time.sleep(dice.uniform(10, LONGEST_SECONDS))
            one.kill()
            one.start(webserver=True)
            one.wait(lambda event=event: (incident, event) in told(hook), quiet=CALM_SECONDS)
    finally:
        one.stop()
    counts = told(hook)
    assert (counts[incident, "raised"], counts[incident, "recovered"]) == (1, 1)
    assert {name for name, _ in counts if counts[name, "raised"] != counts[name, "recovered"]} == set()
    assert outbox(one.settings).waiting() == {}


@pytest.mark.slow
def test_kills_during_backfills(tmp_path: Path, hook: Hook) -> None:
    one, dice = service(tmp_path / "home", hook), random.Random(2)
    one.start(webserver=True)

    def months() -> list[str]:
        return list(signup_months(START, one.now.date()).get_partition_keys())

    def backfill() -> None:
        one.backfill(LANDED, months())

    try:
        config = {"ops": {op: {"config": {"as_of": f"{one.now.date() - DAY}"}} for op in ("raw_cohorts", "raw__products")}}
        one.launch("--job", GENERATE, "--tags", json.dumps(range_tags(*months())), "--config-json", json.dumps(config))
        one.wait(lambda: one.warehouse.row_counts(WINDOWS), quiet=CALM_SECONDS)
        for round_ in range(ROUNDS):
            kills(one, dice, backfill)
            one.set_clock(one.now + DAY)
            backfill()
            # Who is not told a day builds the world of today.
            today = one.now.date()
            one.wait(lambda today=today: newest(one) == today, quiet=CALM_SECONDS)
            assert differences(one, tmp_path / f"scratch {round_}", today) == set(), one.history()
    finally:
        one.stop()
    assert outbox(one.settings).waiting() == {}
