"""subscription_order_value: Welch and Mann-Whitney as SciPy has them, from value counts; and a shop counted by hand."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ecom_platform.insights.effect import Kind
from ecom_platform.tables.analysis.order_values_by_subscription import ORDER_VALUES_BY_SUBSCRIPTION
from ecom_platform.tables.analysis.subscription_order_value import SUBSCRIPTION_ORDER_VALUE
from ecom_platform_tests.insights.aggregates import aggregate
from ecom_platform_tests.insights.analyses.analyses import by, found
from ecom_platform_tests.marts.shop import Shop


def cells(**buyers: np.ndarray) -> pd.DataFrame:
    """Buyers of one order each, by their subscription: how much they paid."""
    rows = [
        {
            "subscription_type": plan,
            "value_group": int(value) * 100,
            "value_total": float(value),
            "revenue": int(value),
            "revenue_squared": float(value) ** 2,
            "orders_times_revenue": float(value),
        }
        for plan, values in buyers.items()
        for value in values
    ]
    return aggregate("analysis.order_values_by_subscription", rows, buyer_count=1, order_count=1, order_count_squared=1.0)


@pytest.fixture(scope="module")
def groups() -> dict[str, np.ndarray]:
    random = np.random.default_rng(11)
    return {
        "Free": random.poisson(20, 300) * 10,
        "Plus": random.poisson(21, 200) * 10,
        "Premium": random.poisson(26, 100) * 10,
    }


def test_both_tests_are_those_of_the_rows(groups: dict[str, np.ndarray]) -> None:
    rows = by(found(SUBSCRIPTION_ORDER_VALUE, order_values_by_subscription=cells(**groups)), "comparison")
    free, premium = groups["Free"], groups["Premium"]
    row = rows["premium"]
    welch = stats.ttest_ind(premium, free, equal_var=False)
    assert row["t"] == pytest.approx(welch.statistic)
    assert row["degrees_of_freedom"] == pytest.approx(welch.df)
    interval = welch.confidence_interval()
    assert row["ci_low"] == pytest.approx(interval.low)
    assert row["ci_high"] == pytest.approx(interval.high)
    ranks = stats.mannwhitneyu(premium, free, method="asymptotic")
    assert row["u"] == ranks.statistic
    assert row["superiority"] == pytest.approx(ranks.statistic / (300 * 100))
    assert row["order_difference"] == pytest.approx(premium.mean() - free.mean())
    paid = np.concatenate([groups["Plus"], premium])
    p_values = [
        stats.mannwhitneyu(left, right, method="asymptotic").pvalue
        for left, right in ((paid, free), (groups["Plus"], free), (premium, free), (premium, groups["Plus"]))
    ]
    adjusted = stats.false_discovery_control(p_values)
    order = ("paid", "plus", "premium", "premium_over_plus")
    assert [rows[name]["u_p_adjusted"] for name in order] == pytest.approx(list(adjusted))


def test_it_is_an_association_in_words(groups: dict[str, np.ndarray]) -> None:
    finding = found(SUBSCRIPTION_ORDER_VALUE, order_values_by_subscription=cells(**groups))
    assert finding.kind is Kind.ASSOCIATION
    assert finding.sentence.startswith("Buyers with Plus or Premium (300) pay ")
    assert "more for an order than buyers with Free (300)" in finding.sentence


def test_a_group_that_is_too_small_is_not_compared(groups: dict[str, np.ndarray]) -> None:
    few = cells(Free=groups["Free"], Plus=groups["Plus"], Premium=groups["Premium"][:29])
    assert set(by(found(SUBSCRIPTION_ORDER_VALUE, order_values_by_subscription=few), "comparison")) == {"paid", "plus"}


def test_buyers_of_unknown_subscription_are_no_group() -> None:
    unknown = cells(unknown=np.full(100, 10))
    finding = found(SUBSCRIPTION_ORDER_VALUE, order_values_by_subscription=unknown)
    assert finding.kind is Kind.DECLINED
    assert "no subscriptions" in finding.sentence


def test_the_aggregate_of_a_shop_counts_a_buyer_once_and_no_failed_payment(tmp_path: Path) -> None:
    """ann's two orders of 10.00 and 100.00 are 55.00 each; bob's only payment failed; cal's plan is not known."""
    day = date(2024, 1, 1)
    shop = Shop(observed_until=date(2024, 6, 30))
    shop.user("ann", day, subscription_type="Plus", subscription_join_date=day)
    shop.order("ann", day, "mop")
    shop.order("ann", day + timedelta(days=9), "sofa")
    shop.user("bob", day)
    shop.order("bob", day, "sofa", failed=True)
    shop.user("cal", day, subscription_type=None)
    shop.order("cal", day, "mop")
    rows = shop.build(tmp_path, ORDER_VALUES_BY_SUBSCRIPTION).rows(ORDER_VALUES_BY_SUBSCRIPTION)
    assert [tuple(row.values()) for row in rows] == [
        ("Plus", 5_500, 1, 55.0, 2, 4.0, 110, 12_100.0, 220.0),
        ("unknown", 1_000, 1, 10.0, 1, 1.0, 10, 100.0, 10.0),
    ]
