"""dm_subscription_kpis: headline numbers by subscription type, sums over sums."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ecom_platform.tables.marts.dm_subscription_kpis import DM_SUBSCRIPTION_KPIS
from ecom_platform_tests.marts.shop import Shop


def test_each_type_has_its_users_buyers_and_rates(tmp_path: Path) -> None:
    shop = Shop(observed_until=date(2024, 1, 30))
    for user in ("ann", "bob", "cal"):
        shop.user(user, date(2024, 1, 1))
    shop.user("pia", date(2024, 1, 16), subscription_type="Plus", subscription_join_date=date(2024, 1, 20))
    shop.user("una", date(2024, 1, 1), subscription_type=None)
    shop.order("ann", date(2024, 1, 1), "sofa")
    shop.order("ann", date(2024, 1, 2), "mop x2")
    shop.order("bob", date(2024, 1, 3), "mop")
    shop.order("cal", date(2024, 1, 3), "sofa", failed=True)
    shop.order("pia", date(2024, 1, 20), "sofa")
    free, plus, unknown = shop.build(tmp_path, DM_SUBSCRIPTION_KPIS).rows(DM_SUBSCRIPTION_KPIS)
    assert free == {
        "subscription_type": "Free",
        "user_count": 3,
        "buyer_count": 2,
        "repeat_buyer_count": 1,
        "order_count": 3,
        "revenue": Decimal("130.00"),
        "observed_user_days": 90,
        "buyer_rate": pytest.approx(2 / 3),
        "repurchase_rate": 0.5,
        "average_revenue_per_user": pytest.approx(130 / 3),
        "average_order_value": pytest.approx(130 / 3),
        "revenue_per_user_per_30_days": pytest.approx(130 / 3),
    }
    assert (plus["average_revenue_per_user"], plus["revenue_per_user_per_30_days"]) == (100, 200)
    assert unknown["subscription_type"] == "unknown"
    assert (unknown["repurchase_rate"], unknown["average_order_value"]) == (None, None)
