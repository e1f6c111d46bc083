"""Activation tells users apart, keen users stay, and the nudge is a strong and clean instrument."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from ecom_platform.world import World, WorldSettings
from ecom_platform_tests.world.worlds import clean_world, frames, month_end

SEEDS = (11, 12, 13)
LEVELS = ("none", "low", "medium", "high")
"""Neither condition of activation, one, both, and both with twice the carts."""


@lru_cache(maxsize=1)
def users() -> pd.DataFrame:
    """The users of several small worlds whose first 90 days were observed, with what the tables show of them."""
    return pd.concat([_users(clean_world(seed=seed, users=12_000)) for seed in SEEDS], ignore_index=True)


def _users(made: World) -> pd.DataFrame:
    tables, settings = frames(made), made.settings
    truth = tables["world_truth"].merge(tables["users"][["user_id", "signup_date"]], on="user_id").set_index("user_id")
    truth = truth[pd.to_datetime(truth["signup_date"]) <= pd.Timestamp(settings.as_of) - pd.Timedelta(days=90)]
    signup = pd.to_datetime(truth["signup_date"])

    events = tables["user_events"].merge(signup.rename("signup"), left_on="user_id", right_index=True)
    events["age"] = (events["event_timestamp"].dt.tz_localize(None).dt.normalize() - events["signup"]).dt.days
    orders = tables["orders"].merge(signup.rename("signup"), left_on="user_id", right_index=True)
    orders["age"] = (pd.to_datetime(orders["order_date"]) - orders["signup"]).dt.days
    activity = pd.concat([events[["user_id", "age"]], orders[["user_id", "age"]]])

    window = events[events["age"] < settings.activation_days]
    sessions = window.groupby("user_id")["session_id"].nunique()
    carts = window[window["event_type"] == "add_to_cart"].groupby("user_id").size()
    truth["sessions"] = sessions.reindex(truth.index, fill_value=0)
    truth["carts"] = carts.reindex(truth.index, fill_value=0)
    often, carted = truth["sessions"] >= settings.activation_sessions, truth["carts"] >= settings.activation_carts
    assert (truth["activated"] == (often & carted)).all(), "activation is what the tables show"
    level = often.astype(int) + carted + (often & (truth["carts"] >= 2 * settings.activation_carts))
    truth["level"] = pd.Categorical([LEVELS[number] for number in level], LEVELS, ordered=True)
    truth["intent_fifth"] = pd.qcut(truth["intent"], 5, labels=False)
    for name, first, last in (("D1", 1, 1), ("D7", 7, 7), ("D30", 30, 30), ("days 8-30", 7, 29), ("days 31-90", 30, 89)):
        active = activity.loc[activity["age"].between(first, last), "user_id"]
        truth[name] = truth.index.isin(active)
    return truth


def test_about_half_of_the_users_are_activated_and_every_level_occurs() -> None:
    everybody = users()
    assert 0.45 <= everybody["activated"].mean() <= 0.58
    shares = everybody["level"].value_counts(normalize=True)
    assert (shares[list(LEVELS)] >= 0.12).all(), shares


def test_both_conditions_of_activation_bite() -> None:
    settings, everybody = WorldSettings(), users()
    often = everybody["sessions"] >= settings.activation_sessions
    carted = everybody["carts"] >= settings.activation_carts
    assert (often & ~carted).mean() > 0.06
    assert (carted & ~often).mean() > 0.06
    assert 0.5 < often.mean() < 0.75
    assert 0.5 < carted.mean() < 0.75


@pytest.mark.parametrize("activity", ["D1", "D7", "D30", "days 8-30", "days 31-90"])
@pytest.mark.parametrize("group", ["level", "intent_fifth"])
def test_activity_rises_with_activation_level_and_with_intent(activity: str, group: str) -> None:
    by_group = users().groupby(group, observed=True)[activity]
    share, error = by_group.mean(), by_group.sem()
    for (low, high), (one, other) in zip(pairwise(share), pairwise(error), strict=True):
        assert high > low - 2 * np.hypot(one, other), (activity, share.to_dict())
    assert share.iloc[-1] > share.iloc[0] + 4 * np.hypot(error.iloc[0], error.iloc[-1]), share.to_dict()


@pytest.mark.parametrize("activity", ["D1", "D7", "D30", "days 8-30"])
def test_activated_users_are_active_more_often_afterwards(activity: str) -> None:
    share = users().groupby("activated")[activity].mean()
    assert share[True] > 1.2 * share[False], share.to_dict()


def test_the_number_of_sessions_and_the_days_they_span_rise_with_intent() -> None:
    made = clean_world(seed=SEEDS[0], users=12_000)
    events, truth = frames(made)["user_events"], frames(made)["world_truth"].set_index("user_id")
    by_user = events.groupby("user_id").agg(
        sessions=("session_id", "nunique"),
        events=("event_id", "size"),
        first=("event_timestamp", "min"),
        last=("event_timestamp", "max"),
    )
    by_user["days"] = (by_user["last"] - by_user["first"]).dt.total_seconds() / 86_400
    by_user["length"] = by_user["events"] / by_user["sessions"]
    fifths = by_user.groupby(pd.qcut(truth["intent"].reindex(by_user.index), 5, labels=False))
    for name, direction in (("sessions", 1), ("days", 1), ("length", -1)):
        means = (direction * fifths[name].mean()).to_list()
        assert means == sorted(means), (name, means)


def test_both_arms_have_the_time_at_which_the_nudge_was_or_would_have_been_shown() -> None:
    made = clean_world(seed=SEEDS[0], users=4_000)
    tables = frames(made)
    assigned = tables["experiment_assignments"].query("experiment == 'onboarding_nudge'").set_index("user_id")
    starts = tables["user_events"].groupby(["user_id", "session_id"], sort=False)["event_timestamp"].min()
    third = starts.sort_values().groupby("user_id").nth(2).reset_index("session_id", drop=True)
    assert (assigned["assigned_at"] == third.reindex(assigned.index)).all()
    assert set(third.index) == set(assigned.index), "whoever was there a third time has an arm"
    nudged = tables["world_truth"].set_index("user_id")["nudged"]
    assert ((assigned["arm"] == "treatment") == nudged.reindex(assigned.index)).all()

    before = tables["user_events"].merge(assigned, left_on="user_id", right_index=True)
    before = before[(before["event_timestamp"] < before["assigned_at"]) & (before["event_type"] == "add_to_cart")]
    carts = before.groupby("user_id").size().reindex(assigned.index, fill_value=0)
    by_arm = carts.groupby(assigned["arm"])
    gap, noise = by_arm.mean().diff().iloc[-1], np.hypot(*by_arm.sem())
    assert abs(gap) < 4 * noise, "nothing differs before it is shown"


def first_stage(made: World) -> float:
    """F of the nudge on activation among users whose outcome window has been observed whole."""
    mature = [month for month in made.months if month <= made.settings.as_of - timedelta(days=391)]
    truth = pd.concat(
        [made.month(month)["world_truth"].select(["nudged", "activated"]).to_pandas() for month in mature]
    ).astype(float)
    by_arm = truth.groupby("nudged")["activated"]
    return float((by_arm.mean().diff().iloc[-1] / np.hypot(*by_arm.sem())) ** 2)


def test_the_nudge_is_a_strong_instrument() -> None:
    assert first_stage(clean_world(seed=5, users=40_000)) > 400 * 0.4 - 4 * np.sqrt(160)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [21, 22])
def test_the_first_stage_f_exceeds_400_at_100_000_users(seed: int) -> None:
    assert first_stage(World(WorldSettings(seed=seed, users=100_000, as_of=month_end(36)))) > 400


@pytest.mark.parametrize("share", [0.0, 0.2, 1.0])
def test_the_share_of_compliers_is_a_setting(share: float) -> None:
    truth = World(WorldSettings(seed=2, users=60_000, as_of=date(2024, 3, 31), nudge_effect=share)).month(date(2024, 3, 1))
    everybody = truth["world_truth"].to_pandas()
    reachable = World(WorldSettings(seed=2, users=60_000, as_of=date(2024, 3, 31), nudge_effect=1.0)).month(date(2024, 3, 1))
    lacking = (reachable["world_truth"].to_pandas()["compliance"] == "complier").mean()
    assert lacking > 0.1
    assert abs((everybody["compliance"] == "complier").mean() - share * lacking) < 0.03
