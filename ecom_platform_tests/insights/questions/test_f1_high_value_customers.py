"""F1: marks in order of what they tell, adjusted together, and none where there is too little to tell from."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ecom_platform.insights.effect import Kind
from ecom_platform.insights.questions.f1_high_value_customers import INQUIRY
from ecom_platform_tests.insights.aggregates import aggregate, answered

CELLS = "insights.value_tiers"


def test_marks_are_shares_in_the_high_tier_with_the_trait_and_without() -> None:
    """Of 200 activated users 120 are High, of 200 others 40; of 100 who carted 70, of 300 others 90; devices are alike."""
    found = answered(
        INQUIRY,
        value_tiers=aggregate(
            CELLS,
            [
                _cell("High", "high", users=120, carted=70, spent=100),
                _cell("Low", "high", users=80, carted=30, spent=0),
                _cell("High", "low", users=40, carted=0, spent=100),
                _cell("Low", "low", users=160, carted=0, spent=25),
            ],
            marketing_source="Paid",
            is_early_subscriber=False,
        ),
    )
    assert found["activated"].estimate == pytest.approx(0.6 - 0.2)
    assert found["carted"].estimate == pytest.approx(0.7 - 90 / 300)
    assert found["carted"].n == 400
    assert found["carted"].kind is Kind.ASSOCIATION
    assert found["carted"].p_adjusted is not None
    assert found["carted"].p_adjusted < 1e-6
    assert found["revenue_share_of_high_tier"].estimate == pytest.approx(16_000 / 20_000)
    # Everybody came by one channel, and nobody subscribed early or came twice: nothing to compare.
    assert set(found) == {"revenue_share_of_high_tier", "activated", "carted"}


def test_without_an_event_log_what_was_fixed_at_signup_is_still_compared() -> None:
    cells = [
        _cell("High", "unknown", users=60, device="Web"),
        _cell("Low", "unknown", users=40, device="Web"),
        _cell("Low", "unknown", users=100),
    ]
    found = answered(INQUIRY, value_tiers=aggregate(CELLS, cells, marketing_source="unknown", is_early_subscriber=False))
    assert found["device_web"].estimate == pytest.approx(0.6)
    assert found["device_ios"].estimate == pytest.approx(-0.6)
    assert "less" in found["device_ios"].sentence
    assert set(found) == {"device_web", "device_ios"}


def test_nothing_is_said_of_nobody_or_of_a_few() -> None:
    few = aggregate(
        CELLS,
        [_cell("High", "high", users=6, carted=6), _cell("Low", "low", users=6)],
        marketing_source="Paid",
        is_early_subscriber=False,
    )
    for found in (answered(INQUIRY), answered(INQUIRY, value_tiers=few)):
        assert [each.kind for each in found.values()] == [Kind.DECLINED]


def _cell(tier: str, level: str, *, users: int, carted: int = 0, spent: float = 0, device: str = "iOS") -> dict[str, Any]:
    return {
        "value_tier": tier,
        "activation_level": level,
        "device": device,
        "mature_user_count": users,
        "carted_user_count": carted,
        "later_revenue": Decimal(str(users * spent)),
        "later_revenue_squared": users * spent**2,
    }
