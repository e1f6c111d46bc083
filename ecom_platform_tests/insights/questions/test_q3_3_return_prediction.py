"""3.3: a prediction that is right is found right on later cohorts, and one that ceases to hold is found wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ecom_platform.insights.effect import Kind
from ecom_platform.insights.questions.q3_3_return_prediction import INQUIRY, NAMES
from ecom_platform.tables.insights.return_cells import RETURN_CELLS, WINDOWS
from ecom_platform_tests.insights.aggregates import aggregate, answered
from ecom_platform_tests.marts.shop import Shop

CELLS = "insights.return_cells"
MONTHS = (date(2024, 1, 1), date(2024, 2, 1))


def cells(later_shift: float = 0.0, later_slope: float = 1.0, users: int = 2_000) -> pd.DataFrame:
    """Users return with log odds of -2 + 0.3 sessions + 0.5 carts; in the second month with others."""
    rows = []
    for window in WINDOWS:
        for number, month in enumerate(MONTHS):
            for sessions in range(1, 7):
                for carts in range(3):
                    odds = -2 + 0.3 * sessions + 0.5 * carts
                    odds = later_shift + later_slope * odds if number else odds
                    rows.append(
                        {
                            "window_days": window,
                            "signup_month": month,
                            "session_count": sessions,
                            "cart_count": carts,
                            "return_known_user_count": users,
                            "returned_user_count": round(users / (1 + np.exp(-odds))),
                        }
                    )
    return aggregate(CELLS, rows)


def test_a_prediction_that_holds_is_calibrated_on_later_cohorts() -> None:
    found = answered(INQUIRY, return_cells=cells())
    assert {each.kind for each in found.values()} == {Kind.PREDICTION}
    for window in WINDOWS:
        assert found[f"calibration_slope_from_{window}_days"].estimate == pytest.approx(1, abs=0.01)
        assert found[f"calibration_intercept_from_{window}_days"].estimate == pytest.approx(0, abs=0.01)
        area, lift = found[f"auc_from_{window}_days"], found[f"top_tenth_lift_from_{window}_days"]
        assert area.estimate is not None
        assert 0.6 < area.estimate < 0.8
        assert lift.estimate is not None
        assert lift.estimate > 1.3
        assert area.n == 18 * 2_000
    assert found["auc_from_7_days"].sentence.startswith("From the first 7 days, who returns on days 30 to 89 is predicted")


def test_a_season_shows_in_the_intercept_and_a_fading_habit_in_the_slope() -> None:
    season = answered(INQUIRY, return_cells=cells(later_shift=-0.4))
    assert season["calibration_intercept_from_7_days"].estimate == pytest.approx(-0.4, abs=0.02)
    fading = answered(INQUIRY, return_cells=cells(later_slope=0.5))
    assert fading["calibration_slope_from_7_days"].estimate == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    "frame",
    [
        aggregate(CELLS),
        aggregate(CELLS, [{"window_days": 7, "return_known_user_count": 500, "returned_user_count": 200}]),
        cells(users=2),
    ],
    ids=["nobody", "one month", "too few"],
)
def test_it_declines(frame: pd.DataFrame) -> None:
    found = answered(INQUIRY, return_cells=frame)
    assert set(found) == {f"{name}_from_{window}_days" for name in NAMES for window in WINDOWS}
    assert {each.kind for each in found.values()} == {Kind.DECLINED}


def test_behaviour_counts_in_its_window_and_a_return_after_the_landmark(tmp_path: Path) -> None:
    shop = Shop(observed_until=date(2023, 4, 9))
    shop.user("ann", date(2023, 1, 10))
    shop.session("ann", "2023-01-16 23:59", "view mop", "cart mop", minutes_apart=0.5)
    shop.session("ann", "2023-01-17 00:00", "view mop", "cart mop", "checkout", "pay", "buy")
    shop.user("bob", date(2023, 1, 10))
    shop.session("bob", "2023-01-10 09:00", "view mop")
    shop.order("bob", date(2023, 2, 9), "mop", failed=True)
    shop.user("cem", date(2023, 1, 11))
    marts = shop.build(tmp_path, RETURN_CELLS)
    found = [tuple(row.values())[:-1] for row in marts.rows(RETURN_CELLS)]
    assert sorted(found) == [(7, 1, 0, 0, 0, 1, 1), (7, 1, 1, 0, 0, 1, 0), (30, 1, 0, 0, 0, 1, 1), (30, 2, 2, 1, 1, 1, 0)]
