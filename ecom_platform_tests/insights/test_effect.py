"""What an effect may say, and with which words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ecom_platform.insights.effect import Effect, Kind, declined
from ecom_platform.tables.insights.answers import ANSWERS, KINDS

FOUND = Effect(
    effect="late_orders",
    kind=Kind.ASSOCIATION,
    estimand="difference of means",
    population="users observed for 360 days",
    unit="user",
    scale="orders",
    window="[30, 360)",
    method="Welch",
    sentence="Activated users have 0.5 orders more.",
    n=100,
    estimate=0.5,
    ci_low=0.4,
    ci_high=0.6,
)


@pytest.mark.parametrize("word", ["raises", "increases", "causes", "leads to", "drives", "lifts", "reduces", "because of"])
def test_only_a_causal_statement_may_claim_a_cause(word: str) -> None:
    sentence = f"Activation {word} 0.5 orders."
    with pytest.raises(ValueError, match="claims a cause"):
        replace(FOUND, sentence=sentence)
    assert replace(FOUND, kind=Kind.CAUSAL, sentence=sentence).sentence == sentence


@pytest.mark.parametrize(
    "change", [{"estimate": 0.7}, {"ci_low": float("-inf")}, {"estimate": float("nan")}, {"n": 0}, {"n": None}]
)
def test_numbers_that_contradict_each_other_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=FOUND.effect):
        replace(FOUND, **change)


def test_an_interval_may_be_open_or_stand_without_a_point() -> None:
    assert replace(FOUND, ci_high=None).ci_high is None
    assert replace(FOUND, estimate=None).estimate is None


def test_a_declined_answer_has_its_reason_and_no_numbers() -> None:
    answer = declined("late_orders", "There is no experiment in this data.", estimand="LATE", population="all users")
    assert (answer.kind, answer.estimate, answer.n) == (Kind.DECLINED, None, None)
    with pytest.raises(ValueError, match="has numbers"):
        replace(answer, n=3)


def test_its_row_fits_the_table_of_answers() -> None:
    assert set(FOUND.row()) | {"question", "coverage", "tables_read"} == set(ANSWERS.column_names)
    assert {kind.value for kind in Kind} == set(KINDS)
