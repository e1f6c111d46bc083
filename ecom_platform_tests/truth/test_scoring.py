"""The truth of a world's effects, recomputed from what every user would have done; and what covers it."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from ecom_platform.tables import CATALOG
from ecom_platform.tables.quality.true_effects import TRUE_EFFECTS
from ecom_platform.tables.quality.truth import TRUTH
from ecom_platform.truth.observation import observed
from ecom_platform.truth.scoring import UNKNOWN_TRUTH, covers, scored, scores, truth_markdown
from ecom_platform.world import World, WorldSettings, true_effects

SETTINGS = WorldSettings(seed=5, users=2_000, start_month=date(2025, 1, 1), as_of=date(2026, 3, 10))
SUMMARY = "marts.dm_user_purchase_summary"


@pytest.fixture(scope="module")
def on_record() -> tuple[dict[tuple[str, str], float], pa.Table]:
    """The true effects by question and name, and the truth of mature users."""
    with observed(SETTINGS, [str(TRUE_EFFECTS), SUMMARY]) as memory:
        found = {(row["question"], row["effect"]): row["truth"] for row in memory.read(TRUE_EFFECTS).to_pylist()}
        users = memory.read(CATALOG[SUMMARY]).select(["user_id", "order_count_days_31_to_360", "days_observed"]).to_pandas()
    mature = set(users.loc[users["days_observed"] >= 360, "user_id"])
    world = World(SETTINGS)
    truth = pa.concat_tables([world.month(month)["world_truth"] for month in world.months])
    return found, truth.filter(pa.array([user in mature for user in truth["user_id"].to_pylist()]))


def test_effects_on_revenue_are_those_of_the_truth_table(on_record: tuple[dict[tuple[str, str], float], pa.Table]) -> None:
    found, truth = on_record
    effects = true_effects(truth)
    assert found["4.1", "late_revenue"] == pytest.approx(effects.activation.late)
    assert found["4.1", "ate_transported"] == found["4.1", "landmark_revenue"] == pytest.approx(effects.activation.ate)
    assert found["4.1", "nudge_revenue"] == pytest.approx(effects.activation.itt)
    assert found["S3", "nudge"] == pytest.approx(1_000 * effects.activation.itt)
    assert found["S3", "trial_offer"] == pytest.approx(1_000 * effects.subscription.itt)


def test_relative_effects_are_sums_over_sums(on_record: tuple[dict[tuple[str, str], float], pa.Table]) -> None:
    found, truth = on_record
    users = truth.to_pandas()
    moved = users[users["compliance"] == "complier"]
    gained = (moved["order_count_if_activated"] - moved["order_count_if_not_activated"]).sum()
    assert found["4.1", "late_orders"] == pytest.approx(gained / len(moved))
    assert found["4.1", "late_relative"] == pytest.approx(gained / moved["order_count_if_not_activated"].sum())


def test_a_subscription_is_judged_by_what_was_ordered_from_joining_to_day_180(
    on_record: tuple[dict[tuple[str, str], float], pa.Table],
) -> None:
    """Before the join date both histories are the same, so that only the orders from it on differ."""
    found, truth = on_record
    users = truth.to_pandas().set_index("user_id")
    with observed(SETTINGS, ["insights.subscription_timing"]) as memory:
        timing = memory.read(CATALOG["insights.subscription_timing"]).to_pandas()
    plans = timing[timing["plan"].isin(["Plus", "Premium"])]
    assert plans["mature_user_count"].sum() > 0
    gained = (users["joining_revenue_if_subscribed"] - users["joining_revenue_if_not_subscribed"]).astype(float)
    plan = users["plan_if_offered"].where(users["offered"], users["plan_if_not_offered"])
    subscribers = gained[plan != "Free"]
    assert found["6.2", "att_revenue"] == pytest.approx(subscribers.sum() / plans["mature_user_count"].sum())
    after = float(plans["subscribed_revenue"].sum())
    assert found["6.2", "revenue_relative"] == pytest.approx(subscribers.sum() / (after - subscribers.sum()))


def test_what_discounts_do_not_change_is_zero_category_by_category(
    on_record: tuple[dict[tuple[str, str], float], pa.Table],
) -> None:
    found, _ = on_record
    assert found["1.4", "activation"] == found["5.3", "discounted_share"] == found["5.3", "category_furniture"] == 0
    assert found["F3", "late_orders"] > 0


def test_data_of_ones_own_has_no_true_effect() -> None:
    """Not even those that are 0 by the world's construction."""
    from ecom_platform.quality.statements import platform_sql
    from ecom_platform.warehouse.duckdb.memory import Plan, in_memory

    plan = Plan(platform_sql(["marts", "insights", "quality"]), [TRUE_EFFECTS])
    with in_memory(plan) as memory:
        world = World(SETTINGS)
        month = world.month(world.months[0])
        rows = {**month, "products": world.products(), "world_truth": month["world_truth"].slice(0, 0)}
        memory.give({table: rows[table.name] for table in plan.given})
        assert memory.read(TRUE_EFFECTS).num_rows == 0


def answer(effect: str, kind: str = "causal", low: float | None = 1.0, high: float | None = 3.0) -> dict[str, object]:
    numbers = {"estimate": 2.0, "ci_low": low, "ci_high": high, "naive_estimate": 5.0}
    return {"question": "4.1", "effect": effect, "kind": kind, **numbers}


def test_causal_answers_are_scored_and_others_are_not() -> None:
    truths = [{"question": "4.1", "effect": name, "truth": 2.5} for name in ("late_orders", "landmark_orders")]
    answers = [answer("late_orders"), answer("landmark_orders", "association"), answer("exclusion_test")]
    (score,) = scores(answers, truths)
    assert score == {
        "question": "4.1",
        "effect": "late_orders",
        "estimate": 2.0,
        "ci_low": 1.0,
        "ci_high": 3.0,
        "truth": 2.5,
        "covered": True,
        "naive_estimate": 5.0,
    }


@pytest.mark.parametrize(
    ("low", "high", "truth", "covered"),
    [(1, 3, 3, True), (1, 3, 3.01, False), (None, 3, -9, True), (1, None, 0, False), (None, None, 2, None)],
)
def test_a_side_without_an_end_bounds_nothing(
    low: float | None, high: float | None, truth: float, covered: bool | None
) -> None:
    assert covers(answer("late_orders", low=low, high=high), truth) is covered


def test_a_truth_that_is_unknown_is_said_to_be() -> None:
    empty = scored(pa.Table.from_pylist([], CATALOG["insights.answers"].arrow_schema), TRUE_EFFECTS.arrow_schema.empty_table())
    assert empty.schema == TRUTH.arrow_schema
    assert truth_markdown(empty) == UNKNOWN_TRUTH
