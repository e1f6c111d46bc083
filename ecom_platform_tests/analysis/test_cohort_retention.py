"""cohort_retention: eligible users are those whose whole month has been observed; an immature cell is unknown."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ecom_platform.tables.analysis.cohort_retention import COHORT_RETENTION
from ecom_platform_tests.marts.shop import Marts, Shop

JANUARY, MARCH = date(2024, 1, 1), date(2024, 3, 1)


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    """Observed for 90 days from 1 January: three whole months for ann, two for bob and cal, none for the March cohort."""
    shop = Shop(observed_until=JANUARY + timedelta(days=89))
    shop.user("ann", JANUARY)
    shop.session("ann", "2024-01-01 09:00", "view mop", "cart mop", "checkout")
    shop.session("ann", "2024-01-02 09:00", "view mop")
    shop.order("ann", JANUARY + timedelta(days=60), "sofa")
    shop.user("bob", date(2024, 1, 31))
    shop.order("bob", date(2024, 1, 31) + timedelta(days=29), "mop")
    shop.order("bob", date(2024, 1, 31) + timedelta(days=30), "mop x2", failed=True)
    shop.user("cal", date(2024, 1, 31))
    shop.user("new", MARCH + timedelta(days=28))
    return shop.build(tmp_path_factory.mktemp("shop"), COHORT_RETENTION)


COUNTS = ("months_since_signup", "user_count", "eligible_user_count", "active_user_count", "buyer_count", "revenue")


def test_only_users_observed_for_the_whole_month_count(marts: Marts) -> None:
    rows = marts.rows(COHORT_RETENTION, *COUNTS, cohort_month=JANUARY, activation_level="all")
    assert [tuple(row.values()) for row in rows] == [
        (0, 3, 3, 2, 1, Decimal("10.00")),
        (1, 3, 3, 1, 0, Decimal(0)),
        (2, 3, 1, 1, 1, Decimal("100.00")),
    ]
    assert [
        row["is_complete_cohort"] for row in marts.rows(COHORT_RETENTION, cohort_month=JANUARY, activation_level="all")
    ] == [
        True,
        True,
        False,
    ]


def test_a_failed_payment_is_activity_and_no_purchase(marts: Marts) -> None:
    """Bob's second month holds a failed order and nothing else."""
    row = marts.row(COHORT_RETENTION, cohort_month=JANUARY, activation_level="none", months_since_signup=1)
    assert (row["active_user_count"], row["buyer_count"], row["revenue"]) == (1, 0, 0)
    assert (row["retention_rate"], row["purchase_rate"], row["revenue_per_eligible_user"]) == (0.5, 0, 0)


def test_levels_split_the_cohort(marts: Marts) -> None:
    rows = marts.rows(COHORT_RETENTION, *COUNTS, cohort_month=JANUARY, activation_level="high")
    assert [tuple(row.values()) for row in rows] == [
        (0, 1, 1, 1, 0, Decimal(0)),
        (1, 1, 1, 0, 0, Decimal(0)),
        (2, 1, 1, 1, 1, Decimal("100.00")),
    ]


def test_an_immature_cell_is_unknown(marts: Marts) -> None:
    for level in ("all", "unknown"):
        for row in marts.rows(COHORT_RETENTION, cohort_month=MARCH, activation_level=level):
            assert (row["user_count"], row["eligible_user_count"]) == (1, 0)
            assert row["active_user_count"] is None
            assert row["buyer_count"] is None
            assert row["revenue"] is None
            assert row["retention_rate"] is None
            assert row["purchase_rate"] is None
            assert row["revenue_per_eligible_user"] is None
    bob_and_cal = marts.row(COHORT_RETENTION, cohort_month=JANUARY, activation_level="none", months_since_signup=2)
    assert bob_and_cal["retention_rate"] is None
