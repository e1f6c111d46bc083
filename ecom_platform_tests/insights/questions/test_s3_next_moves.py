"""S3: levers are ranked by effect x reach; a large difference that is no effect ranks nowhere."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from ecom_platform.insights.discounts import DISCOUNTS
from ecom_platform.insights.effect import Effect, Kind
from ecom_platform.insights.experiments import EXPERIMENTS
from ecom_platform.insights.questions.s3_next_moves import ACTIVATION, DISCOUNT, INQUIRY, NUDGE, VALUE
from ecom_platform_tests.insights.aggregates import aggregate, by_name


def answers(table: str, **effects: tuple[float | None, float, float | None]) -> pd.DataFrame:
    """Answers with an estimate, a standard error and a naive estimate; declined without an estimate."""
    rows: list[dict[str, Any]] = []
    for name, (estimate, error, naive) in effects.items():
        known = {} if estimate is None else {"estimate": estimate, "ci_low": estimate - 1.96 * error, "n": 5_000}
        known |= {} if estimate is None else {"ci_high": estimate + 1.96 * error}
        blank = {"estimate": None, "ci_low": None, "ci_high": None, "n": None, "naive_estimate": naive}
        rows.append({"effect": name, **blank, **known})
    return aggregate(table, rows)


def spent(n: int, mean: float) -> dict[str, Any]:
    """What n mature users spend later: `mean`, give or take 100,000."""
    return {"mature_user_count": n, "later_revenue": Decimal(n * mean), "later_revenue_squared": n * (mean**2 + 1e10)}


def trial(gain: float) -> pd.DataFrame:
    """The offer makes a tenth subscribe, and all who are offered it spend `gain` more than 100,000."""

    def row(arm: str, subscribes: bool, n: int) -> dict[str, Any]:
        revenue = spent(n, 100_000 + gain * (arm == "treatment"))
        return {"arm": arm, "is_subscriber": subscribes, "user_count": n, **revenue}

    rows = [
        row("treatment", True, 40_000),
        row("treatment", False, 60_000),
        row("control", True, 30_000),
        row("control", False, 70_000),
    ]
    return aggregate(EXPERIMENTS, rows, experiment="trial_offer", activation="activated", is_within_reach=False)


def moves(
    nudge: float | None = 10_000, discount: float | None = 5_000, offer: float | None = 4_000, error: float = 500
) -> dict[str, Effect]:
    """Half of the users saw a product with a discount day and met none; these spend 100,000."""
    cells = [
        {"discount_mask": 1, "signup_weekday": 0, "is_exposed": True, "mature_user_count": 2_000},
        {"discount_mask": 1, "signup_weekday": 1, "is_exposed": False, **spent(5_000, 100_000)},
    ]
    frames = {
        ACTIVATION: answers(ACTIVATION, nudge_revenue=(nudge, error, None), landmark_revenue=(200_000.0, error, None)),
        NUDGE: answers(NUDGE, nudge_activation=(0.2, 0.01, None)),
        DISCOUNT: answers(
            DISCOUNT,
            late_relative=(None if discount is None else discount / 100_000, error / 100_000, None),
            late_revenue=(discount, error, 90_000.0),
        ),
        EXPERIMENTS: aggregate(EXPERIMENTS) if offer is None else trial(offer),
        DISCOUNTS: aggregate(DISCOUNTS, cells),
        VALUE: aggregate(VALUE, [{"plan": "Free", "activation": "activated", "mature_user_count": 10_000}]),
    }
    return by_name(INQUIRY, frames)


def test_the_gain_is_effect_times_reach() -> None:
    found = moves()
    assert found["nudge"].estimate == pytest.approx(1_000 * 10_000)
    assert found["discount"].estimate == pytest.approx(1_000 * 5_000 * 0.5)
    assert found["trial_offer"].estimate == pytest.approx(1_000 * 4_000)
    assert found["nudge"].ci_low == pytest.approx(1_000 * (10_000 - 1.96 * 500), rel=1e-3)
    assert all(each.kind is Kind.CAUSAL for name, each in found.items() if name != "ranking")


def test_the_rank_follows_the_effect_and_not_the_difference() -> None:
    """By the plain difference a discount would come first."""
    found = moves()
    order = sorted(("nudge", "discount", "trial_offer"), key=lambda name: found[name].sentence)
    assert order == ["nudge", "trial_offer", "discount"]
    assert found["discount"].naive_estimate == pytest.approx(1_000 * 90_000 * 0.5)
    assert found["nudge"].naive_estimate == pytest.approx(1_000 * 200_000 * 0.2)
    assert found["ranking"].kind is Kind.DESCRIPTION
    assert found["ranking"].sentence.startswith(
        "The data support showing everybody the onboarding nudge, offering everybody a subscription trial and showing"
    )


def test_a_lever_whose_interval_holds_nothing_is_not_recommended() -> None:
    found = moves(discount=100)
    assert "may raise or lower" in found["discount"].sentence
    assert "discounted product" not in found["ranking"].sentence
    assert found["ranking"].estimate == 2


def test_two_levers_that_cannot_be_told_apart_are_said_to_be() -> None:
    assert "their order is uncertain" in moves(nudge=4_200)["ranking"].sentence
    assert "uncertain" not in moves()["ranking"].sentence


def test_a_claim_that_was_withdrawn_is_not_ranked() -> None:
    found = moves(nudge=None)
    assert found["nudge"].kind is Kind.DECLINED
    assert found["trial_offer"].sentence.startswith("Rank 1")


def test_without_any_effect_nothing_is_ranked() -> None:
    assert {each.kind for each in moves(nudge=None, discount=None, offer=None).values()} == {Kind.DECLINED}
    assert {each.kind for each in by_name(INQUIRY, {name: aggregate(name) for name in INQUIRY.reads}).values()} == {
        Kind.DECLINED
    }
