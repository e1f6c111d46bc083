"""A setting changes only what lies downstream of it."""

from __future__ import annotations

from typing import Any

import pytest

from ecom_platform_tests.world.worlds import TABLES, clean_world, frames, world

SIZE: dict[str, Any] = {"users": 1_500}
BASE = clean_world(**SIZE)

LATER = {"orders", "order_items", "world_truth"}


@pytest.mark.parametrize(
    ("setting", "downstream"),
    [
        ({"activation_effect": 0.0}, LATER),
        ({"subscription_effect": 0.0}, LATER),
        ({"discount_effect": 0.0}, LATER),
        ({"activation_effect_by_source": (1.0, 0.5, 1.5)}, LATER),
        ({"activation_effect_by_intent": 0.3}, LATER),
        ({"nudge_direct_effect": 0.1}, LATER),
        ({"confounding": 0.0}, LATER | {"users", "user_events"}),
        ({"nudge_effect": 0.0}, LATER | {"user_events"}),
        ({"trial_offer_effect": 0.0}, LATER | {"users"}),
        ({"failure_rate": 0.2}, LATER | {"user_events"}),
    ],
)
def test_an_effect_changes_only_the_tables_downstream(setting: dict[str, Any], downstream: set[str]) -> None:
    changed = frames(clean_world(**SIZE, **setting))
    base = frames(BASE)
    assert {name for name in TABLES if not base[name].equals(changed[name])} == downstream


@pytest.mark.parametrize(
    ("setting", "reached"),
    [("activation_effect", "activated"), ("discount_effect", "discount_exposed"), ("subscription_effect", "subscribed")],
)
def test_an_effect_changes_only_the_later_orders_of_those_it_reaches(setting: str, reached: str) -> None:
    base, changed = frames(BASE), frames(clean_world(**SIZE, **{setting: 0.0}))
    truth = base["world_truth"].set_index("user_id")
    plan = truth["plan_if_offered"].where(truth["offered"], truth["plan_if_not_offered"])
    truth["subscribed"] = plan != "Free"
    spared = truth.index[~truth[reached]]
    for name in ("orders", "world_truth"):
        one, other = base[name], changed[name]
        columns = [column for column in one.columns if not column.startswith(("revenue_if_", "order_count_if_", "joining_"))]
        kept = one[one["user_id"].isin(spared)][columns].reset_index(drop=True)
        assert kept.equals(other[other["user_id"].isin(spared)][columns].reset_index(drop=True)), name
    last_event = base["user_events"].groupby("user_id")["event_timestamp"].max().dt.date
    early = [
        orders[orders["order_date"] <= orders["user_id"].map(last_event)].reset_index(drop=True)
        for orders in (base["orders"], changed["orders"])
    ]
    assert early[0].equals(early[1])


def test_the_nudge_touches_one_event_of_a_complier_and_nothing_else_of_onboarding() -> None:
    base = frames(BASE)["user_events"].set_index("event_id")
    without = frames(clean_world(**SIZE, nudge_effect=0.0))["user_events"].set_index("event_id")
    assert base.index.equals(without.index)
    same = base.drop(columns=["event_type", "page"]).equals(without.drop(columns=["event_type", "page"]))
    assert same
    changed = base[base["event_type"] != without["event_type"]]
    assert len(changed)
    assert set(changed["event_type"]) == {"add_to_cart"}
    assert set(without.loc[changed.index, "event_type"]) == {"view_product"}
    truth = frames(BASE)["world_truth"].set_index("user_id")
    persuaded = truth.index[truth["nudged"] & (truth["compliance"] == "complier")]
    assert changed["user_id"].is_unique
    assert set(changed["user_id"]) <= set(persuaded)


def test_an_error_rate_changes_its_own_table_only() -> None:
    base, dirty = frames(BASE), frames(world(**SIZE, user_anomaly_rate=0.0, order_anomaly_rate=0.0))
    assert {name for name in TABLES if not base[name].equals(dirty[name])} == {"user_events", "injected_anomalies"}


def test_scale_and_seed_leave_the_kind_of_month_alone() -> None:
    sizes = [sum(world(users=2_000, seed=seed).month(month)["users"].num_rows for month in BASE.months) for seed in (1, 2)]
    assert sizes[0] != sizes[1]
    assert all(abs(size - 2_000) < 5 * 2_000**0.5 for size in sizes)
