"""The report card: forecasts of a small shop worked out by hand, and figures from hand-made scores."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pyarrow as pa
import pytest

from ecom_platform.insights.effect import Kind
from ecom_platform.tables.insights.lifetime_value_report_card import LIFETIME_VALUE_REPORT_CARD
from ecom_platform.tables.insights.purchase_predictions import PURCHASE_PREDICTIONS
from ecom_platform.tables.insights.value_forecast_cohorts import VALUE_FORECAST_COHORTS
from ecom_platform.tables.insights.value_forecast_scores import VALUE_FORECAST_SCORES
from ecom_platform.tables.insights.value_forecasts import MODELS, TARGETS, VALUE_FORECASTS
from ecom_platform_tests.insights.aggregates import aggregate
from ecom_platform_tests.insights.analyses.analyses import by, found
from ecom_platform_tests.marts.shop import Marts, Shop, assets

JANUARY = date(2024, 1, 1)
LANDMARK = JANUARY + timedelta(days=30)
OBSERVED_UNTIL = date(2025, 6, 30)
CUT = OBSERVED_UNTIL - timedelta(days=182)
OBSERVED = (CUT - LANDMARK).days + 1


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    """ann buys twice long before the holdout, once shortly before and once in it; bob buys nothing."""
    shop = Shop(OBSERVED_UNTIL)
    shop.user("ann", JANUARY)
    for day in (LANDMARK, LANDMARK + timedelta(days=10), CUT):
        shop.order("ann", day, "mop")
    shop.order("ann", CUT + timedelta(days=90), "sofa")
    shop.user("bob", JANUARY)
    built = shop.build(tmp_path_factory.mktemp("shop"), VALUE_FORECASTS, VALUE_FORECAST_SCORES, VALUE_FORECAST_COHORTS)
    common = {
        "observed_weeks": round(OBSERVED / 7),
        "user_count": 1,
        "variance": 0.5,
        "low": 0,
        "high": 2,
        "interval_chance": 0.96,
        "everyones_amount": 40.0,
    }
    ann = {"purchase_days": 3, "last_purchase_week": round(OBSERVED / 7), "alive": 0.9, "expected_purchase_days": 1.5}
    bob = {"purchase_days": 0, "last_purchase_week": 0, "alive": 1.0, "expected_purchase_days": 0.25}
    rows = [common | ann | {"own_weight": 0.75}, common | bob | {"own_weight": 0.0}]
    built.warehouse.replace({PURCHASE_PREDICTIONS: pa.Table.from_pylist(rows, PURCHASE_PREDICTIONS.arrow_schema)}, None)
    for asset in assets():
        if asset.table in (VALUE_FORECASTS, VALUE_FORECAST_SCORES, VALUE_FORECAST_COHORTS):
            built.warehouse.replace({asset.table: asset.query()}, built.months if asset.table.partitioned else None)
    return built


def test_every_model_foresees_what_it_says(marts: Marts) -> None:
    def foreseen(user: str, model: str, target: str) -> float:
        found = marts.row(VALUE_FORECASTS, user_id=user, model=model, target=target)
        return float(found["forecast"])

    def near(value: float) -> object:
        return pytest.approx(value, abs=1 / 1024)

    assert foreseen("ann", "bg_nbd_gamma_gamma", "purchase_days") == 1.5
    assert foreseen("ann", "bg_nbd_gamma_gamma", "spent") == near(1.5 * (0.75 * 10 + 0.25 * 40))
    assert foreseen("bob", "bg_nbd_gamma_gamma", "spent") == near(0.25 * 40)
    for user in ("ann", "bob"):
        assert foreseen(user, "cohort_mean", "purchase_days") == near(3 * 182 / (2 * OBSERVED))
        assert foreseen(user, "cohort_mean", "spent") == near(30 * 182 / (2 * OBSERVED))
    assert foreseen("ann", "last_period", "purchase_days") == near(182 / 183)
    assert foreseen("ann", "last_period", "spent") == near(1820 / 183)
    assert (foreseen("bob", "last_period", "purchase_days"), foreseen("bob", "last_period", "spent")) == (0, 0)
    # Who had bought twice by then is ann, and bought once in the half-year after; nobody had bought three times.
    assert (foreseen("ann", "frequency_mean", "purchase_days"), foreseen("bob", "frequency_mean", "purchase_days")) == (0, 0)


def test_what_came_is_beside_every_forecast(marts: Marts) -> None:
    came = {(row["user_id"], row["target"]): row["actual"] for row in marts.rows(VALUE_FORECASTS)}
    assert came == {("ann", "purchase_days"): 1, ("ann", "spent"): 100, ("bob", "purchase_days"): 0, ("bob", "spent"): 0}


def test_scores_and_cohorts_add_up_what_users_were_foreseen(marts: Marts) -> None:
    for model in MODELS:
        for target in TARGETS:
            users = marts.rows(VALUE_FORECASTS, model=model, target=target)
            foreseen, came = ([user[name] for user in users] for name in ("forecast", "actual"))
            scores = marts.rows(VALUE_FORECAST_SCORES, model=model, target=target)
            assert sum(row["user_count"] for row in scores) == len(users) == 2
            assert sum(row["forecast"] for row in scores) == pytest.approx(sum(foreseen))
            distances = [abs(one - other) for one, other in zip(foreseen, came, strict=True)]
            assert sum(row["absolute_error"] for row in scores) == pytest.approx(sum(distances))
            cohort = marts.row(VALUE_FORECAST_COHORTS, model=model, target=target)
            assert (cohort["forecast"], cohort["actual"]) == (pytest.approx(sum(foreseen)), sum(came))
            assert cohort["variance"] == 1.0


def scores(**errors: float) -> pd.DataFrame:
    """400 users of two kinds, of whom 10 and 30 are foreseen; what comes is that, but for a model's error."""
    rows = [
        {
            "model": model,
            "target": target,
            "forecast_group": amount * 1_024,
            "actual_group": amount * 1_024,
            "user_count": 200,
            "forecast": 200.0 * amount * (1 + errors.get(model, 0.0)),
            "actual": 200.0 * amount,
            "absolute_error": 200.0 * amount * abs(errors.get(model, 0.0)),
        }
        for model in MODELS
        for target in TARGETS
        for amount in (10, 30)
    ]
    return aggregate("insights.value_forecast_scores", rows)


