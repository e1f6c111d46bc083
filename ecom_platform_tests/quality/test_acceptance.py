"""The promise of the scorecard, at scale: what is found, what is flagged wrongly, and what cleaning leaves behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecom_platform.tables import CLEANED
from ecom_platform.tables.quality.residual_errors import RESIDUAL_ERRORS
from ecom_platform.tables.quality.scorecard import SCORECARD
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform.world import WorldSettings
from ecom_platform_tests.quality.built import build

RATES = (0.0, 0.01, 0.02, 0.10)
SEEDS = (1, 2, 3)
INJECTED = {(raw.name, each.kind) for raw in CLEANED for each in raw.remediations if each.injected}
DEFAULT = 0.01
"""By default, events go wrong twice as often."""

RECALL = {("user_events", "user_id_mismatch"): 0.999}
"""At 10 %, where a session sometimes has lost every event that could speak against a stranger's; `docs/quality.md`."""

PROMISED = 0.001
"""What cleaning may leave behind, at the default rates, of what could be recovered."""

BEST = {
    ("users", "signup_in_future"): 0.99,
    ("users", "join_before_signup"): 0.99,
    ("users", "paid_without_join_date"): 0.99,
    ("users", "free_with_join_date"): 0.99,
    ("users", "unknown_device"): 0.99,
    ("users", "missing_region"): 0.0,
    ("orders", "orphan_user"): 0.0,
    ("orders", "unknown_payment_status"): 0.88,
    ("orders", "order_before_signup"): 0.10,
    ("orders", "negative_amount"): 0.99,
    ("orders", "amount_mismatch"): 0.99,
    ("user_events", "payment_without_checkout"): 0.99,
    ("user_events", "purchase_without_payment"): 0.99,
    ("user_events", "timestamp_reversed"): 0.0,
    ("user_events", "session_id_null"): 0.98,
    ("user_events", "user_id_mismatch"): 0.99,
}
"""The least share of the injected rows that end with their true value; `docs/quality.md` derives the ceilings."""


def built(path: Path, rate: float, seed: int, users: int) -> DuckDBWarehouse:
    events = 2 * rate if rate == DEFAULT else rate
    settings = WorldSettings(
        seed=seed, users=users, user_anomaly_rate=rate, order_anomaly_rate=rate, event_anomaly_rate=events
    )
    return build(path / "world.duckdb", settings)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("rate", RATES)
def test_at_a_hundred_thousand_users(tmp_path: Path, rate: float, seed: int) -> None:
    warehouse = built(tmp_path, rate, seed, 100_000)
    scores = {(row["table_name"], row["kind"]): row for row in warehouse.read(SCORECARD).to_pylist()}
    residual = warehouse.read(RESIDUAL_ERRORS).to_pylist()
    if not rate:
        assert {key for key, row in scores.items() if row["flagged"]} == set()
        assert {row["error"] for row in residual} == {0.0}
        return
    least = RECALL if rate == 0.10 else {}
    missed = {key: scores[key] for key in INJECTED if scores[key]["recall"] < least.get(key, 1.0)}
    imprecise = {key: row for key, row in scores.items() if row["false_positives"] and (row["precision"] or 0) < 0.99}
    short = {
        key: scores[key]["repaired_to_truth"] / scores[key]["injected"]
        for key, share in BEST.items()
        if scores[key]["repaired_to_truth"] < share * scores[key]["injected"]
    }
    assert (missed, imprecise) == ({}, {})
    if rate <= 0.02:
        assert short == {}
    if rate == DEFAULT:
        far = {(row["figure"], row["segment"]): row["avoidable"] for row in residual if abs(row["avoidable"]) > PROMISED}
        assert far == {}
