"""1.3: patterns compared, adjusted as a family, and, by hand, what a pattern measures."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ecom_platform.insights.effect import Kind
from ecom_platform.insights.questions.q1_3_session_patterns import INQUIRY
from ecom_platform.stats.aggregates import Sample
from ecom_platform.stats.means import welch
from ecom_platform.tables.insights.session_patterns import PATTERNS, SESSION_PATTERNS
from ecom_platform_tests.insights.aggregates import aggregate, answered
from ecom_platform_tests.marts.shop import Shop

CELLS = "insights.session_patterns"


def test_patterns_are_ratios_of_means_and_their_p_values_one_family() -> None:
    def users(pattern: str, is_activated: bool, n: int, value: float, squared: float) -> dict[str, object]:
        return {"pattern": pattern, "is_activated": is_activated, "user_count": n, "value": value, "value_squared": squared}

    cells = aggregate(
        CELLS,
        [
            users("session_count", True, 100, 600, 3700),
            users("session_count", False, 100, 400, 1700),
            users("session_events", True, 100, 310, 1400),
            users("session_events", False, 100, 300, 1300),
            users("referrers", True, 29, 60, 200),
            users("referrers", False, 100, 200, 500),
            users("first_session_minutes", True, 100, 0, 0),
            users("first_session_minutes", False, 100, 100, 200),
        ],
    )
    found = answered(INQUIRY, session_patterns=cells)
    assert found["session_count"].kind is Kind.ASSOCIATION
    assert found["session_count"].estimate == pytest.approx(0.5)
    assert "definition" in found["session_count"].caveats
    assert "6.00 sessions on average, 50 % (" in found["session_count"].sentence
    p = welch(Sample.from_sums(100, 310, 1400), Sample.from_sums(100, 300, 1300)).p_value
    assert found["session_events"].p_adjusted == pytest.approx(p), "the larger of two p-values is not raised"
    for name in ("referrers", "first_session_minutes", "session_minutes"):
        assert found[name].kind is Kind.DECLINED, "too few, nothing to divide by, none"


def test_nothing_is_said_of_nobody() -> None:
    assert {each.kind for each in answered(INQUIRY).values()} == {Kind.DECLINED}


def test_what_a_pattern_measures(tmp_path: Path) -> None:
    """Two sessions in the window, a minute and a single event long; one before signup and one exactly at the end are none."""
    shop = Shop(observed_until=date(2024, 1, 31))
    shop.user("ann", date(2024, 1, 10))
    shop.session("ann", "2024-01-09 09:00", "view mop", "view mop", "view mop", session_id="before signup")
    shop.session("ann", "2024-01-10 09:00", "view mop", "cart mop", session_id="first")
    shop.session("ann", "2024-01-12 09:00", "view sofa", session_id="second")
    shop.session("ann", "2024-01-17 00:00", "view mop", "view sofa", session_id="at the end")
    shop.user("bob", date(2024, 1, 10))
    marts = shop.build(tmp_path, SESSION_PATTERNS)
    columns = ("user_count", "value", "value_squared")
    rows = {row["pattern"]: tuple(row[name] for name in columns) for row in marts.rows(SESSION_PATTERNS, is_activated=True)}
    assert rows == {
        "session_count": (1, 2, 4),
        "active_day_count": (1, 2, 4),
        "session_minutes": (1, 0.5, 0.25),
        "session_events": (1, 1.5, 2.25),
        "hours_between_sessions": (1, 48, 2304),
        "products_viewed": (1, 2, 4),
        "categories_viewed": (1, 2, 4),
        "referrers": (1, 1, 1),
        "first_session_minutes": (1, 1, 1),
        "first_session_events": (1, 2, 4),
    }
    idle = {row["pattern"]: row["value"] for row in marts.rows(SESSION_PATTERNS, is_activated=False)}
    assert set(idle) == {each for each in PATTERNS if each.endswith(("count", "viewed", "referrers"))}
    assert set(idle.values()) == {0}, "who does nothing has counts of 0, and no averages"
