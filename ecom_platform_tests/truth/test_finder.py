"""The search of 1.1 in whole worlds: it names what activates, claims nothing where nothing does, and is scored openly."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.truth.finder import DOCUMENT, KINDS, NO_EFFECT, main, markdown, result, settings_of, tasks
from ecom_platform.truth.suite import Result, run
from ecom_platform.truth.worlds import Task

OTHER_THAN_ADOPTED = "5 sessions, 2 carts, 7 days"


def test_it_names_what_activates_though_another_definition_is_adopted() -> None:
    found = result(Task(OTHER_THAN_ADOPTED, 999, 100_000))
    assert found["named"] == "5 sessions and 2 carts in the first 7 days"
    assert found["is_true"]
    assert settings_of(Task(OTHER_THAN_ADOPTED, 999, 100_000)).activation_carts != ACTIVATION.carts


def test_where_activation_does_nothing_it_claims_nothing() -> None:
    found = result(Task(NO_EFFECT, 999, 30_000))
    assert not found["claimed"]
    assert found["refusal"]


def test_every_world_has_a_seed_of_its_own() -> None:
    wanted = list(tasks(100, 100_000))
    assert Counter(task.kind for task in wanted) == {**dict.fromkeys(KINDS, 100), NO_EFFECT: 200}
    assert len({settings_of(task).seed for task in wanted}) == len(wanted)


def made_up(task: Task) -> Result:
    right = task.number > 0
    return {
        **task._asdict(),
        "claimed": task.kind != NO_EFFECT,
        "named": None if task.kind == NO_EFFECT else "right" if right else "6 sessions in the first 7 days",
        "is_true": task.kind != NO_EFFECT and right,
        "refusal": "nothing stands out" if task.kind == NO_EFFECT else "",
    }


def test_the_document_counts_what_was_claimed_and_what_was_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results, document = tmp_path / "finder.jsonl", tmp_path / "finder.md"
    run(tasks(3, 50), results, compute=made_up, tell=lambda _: None)
    monkeypatch.setattr("ecom_platform.truth.finder.DOCUMENT", document)
    monkeypatch.setattr("sys.argv", ["finder", "--results", str(results), "--write-only"])
    main()
    text = document.read_text(encoding="utf-8")
    assert "| 5 sessions, 1 cart, 7 days | 3 | 3 | 2 | 6 sessions in the first 7 days (1) | – |" in text
    assert "| no effect | 6 | 0 | – | – | nothing stands out (6) |" in text
    assert markdown([]).count("| 0 | 0 |") == len(KINDS)
    assert DOCUMENT.name == "finder.md"
