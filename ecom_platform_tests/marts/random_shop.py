"""A shop drawn at random, for comparisons and invariants: every branch occurs, nothing is realistic."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from ecom_platform_tests.marts.shop import Shop

FIRST_SIGNUP = date(2023, 1, 1)
OBSERVED_UNTIL = date(2025, 3, 20)
KINDS = ("view", "cart", "checkout", "pay", "buy")


def random_shop(seed: int, users: int = 60, signup_days: int = 809) -> Shop:
    draw = np.random.default_rng(seed)
    shop = Shop(OBSERVED_UNTIL)
    shop.product("curtain", category="Fabric", price="33.33", price_tier=None)
    products = ("sofa", "mop", "curtain")
    for number in range(users):
        user = f"u{number}"
        signup = FIRST_SIGNUP + timedelta(days=int(draw.integers(0, signup_days)))
        age = (OBSERVED_UNTIL - signup).days
        joined = bool(draw.random() < 0.3) and age > 10
        shop.user(
            user,
            signup,
            device=str(draw.choice(["iOS", "Android", "Web"])),
            subscription_type="Plus" if joined else "Free",
            subscription_join_date=signup + timedelta(days=int(draw.integers(0, age))) if joined else None,
        )
        for _ in range(int(draw.integers(0, 6))):
            start = signup + timedelta(days=int(draw.integers(0, min(age, 33) + 1)))
            if start == OBSERVED_UNTIL:
                continue
            events = [
                f"{kind} {draw.choice(products)}{'!' if draw.random() < 0.2 else ''}" if kind in ("view", "cart") else kind
                for kind in draw.choice(KINDS, size=int(draw.integers(1, 7)), p=(0.5, 0.2, 0.12, 0.1, 0.08))
            ]
            clock = f"{int(draw.integers(0, 24)):02d}:{int(draw.integers(0, 60)):02d}:{int(draw.integers(0, 60)):02d}"
            shop.session(
                user,
                f"{start} {clock}",
                *events,
                session_id=f"{user}-{len(shop.rows['clean.user_events'])}",
                minutes_apart=float(draw.choice([0, 0.5, 7, 19])),
                referrer=None if draw.random() < 0.1 else str(draw.choice(["direct", "search", "ads"])),
            )
        for _ in range(int(draw.integers(0, 7))):
            day = signup + timedelta(days=int(draw.integers(0, age + 1)))
            lines = [
                f"{draw.choice(products)}{'!' if draw.random() < 0.2 else ''} x{draw.integers(1, 4)}"
                for _ in range(int(draw.integers(1, 4)))
            ]
            shop.order(user, day, *lines, failed=bool(draw.random() < 0.15))
    return shop
