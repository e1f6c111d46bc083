"""What the shop sells: 300 products, and how the three tastes choose among them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ecom_platform.tables.raw.products import CATEGORIES
from ecom_platform.world.draws import lookup, normal, uniform
from ecom_platform.world.keys import PRODUCT, Bytes, entities, keys

PRODUCTS = 300

CATEGORY_COUNTS = (36, 36, 48, 48, 44, 48, 40)
"""Products of each category, in the order of CATEGORIES."""

MEDIAN_PRICES = (180_000, 120_000, 12_000, 25_000, 30_000, 18_000, 22_000)
"""KRW."""

PRICE_SIGMA = 0.5
"""Standard deviation of the logarithm of a price within its category."""

CATEGORY_WEIGHTS = (0.08, 0.08, 0.18, 0.18, 0.15, 0.18, 0.15)
"""Share of the choices that fall on each category."""

TIER_WEIGHTS = ((0.44, 0.44, 0.12), (0.30, 0.50, 0.20), (0.15, 0.45, 0.40))
"""Share of the choices on Low, Mid and High for the tastes of Free, Plus and Premium users."""

LOW, MID, HIGH = range(3)
FURNITURE = CATEGORIES.index("Furniture")
SATURDAY = 5

CHEAP_DAYS = (0.23, 0.23, 0.23, 0.23, 0.03, 0.02, 0.03)
"""Discount weekday of a Low or Mid product, Monday first."""
DEAR_DAYS = (0.03, 0.03, 0.03, 0.03, 0.36, 0.16, 0.36)
"""Discount weekday of a High product outside Furniture."""


@dataclass(frozen=True)
class Catalogue:
    """The products, an array of 300 an attribute."""

    key: Bytes
    category: NDArray[np.uint8]
    price: NDArray[np.int64]
    """KRW."""
    tier: NDArray[np.uint8]
    brand: tuple[str, ...]
    discount_weekday: NDArray[np.uint8]
    choice: NDArray[np.uint16]
    """Shape (3, 65536): the product a taste chooses with a 16-bit lane."""


@lru_cache(maxsize=8)
def catalogue(seed: int) -> Catalogue:
    """The catalogue of a seed."""
    number = np.arange(PRODUCTS)
    ids = entities(0, number, PRODUCT)
    category = np.repeat(np.arange(len(CATEGORIES)), CATEGORY_COUNTS).astype(np.uint8)
    logs = normal(seed, "price", ids) * PRICE_SIGMA
    price = (np.asarray(MEDIAN_PRICES)[category] * np.exp(np.clip(logs, -1.5, 1.5)) / 100).round().astype(np.int64) * 100
    tier = np.empty(PRODUCTS, dtype=np.uint8)
    for each in range(len(CATEGORIES)):
        members = np.flatnonzero(category == each)
        rank = np.empty(len(members))
        rank[np.argsort(price[members], kind="stable")] = (np.arange(len(members)) + 0.5) / len(members)
        tier[members] = np.searchsorted([0.3, 0.8], rank, side="right")
    weights = np.empty((3, PRODUCTS))
    for taste in range(3):
        for each in range(len(CATEGORIES)):
            for level in range(3):
                members = (category == each) & (tier == level)
                weights[taste, members] = CATEGORY_WEIGHTS[each] * TIER_WEIGHTS[taste][level] / members.sum()
    return Catalogue(
        key=keys(seed, "p", ids),
        category=category,
        price=price,
        tier=tier,
        brand=_brands(seed),
        discount_weekday=_discount_weekdays(seed, category, tier),
        choice=np.stack([lookup(tuple(weights[taste].tolist())) for taste in range(3)]),
    )


def _discount_weekdays(seed: int, category: NDArray[np.uint8], tier: NDArray[np.uint8]) -> NDArray[np.uint8]:
    draw = uniform(seed, "discount weekday", entities(0, np.arange(PRODUCTS), PRODUCT))
    cheap = np.searchsorted(np.cumsum(CHEAP_DAYS), draw)
    dear = np.searchsorted(np.cumsum(DEAR_DAYS), draw)
    days = np.where(tier == HIGH, dear, cheap)
    furniture = (category == FURNITURE) & ((tier == HIGH) | ((tier == MID) & (draw < 0.35)))
    return np.minimum(np.where(furniture, SATURDAY, days), 6).astype(np.uint8)


def _brands(seed: int) -> tuple[str, ...]:
    from faker import Faker

    faker = Faker("en_US")
    faker.seed_instance(seed)
    names = sorted({faker.company() for _ in range(60)})
    draw = uniform(seed, "brand", entities(0, np.arange(PRODUCTS), PRODUCT))
    return tuple(names[int(value * len(names))] for value in draw)
