"""The suite of worlds: it resumes where it was killed, its sums are right, and its machinery holds on a few small worlds."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from ecom_platform.insights.coverage import FILE
from ecom_platform.truth.criteria import Criterion, Verdict, criteria
from ecom_platform.truth.document import coverage_json, markdown
from ecom_platform.truth.suite import results, run
from ecom_platform.truth.summary import Share, performance, performances
from ecom_platform.truth.worlds import KINDS, Task, result, tasks

FEW = [Task(kind, number, 5) for number in range(2) for kind in ("confounded", "no nudge")]


def made(task: Task) -> dict[str, Any]:
    return {**task._asdict(), "scores": [], "nudge": None}


class Killed(Exception):
    """What a process that is killed does not live to raise."""


def test_what_was_killed_is_continued_and_nothing_is_computed_twice(tmp_path: Path) -> None:
    file = tmp_path / "worlds.jsonl"
    computed: list[Task] = []

    def dying(task: Task) -> dict[str, Any]:
        if len(computed) == 2:
            raise Killed
        return counting(task)

    def counting(task: Task) -> dict[str, Any]:
        computed.append(task)
        return made(task)

    with pytest.raises(Killed):
        run(FEW, file, compute=dying, tell=lambda _: None)
    with file.open("a", encoding="utf-8") as lines:
        lines.write('{"kind": "no nudge", "numb')
    told: list[str] = []
    run(FEW, file, compute=counting, tell=told.append)
    assert computed == FEW
    assert [(each["kind"], each["number"]) for each in results(file)] == [(task.kind, task.number) for task in FEW]
    assert told[0].startswith("2 of 4 worlds are in")
    assert told[1].startswith("world 3 of 4 (confounded, number 1)")


def test_processes_compute_the_same_worlds(tmp_path: Path) -> None:
    run(FEW, tmp_path / "worlds.jsonl", processes=2, compute=made, tell=lambda _: None)
    assert sorted((each["kind"], each["number"]) for each in results(tmp_path / "worlds.jsonl")) == sorted(
        (task.kind, task.number) for task in FEW
    )


def test_kinds_take_turns_and_no_two_worlds_share_a_seed() -> None:
    wanted = list(tasks(3, 10))
    assert [task.kind for task in wanted[: len(KINDS)]] == [kind.name for kind in KINDS]
    assert len({task.settings().seed for task in tasks(200, 10)}) == 200 * len(KINDS)
    with pytest.raises(ValueError, match="numbered from 0"):
        KINDS[0].seed(1_000)


def score(estimate: float | None, covered: bool | None = True, kind: str = "causal", p: float = 0.01) -> dict[str, Any]:
    numbers = {"estimate": estimate, "truth": 2.0, "covered": covered, "naive_estimate": 5.0, "p_value": p}
    return {"question": "4.1", "effect": "late_orders", "kind": kind, **numbers}


def test_bias_error_and_coverage_are_over_worlds() -> None:
    rows = [score(1.0), score(4.0, covered=False), score(None, covered=None, p=0.5), score(None, None, "declined")]
    found = performance(rows)
    assert (found.bias, found.naive_bias, found.truth) == (0.5, 3.0, 2.0)
    assert found.bias_error == pytest.approx(1.5)
    assert found.rmse == pytest.approx(math.sqrt((1 + 4) / 2))
    assert found.coverage == Share(1, 2)
    assert found.decided == Share(2, 3)
    assert (found.declined, found.no_point, found.worlds) == (Share(1, 4), Share(1, 3), 4)


@pytest.mark.parametrize(
    ("events", "n", "verdict"),
    [
        (190, 200, Verdict.HOLDS),
        (181, 200, Verdict.CHANCE),
        (160, 200, Verdict.FAILS),
        (200, 200, Verdict.CHANCE),
        (8, 10, Verdict.CHANCE),
        (0, 0, Verdict.UNKNOWN),
    ],
)
def test_a_share_fails_only_if_so_few_worlds_may_not_lie(events: int, n: int, verdict: Verdict) -> None:
    assert Criterion("a", "", Share(events, n), 0.91, 0.985).verdict is verdict


def test_coverage_is_quoted_from_enough_calibrated_worlds() -> None:
    worlds = [{"kind": "confounded", "number": n, "users": 9, "scores": [score(1.0, n > 0)], "nudge": None} for n in range(50)]
    assert json.loads(coverage_json(worlds)) == {"4.1/late_orders": 0.98}
    assert json.loads(coverage_json(worlds[:49])) == {}
    assert json.loads(coverage_json([{**world, "kind": "no effect"} for world in worlds])) == {}


ROOT = Path(__file__).parents[2]


class TestWhatTheSuiteFound:
    """docs/truth.md and coverage.json, as they are committed."""

    document = (ROOT / "docs" / "truth.md").read_text(encoding="utf-8")
    coverage: dict[str, float] = json.loads((ROOT / "ecom_platform" / "insights" / FILE).read_text(encoding="utf-8"))

    def rows(self) -> list[list[str]]:
        section = self.document.partition("## What must hold")[2].partition("## ")[0]
        lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| ")]
        return [[cell.strip() for cell in line] for line in lines[1:]]

    def test_no_criterion_fails(self) -> None:
        found = self.rows()
        assert len(found) == len(criteria([]))
        assert {row[-1] for row in found} <= {Verdict.HOLDS.value, Verdict.CHANCE.value}, found

    def test_its_coverage_is_that_of_the_intervals(self) -> None:
        section = self.document.partition("## Confounded")[2]
        for name, share in self.coverage.items():
            question, effect = name.split("/")
            row = next(line for line in section.splitlines() if line.startswith(f"| {question} | {effect} |"))
            assert f"| {share:.1%} (" in row


@pytest.fixture(scope="module")
def few_small_worlds() -> list[dict[str, Any]]:
    """One world of each kind, of 20,000 users; no seed of the suite's 200."""
    return [result(Task(kind.name, 999, 20_000)) for kind in KINDS]


