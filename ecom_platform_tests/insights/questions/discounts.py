"""Cells of discounts with a known effect, and keen users who see more products."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ecom_platform.insights.discounts import DISCOUNTS
from ecom_platform_tests.insights.aggregates import aggregate

MASKS = (1, 3, 7, 15, 31, 63, 85, 42, 96, 100, 127)
USERS = 400


def discounts(effect: float = 0.0, placebo: float = 0.0, users: int = USERS) -> pd.DataFrame:
    """Who sees products with more discount days is keener: half an order more a day. The weekday matters, too.

    `effect` is the orders that meeting a discount adds, `placebo` those of a discount that ended the day before. An order is
    10,000, a tenth of it discounted; a user is activated with a probability that is a tenth of the orders.
    """
    rows: list[dict[str, Any]] = []
    for mask in MASKS:
        for weekday in range(7):
            exposed, before = bool(mask >> weekday & 1), bool(mask >> (weekday + 6) % 7 & 1)
            orders = 1 + 0.5 * mask.bit_count() + 0.1 * weekday + effect * exposed + placebo * before
            squares = users * (orders + orders**2)
            rows.append(
                {
                    "discount_mask": mask,
                    "signup_weekday": weekday,
                    "is_exposed": exposed,
                    "user_count": users,
                    "activation_known_user_count": users,
                    "activated_user_count": round(users * orders / 10),
                    "mature_user_count": users,
                    "later_buyer_count": round(users * orders / 10),
                    "later_orders": round(users * orders),
                    "later_orders_squared": squares,
                    "later_revenue": round(users * orders * 10_000),
                    "later_revenue_squared": squares * 1e8,
                    "discounted_revenue": round(users * orders * 1_000),
                    "discounted_revenue_squared": squares * 1e6,
                    "discounted_revenue_times_revenue": squares * 1e7,
                }
            )
    return aggregate(DISCOUNTS, rows)