def cohorts(actual: tuple[float, ...], variance: float) -> pd.DataFrame:
    rows = [
        {
            "model": model,
            "target": target,
            "signup_month": date(2024, 1 + number, 1),
            "user_count": 100,
            "forecast": 100.0,
            "variance": variance,
            "actual": came,
        }
        for model in MODELS
        for target in TARGETS
        for number, came in enumerate(actual)
    ]
    return aggregate("insights.value_forecast_cohorts", rows)


def test_the_figures_are_those_of_the_scores() -> None:
    result = found(
        LIFETIME_VALUE_REPORT_CARD,
        value_forecast_scores=scores(cohort_mean=0.5),
        value_forecast_cohorts=cohorts((100.0, 119.0, 121.0, 50.0), variance=100.0),
    )
    assert result.kind is Kind.PREDICTION
    rows = by(result, "model", "target")
    right, wrong = rows["last_period", "spent"], rows["cohort_mean", "spent"]
    assert (right["gini"], right["spearman"], right["absolute_error"]) == (pytest.approx(1), pytest.approx(1), 0)
    assert (right["bias"], right["decile_error"]) == (pytest.approx(0), pytest.approx(0))
    assert (wrong["bias"], wrong["decile_error"], wrong["absolute_error"]) == (
        pytest.approx(0.5),
        pytest.approx(0.5),
        pytest.approx(10),
    )
    # 100 + and - 1.96 * 10: the first two months are inside.
    card = rows["bg_nbd_gamma_gamma", "purchase_days"]
    assert card["cohort_coverage"] == 0.5
    assert card["cohort_bias"] == pytest.approx((0 + 19 / 119 + 21 / 121 + 1) / 4)
    assert right["cohort_coverage"] is None


def test_a_user_is_inside_an_interval_or_not() -> None:
    history = {"purchase_days": 2, "last_purchase_week": 10, "observed_weeks": 20}
    cells = aggregate(
        "insights.purchase_history_cells",
        [history | {"holdout_purchase_days": came, "user_count": n} for came, n in ((0, 5), (1, 60), (3, 30), (4, 5))],
    )
    predictions = aggregate(
        "insights.purchase_predictions", [history | {"user_count": 100, "low": 1, "high": 3, "interval_chance": 0.96}]
    )
    result = found(
        LIFETIME_VALUE_REPORT_CARD,
        value_forecast_scores=scores(),
        value_forecast_cohorts=cohorts((100.0,), 1.0),
        purchase_history_cells=cells,
        purchase_predictions=predictions,
    )
    card = by(result, "model", "target")["bg_nbd_gamma_gamma", "purchase_days"]
    assert (card["user_coverage"], card["expected_user_coverage"]) == (0.9, pytest.approx(0.96))


def test_nothing_to_compare_with_is_declined() -> None:
    nothing_came = scores().assign(actual=0.0)
    result = found(LIFETIME_VALUE_REPORT_CARD, value_forecast_scores=nothing_came)
    assert result.kind is Kind.DECLINED
    assert found(LIFETIME_VALUE_REPORT_CARD).kind is Kind.DECLINED
