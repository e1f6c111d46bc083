"""3.1: returns by level, the overlap with the activation window, and, by hand, who has returned when."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from ecom_platform.insights.effect import Kind
from ecom_platform.insights.questions.q3_1_retention_by_level import INQUIRY
from ecom_platform.tables.insights.retention_by_level import RETENTION_BY_LEVEL
from ecom_platform_tests.insights.aggregates import aggregate, answered
from ecom_platform_tests.marts.shop import Shop

CELLS = "insights.retention_by_level"
SIGNUP = date(2024, 1, 10)


def test_returns_by_level_and_the_activated_against_the_others() -> None:
    def users(level: str, window: str, n: int, returned: int) -> dict[str, object]:
        return {"activation_level": level, "return_window": window, "user_count": n, "returned_user_count": returned}

    cells = aggregate(
        CELLS,
        [
            users("none", "day_1", 100, 10),
            users("low", "day_1", 100, 30),
            users("medium", "day_1", 100, 40),
            users("high", "day_1", 300, 180),
            users("high", "day_7", 300, 90),
            users("low", "day_7", 29, 3),
        ],
    )
    found = answered(INQUIRY, retention_by_level=cells)
    assert found["day_1_high"].estimate == pytest.approx(0.6)
    assert found["day_1_difference"].estimate == pytest.approx(220 / 400 - 40 / 200)
    assert found["day_1_difference"].kind is Kind.DESCRIPTION
    assert found["day_1_difference"].caveats.startswith("Inside the activation window")
    assert found["day_7_high"].caveats.startswith("The first day after the activation window")
    assert "day_7_low" not in found
    assert found["day_7_difference"].kind is found["days_31_to_90_difference"].kind is Kind.DECLINED


def test_nothing_is_said_of_nobody() -> None:
    assert {each.kind for each in answered(INQUIRY).values()} == {Kind.DECLINED}


@pytest.mark.parametrize(
    ("activity", "expected"),
    [
        pytest.param("event 2024-01-11 00:00", {"day_1"}, id="the first instant of day 1"),
        pytest.param("event 2024-01-11 23:59", {"day_1"}, id="its last minute"),
        pytest.param("event 2024-01-10 23:59", set(), id="the signup day is no return"),
        pytest.param("event 2024-01-12 00:00", set(), id="day 2 is not day 1"),
        pytest.param("event 2024-01-09 09:00", set(), id="an event before signup is no return"),
        pytest.param("event 2024-01-17 00:00", {"day_7"}, id="day 7"),
        pytest.param("failed 2024-01-17", {"day_7"}, id="a failed order is activity"),
        pytest.param("paid 2024-02-09", {"day_30", "days_31_to_90"}, id="day 30 begins the window"),
        pytest.param("paid 2024-02-08", set(), id="day 29 does not"),
        pytest.param("paid 2024-04-08", {"days_31_to_90"}, id="day 89 ends it"),
        pytest.param("paid 2024-04-09", set(), id="day 90 is outside"),
    ],
)
def test_who_has_returned_when(tmp_path: Path, activity: str, expected: set[str]) -> None:
    shop = Shop(observed_until=date(2024, 12, 31))
    shop.user("ann", SIGNUP)
    shop.session("ann", "2024-01-10 09:00", "view mop", session_id="first")
    kind, _, when = activity.partition(" ")
    if kind == "event":
        shop.session("ann", when, "view mop", session_id="again")
        shop.session("ann", when, "view mop", session_id="again, at the same time")
    else:
        shop.order("ann", datetime.fromisoformat(when).date(), "mop", failed=kind == "failed")
    rows = shop.build(tmp_path, RETENTION_BY_LEVEL).rows(RETENTION_BY_LEVEL)
    assert {row["return_window"] for row in rows} == {"day_1", "day_7", "day_30", "days_31_to_90"}
    assert {row["user_count"] for row in rows} == {1}
    assert {row["return_window"] for row in rows if row["returned_user_count"]} == expected


@pytest.mark.parametrize(
    ("days_observed", "expected"),
    [
        (6, set()),
        (7, {"day_1"}),
        (8, {"day_1", "day_7"}),
        (30, {"day_1", "day_7"}),
        (31, {"day_1", "day_7", "day_30"}),
        (89, {"day_1", "day_7", "day_30"}),
        (90, {"day_1", "day_7", "day_30", "days_31_to_90"}),
    ],
)
def test_an_immature_cohort_is_unknown_and_not_gone(tmp_path: Path, days_observed: int, expected: set[str]) -> None:
    shop = Shop(observed_until=SIGNUP + timedelta(days=days_observed - 1))
    shop.user("ann", SIGNUP)
    shop.session("ann", "2024-01-10 09:00", "view mop")
    rows = shop.build(tmp_path, RETENTION_BY_LEVEL).rows(RETENTION_BY_LEVEL)
    assert {row["return_window"] for row in rows} == expected
