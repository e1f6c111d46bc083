"""6.2: joined against waiting subscribers, with errors by user; the trial offer as a check; and which rows are compared."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ecom_platform.insights.effect import Kind
from ecom_platform.insights.experiments import EXPERIMENTS
from ecom_platform.insights.questions.q6_2_value_of_subscription import INQUIRY, TIMING
from ecom_platform.tables import CATALOG
from ecom_platform.tables.insights.subscription_timing import SUBSCRIPTION_TIMING
from ecom_platform_tests.insights.aggregates import aggregate, answered
from ecom_platform_tests.marts.shop import Shop

PLANS = ("Plus", "Premium")


def timing(ratio: float = 1.4) -> pd.DataFrame:
    """500 users of each plan and activation; the joined order `ratio` times as much; a subscriber's revenue is 50,000, of
    which 28,000 after joining. Users without a plan buy for 25,000."""

    def row(plan: str, activation: str) -> dict[str, Any]:
        waiting = 200.0
        sums = {"orders": 2_500, "orders_squared": 15_000.0, "revenue": Decimal(25_000_000)}
        return {
            "plan": plan,
            "activation": activation,
            "mature_user_count": 500,
            **sums,
            "revenue_squared": 2.5e12,
            "subscribed_revenue": Decimal(14_000_000),
            "subscribed_revenue_squared": 8e11,
            "panel_user_count": 500,
            "joined_orders": ratio * waiting,
            "waiting_orders": waiting,
            "joined_orders_squared": 300.0,
            "waiting_orders_squared": 200.0,
            "joined_revenue": ratio * waiting * 10_000,
            "waiting_revenue": waiting * 10_000,
            "joined_revenue_squared": 300.0 * 1e8,
            "waiting_revenue_squared": 200.0 * 1e8,
        }

    free = {"plan": "Free", "activation": "activated", "mature_user_count": 1_000, "orders": 2_500}
    free |= {"orders_squared": 15_000, "revenue": Decimal(25_000_000), "revenue_squared": 1e12}
    return aggregate(TIMING, [*(row(plan, level) for plan in PLANS for level in ("activated", "not_activated")), free])


def test_the_ratio_of_rates_is_the_effect_and_its_error_is_that_of_users() -> None:
    found = answered(INQUIRY, subscription_timing=timing())["orders_relative"]
    assert found.kind is Kind.CAUSAL
    assert found.estimate == pytest.approx(0.4)
    assert found.naive_estimate == pytest.approx(1.0)
    assert found.n == 2_000
    error = math.sqrt(1_200 + 1.4**2 * 800) / 800
    assert found.ci_low is not None
    assert found.ci_low == pytest.approx(0.4 - 1.96 * error, abs=1e-3)
    assert found.sentence.startswith("With activation held fixed, a subscription raises the paid orders of subscribers")


def test_the_effect_on_the_subscribed_is_what_their_revenue_after_joining_owes_to_it() -> None:
    found = answered(INQUIRY, subscription_timing=timing())["att_revenue"]
    assert found.estimate == pytest.approx(28_000 * 0.4 / 1.4)
    assert found.naive_estimate == pytest.approx(25_000)
    assert found.scale == "KRW"


def test_subscribers_who_buy_no_more_than_those_who_wait_show_no_direction() -> None:
    found = answered(INQUIRY, subscription_timing=timing(ratio=1.0))
    assert found["orders_relative"].sentence.startswith("With activation held fixed, whether a subscription raises or lowers")
    assert found["att_revenue"].estimate == pytest.approx(0)


def test_each_activation_has_an_effect_of_its_own() -> None:
    cells = timing()
    cells.loc[cells["activation"] == "activated", "joined_orders"] *= 1.5
    found = answered(INQUIRY, subscription_timing=cells)
    assert found["orders_relative_activated"].estimate == pytest.approx(1.1)
    assert found["orders_relative_not_activated"].estimate == pytest.approx(0.4)


def trial(moved: int, gain: float = 2.0) -> pd.DataFrame:
    """2,000 users an arm, of whom 500 subscribe anyway and `moved` by the offer; 2 orders, and `gain` more of the moved."""
    rows = []
    for arm, subscribers in (("treatment", 500 + moved), ("control", 500)):
        for is_subscriber, n in ((True, subscribers), (False, 2_000 - subscribers)):
            orders = 2.0 + (gain * moved / n if is_subscriber and arm == "treatment" else 0.0)
            cell = {"arm": arm, "is_subscriber": is_subscriber, "user_count": n, "mature_user_count": n}
            rows.append({**cell, "later_orders": round(n * orders), "later_orders_squared": n * (orders + orders**2)})
    return aggregate(EXPERIMENTS, rows, experiment="trial_offer", activation="activated", is_within_reach=True)


def test_the_trial_offer_is_a_check_and_says_that_it_is_weak() -> None:
    found = answered(INQUIRY, subscription_timing=timing(), experiment_outcomes=trial(moved=400))["trial_orders"]
    assert found.estimate == pytest.approx(2.0, abs=0.01)
    assert "weak evidence" in found.sentence


def test_an_offer_that_moves_hardly_anybody_claims_no_point() -> None:
    found = answered(INQUIRY, subscription_timing=timing(), experiment_outcomes=trial(moved=10))["trial_orders"]
    assert (found.kind, found.estimate) == (Kind.CAUSAL, None)
    assert "moves too few users" in found.sentence


def test_without_subscribers_or_offer_everything_is_declined() -> None:
    found = answered(INQUIRY)
    assert {each.kind for each in found.values()} == {Kind.DECLINED}
    assert set(found) == {"orders_relative", "revenue_relative", "att_revenue", "trial_orders"}


def test_no_column_tells_what_was_bought_before_day_30() -> None:
    names = [column.name for table in INQUIRY.reads for column in CATALOG[table].columns]
    assert not [name for name in names if "first_" in name or "early" in name]


SIGNUP = date(2024, 1, 10)


def test_only_joined_and_waiting_rows_of_one_age_are_compared(tmp_path: Path) -> None:
    """Ann joins on day 40, Bea and Cal on day 100: comparable from day 40 to 99. Dot was observed a day too short."""
    shop = Shop(observed_until=SIGNUP + timedelta(days=359))
    for user, day in (("ann", 40), ("bea", 100), ("cal", 100)):
        shop.user(user, SIGNUP, subscription_type="Plus", subscription_join_date=SIGNUP + timedelta(days=day))
    shop.user("dot", SIGNUP + timedelta(days=1), subscription_type="Plus", subscription_join_date=date(2024, 3, 1))
    shop.user("eve", SIGNUP)
    for user, days in (("ann", (29, 39, 40, 99, 100, 180)), ("bea", (59, 100)), ("eve", (59,)), ("dot", (50,))):
        for day in days:
            shop.order(user, SIGNUP + timedelta(days=day), "mop")
    shop.order("cal", SIGNUP + timedelta(days=60), "sofa", failed=True)
    marts = shop.build(tmp_path, SUBSCRIPTION_TIMING)
    plus = marts.row(SUBSCRIPTION_TIMING, plan="Plus")
    assert (plus["activation"], plus["mature_user_count"], plus["panel_user_count"]) == ("unknown", 3, 3)
    assert plus["orders"] == 4 + 2
    assert plus["subscribed_revenue"] == 30 + 10
    assert plus["subscribed_revenue_squared"] == 900 + 100
    assert plus["joined_orders"] == 2
    assert plus["waiting_orders"] == pytest.approx(1 / 2), "one order of one of two who wait, for one who has joined"
    assert plus["joined_orders_squared"] == pytest.approx(0), "one joined user is the mean of the joined"
    assert plus["waiting_orders_squared"] == pytest.approx(2 * (0.5 / 2) ** 2)
    assert plus["joined_revenue"] == 20
    free = marts.row(SUBSCRIPTION_TIMING, plan="Free")
    assert (free["mature_user_count"], free["orders"], free["panel_user_count"]) == (1, 1, 0)
