"""S1: the effect of the nudge on activation, and arms that were not drawn as planned."""

from __future__ import annotations

import pandas as pd
import pytest

from ecom_platform.insights.effect import Kind
from ecom_platform.insights.experiments import EXPERIMENTS
from ecom_platform.insights.questions.s1_levers_of_activation import INQUIRY
from ecom_platform_tests.insights.aggregates import aggregate, answered


def arms(treatment: tuple[int, int], control: tuple[int, int]) -> pd.DataFrame:
    """Users and activated users of each arm, and as many users again whose activation is not known yet."""
    rows = []
    for arm, (users, activated) in (("treatment", treatment), ("control", control)):
        for activation, n in (("activated", activated), ("not_activated", users - activated), ("unknown", users)):
            rows.append({"arm": arm, "activation": activation, "user_count": n})
    return aggregate(EXPERIMENTS, rows, experiment="onboarding_nudge", is_within_reach=True, is_subscriber=False)


def test_the_effect_is_the_difference_of_activated_shares_among_users_whose_activation_is_known() -> None:
    effects = answered(INQUIRY, experiment_outcomes=arms((1_000, 600), (1_000, 500)))
    nudge = effects["nudge_activation"]
    assert nudge.kind is Kind.CAUSAL
    assert nudge.estimate == pytest.approx(0.1)
    assert nudge.n == 2_000
    assert nudge.sentence.startswith("The nudge raises the share of activated users by 10.0 percentage points")
    assert effects["sample_ratio"].estimate == pytest.approx(0.5)
    assert effects["sample_ratio"].n == 4_000


def test_arms_of_unequal_size_withdraw_the_effect() -> None:
    effects = answered(INQUIRY, experiment_outcomes=arms((1_000, 600), (1_200, 500)))
    assert effects["nudge_activation"].kind is Kind.DECLINED
    assert "withdrawn" in effects["nudge_activation"].sentence
    assert effects["sample_ratio"].p_adjusted is not None
    assert effects["sample_ratio"].p_adjusted < 0.001


@pytest.mark.parametrize("cells", [aggregate(EXPERIMENTS), arms((12, 6), (12, 6))])
def test_without_users_in_both_arms_nothing_is_claimed(cells: pd.DataFrame) -> None:
    (only,) = answered(INQUIRY, experiment_outcomes=cells).values()
    assert only.kind is Kind.DECLINED
    assert "no onboarding experiment" in only.sentence
