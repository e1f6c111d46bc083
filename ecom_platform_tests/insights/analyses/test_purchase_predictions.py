"""Purchase histories counted by hand, and predictions that recover the customers that they were simulated from."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from ecom_platform.insights.effect import Kind
from ecom_platform.stats.lifetime_value import history
from ecom_platform.tables.insights.purchase_frequency_means import PURCHASE_FREQUENCY_MEANS
from ecom_platform.tables.insights.purchase_histories import PURCHASE_HISTORIES
from ecom_platform.tables.insights.purchase_history_cells import PURCHASE_HISTORY_CELLS
from ecom_platform.tables.insights.purchase_predictions import PURCHASE_PREDICTIONS
from ecom_platform.tables.insights.spend_cells import SPEND_CELLS
from ecom_platform_tests.insights.aggregates import aggregate
from ecom_platform_tests.insights.analyses.analyses import by, found
from ecom_platform_tests.marts.shop import Marts, Shop

JANUARY = date(2024, 1, 1)
LANDMARK = JANUARY + timedelta(days=30)
OBSERVED_UNTIL = date(2025, 6, 30)
CUT = OBSERVED_UNTIL - timedelta(days=182)
"""The last day before the holdout."""


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    shop = Shop(OBSERVED_UNTIL)
    shop.user("ann", JANUARY)
    shop.order("ann", LANDMARK - timedelta(days=1), "sofa")
    for day in (LANDMARK, LANDMARK + timedelta(days=10), LANDMARK + timedelta(days=10), CUT, CUT + timedelta(days=1)):
        shop.order("ann", day, "mop")
    shop.order("ann", CUT - timedelta(days=3), "sofa", failed=True)
    shop.order("ann", OBSERVED_UNTIL, "mop")
    shop.user("bob", CUT - timedelta(days=30))
    shop.user("cal", CUT - timedelta(days=29))
    tables = (PURCHASE_HISTORIES, PURCHASE_HISTORY_CELLS, SPEND_CELLS, PURCHASE_FREQUENCY_MEANS)
    return shop.build(tmp_path_factory.mktemp("shop"), *tables)


def test_a_history_counts_days_with_a_paid_order_from_the_landmark_to_the_holdout(marts: Marts) -> None:
    ann = marts.row(PURCHASE_HISTORIES, user_id="ann")
    days = {(day - LANDMARK).days for day in (LANDMARK, LANDMARK + timedelta(days=10), CUT)}
    x, t_x, t = history(days, 0, (CUT - LANDMARK).days)
    # Days of the mart are counted from 1, the landmark.
    assert (ann["purchase_days"], ann["last_purchase_day"], ann["observed_days"]) == (x, t_x + 1, t + 1)
    assert (ann["spent"], ann["holdout_purchase_days"], ann["holdout_spent"]) == (40, 2, 20)
    assert (ann["earlier_purchase_days"], ann["recent_purchase_days"], ann["recent_spent"]) == (2, 1, 10)


def test_whoever_is_past_the_landmark_is_on_the_clock_buyer_or_not(marts: Marts) -> None:
    assert marts.values(PURCHASE_HISTORIES, "user_id") == ["ann", "bob"]
    bob = marts.row(PURCHASE_HISTORIES, user_id="bob")
    assert (bob["purchase_days"], bob["last_purchase_day"], bob["observed_days"]) == (0, 0, 1)


def test_weeks_are_the_nearest(marts: Marts) -> None:
    observed = (CUT - LANDMARK).days + 1
    ann = marts.row(PURCHASE_HISTORY_CELLS, purchase_days=3)
    assert (ann["last_purchase_week"], ann["observed_weeks"]) == (round(observed / 7), round(observed / 7))
    assert (ann["holdout_purchase_days"], ann["user_count"]) == (2, 1)


def test_spend_is_the_mean_of_a_day_with_a_purchase(marts: Marts) -> None:
    assert [tuple(row.values()) for row in marts.rows(SPEND_CELLS)] == [(3, 1_330, 1, 13.33)]


def test_frequencies_are_those_of_half_a_year_before(marts: Marts) -> None:
    assert [tuple(row.values()) for row in marts.rows(PURCHASE_FREQUENCY_MEANS)] == [(2, 1, 1, 10)]


@pytest.fixture(scope="module")
def simulated() -> tuple[pd.DataFrame, pd.DataFrame]:
    """20,000 customers of BG/NBD and Gamma-Gamma: their cells and their spend."""
    random = np.random.default_rng(4)
    n, weeks = 20_000, random.integers(10, 100, 20_000)
    rate, dropout = random.gamma(1.5, 1 / 20, n), random.beta(0.8, 8, n)
    rows, spend = [], []
    mean_amount = 6.0 * 30 / random.gamma(4.0, 1.0, n)
    for i in range(n):
        times = np.cumsum(random.exponential(1 / rate[i], 80))[: random.geometric(dropout[i])]
        before, after = times[times <= weeks[i]], times[(times > weeks[i]) & (times <= weeks[i] + 26)]
        rows.append((len(before), round(before[-1]) if len(before) else 0, weeks[i], len(after)))
        if len(before):
            amount = random.gamma(6.0 * len(before), mean_amount[i] / 6.0) / len(before)
            spend.append({"purchase_days": len(before), "amount_group": i, "amount_total": amount})
    names = ["purchase_days", "last_purchase_week", "observed_weeks", "holdout_purchase_days"]
    cells = [dict(zip(names, row, strict=True)) | {"user_count": n} for row, n in Counter(rows).items()]
    return (
        aggregate("insights.purchase_history_cells", cells),
        aggregate("insights.spend_cells", spend, buyer_count=1),
    )


def test_predictions_hold_for_the_customers_they_are_about(simulated: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    cells, spend = simulated
    result = found(PURCHASE_PREDICTIONS, purchase_history_cells=cells, spend_cells=spend)
    assert result.kind is Kind.PREDICTION
    rows = by(result, "purchase_days", "last_purchase_week", "observed_weeks")
    users = expected = came = variance = inside = chance = 0.0
    for cell in cells.to_dict("records"):
        row, n = rows[cell["purchase_days"], cell["last_purchase_week"], cell["observed_weeks"]], cell["user_count"]
        users += n
        expected += n * row["expected_purchase_days"]
        variance += n * row["variance"]
        came += n * cell["holdout_purchase_days"]
        inside += n * (row["low"] <= cell["holdout_purchase_days"] <= row["high"])
        chance += n * row["interval_chance"]
    assert sum(row["user_count"] for row in result.rows) == users == 20_000
    assert abs(came - expected) < 4 * variance**0.5
    assert inside / users == pytest.approx(chance / users, abs=0.005)
    assert chance / users >= 0.95
    assert next(iter(rows.values()))["everyones_amount"] == pytest.approx(6.0 * 30 / 3, rel=0.05)


def test_without_enough_buyers_nothing_is_predicted(simulated: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    cells, spend = simulated
    few = cells[cells["purchase_days"] == 5].head(40).assign(user_count=2)
    result = found(PURCHASE_PREDICTIONS, purchase_history_cells=few, spend_cells=spend)
    assert result.kind is Kind.DECLINED
    assert "fewer than 100 users bought" in result.sentence


def test_histories_that_no_model_explains_are_declined_in_words() -> None:
    """Everybody bought once, at once, and nothing is known of amounts."""
    cells = aggregate("insights.purchase_history_cells", [{"purchase_days": 1, "observed_weeks": 50, "user_count": 500}])
    result = found(PURCHASE_PREDICTIONS, purchase_history_cells=cells)
    assert result.kind is Kind.DECLINED
    assert result.sentence.startswith("Purchases to come cannot be predicted: ")
