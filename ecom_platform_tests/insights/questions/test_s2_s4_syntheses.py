"""S2 and S4: syntheses quote what others found, with its kind, and claim nothing where they claim nothing."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from ecom_platform.insights.effect import Effect, Kind, declined
from ecom_platform.insights.questions.s2_why_activation_pays import INQUIRY as S2
from ecom_platform.insights.questions.s4_plans import INQUIRY as S4
from ecom_platform_tests.insights.aggregates import aggregate, answered

EVENTS, VALUE, GAP = "q1_1_activation_events", "q4_1_value_of_activation", "q5_2_value_gap"
DISCOUNTS, TASTE, SUBSCRIPTION = "q1_4_discount_exposure", "q5_3_discounts_and_taste", "q6_2_value_of_subscription"


def effect(name: str, kind: Kind, estimate: float, half: float, **more: Any) -> Effect:
    return Effect(
        effect=name,
        kind=kind,
        estimand="e",
        population="p",
        unit="user",
        scale="KRW",
        window="w",
        method="m",
        sentence=f"{name} is {estimate}.",
        n=1000,
        estimate=estimate,
        ci_low=estimate - half,
        ci_high=estimate + half,
        null_value=0.0,
        **more,
    )


def answers(table: str, *effects: Effect) -> pd.DataFrame:
    """The table of a question's answers, as a warehouse gives it back."""
    return aggregate(f"insights.{table}", [each.row() | {"question": "x", "tables_read": "t"} for each in effects])


def test_the_share_of_the_gap_that_activation_brings_about() -> None:
    value = answers(VALUE, effect("ate_transported", Kind.CAUSAL, 100.0, 19.6, assumptions="Constant relative effect."))
    gap = answers(GAP, effect("gap", Kind.DESCRIPTION, 200.0, 1.96), effect("from_orders", Kind.DESCRIPTION, 180.0, 5.0))
    events = answers(EVENTS, effect("lever", Kind.CAUSAL, 1.7, 0.4))
    found = answered(S2, **{VALUE: value, GAP: gap, EVENTS: events})
    share = found["caused_share"]
    assert share.kind is Kind.CAUSAL
    assert share.estimate == pytest.approx(0.5)
    error = 0.5 * ((10 / 100) ** 2 + (1 / 200) ** 2) ** 0.5
    assert share.ci_low == pytest.approx(0.5 - 1.96 * error, abs=1e-4)
    assert share.assumptions == "Constant relative effect."
    assert "200 KRW" in share.sentence
    assert found["from_orders"].kind is Kind.DESCRIPTION
    assert found["from_orders"].caveats == "Quoted from question 5.2."
    assert (found["lever"].kind, found["lever"].caveats) == (Kind.CAUSAL, "Quoted from question 1.1.")
    assert found["late_relative"].kind is Kind.DECLINED, "4.1 has not found it"


@pytest.mark.parametrize(
    ("caused", "gap"),
    [
        pytest.param(effect("ate_transported", Kind.ASSOCIATION, 100.0, 9.0), (200.0, 9.0), id="no causal claim"),
        pytest.param(
            declined("ate_transported", "No experiment.", estimand="e", population="p"), (200.0, 9.0), id="declined there"
        ),
        pytest.param(effect("ate_transported", Kind.CAUSAL, 100.0, 9.0), (5.0, 9.0), id="no clear gap to divide by"),
    ],
)
def test_nothing_is_caused_where_nothing_is_claimed(caused: Effect, gap: tuple[float, float]) -> None:
    frames = {VALUE: answers(VALUE, caused), GAP: answers(GAP, effect("gap", Kind.DESCRIPTION, *gap))}
    assert answered(S2, **frames)["caused_share"].kind is Kind.DECLINED


def test_plans_are_read_off_the_intervals() -> None:
    found = answered(
        S4,
        **{
            DISCOUNTS: answers(DISCOUNTS, effect("activation", Kind.CAUSAL, 0.01, 0.02)),
            TASTE: answers(
                TASTE,
                effect("discounted_share", Kind.CAUSAL, 0.0, 0.01),
                effect("category_lighting", Kind.CAUSAL, 0.03, 0.01, p_adjusted=0.001),
                effect("category_fabric", Kind.CAUSAL, 0.01, 0.009, p_adjusted=0.2),
            ),
            SUBSCRIPTION: answers(SUBSCRIPTION, effect("orders_relative", Kind.CAUSAL, 0.3, 0.1)),
        },
    )
    assert found["plans"].kind is Kind.DESCRIPTION
    assert found["plans"].sentence == (
        "Question 1.4 cannot tell an effect of discounts on activation, question 5.3 finds one on what is bought later in "
        "lighting and question 6.2 finds one of a subscription with activation held fixed."
    )
    assert found["categories_moved"].estimate == pytest.approx(0.5)
    assert found["activation"].kind is found["orders_relative"].kind is Kind.CAUSAL
    assert found["att_revenue"].kind is Kind.DECLINED


def test_nothing_comes_of_nothing() -> None:
    for inquiry in (S2, S4):
        assert {each.kind for each in answered(inquiry).values()} == {Kind.DECLINED}
