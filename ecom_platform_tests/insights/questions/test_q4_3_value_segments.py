"""4.3: tiers that a level tells apart wholly, not at all, and in part; and how users are ranked."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from ecom_platform.insights.effect import Effect, Kind
from ecom_platform.insights.questions.q4_3_value_segments import INQUIRY, explained_share
from ecom_platform.tables.insights.value_tiers import TIERS, VALUE_TIERS
from ecom_platform_tests.insights.aggregates import aggregate, answered, answered_from
from ecom_platform_tests.marts.shop import Shop

CELLS = "insights.value_tiers"
SIGNUP = date(2024, 1, 10)


def test_shares_overlap_and_what_is_left_unexplained() -> None:
    found = _answered(low=(50, 30, 20), high=(20, 30, 50))
    assert {each.kind for each in found.values()} == {Kind.DESCRIPTION}
    assert found["high_tier_share_difference"].estimate == pytest.approx(0.3)
    assert found["high_tier_not_activated"].estimate == pytest.approx(20 / 70)
    # Pairs that the activated user wins: 30 x 50 + 50 x 80 of 10,000; equal: 20 x 50 + 30 x 30 + 50 x 20.
    assert found["overlap"].estimate == pytest.approx((1500 + 4000 + 2900 / 2) / 10_000)
    # Means 0.7 and 1.3 about 1; the variance is 140 of 200.
    assert found["tier_variance_explained"].estimate == pytest.approx(0.09 / 0.7)
    assert "87 % is left unexplained" in found["tier_variance_explained"].sentence
    assert found["high_tier_share_high"].n == 100


def test_a_level_that_says_all_or_nothing() -> None:
    assert _answered(low=(90, 0, 0), high=(0, 0, 90))["tier_variance_explained"].estimate == pytest.approx(1)
    nothing = _answered(low=(30, 30, 30), high=(30, 30, 30))
    assert nothing["tier_variance_explained"].estimate == pytest.approx(0)
    assert nothing["overlap"].estimate == pytest.approx(0.5)
    assert _answered(low=(90, 0, 0), high=(90, 0, 0))["tier_variance_explained"].kind is Kind.DECLINED


def test_the_interval_of_the_explained_share_covers_it() -> None:
    rng = np.random.default_rng(1)
    shares = np.array([[0.2, 0.1, 0.1], [0.1, 0.1, 0.4]])
    scores = np.arange(3)
    means = shares @ scores / shares.sum(axis=1)
    truth = shares.sum(axis=1) @ (means - shares.sum(axis=0) @ scores) ** 2
    truth /= shares.sum(axis=0) @ (scores - shares.sum(axis=0) @ scores) ** 2
    drawn = [explained_share(rng.multinomial(2_000, shares.ravel()).reshape(2, 3)) for _ in range(300)]
    assert 0.92 < np.mean([each.ci_low <= truth <= each.ci_high for each in drawn]) < 0.98


def test_nothing_is_said_of_nobody_a_few_or_without_an_event_log() -> None:
    few = _cells("low", (2, 2, 2)) + _cells("high", (2, 2, 2))
    unknown = _cells("unknown", (100, 100, 100))
    for cells in ([], few, unknown):
        (effect,) = answered(INQUIRY, value_tiers=aggregate(CELLS, cells, **BLANK)).values()
        assert effect.kind is Kind.DECLINED


def test_users_are_ranked_within_their_month_and_equals_share_a_tier(tmp_path: Path) -> None:
    shop = Shop(observed_until=SIGNUP + timedelta(days=450))
    for number, spent in enumerate((0, 0, 0, 1, 2, 3)):
        shop.user(f"jan{number}", SIGNUP)
        if spent:
            shop.order(f"jan{number}", SIGNUP + timedelta(days=30), f"mop x{spent}")
        shop.order(f"jan{number}", SIGNUP + timedelta(days=29), "sofa")
    shop.user("alone", date(2024, 2, 1))
    shop.order("alone", date(2024, 3, 2), "sofa x9")
    shop.user("young", date(2025, 1, 10))
    shop.session("jan5", "2024-01-10 09:00", "view mop", "cart mop")
    shop.session("jan5", "2024-01-17 09:00", "view mop")
    marts = shop.build(tmp_path, VALUE_TIERS)
    tiers = dict.fromkeys(TIERS, 0)
    for row in marts.rows(VALUE_TIERS, signup_month=date(2024, 1, 1)):
        tiers[row["value_tier"]] += row["mature_user_count"]
    # The three who bought nothing share rank 1.5 of 6, the others follow with 3.5, 4.5 and 5.5.
    assert tiers == {"Low": 3, "Mid": 1, "High": 2}
    best = marts.row(VALUE_TIERS, value_tier="High", activation_level="low")
    assert (best["carted_user_count"], best["came_twice_user_count"], best["back_on_day_7_user_count"]) == (1, 0, 1)
    # Alone in the month: the middle.
    assert marts.values(VALUE_TIERS, "value_tier", signup_month=date(2024, 2, 1)) == ["Mid"]
    assert not marts.rows(VALUE_TIERS, signup_month=date(2025, 1, 1))
    assert {each.kind for each in answered_from(marts, INQUIRY).values()} == {Kind.DECLINED}


BLANK = {"marketing_source": "Paid", "device": "iOS", "is_early_subscriber": False}


def _cells(level: str, users: tuple[int, int, int]) -> list[dict[str, object]]:
    return [
        {"activation_level": level, "value_tier": tier, "mature_user_count": n} for tier, n in zip(TIERS, users, strict=True)
    ]


def _answered(**levels: tuple[int, int, int]) -> dict[str, Effect]:
    cells = [cell for level, users in levels.items() for cell in _cells(level, users)]
    return answered(INQUIRY, value_tiers=aggregate(CELLS, cells, **BLANK))
