"""Forecasts beside an oracle: what knows more ranks better, and the oracle is right on average."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ecom_platform.insights.analysis import analysis
from ecom_platform.orchestration.assets.analyses import analysed
from ecom_platform.quality.scoring.oracle import oracle
from ecom_platform.tables.insights.lifetime_value_report_card import LIFETIME_VALUE_REPORT_CARD
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform.world import WorldSettings
from ecom_platform_tests.quality.built import SHOP, build

WORLD = WorldSettings(seed=5, users=6_000, start_month=date(2024, 1, 1), as_of=date(2026, 2, 10))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> DuckDBWarehouse:
    return build(tmp_path_factory.mktemp("world") / "warehouse.duckdb", WORLD)


@pytest.mark.slow
def test_the_oracle_is_right_on_average_and_ranks_best(warehouse: DuckDBWarehouse) -> None:
    rows = {row["model"]: row for row in oracle(warehouse, WORLD).to_pylist()}
    assert rows["oracle"]["user_count"] > 1_000
    assert abs(rows["oracle"]["bias"]) < 0.15
    assert rows["oracle"]["gini_of_oracle"] == 1
    order = ("oracle", "bg_nbd_gamma_gamma", "last_period", "cohort_mean")
    ginis = [rows[model]["gini"] for model in order]
    assert ginis == sorted(ginis, reverse=True)
    assert 0.7 < rows["bg_nbd_gamma_gamma"]["gini_of_oracle"] < 1
    errors = [rows[model]["absolute_error"] for model in ("oracle", "bg_nbd_gamma_gamma", "cohort_mean")]
    assert errors == sorted(errors)


@pytest.mark.slow
def test_the_models_intervals_hold_on_a_world_that_it_was_not_fitted_to(warehouse: DuckDBWarehouse) -> None:
    rows = analysed(warehouse, SHOP, analysis(LIFETIME_VALUE_REPORT_CARD)).rows.to_pylist()
    (card,) = (row for row in rows if (row["model"], row["target"]) == ("bg_nbd_gamma_gamma", "purchase_days"))
    assert abs(card["bias"]) < 0.15
    assert card["decile_error"] < 0.25
    assert card["user_coverage"] == pytest.approx(card["expected_user_coverage"], abs=0.02)


def test_without_forecasts_there_is_nothing_to_compare(tmp_path: Path) -> None:
    assert oracle(DuckDBWarehouse(tmp_path / "empty.duckdb"), WORLD).num_rows == 0
