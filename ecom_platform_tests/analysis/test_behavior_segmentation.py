"""behavior_segmentation: the first rule that holds decides, and every user is in one segment of each segmentation."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ecom_platform.tables.analysis.behavior_segmentation import BEHAVIOR_SEGMENTATION, SEGMENTATIONS
from ecom_platform_tests.marts.shop import Marts, Shop

SIGNUP = date(2023, 1, 1)
LAST_DAY = date(2023, 12, 31)


def segment(marts: Marts, segmentation: str) -> str:
    """The segment of a shop's only user."""
    rows = marts.rows(BEHAVIOR_SEGMENTATION, segmentation=segmentation)
    assert len(rows) == 1
    return str(rows[0]["segment"])


@pytest.mark.parametrize(
    ("orders", "days_ago", "expected"),
    [
        (6, 90, "champion"),
        (6, 91, "loyal"),
        (5, 0, "loyal"),
        (3, 180, "loyal"),
        (3, 181, "at_risk"),
        (2, 90, "recent"),
        (1, 0, "recent"),
        (1, 91, "lapsed"),
        (0, 0, "never_purchased"),
    ],
)
def test_purchase_history_is_recency_and_frequency(tmp_path: Path, orders: int, days_ago: int, expected: str) -> None:
    shop = Shop(observed_until=LAST_DAY)
    shop.user("subject", SIGNUP)
    for _ in range(orders):
        shop.order("subject", LAST_DAY - timedelta(days=days_ago), "mop")
    shop.order("subject", LAST_DAY, "mop", failed=True)
    assert segment(shop.build(tmp_path, BEHAVIOR_SEGMENTATION), "purchase_history") == expected


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (("view mop", "cart mop", "checkout", "pay", "buy"), "early_buyer"),
        (("view mop", "checkout", "pay"), "checkout_abandoner"),
        (("view mop", "cart mop"), "cart_abandoner"),
        (("view mop!", "view mop"), "discount_browser"),
        (("view mop!", "view mop", "view sofa"), "browser"),
    ],
)
def test_early_behavior_is_the_deepest_thing_done_in_the_first_days(
    tmp_path: Path, events: tuple[str, ...], expected: str
) -> None:
    shop = Shop(observed_until=LAST_DAY)
    shop.user("subject", SIGNUP)
    shop.session("subject", "2023-01-07 09:00", *events)
    shop.session("subject", "2023-01-08 09:00", "cart mop", "checkout", "pay", "buy")
    assert segment(shop.build(tmp_path, BEHAVIOR_SEGMENTATION), "early_behavior") == expected


def test_what_was_not_observed_is_unknown_and_what_was_not_done_is_inactive(tmp_path: Path) -> None:
    shop = Shop(observed_until=LAST_DAY)
    shop.user("seen", SIGNUP)
    shop.session("seen", "2023-01-20 09:00", "view mop")
    shop.user("too new", LAST_DAY - timedelta(days=5))
    marts = shop.build(tmp_path, BEHAVIOR_SEGMENTATION)
    assert marts.values(BEHAVIOR_SEGMENTATION, "segment", segmentation="early_behavior") == ["inactive", "unknown"]


def test_segments_have_their_size_and_worth(tmp_path: Path) -> None:
    shop = Shop(observed_until=LAST_DAY)
    shop.user("ann", SIGNUP)
    shop.session("ann", "2023-01-01 09:00", "view mop", "cart mop")
    shop.session("ann", "2023-01-02 09:00", "view mop")
    shop.order("ann", LAST_DAY, "sofa")
    shop.order("ann", LAST_DAY, "mop x5")
    shop.user("bob", SIGNUP)
    shop.order("bob", LAST_DAY, "mop x5")
    shop.user("cal", SIGNUP)
    marts = shop.build(tmp_path, BEHAVIOR_SEGMENTATION)
    assert marts.row(BEHAVIOR_SEGMENTATION, segment="recent") == {
        "segmentation": "purchase_history",
        "segment_number": 3,
        "segment": "recent",
        "definition": "1 or 2 paid orders, the last within 90 days",
        "user_count": 2,
        "user_share": pytest.approx(2 / 3),
        "buyer_count": 2,
        "order_count": 3,
        "revenue": Decimal("200.00"),
        "revenue_share": 1,
        "lifetime_value_per_user": 100,
        "orders_per_user": 1.5,
        "average_order_value": pytest.approx(200 / 3),
        "average_days_observed": 365,
        "activated_user_share": 0.5,
    }
    for segmentation in SEGMENTATIONS:
        assert sum(marts.values(BEHAVIOR_SEGMENTATION, "user_count", segmentation=segmentation)) == 3
