"""early_behavior_correlations: held to SciPy on the rows behind the cells, and to a shop counted by hand."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ecom_platform.insights.effect import Kind
from ecom_platform.tables.analysis.early_behavior_correlations import EARLY_BEHAVIOR_CORRELATIONS
from ecom_platform.tables.analysis.early_behavior_moments import EARLY_BEHAVIOR_MOMENTS
from ecom_platform.tables.analysis.early_behavior_values import EARLY_BEHAVIOR_VALUES
from ecom_platform_tests.insights.aggregates import aggregate
from ecom_platform_tests.insights.analyses.analyses import by, found
from ecom_platform_tests.marts.shop import Shop

JANUARY = date(2024, 1, 1)


def cells(carts: np.ndarray, orders: np.ndarray) -> pd.DataFrame:
    """Users as cells; one cell may come in two parts."""
    rows = [
        {"behavior": "carts", "amount": int(c), "outcome": "orders", "value_group": int(o) * 100, "value_total": float(o)}
        for c, o in zip(carts, orders, strict=True)
    ]
    return aggregate("analysis.early_behavior_values", rows, user_count=1)


def test_correlations_and_quantiles_are_those_of_the_rows() -> None:
    random = np.random.default_rng(5)
    carts = random.poisson(2, 500)
    orders = random.poisson(1 + carts)
    (row,) = found(EARLY_BEHAVIOR_CORRELATIONS, early_behavior_values=cells(carts, orders)).rows
    assert row["user_count"] == 500
    assert row["mean"] == pytest.approx(carts.mean())
    assert row["zero_share"] == pytest.approx((carts == 0).mean())
    expected = np.quantile(carts, [0.25, 0.5, 0.75, 0.9], method="inverted_cdf")
    assert [row[name] for name in ("lower_quartile", "median", "upper_quartile", "top_decile")] == list(expected)
    assert row["pearson"] == pytest.approx(stats.pearsonr(carts, orders).statistic)
    assert row["spearman"] == pytest.approx(stats.spearmanr(carts, orders).statistic)
    assert row["ci_low"] < row["pearson"] < row["ci_high"]


def test_it_is_an_association_and_names_the_closest() -> None:
    random = np.random.default_rng(6)
    carts = random.poisson(2, 300)
    close = cells(carts, random.poisson(1 + carts))
    loose = cells(random.poisson(2, 300), random.poisson(2, 300)).assign(behavior="views")
    finding = found(EARLY_BEHAVIOR_CORRELATIONS, early_behavior_values=pd.concat([close, loose]))
    assert finding.kind is Kind.ASSOCIATION
    assert "add_to_cart events of the first 7 days go together most closely" in finding.sentence
    assert "product views of the first 7 days do so least" in finding.sentence


def test_the_aggregates_of_a_shop(tmp_path: Path) -> None:
    """ann carts on day 6 and on day 7, which is too late; her order of day 30 is later, that of day 29 is early.

    bob has been observed for 359 days, and cal's cohort has no event log: only his orders are known.
    """
    shop = Shop(observed_until=date(2025, 6, 30))
    shop.user("ann", JANUARY)
    shop.session("ann", "2024-01-07 23:59", "cart mop")
    shop.session("ann", "2024-01-08 00:00", "cart mop")
    shop.order("ann", JANUARY + timedelta(days=29), "mop")
    shop.order("ann", JANUARY + timedelta(days=30), "mop x3")
    shop.order("ann", JANUARY + timedelta(days=359), "sofa")
    shop.order("ann", JANUARY + timedelta(days=360), "sofa")
    shop.user("bob", date(2024, 7, 7))
    shop.session("bob", "2024-07-07 09:00", "cart mop")
    shop.user("cal", date(2024, 2, 1))
    shop.order("cal", date(2024, 2, 2), "mop", failed=True)
    marts = shop.build(tmp_path, EARLY_BEHAVIOR_VALUES, EARLY_BEHAVIOR_MOMENTS)
    columns = ("behavior", "amount", "outcome", "value_group", "user_count", "value_total")
    assert [tuple(row.values()) for row in marts.rows(EARLY_BEHAVIOR_VALUES, *columns, behavior="carts")] == [
        ("carts", 1, "orders", 200, 1, 2.0),
        ("carts", 1, "revenue", 13_000, 1, 130.0),
    ]
    assert [tuple(row.values()) for row in marts.rows(EARLY_BEHAVIOR_VALUES, *columns, behavior="orders")] == [
        ("orders", 0, "orders", 0, 1, 0.0),
        ("orders", 0, "revenue", 0, 1, 0.0),
        ("orders", 1, "orders", 200, 1, 2.0),
        ("orders", 1, "revenue", 13_000, 1, 130.0),
    ]
    moments = marts.row(EARLY_BEHAVIOR_MOMENTS, signup_month=JANUARY)
    assert (moments["mature_user_count"], moments["carts"], moments["later_revenue"]) == (1, 1, 130)
    assert (moments["orders_times_later_orders"], moments["later_orders_times_later_revenue"]) == (2, 260)


def test_a_value_of_three_figures_and_more_is_cut_to_two_and_its_sum_is_kept(tmp_path: Path) -> None:
    shop = Shop(observed_until=date(2025, 6, 30))
    shop.product("cup", category="Kitchenware", price="12.34", price_tier="Low")
    shop.product("jug", category="Kitchenware", price="12.99", price_tier="Low")
    for user, product in (("ann", "cup"), ("bob", "jug")):
        shop.user(user, JANUARY)
        shop.order(user, JANUARY + timedelta(days=40), product)
    marts = shop.build(tmp_path, EARLY_BEHAVIOR_VALUES)
    row = marts.row(EARLY_BEHAVIOR_VALUES, behavior="orders", outcome="revenue")
    assert (row["value_group"], row["user_count"], row["value_total"]) == (1_200, 2, pytest.approx(25.33))


def test_values_of_several_behaviours_are_told_apart() -> None:
    random = np.random.default_rng(7)
    both = pd.concat(
        [
            cells(random.poisson(2, 100), random.poisson(2, 100)),
            cells(random.poisson(2, 100), random.poisson(2, 100)).assign(outcome="revenue"),
        ]
    )
    rows = by(found(EARLY_BEHAVIOR_CORRELATIONS, early_behavior_values=both), "behavior", "outcome")
    assert set(rows) == {("carts", "orders"), ("carts", "revenue")}
