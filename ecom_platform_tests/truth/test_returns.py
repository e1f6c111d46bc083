"""No prediction from behaviour reaches what the latents know of a return."""

from __future__ import annotations

from datetime import date

from ecom_platform.insights.inquiry import Context
from ecom_platform.insights.questions.q3_3_return_prediction import INQUIRY
from ecom_platform.truth.observation import aggregates
from ecom_platform.truth.returns import oracle_area
from ecom_platform.world import WorldSettings

SETTINGS = WorldSettings(seed=941_000, users=6_000, start_month=date(2024, 1, 1), as_of=date(2025, 12, 31))


def test_behaviour_predicts_better_than_a_coin_and_worse_than_the_latents() -> None:
    effects = INQUIRY.answer(aggregates(SETTINGS, INQUIRY.reads), Context("KRW"))
    found = {each.effect: each for each in effects}
    bound = oracle_area(SETTINGS)
    for window in (7, 30):
        area = found[f"auc_from_{window}_days"]
        assert area.ci_low is not None
        assert area.ci_high is not None
        assert area.ci_low > 0.5
        assert area.ci_high < bound.estimate
        slope = found[f"calibration_slope_from_{window}_days"]
        assert slope.ci_low is not None
        assert slope.ci_high is not None
        assert slope.ci_low < 1 < slope.ci_high
    assert 0.7 < bound.estimate < 0.9
