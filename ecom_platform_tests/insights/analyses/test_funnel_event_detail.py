"""funnel_event_detail: repeated steps, skipped stages, equal timestamps and sessions of two users under one id."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from ecom_platform.insights.effect import Kind
from ecom_platform.tables.analysis.funnel_event_detail import FUNNEL_EVENT_DETAIL
from ecom_platform.tables.analysis.funnel_step_times import FUNNEL_STEP_TIMES
from ecom_platform.tables.analysis.funnel_steps import FUNNEL_STEPS
from ecom_platform_tests.insights.analyses.analyses import by, found_in
from ecom_platform_tests.marts.shop import Marts, Shop

CARTS = (0, 1, 2, 3)


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    """40 users, each with two views and 0 to 3 carts two minutes later; every fourth checks out at the time of the cart.

    One more checks out without a cart, and ten minutes and 59 seconds after a view.
    """
    shop = Shop(observed_until=date(2024, 6, 30))
    for number in range(40):
        user, carts = f"u{number:02}", CARTS[number % 4]
        shop.user(user, date(2024, 1, 1))
        shop.session(user, "2024-01-02 09:00:00", "view mop", "view sofa", session_id=f"s{number}", minutes_apart=0)
        shop.session(user, "2024-01-02 09:02:00", *["cart mop"] * carts, session_id=f"s{number}", minutes_apart=0)
        if carts == 3:
            shop.session(user, "2024-01-02 09:02:00", "checkout", session_id=f"s{number}")
    shop.user("hasty", date(2024, 1, 1))
    shop.session("hasty", "2024-01-02 09:00:00", "view mop", session_id="s0")
    shop.session("hasty", "2024-01-02 09:10:59", "checkout", session_id="s0")
    return shop.build(tmp_path_factory.mktemp("shop"), FUNNEL_STEPS, FUNNEL_STEP_TIMES)


def test_events_and_sessions_of_a_step_are_counted(marts: Marts) -> None:
    columns = ("from_event_count", "to_event_count", "from_session_count", "step_session_count")
    more = ("skipped_session_count", "repeated_session_count")
    assert list(marts.row(FUNNEL_STEPS, *columns, *more, step="add_to_cart").values()) == [81, 60, 41, 30, 0, 20]
    assert list(marts.row(FUNNEL_STEPS, *columns, *more, step="checkout_start").values()) == [60, 11, 30, 10, 1, 0]
    assert list(marts.row(FUNNEL_STEPS, *columns, *more, step="purchase").values()) == [0, 0, 0, 0, 0, 0]


def test_times_are_whole_and_equal_ones_are_zero(marts: Marts) -> None:
    times = [(row["step"], row["seconds"], row["session_count"]) for row in marts.rows(FUNNEL_STEP_TIMES)]
    assert times == [("add_to_cart", 120, 30), ("checkout_start", 0, 10)]


def test_times_of_three_figures_are_cut_to_two_and_their_sum_is_kept(tmp_path: Path) -> None:
    shop = Shop(observed_until=date(2024, 6, 30))
    shop.user("slow", date(2024, 1, 1))
    for day, second in ((2, 55), (3, 59)):
        shop.session("slow", f"2024-01-0{day} 09:00:00", "view mop", session_id=f"s{day}")
        shop.session("slow", f"2024-01-0{day} 09:10:{second}", "cart mop", session_id=f"s{day}")
    (row,) = shop.build(tmp_path, FUNNEL_STEP_TIMES).rows(FUNNEL_STEP_TIMES)
    assert (row["seconds"], row["session_count"], row["second_count"]) == (650, 2, 655 + 659)


def test_a_ratio_is_one_of_sums_with_an_error_by_user(marts: Marts) -> None:
    finding = found_in(marts, FUNNEL_EVENT_DETAIL)
    assert finding.kind is Kind.DESCRIPTION
    row = by(finding, "step")["add_to_cart"]
    views = np.array([2] * 40 + [1])
    carts = np.array([CARTS[number % 4] for number in range(40)] + [0])
    ratio = carts.sum() / views.sum()
    error = np.std(carts - ratio * views, ddof=1) / np.sqrt(41) / views.mean()
    assert row["event_ratio"] == pytest.approx(60 / 81)
    assert row["ci_high"] - row["ci_low"] == pytest.approx(2 * 1.959964 * error, rel=1e-3)
    assert (row["mean_seconds"], row["median_seconds"], row["top_decile_seconds"]) == (120, 120, 120)
    assert row["session_share"] == pytest.approx(30 / 41)


def test_a_step_that_nobody_took_has_neither_ratio_nor_time(marts: Marts) -> None:
    row = by(found_in(marts, FUNNEL_EVENT_DETAIL), "step")["purchase"]
    assert (row["event_ratio"], row["session_share"], row["median_seconds"]) == (None, None, None)


def test_the_sentence_names_the_narrowest_step_and_checkouts_without_a_cart(marts: Marts) -> None:
    sentence = found_in(marts, FUNNEL_EVENT_DETAIL).sentence
    assert "the narrowest step leads from checkout_start to payment_attempt" in sentence
    assert "of the sessions with a checkout 9.1 % had no cart" in sentence
