"""The report: what stands first, what is escaped, and what an open end looks like."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ecom_platform.insights.effect import Effect, Kind, declined
from ecom_platform.insights.report import Answered, Report, html, interval, markdown, number
from ecom_platform.tables.insights.questions import QUESTIONS, TOPICS

BY_NUMBER = {question.number: question for question in QUESTIONS}


def row(question: str, effect: Effect) -> dict[str, Any]:
    return {**effect.row(), "question": question, "tables_read": "insights.cells", "coverage": 0.951}


def value_of_activation(**changes: Any) -> Effect:
    known: dict[str, Any] = {
        "effect": "late_relative",
        "kind": Kind.CAUSAL,
        "estimand": "relative LATE",
        "population": "users whom the nudge activates",
        "unit": "user",
        "scale": "relative",
        "window": "[30, 360)",
        "method": "Wald",
        "sentence": "Activation raises late orders by 62 %.",
        "n": 1234,
        "estimate": 0.62,
        "ci_low": 0.41,
        "ci_high": 0.86,
        "naive_estimate": 1.66,
    }
    return Effect(**known | changes)


@pytest.fixture
def report() -> Report:
    refused = declined("gap", "There is no <b>event log</b> in this data.", estimand="gap", population="all users")
    answered = [
        Answered(BY_NUMBER["1.3"], [row("1.3", refused)]),
        Answered(BY_NUMBER["4.1"], [row("4.1", value_of_activation())], chart="<svg id='c'></svg>", definition="Wald."),
    ]
    return Report("a shop", "2026-11-22", "abcdef12", answered, truths={("4.1", "late_relative"): 0.7})


def test_the_central_answer_stands_on_the_first_screen(report: Report) -> None:
    page = html(report)
    first = page[: page.index("<h2>")]
    for shown in ("+62.0%", "+41.0% to +86.0%", "+166.0%", "+70.0%", "causal", "Activation raises late orders by 62 %."):
        assert shown in first


def test_only_its_main_effects_do(report: Report) -> None:
    other = value_of_activation(effect="exclusion_test", sentence="Among others it changes nothing.", estimate=0.5)
    answered = [Answered(BY_NUMBER["4.1"], [row("4.1", other), row("4.1", value_of_activation())])]
    assert [each["effect"] for each in replace(report, answered=answered).headline] == ["late_relative"]
    refused = declined("late_relative", "There is no experiment.", estimand="LATE", population="all users")
    declining = replace(report, answered=[Answered(BY_NUMBER["4.1"], [row("4.1", refused)])])
    assert [each["kind"] for each in declining.headline] == ["declined"]


def test_the_first_screen_says_what_the_data_would_adopt(report: Report) -> None:
    said = value_of_activation(effect="adopted", sentence="The adopted activation is borne out.")
    asked = replace(report, answered=[Answered(BY_NUMBER["1.1"], [row("1.1", said)]), *report.answered])
    page = html(asked)
    assert "The adopted activation is borne out." in page[: page.index("<h2>")]
    text = markdown(asked)
    assert "The adopted activation is borne out." in text[: text.index("\n## ")]
    assert report.adopted is None


def test_topics_come_in_the_order_of_the_questions(report: Report) -> None:
    assert list(report.topics) == ["Activation", "Lifetime value"]


def test_text_is_escaped_and_charts_are_drawn(report: Report) -> None:
    page = html(report)
    assert "&lt;b&gt;event log&lt;/b&gt;" in page
    assert "<svg id='c'></svg>" in page


def test_the_page_asks_for_nothing_else(report: Report) -> None:
    page = html(report)
    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page


def test_the_text_has_the_same_numbers(report: Report) -> None:
    text = markdown(report)
    assert "| late_relative | +62.0% | +41.0% to +86.0% | 1,234 | +166.0% | – | Wald |" in text
    assert "There is no <b>event log</b> in this data." in text


@pytest.mark.parametrize(
    ("value", "scale", "text"),
    [
        (None, "KRW", "–"),
        (61234.4, "KRW", "61,234 KRW"),
        (0.123, "share", "12.3%"),
        (-0.5, "relative", "-50.0%"),
        (1.23456, "orders", "1.235"),
        (3.2, "EUR", "3.20 EUR"),
    ],
)
def test_numbers_are_written_by_their_scale(value: float | None, scale: str, text: str) -> None:
    assert number(value, scale) == text


def test_an_open_side_of_an_interval_is_shown() -> None:
    open_above = row("4.1", value_of_activation(ci_high=None))
    assert interval(open_above) == "+41.0% to ∞"
    assert interval(row("4.1", value_of_activation(ci_low=None, ci_high=None))) == "–"


def test_an_effect_comes_back_from_its_row() -> None:
    effect = value_of_activation()
    assert Effect.of(row("4.1", effect)) == effect


def test_every_question_has_a_topic_and_a_name_of_its_own() -> None:
    assert len({question.name for question in QUESTIONS}) == len({question.number for question in QUESTIONS}) == len(QUESTIONS)
    assert {question.topic for question in QUESTIONS} == set(TOPICS.values())
