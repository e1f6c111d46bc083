"""dm_rfm: x purchase days, the last t_x days after the clock began, T days counted, on three clocks and with a holdout."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ecom_platform.tables.marts.dm_rfm import DM_RFM
from ecom_platform_tests.marts.shop import Marts, Row, Shop

SIGNUP = date(2024, 1, 10)


def day(number: int) -> date:
    return SIGNUP + timedelta(days=number)


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    """Bea is observed for 500 days, to day 499: with a year held out, days 0 to 134 are counted."""
    shop = Shop(observed_until=day(499))
    shop.user("bea", SIGNUP)
    for number in (0, 29, 30, 134, 135, 499):
        shop.order("bea", day(number), "mop")
    shop.order("bea", day(30), "sofa")
    shop.order("bea", day(200), "sofa", failed=True)
    shop.user("dot", SIGNUP)
    shop.observed[date(2024, 2, 1)] = date(2024, 3, 1)
    shop.user("cal", date(2024, 2, 1))
    shop.user("eve", date(2024, 2, 2))
    shop.order("eve", date(2024, 3, 1), "mop")
    return shop.build(tmp_path_factory.mktemp("shop"), DM_RFM)


def history(marts: Marts, user: str, clock: str, holdout: int = 0) -> tuple[int, int, int]:
    row = marts.row(DM_RFM, user_id=user, clock=clock, holdout_days=holdout)
    return row["frequency"], row["recency_days"], row["age_days"]


def test_from_signup_every_purchase_day_counts(marts: Marts) -> None:
    assert history(marts, "bea", "signup") == (6, 500, 500)


def test_from_the_landmark_an_order_on_day_30_counts_and_one_on_day_29_came_earlier(marts: Marts) -> None:
    assert history(marts, "bea", "day_30") == (4, 470, 470)
    row = marts.row(DM_RFM, user_id="bea", clock="day_30", holdout_days=0)
    assert (row["clock_start"], row["earlier_frequency"], row["revenue"]) == (day(30), 2, Decimal(140))


def test_from_the_first_purchase_only_repeat_purchases_count(marts: Marts) -> None:
    assert history(marts, "bea", "first_purchase") == (5, 499, 499)
    assert marts.row(DM_RFM, user_id="bea", clock="first_purchase", holdout_days=0)["earlier_frequency"] == 1


def test_a_holdout_splits_what_was_observed_at_a_day(marts: Marts) -> None:
    assert history(marts, "bea", "signup", holdout=365) == (4, 135, 135)
    row = marts.row(DM_RFM, "holdout_frequency", "holdout_revenue", user_id="bea", clock="signup", holdout_days=365)
    assert row == {"holdout_frequency": 2, "holdout_revenue": Decimal(20)}


def test_nothing_is_known_of_a_holdout_of_no_days(marts: Marts) -> None:
    for row in marts.rows(DM_RFM, holdout_days=0):
        assert (row["holdout_frequency"], row["holdout_revenue"]) == (None, None)


def test_a_user_who_never_bought_has_no_purchases_and_no_first_purchase_clock(marts: Marts) -> None:
    assert history(marts, "dot", "signup") == (0, 0, 500)
    assert {row["clock"] for row in marts.rows(DM_RFM, user_id="dot")} == {"signup", "day_30"}


def test_a_clock_that_has_not_run_a_day_is_absent(marts: Marts) -> None:
    """Observed to 1 March: day 29 of Cal and 28 of Eve, who bought for the first time on it."""
    for user, age in (("cal", 30), ("eve", 29)):
        (row,) = marts.rows(DM_RFM, user_id=user)
        assert (row["clock"], row["holdout_days"], row["age_days"]) == ("signup", 0, age)


def test_a_landmark_reached_on_the_last_observed_day_has_run_one_day(tmp_path: Path) -> None:
    shop = Shop(observed_until=day(30))
    shop.user("bea", SIGNUP)
    shop.order("bea", day(30), "mop")
    marts = shop.build(tmp_path, DM_RFM)
    assert history(marts, "bea", "day_30") == (1, 1, 1)


def test_purchases_and_times_agree(marts: Marts) -> None:
    def agrees(row: Row) -> bool:
        in_order = row["frequency"] <= row["recency_days"] <= row["age_days"]
        return bool(in_order and (row["frequency"] > 0) == (row["recency_days"] > 0))

    assert all(agrees(row) for row in marts.rows(DM_RFM))