def by_kind(worlds: list[dict[str, Any]], kind: str) -> dict[tuple[str, str], dict[str, Any]]:
    (found,) = (world for world in worlds if world["kind"] == kind)
    return {(each["question"], each["effect"]): each for each in found["scores"]}


def test_plain_comparisons_mislead_where_intent_is_at_work_and_nowhere_else(few_small_worlds: list[dict[str, Any]]) -> None:
    for kind, misleads in (("confounded", True), ("unconfounded", False)):
        plain = by_kind(few_small_worlds, kind)["4.1", "landmark_orders"]
        assert plain["kind"] == "association"
        assert (plain["estimate"] > 1.8 * plain["truth"]) is misleads
        assert by_kind(few_small_worlds, kind)["4.1", "late_orders"]["kind"] == "causal"


def test_claims_are_made_and_withdrawn_where_they_must_be(few_small_worlds: list[dict[str, Any]]) -> None:
    weak, alone = (by_kind(few_small_worlds, kind) for kind in ("weak nudge", "no nudge"))
    assert (weak["4.1", "late_orders"]["kind"], weak["4.1", "late_orders"]["estimate"]) == ("causal", None)
    assert alone["4.1", "late_orders"]["kind"] == "declined"
    assert alone["4.1", "later_buyers_bounds"]["ci_high"] is not None
    direct = by_kind(few_small_worlds, "direct effect")
    fired = direct["4.1", "exclusion_test"]["p_value"] < 0.05
    assert (direct["4.1", "late_orders"]["kind"] == "declined") is fired
    assert direct["4.1", "exclusion_test"]["estimate"] > 0


def test_the_document_of_a_few_worlds_says_how_few_they_are(few_small_worlds: list[dict[str, Any]]) -> None:
    text = markdown(few_small_worlds)
    assert "| confounded | 1 | 910000 |" in text
    assert "Each has 20,000 users" in text
    assert performances(few_small_worlds)["confounded", "4.1", "late_orders"].worlds == 1
    assert text == markdown(json.loads(json.dumps(few_small_worlds))), "a line of results keeps all of it"
