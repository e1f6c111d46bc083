"""nudge_bootstrap: the interval of a bootstrap of rows; nothing is read off arms that were not drawn as planned."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ecom_platform.insights.effect import Kind
from ecom_platform.tables.analysis.experiment_values import EXPERIMENT_VALUES
from ecom_platform.tables.analysis.nudge_bootstrap import NUDGE_BOOTSTRAP
from ecom_platform_tests.insights.aggregates import aggregate
from ecom_platform_tests.insights.analyses.analyses import by, found
from ecom_platform_tests.marts.shop import Shop


def cells(treatment: np.ndarray, control: np.ndarray) -> pd.DataFrame:
    """Both arms' orders in groups; each order brings in 100."""
    rows = [
        {
            "arm": arm,
            "outcome": outcome,
            "value_group": int(value) * 100,
            "user_count": int(n),
            "value_total": scale * value * n,
        }
        for arm, orders in (("treatment", treatment), ("control", control))
        for value, n in zip(*np.unique(orders, return_counts=True), strict=True)
        for outcome, scale in (("orders", 1.0), ("revenue", 100.0))
    ]
    return aggregate("analysis.experiment_values", rows, experiment="onboarding_nudge")


@pytest.fixture(scope="module")
def arms() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    return random.negative_binomial(1, 0.25, 2_000), random.negative_binomial(1, 0.3, 2_040)


def test_the_interval_is_that_of_a_bootstrap_of_the_rows(arms: tuple[np.ndarray, np.ndarray]) -> None:
    treatment, control = arms
    row = by(found(NUDGE_BOOTSTRAP, experiment_values=cells(*arms)), "outcome")["orders"]
    assert (row["treatment_user_count"], row["control_user_count"]) == (2_000, 2_040)
    assert row["difference"] == pytest.approx(treatment.mean() - control.mean())
    assert row["lift"] == pytest.approx(treatment.mean() / control.mean() - 1)
    random = np.random.default_rng(99)
    drawn = [random.choice(treatment, 2_000).mean() - random.choice(control, 2_040).mean() for _ in range(2_000)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    width = high - low
    assert row["ci_low"] == pytest.approx(low, abs=0.06 * width)
    assert row["ci_high"] == pytest.approx(high, abs=0.06 * width)
    assert row["welch_ci_low"] == pytest.approx(row["ci_low"], abs=0.06 * width)
    assert row["positive_share"] == pytest.approx(np.mean(np.array(drawn) > 0), abs=0.03)


def test_it_is_causal_and_the_same_every_time(arms: tuple[np.ndarray, np.ndarray]) -> None:
    finding = found(NUDGE_BOOTSTRAP, experiment_values=cells(*arms))
    assert finding.kind is Kind.CAUSAL
    assert finding.sentence.startswith("The onboarding nudge raises the paid orders of days 30 to 359 by ")
    assert finding.rows == found(NUDGE_BOOTSTRAP, experiment_values=cells(*arms)).rows


def test_no_direction_is_claimed_of_arms_that_are_alike(arms: tuple[np.ndarray, np.ndarray]) -> None:
    finding = found(NUDGE_BOOTSTRAP, experiment_values=cells(arms[0][:1_000], arms[0][1_000:]))
    assert "is not known" in finding.sentence


def test_arms_of_unlikely_sizes_are_not_compared(arms: tuple[np.ndarray, np.ndarray]) -> None:
    finding = found(NUDGE_BOOTSTRAP, experiment_values=cells(arms[0][:1_700], arms[1]))
    assert finding.kind is Kind.DECLINED
    assert "hardly drawn half and half" in finding.sentence


def test_another_experiment_is_not_the_nudge(arms: tuple[np.ndarray, np.ndarray]) -> None:
    other = cells(*arms).assign(experiment="trial_offer")
    assert found(NUDGE_BOOTSTRAP, experiment_values=other).kind is Kind.DECLINED


def test_the_aggregate_of_a_shop_holds_mature_users_and_the_days_of_the_outcome_window(tmp_path: Path) -> None:
    """ann's orders of days 30 and 359 count, those of days 29 and 360 do not; bob is a day short of 360."""
    day = date(2024, 1, 1)
    shop = Shop(observed_until=day + timedelta(days=359))
    shop.user("ann", day)
    for after in (29, 30, 359):
        shop.order("ann", day + timedelta(days=after), "mop")
    shop.user("bob", day + timedelta(days=1))
    shop.user("cal", day)
    shop.order("cal", day + timedelta(days=40), "mop", failed=True)
    for user, arm in (("ann", "treatment"), ("bob", "treatment"), ("cal", "control")):
        shop.assign(user, "onboarding_nudge", arm, "2024-01-02 10:00")
    rows = shop.build(tmp_path, EXPERIMENT_VALUES).rows(EXPERIMENT_VALUES)
    assert [tuple(row.values())[1:] for row in rows] == [
        ("control", "orders", 0, 1, 0.0),
        ("control", "revenue", 0, 1, 0.0),
        ("treatment", "orders", 200, 1, 2.0),
        ("treatment", "revenue", 2_000, 1, 20.0),
    ]
