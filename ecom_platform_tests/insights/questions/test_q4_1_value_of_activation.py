"""4.1: a known effect is found, a weak nudge claims no point, a nudge that acts by another way withdraws its claim."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ecom_platform.insights.effect import Effect, Kind
from ecom_platform.insights.experiments import EXPERIMENTS
from ecom_platform.insights.questions.q4_1_value_of_activation import ESTIMANDS, INQUIRY, VALUE
from ecom_platform.tables import CATALOG
from ecom_platform.tables.insights.experiment_outcomes import EXPERIMENT_OUTCOMES
from ecom_platform.tables.insights.value_by_activation import VALUE_BY_ACTIVATION
from ecom_platform_tests.insights.aggregates import aggregate, answered
from ecom_platform_tests.marts.shop import Shop

CELL = 4_000


def outcome(n: int, orders: float) -> dict[str, Any]:
    """n mature users with this mean of orders, each of 10,000; the variance of a Poisson count."""
    squares = n * (orders + orders**2)
    return {
        "user_count": n,
        "mature_user_count": n,
        "later_orders": round(n * orders),
        "later_orders_squared": squares,
        "later_revenue": round(n * orders) * 10_000,
        "later_revenue_squared": squares * 1e8,
    }


def experiment(compliers: float = 0.3, effect: float = 0.6, direct: float = 0.0, treated: int = CELL) -> pd.DataFrame:
    """Half of the users would be activated anyway and order 2; the others order 1, and 1 + effect if they are activated.

    As many again met the cart rule before the arm was drawn, and order 2. A nudge may multiply all by 1 + direct.
    """

    def rows() -> Iterator[dict[str, Any]]:
        for arm, n, boost in (("treatment", treated, 1 + direct), ("control", CELL, 1.0)):
            moved = round(n / 2 * compliers) if arm == "treatment" else 0
            keen, rest = n // 2, n // 2 - moved
            total = (keen * 2.0 + moved * (1 + effect)) / (keen + moved)
            yield {"arm": arm, "activation": "activated", "is_within_reach": True, **outcome(keen + moved, boost * total)}
            yield {"arm": arm, "activation": "not_activated", "is_within_reach": True, **outcome(rest, boost)}
            yield {"arm": arm, "activation": "activated", "is_within_reach": False, **outcome(n, boost * 2.0)}

    return aggregate(EXPERIMENTS, rows(), experiment="onboarding_nudge", is_subscriber=False)


def later_of(n: int, orders: float) -> dict[str, Any]:
    """What n mature users bought later, and as much in their lifetime."""
    found = {name: number for name, number in outcome(n, orders).items() if name != "user_count"}
    lifetime = {"lifetime_revenue": found["later_revenue"], "lifetime_revenue_squared": found["later_revenue_squared"]}
    return {**found, **lifetime, "later_buyer_count": n // 2}


def value() -> pd.DataFrame:
    rows = [{"is_activated": True, **later_of(9_000, 2.0)}, {"is_activated": False, **later_of(6_000, 1.0)}]
    return aggregate(VALUE, rows, device="iOS", region="Seoul", marketing_source="Organic")


def found(cells: pd.DataFrame) -> dict[str, Effect]:
    return answered(INQUIRY, experiment_outcomes=cells, value_by_activation=value())


def test_a_known_effect_on_those_whom_the_nudge_activates_is_found() -> None:
    effects = found(experiment())
    orders, relative, revenue = (effects[name] for name in ("late_orders", "late_relative", "late_revenue"))
    assert orders.kind is relative.kind is revenue.kind is Kind.CAUSAL
    assert orders.estimate == pytest.approx(0.6, abs=1e-3)
    assert relative.estimate == pytest.approx(0.6, abs=1e-3)
    assert revenue.estimate == pytest.approx(6_000, abs=10)
    assert orders.naive_estimate == pytest.approx(1.0)
    assert relative.naive_estimate == pytest.approx(1.0)
    assert orders.ci_low is not None
    assert 0 < orders.ci_low < 0.6
    assert orders.n == 2 * CELL, "those whom the nudge could not move any more are left out"
    assert orders.sentence.startswith("Activation raises the paid orders of days 30 to 359 by 0.60")
    assert orders.p_adjusted is not None
    assert orders.p_adjusted < 0.05


def test_the_relative_effect_is_carried_over_to_the_revenue_of_everybody() -> None:
    """The activated would have had 20,000 / 1.6, the others have 10,000; a fifth more than half of either would be gained."""
    carried = found(experiment())["ate_transported"]
    assert carried.kind is Kind.CAUSAL
    assert carried.estimate == pytest.approx(0.6 * (0.6 * 20_000 / 1.6 + 0.4 * 10_000), rel=1e-3)
    assert "if the relative effect is the same for everybody" in carried.sentence


def test_an_effect_that_may_be_none_has_no_direction() -> None:
    orders = found(experiment(effect=0.0))["late_orders"]
    assert orders.kind is Kind.CAUSAL
    assert orders.estimate == pytest.approx(0, abs=1e-3)
    assert orders.sentence.startswith("Whether activation raises or lowers the paid orders")


def test_a_weak_nudge_claims_no_point_and_only_the_interval_that_there_is() -> None:
    effects = found(experiment(compliers=0.01))
    for name in ("late_orders", "late_relative", "late_revenue"):
        assert (effects[name].kind, effects[name].estimate) == (Kind.CAUSAL, None)
    assert "first-stage F" in effects["late_orders"].sentence
    assert (effects["late_orders"].ci_low, effects["late_orders"].ci_high) == (None, None)
    assert "does not bound the effect" in effects["late_orders"].sentence
    assert effects["ate_transported"].kind is Kind.DECLINED


def test_a_nudge_that_acts_by_another_way_withdraws_the_claim() -> None:
    effects = found(experiment(direct=0.1))
    assert {effects[name].kind for name in ESTIMANDS} == {Kind.DECLINED}
    assert "another way than activation" in effects["late_orders"].sentence
    test = effects["exclusion_test"]
    assert test.estimate == pytest.approx(0.2, abs=1e-3)
    assert "which refutes" in test.sentence
    assert effects["nudge_revenue"].estimate == pytest.approx(
        (0.5 * 2_000 + 0.25 * 2_000 + 0.25 * (0.3 * 6_000 * 1.1 + 1_000)), rel=0.01
    ), "what the nudge does is known nevertheless"


def test_the_test_does_not_fire_where_the_nudge_acts_through_activation_alone() -> None:
    test = found(experiment())["exclusion_test"]
    assert (test.kind, test.estimate, test.n) == (Kind.CAUSAL, 0, 2 * CELL)
    assert "does not refute" in test.sentence


def test_arms_of_the_wrong_sizes_withdraw_the_claim() -> None:
    effects = found(experiment(treated=CELL * 9 // 10))
    assert {effects[name].kind for name in ESTIMANDS} == {Kind.DECLINED}
    assert "where half were planned" in effects["late_orders"].sentence


def test_arms_that_differ_in_what_came_before_they_were_drawn_withdraw_the_claim() -> None:
    cells = experiment()
    more = (cells["arm"] == "treatment") & ~cells["is_within_reach"]
    cells.loc[more, ["user_count", "mature_user_count"]] *= 0.8
    cells.loc[~more & (cells["arm"] == "treatment"), ["user_count", "mature_user_count"]] *= 1.2
    effects = found(cells.astype({"user_count": int, "mature_user_count": int}))
    assert {effects[name].kind for name in ESTIMANDS} == {Kind.DECLINED}
    assert "before they were drawn" in effects["late_orders"].sentence


def test_where_nobody_is_beyond_reach_nothing_is_tested_and_nobody_left_out() -> None:
    cells = experiment()
    cells["is_within_reach"] = True
    effects = found(cells)
    assert effects["exclusion_test"].kind is Kind.DECLINED
    assert effects["late_orders"].n == 4 * CELL


def test_what_attributes_explain_is_taken_away_and_the_rest_is_no_effect() -> None:
    """In each channel the activated order one more; they come more often from the channel where all order more."""
    rows = [
        {"is_activated": activated, "marketing_source": source, **later_of(n, mean)}
        for activated, source, n, mean in (
            (True, "Referral", 6_000, 4.0),
            (True, "Paid", 2_000, 2.0),
            (False, "Referral", 2_000, 3.0),
            (False, "Paid", 6_000, 1.0),
        )
    ]
    effects = answered(INQUIRY, value_by_activation=aggregate(VALUE, rows, device="iOS", region="Seoul"))
    assert effects["landmark_orders"].estimate == pytest.approx(2.0)
    adjusted = effects["adjusted_orders"]
    assert adjusted.kind is Kind.ASSOCIATION
    assert adjusted.estimate == pytest.approx(1.0)
    assert adjusted.sentence.startswith(
        "Among users of the same device, region and channel, activated ones have 1.00 paid orders"
    )


def test_without_an_experiment_there_is_association_and_bounds() -> None:
    effects = answered(INQUIRY, value_by_activation=value())
    assert {effects[name].kind for name in ESTIMANDS} == {Kind.DECLINED}
    assert "no onboarding experiment" in effects["late_orders"].sentence
    assert effects["landmark_orders"].kind is Kind.ASSOCIATION
    assert effects["landmark_orders"].estimate == pytest.approx(1.0)
    bounds = effects["later_buyers_bounds"]
    assert (bounds.kind, bounds.estimate) == (Kind.ASSOCIATION, None)
    assert bounds.ci_low == 0


@pytest.mark.parametrize("users", [0, 12])
def test_a_few_users_say_nothing(users: int) -> None:
    few = aggregate(VALUE, [{"is_activated": True, "mature_user_count": users}] if users else [])
    effects = answered(INQUIRY, value_by_activation=few)
    assert {each.kind for each in effects.values()} == {Kind.DECLINED}
    assert set(ESTIMANDS) <= set(effects)


def test_no_column_tells_what_was_bought_before_day_30() -> None:
    """Activation is at work there: an estimator that held it fixed would take away part of the effect."""
    names = [column.name for table in INQUIRY.reads for column in CATALOG[table].columns]
    assert not [name for name in names if "first_" in name or "early" in name]


SIGNUP = date(2024, 1, 10)


def test_users_are_counted_by_arm_activation_and_reach_with_what_they_bought_from_day_30_to_359(tmp_path: Path) -> None:
    shop = Shop(observed_until=SIGNUP + timedelta(days=359))
    for user, arm, subscription in (("ann", "treatment", "Plus"), ("bea", "control", "Free"), ("cal", "control", "Free")):
        shop.user(user, SIGNUP, subscription_type=subscription)
        shop.assign(user, "onboarding_nudge", arm, "2024-01-11 12:00")
    shop.user("young", SIGNUP + timedelta(days=1))
    shop.assign("young", "onboarding_nudge", "control", "2024-01-12 12:00")
    shop.user("late", SIGNUP + timedelta(days=1))
    shop.assign("late", "onboarding_nudge", "control", "2024-01-18 00:00")
    shop.session("ann", "2024-01-10 09:00", "view mop", "cart mop")
    shop.session("ann", "2024-01-12 09:00", "view mop", "cart mop")
    shop.session("bea", "2024-01-11 12:00", "cart mop")
    shop.session("bea", "2024-01-16 23:59", "cart mop")
    shop.session("cal", "2024-01-11 11:59", "view mop")
    shop.session("cal", "2024-01-11 12:00", "cart mop")
    shop.session("cal", "2024-01-17 00:00", "cart mop")
    for day in (0, 29, 30, 359):
        shop.order("ann", SIGNUP + timedelta(days=day), "mop")
    shop.order("bea", SIGNUP + timedelta(days=30), "sofa", failed=True)
    marts = shop.build(tmp_path, EXPERIMENT_OUTCOMES, VALUE_BY_ACTIVATION)
    columns = ("arm", "activation", "is_within_reach", "is_subscriber", "user_count", "mature_user_count")
    sums = ("later_orders", "later_orders_squared", "later_revenue", "later_revenue_squared")
    rows = [tuple(row.values()) for row in marts.rows(EXPERIMENT_OUTCOMES, *columns, *sums)]
    assert sorted(rows, key=str) == [
        ("control", "activated", True, False, 2, 2, 0, 0, 0, 0),
        ("control", "not_activated", False, False, 1, 0, 0, 0, 0, 0),
        ("control", "not_activated", True, False, 1, 0, 0, 0, 0, 0),
        ("treatment", "activated", False, True, 1, 1, 2, 4, 20, 400),
    ]
    (activated,) = marts.rows(VALUE_BY_ACTIVATION)
    assert (activated["is_activated"], activated["mature_user_count"], activated["later_buyer_count"]) == (True, 3, 1)
    assert (activated["later_orders"], activated["lifetime_revenue"]) == (2, 40)
