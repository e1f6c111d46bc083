"""Days of a real instance with its daemon: what is there in the end, and who was told."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ecom_platform.orchestration.automation.jobs import GENERATE, REFRESH
from ecom_platform.tables import CATALOG
from ecom_platform_tests.alerts.receivers import Hook, Mailbox
from ecom_platform_tests.orchestration.automation.platform import Platform, contents
from ecom_platform_tests.orchestration.automation.poison import heal, poison
from ecom_platform_tests.orchestration.automation.service import Service

RESULTS = ("raw", "violations", "quarantine", "clean", "marts", "analysis")
DAY = timedelta(days=1)
MIDNIGHT = datetime(2026, 11, 25, 0, 35, tzinfo=UTC)
USERS_IN_ALL, START = 300, date(2026, 10, 1)


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook()
    yield hook
    hook.stop()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    mailbox = Mailbox()
    yield mailbox
    mailbox.stop()


def variables(hook: str, mail_port: int) -> dict[str, str]:
    return {
        "ECOM_USERS": str(USERS_IN_ALL),
        "ECOM_START_MONTH": f"{START:%Y-%m}",
        "ECOM_ALERT_WEBHOOK_URL": hook,
        "ECOM_ALERT_WEBHOOK_SECRET": "key",
        "ECOM_ALERT_SMTP": f"127.0.0.1:{mail_port}",
        "ECOM_ALERT_MAIL_TO": "somebody@example.com",
    }


def live(service: Service, days: list[int], events: dict[int, str], mailbox: Mailbox) -> None:
    """Goes from tick to tick, `days` after the start; a gap between them is a machine that was off."""
    start = service.now
    for number in days:
        if events.get(number) == "poison":
            poison(service)
        elif events.get(number) == "heal":
            heal(service)
        elif events.get(number) == "mail":
            mailbox.start()
        before = service.scheduled()
        service.set_clock(start + number * DAY)
        service.wait(lambda before=before: service.scheduled() > before, quiet=75)


def test_a_scheduled_day_lands_what_a_build_from_scratch_gives(tmp_path: Path, hook: Hook, mailbox: Mailbox) -> None:
    service = Service(tmp_path / "home", MIDNIGHT, variables(hook.start(), mailbox.port))
    service.switch_on()
    service.start()
    try:
        service.set_clock(MIDNIGHT + DAY)
        service.wait(lambda: service.scheduled() > 0, quiet=1)
    finally:
        service.stop()
    scratch = Platform(tmp_path / "scratch", users=USERS_IN_ALL, start=START, as_of=MIDNIGHT.date())
    assert scratch.run(GENERATE, MIDNIGHT.date(), checks=False).success
    assert contents(service.warehouse, *RESULTS[:4]) == contents(scratch.warehouse, *RESULTS[:4])
    assert hook.messages == {}


@pytest.mark.slow
def test_a_gap_a_poisoned_day_and_its_healing_end_in_what_a_build_from_scratch_gives(
    tmp_path: Path, hook: Hook, mailbox: Mailbox
) -> None:
    run_days(tmp_path, hook, mailbox, days=[1, 5, 6], events={5: "poison", 6: "heal"})


@pytest.mark.slow
def test_fourteen_days(tmp_path: Path, hook: Hook, mailbox: Mailbox) -> None:
    days = [1, 2, 3, 4, 8, 9, 10, 11, 12, 13, 14]
    run_days(tmp_path, hook, mailbox, days, events={9: "poison", 11: "heal", 12: "mail"})


def run_days(tmp_path: Path, hook: Hook, mailbox: Mailbox, days: list[int], events: dict[int, str]) -> None:
    service = Service(tmp_path / "home", MIDNIGHT, variables(hook.start(), mailbox.port))
    if "mail" not in events.values():
        mailbox.start()
    service.switch_on()
    service.start()
    try:
        live(service, days, events, mailbox)
        deadline = time.monotonic() + 300
        while len(mailbox.subjects) < 4 and time.monotonic() < deadline:
            time.sleep(1)
    finally:
        service.stop()
    grown = contents(service.warehouse, *RESULTS)
    last = service.now.date() - DAY

    scratch = Platform(tmp_path / "scratch", users=USERS_IN_ALL, start=START, as_of=last)
    for job in (GENERATE, REFRESH):
        assert scratch.run(job, last, checks=False).success
    assert {f"{row['observed_until']}" for row in service.warehouse.read(CATALOG["raw.observation_windows"]).to_pylist()} == {
        f"{last}"
    }
    expected = contents(scratch.warehouse, *RESULTS)
    assert {name for name in grown if grown[name] != expected[name]} == set()

    told = [(message["incident"], message["event"]) for message in hook.messages.values()]
    incident = "check:clean/users:contract"
    # After the gap the newest day is late, until the run that catches up has landed it.
    assert sorted(told) == [(incident, "raised"), (incident, "recovered"), ("late", "raised"), ("late", "recovered")]
    assert sorted(mailbox.subjects.values()) == [
        "[ecom] Recovered: The newest day is missing",
        "[ecom] Recovered: clean/users: check contract failed",
        "[ecom] The newest day is missing",
        "[ecom] clean/users: check contract failed",
    ]
