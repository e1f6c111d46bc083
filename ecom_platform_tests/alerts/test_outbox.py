"""What is news and what is not, and that nothing in the outbox is lost."""

from __future__ import annotations

import multiprocessing
from itertools import pairwise
from pathlib import Path

import pytest

from ecom_platform.alerts.delivery import deliver
from ecom_platform.alerts.message import Alert, Event, Message, Seen
from ecom_platform.alerts.outbox import FIRST_DELAY_SECONDS, LONGEST_DELAY_SECONDS, Outbox
from ecom_platform.alerts.sinks import Undelivered

JULY, AUGUST = "2026-07-01", "2026-08-01"
INCIDENT = "check:clean/orders:contract"


def look(occurrence: str, bad: list[str], looked_at: list[str] | None = None, order: float = 0) -> Seen:
    alert = Alert(INCIDENT, "clean/orders broke its contract", "words", partitions=tuple(bad), rows=3) if bad else None
    return Seen(occurrence, INCIDENT, tuple(looked_at or [JULY, AUGUST]), alert, order=order)


class Recorder:
    """A sink that can be down."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.down = False
        self.got: list[Message] = []

    def send(self, message: Message) -> None:
        if self.down:
            raise Undelivered("down")
        self.got.append(message)


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "home" / "alerts.sqlite", ["a", "b"])


class TestNews:
    def test_a_fault_is_news_once_and_seeing_it_again_is_folded(self, outbox: Outbox) -> None:
        told = [outbox.take(look(f"run {n}", [JULY])) for n in range(4)]
        assert [message and message.event for message in told] == [Event.RAISED, None, None, None]

    def test_recovery_is_announced_once_with_what_was_folded(self, outbox: Outbox) -> None:
        for n in range(4):
            outbox.take(look(f"run {n}", [JULY]))
        recovered = outbox.take(look("run 5", []))
        assert recovered is not None
        assert (recovered.event, recovered.repeats, recovered.months) == (Event.RECOVERED, 3, (JULY,))
        assert outbox.take(look("run 6", [])) is None
        assert outbox.open_incidents() == []

    def test_what_was_never_wrong_does_not_recover(self, outbox: Outbox) -> None:
        assert outbox.take(look("run 1", [])) is None

    def test_months_that_were_not_looked_at_stay_wrong(self, outbox: Outbox) -> None:
        outbox.take(look("run 1", [JULY]))
        assert outbox.take(look("run 2", [], [AUGUST])) is None
        assert outbox.open_incidents() == [INCIDENT]

    def test_a_fault_that_spreads_to_another_month_is_news(self, outbox: Outbox) -> None:
        outbox.take(look("run 1", [JULY]))
        spread = outbox.take(look("run 2", [AUGUST]))
        assert spread is not None
        assert spread.event is Event.SPREAD

    def test_the_same_occurrence_is_taken_once(self, outbox: Outbox) -> None:
        assert outbox.take(look("run 1", [JULY]))
        assert outbox.take(look("run 1", [JULY])) is None
        recovered = outbox.take(look("run 2", []))
        assert recovered is not None
        assert recovered.repeats == 0

    def test_having_been_right_before_is_no_recovery(self, outbox: Outbox) -> None:
        outbox.take(look("run 1", [], order=1))
        outbox.take(look("run 2", [JULY], order=2))
        assert outbox.take(look("run 1", [], order=1)) is None
        assert outbox.open_incidents() == [INCIDENT]

    def test_a_fault_that_comes_back_is_another_message(self, outbox: Outbox) -> None:
        told = [outbox.take(look(f"run {n}", bad)) for n, bad in enumerate([[JULY], [], [JULY], []])]
        assert len({message.id for message in told if message}) == 4


class TestDelivery:
    def test_every_sink_gets_every_message_once(self, outbox: Outbox) -> None:
        sinks = [Recorder("a"), Recorder("b")]
        outbox.take(look("run 1", [JULY]))
        for _ in range(3):
            deliver(outbox, sinks)
        assert [len(sink.got) for sink in sinks] == [1, 1]
        assert outbox.waiting() == {}

    def test_a_sink_that_is_down_blocks_no_other_and_loses_nothing(
        self, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = [1_000.0]
        monkeypatch.setattr("ecom_platform.alerts.delivery.time.time", lambda: now[0])
        a, b = Recorder("a"), Recorder("b")
        b.down = True
        for n, bad in enumerate([[JULY], [], [AUGUST]]):
            outbox.take(look(f"run {n}", bad))
            deliver(outbox, [a, b])
        assert (len(a.got), len(b.got)) == (3, 0)
        b.down = False
        deliver(outbox, [a, b])
        assert b.got == [], "its next attempt is not due yet"
        now[0] += FIRST_DELAY_SECONDS
        deliver(outbox, [a, b])
        assert b.got == a.got

    def test_attempts_become_rarer_up_to_a_bound(self, outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
        now = [0.0]
        monkeypatch.setattr("ecom_platform.alerts.delivery.time.time", lambda: now[0])
        sink = Recorder("a")
        sink.down = True
        outbox.take(look("run 1", [JULY]))
        attempts = []
        while now[0] < 6 * LONGEST_DELAY_SECONDS:
            if deliver(outbox, [sink]):
                attempts.append(now[0])
            now[0] += 10
        gaps = [after - before for before, after in pairwise(attempts)]
        assert gaps == sorted(gaps)
        assert gaps[0] == FIRST_DELAY_SECONDS
        assert gaps[-1] == LONGEST_DELAY_SECONDS

    def test_a_process_that_dies_after_sending_sends_the_same_id_again(self, outbox: Outbox) -> None:
        outbox.take(look("run 1", [JULY]))
        first = outbox.due("a", 0)[0].message
        again = Outbox(outbox.path, outbox.sinks).due("a", 0)[0].message
        assert first == again


def _take_many(path: Path, start: int) -> None:
    outbox = Outbox(path, ["a"])
    for n in range(start, start + 25):
        seen = Seen(f"{n}", f"incident {n}", ("",), Alert(f"incident {n}", "title", "text"))
        outbox.take(seen)


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "alerts.sqlite"
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_take_many, args=(path, 25 * n)) for n in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert Outbox(path, ["a"]).waiting() == {"a": 100}
