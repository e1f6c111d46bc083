"""The distributions of the specification hold all at once. Tolerances: what is allowed, or 4.5 standard errors of a share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ecom_platform.world import World
from ecom_platform_tests.world.worlds import clean_world, frames, month_end

USERS = 8_000
SLOW = [
    pytest.param((seed, months), marks=pytest.mark.slow, id=f"seed {seed}, {months} months")
    for seed in range(1, 6)
    for months in (24, 36, 48)
]
ORDER_BINS = {0: 0.20, 1: 0.35, 2: 0.25, 3: 0.12, 4: 0.08}


def build(seed: int, months: int) -> World:
    return clean_world(seed=seed, users=USERS if seed == 0 else 40_000, as_of=month_end(months))


SMALL = pytest.param((0, 36), id="small")


@pytest.fixture(scope="module", params=[SMALL, *SLOW])
def made(request: pytest.FixtureRequest) -> World:
    return _cached(*request.param)


@lru_cache(maxsize=1)
def _cached(seed: int, months: int) -> World:
    return build(seed, months)


def assert_shares(values: pd.Series[Any], expected: Mapping[Any, float], allowed: float = 0.0) -> None:
    shares = values.value_counts(normalize=True)
    for value, share in expected.items():
        tolerance = allowed + 4.5 * np.sqrt(share * (1 - share) / len(values))
        assert abs(shares.get(value, 0.0) - share) <= tolerance, (value, shares.get(value, 0.0), share, tolerance)
    assert set(shares.index) <= set(expected)


def matured(made: World, days: int) -> pd.DataFrame:
    users = frames(made)["users"]
    return users[pd.to_datetime(users["signup_date"]) <= pd.Timestamp(made.settings.as_of - timedelta(days=days))]


def orders_of(made: World) -> pd.DataFrame:
    tables = frames(made)
    orders = tables["orders"].merge(tables["users"][["user_id", "signup_date"]], on="user_id")
    orders["day"] = pd.to_datetime(orders["order_date"])
    orders["age"] = (orders["day"] - pd.to_datetime(orders["signup_date"])).dt.days
    return orders


def test_signups_grow_so_that_the_latest_18_of_36_months_hold_70_percent(made: World) -> None:
    users = frames(made)["users"]
    latest = users["signup_month"].isin(made.months[-18:]).sum()
    of = users["signup_month"].isin(made.months[-36:]).sum()
    months = min(len(made.months), 36)
    rate = (7 / 3) ** (1 / 18)
    expected = (1 - rate**-18) / (1 - rate**-months)
    assert abs(latest / of - expected) < 4.5 * np.sqrt(expected * (1 - expected) / of)
    if months == 36:
        assert expected == pytest.approx(0.70)


def test_users_have_the_shares_of_their_attributes(made: World) -> None:
    users = frames(made)["users"]
    assert_shares(users["device"], {"iOS": 0.40, "Android": 0.45, "Web": 0.15})
    assert_shares(users["region"], {"Seoul": 0.38, "Gyeonggi": 0.32, "Others": 0.30})
    assert_shares(users["marketing_source"], {"Organic": 0.60, "Paid": 0.30, "Referral": 0.10})
    assert_shares(users["subscription_type"], {"Free": 0.65, "Plus": 0.25, "Premium": 0.10}, allowed=0.02)
    delay = (pd.to_datetime(users["subscription_join_date"]) - pd.to_datetime(users["signup_date"])).dt.days
    assert delay[users["subscription_type"] == "Plus"].between(30, 180).all()
    assert delay[users["subscription_type"] == "Premium"].between(10, 90).all()


def test_arms_are_halves_and_independent_of_the_user(made: World) -> None:
    truth = frames(made)["world_truth"]
    for arm in ("nudged", "offered"):
        assert_shares(truth[arm], {True: 0.5, False: 0.5})
        assert abs(np.corrcoef(truth[arm], truth["intent"])[0, 1]) < 4.5 / np.sqrt(len(truth))
    assert abs(np.corrcoef(truth["nudged"], truth["offered"])[0, 1]) < 4.5 / np.sqrt(len(truth))
    assert abs(truth["intent"].mean()) < 4.5 / np.sqrt(len(truth))
    assert abs(truth["intent"].std() - 1) < 4.5 / np.sqrt(2 * len(truth))


@pytest.mark.parametrize("made", [SMALL, *(each for each in SLOW if "36 months" in str(each.id))], indirect=True)
def test_successful_orders_per_user_fall_in_their_bins_after_36_months(made: World) -> None:
    orders = frames(made)["orders"]
    paid = orders[orders["payment_status"] == "success"].groupby("user_id").size()
    counts = paid.reindex(frames(made)["users"]["user_id"], fill_value=0)
    bins = pd.cut(counts, [-1, 0, 2, 5, 10, 10_000], labels=False)
    noise = 0.0 if made.settings.users >= 40_000 else 4.5 / np.sqrt(4 * made.settings.users)
    shares = bins.value_counts(normalize=True)
    for label, share in ORDER_BINS.items():
        assert abs(shares[label] - share) <= 0.02 + noise, (label, shares[label])


def test_older_cohorts_have_more_orders(made: World) -> None:
    orders, users = frames(made)["orders"], frames(made)["users"]
    counts = orders.groupby("user_id").size().reindex(users["user_id"], fill_value=0)
    means = counts.groupby(users.set_index("user_id")["signup_month"]).mean()
    thirds = np.array_split(means.to_numpy(), 3)
    assert thirds[0].mean() > thirds[1].mean() > thirds[2].mean()


def test_the_funnel_has_its_transition_rates(made: World) -> None:
    events = frames(made)["user_events"]
    count = events["event_type"].value_counts()
    assert 0.10 <= count["add_to_cart"] / count["view_product"] <= 0.18
    assert 0.40 <= count["checkout_start"] / count["add_to_cart"] <= 0.60
    assert 0.70 <= count["payment_attempt"] / count["checkout_start"] <= 0.85
    assert 0.85 <= count["purchase"] / count["payment_attempt"] <= 0.95
    assert set(events["page"]) == {"home", "category", "search", "product", "cart", "checkout"}
    assert set(events["referrer"]) == {"direct", "search", "ads", "push"}


def test_payments_fail_as_often_in_the_long_run_as_in_the_funnel(made: World) -> None:
    orders = orders_of(made)
    for part in (orders[orders["age"] < 30], orders[orders["age"] >= 30]):
        assert_shares(part["payment_status"], {"success": 0.90, "failed": 0.10})


def test_early_orders_predict_later_ones_as_in_real_shops(made: World) -> None:
    old = matured(made, 359)["user_id"]
    orders = orders_of(made)
    orders = orders[orders["payment_status"] == "success"]
    early = orders[orders["age"] < 30].groupby("user_id").size().reindex(old, fill_value=0)
    later = orders[orders["age"].between(30, 359)].groupby("user_id").size().reindex(old, fill_value=0)
    noise = 0.0 if made.settings.users >= 40_000 else 2 / np.sqrt(len(old))
    assert 0.30 - noise <= np.corrcoef(early, later)[0, 1] <= 0.40 + noise
    returned = (later > 0).groupby(early.clip(upper=4)).agg(["mean", "sem"]).loc[1:]
    again = returned["mean"].to_list()
    assert (returned["mean"].diff().dropna() > -2 * returned["sem"].iloc[1:]).all(), again
    # CDNOW has 34, 61, 76, 86 % and Online Retail 53, 73, 88, 85 %. docs/world.md says why the first is higher here.
    for share, (low, high) in zip(again, [(0.5, 0.73), (0.61, 0.83), (0.76, 0.9), (0.8, 0.95)], strict=True):
        assert low - noise * 2 <= share <= high + noise * 2, again


def test_conversion_of_a_session_is_neither_never_nor_always_for_any_group(made: World) -> None:
    tables = frames(made)
    sessions = _sessions(tables["user_events"])
    known = sessions.merge(tables["users"], on="user_id").merge(
        tables["world_truth"][["user_id", "nudged", "offered", "activated"]], on="user_id"
    )
    known["weekday"], known["hour"] = known["start"].dt.dayofweek, known["start"].dt.hour
    groups = ("device", "region", "marketing_source", "subscription_type", "referrer", "weekday", "hour", "nudged", "offered")
    for group in (*groups, "activated"):
        share = known.groupby(group)["bought"].mean()
        assert share.between(0.01, 0.7).all(), (group, share)


def _sessions(events: pd.DataFrame) -> pd.DataFrame:
    first = events.drop_duplicates("session_id")[["session_id", "user_id", "referrer", "event_timestamp"]]
    bought = events.loc[events["event_type"] == "purchase", "session_id"]
    return first.rename(columns={"event_timestamp": "start"}).assign(bought=first["session_id"].isin(bought))


def test_orders_have_their_lines_and_quantities(made: World) -> None:
    items = frames(made)["order_items"]
    assert_shares(items.groupby("order_id").size(), {1: 0.65, 2: 0.25, 3: 0.08, 4: 0.02})
    assert_shares(items["qty"], {1: 0.75, 2: 0.20, 3: 0.05})


def test_products_are_chosen_by_category_and_taste(made: World) -> None:
    tables = frames(made)
    share = tables["order_items"]["category"].value_counts(normalize=True)
    assert set(share.index[:3]) == {"Cleaning", "Kitchenware", "Organizers"}
    assert share[["Cleaning", "Kitchenware", "Organizers"]].between(0.165, 0.195).all()
    assert share[["Furniture", "Appliances"]].between(0.065, 0.095).all()
    bought = (
        tables["order_items"]
        .merge(tables["orders"][["order_id", "user_id"]], on="order_id")
        .merge(tables["users"][["user_id", "subscription_type"]], on="user_id")
    )
    tiers = pd.crosstab(bought["subscription_type"], bought["price_tier"], normalize="index")
    low, high = tiers["Low"], tiers["High"]
    assert low["Free"] > low["Plus"] > low["Premium"]
    assert high["Free"] < high["Plus"] < high["Premium"]


def test_spend_is_about_log_normal(made: World) -> None:
    logs = np.log(frames(made)["orders"]["total_amount"].astype(float))
    assert abs(((logs - logs.mean()) ** 3).mean() / logs.std() ** 3) < 0.6
    assert abs(((logs - logs.mean()) ** 4).mean() / logs.std() ** 4 - 3) < 0.8


def test_a_weekend_day_has_about_1_3_times_the_orders_of_a_weekday(made: World) -> None:
    days = orders_of(made).groupby("day").size()
    dates = pd.DatetimeIndex(days.index)
    whole_weeks = dates < pd.Timestamp(made.settings.as_of) - pd.Timedelta(days=dates[-1].dayofweek)
    weekend = days[whole_weeks & (dates.dayofweek >= 5)].sum() / 2
    weekday = days[whole_weeks & (dates.dayofweek < 5)].sum() / 5
    noise = 4.5 * np.sqrt(1 / (2 * weekend) + 1 / (5 * weekday))
    assert abs(weekend / weekday / 1.3 - 1) < 0.03 + noise


def test_months_have_their_weights_against_a_world_without_seasons() -> None:
    weights = {2: 0.8, 3: 0.9, 10: 1.1, 11: 1.2, 12: 1.5}
    seasonal = _orders_by_month(clean_world(users=10_000, as_of=month_end(36)))
    flat = _orders_by_month(clean_world(users=10_000, as_of=month_end(36), seasonality=(1.0,) * 12))
    ratio = seasonal / flat
    months = pd.Series([period.month for period in ratio.index], index=ratio.index)
    level = ratio[~months.isin(weights)].mean()
    for month, weight in weights.items():
        measured = ratio[months == month].mean() / level
        noise = 4.5 * np.sqrt(2 / seasonal[months == month].sum())
        assert abs(measured / weight - 1) < 0.06 + noise, (month, measured)


def _orders_by_month(made: World) -> pd.Series[Any]:
    days = pd.to_datetime(pd.concat([made.month(month)["orders"].to_pandas()["order_date"] for month in made.months]))
    counts: pd.Series[Any] = days.dt.to_period("M").value_counts().sort_index()
    return counts
