"""2.3: an attribute that only seems to matter, one that does, and whom the aggregate counts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ecom_platform.insights.effect import Kind
from ecom_platform.insights.questions.q2_3_segments import INQUIRY
from ecom_platform.tables.insights.activation_by_segment import ACTIVATION_BY_SEGMENT
from ecom_platform_tests.insights.aggregates import aggregate, answered
from ecom_platform_tests.marts.shop import Shop

CELLS = "insights.activation_by_segment"
OTHERS = {"region": "Seoul", "subscription_type": "unknown"}


def test_what_only_goes_with_another_attribute_is_no_difference_once_that_is_held_fixed() -> None:
    """Referral users are activated more, and most of them have iOS: by device alone iOS looks better."""
    cells = aggregate(
        CELLS,
        [
            {"device": "iOS", "marketing_source": "Referral", "user_count": 900, "activated_user_count": 720},
            {"device": "Web", "marketing_source": "Referral", "user_count": 100, "activated_user_count": 80},
            {"device": "iOS", "marketing_source": "Paid", "user_count": 100, "activated_user_count": 40},
            {"device": "Web", "marketing_source": "Paid", "user_count": 900, "activated_user_count": 360},
        ],
        **OTHERS,
    )
    found = answered(INQUIRY, activation_by_segment=cells)
    device, channel = found["device_ios"], found["marketing_source_referral"]
    assert device.kind is channel.kind is Kind.DESCRIPTION
    assert device.naive_estimate == pytest.approx(0.76 - 0.44)
    assert device.estimate == pytest.approx(0)
    assert channel.estimate == pytest.approx(0.4)
    assert channel.ci_low is not None
    assert channel.ci_low > 0.3
    assert device.p_adjusted == pytest.approx(1)
    assert channel.p_adjusted is not None
    assert channel.p_adjusted < 1e-6
    assert "76.0 % of the 1,000 users with device iOS are activated (60.0 % standardised)" in device.sentence


def test_an_attribute_with_one_value_or_a_few_users_is_declined() -> None:
    cells = aggregate(
        CELLS,
        [{"device": "iOS", "user_count": 29, "activated_user_count": 5}, {"device": "Web", "user_count": 500}],
        marketing_source="unknown",
        **OTHERS,
    )
    found = answered(INQUIRY, activation_by_segment=cells)
    assert set(found) == {"device", "region", "marketing_source", "subscription_type"}
    assert {each.kind for each in found.values()} == {Kind.DECLINED}


def test_nothing_is_said_of_nobody() -> None:
    assert {each.kind for each in answered(INQUIRY).values()} == {Kind.DECLINED}


def test_a_user_counts_once_activation_is_known_and_what_nobody_recorded_is_unknown(tmp_path: Path) -> None:
    shop = Shop(observed_until=date(2024, 1, 16))
    for user, day in (("ann", 10), ("bob", 10), ("young", 11)):
        shop.user(user, date(2024, 1, day), region="Unknown", device=None, subscription_type="Plus")
    shop.session("ann", "2024-01-10 09:00", "view mop", "cart mop")
    shop.session("ann", "2024-01-16 23:59", "view mop")
    shop.session("bob", "2024-01-10 09:00", "view mop", "cart mop")
    marts = shop.build(tmp_path, ACTIVATION_BY_SEGMENT)
    assert marts.rows(ACTIVATION_BY_SEGMENT) == [
        {
            "device": "unknown",
            "region": "unknown",
            "marketing_source": "Organic",
            "subscription_type": "Plus",
            "user_count": 2,
            "activated_user_count": 1,
            "signup_month": date(2024, 1, 1),
        }
    ]
