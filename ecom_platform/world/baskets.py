"""What is in an order: its lines, their products and quantities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecom_platform.world.catalogue import PRODUCTS, Catalogue
from ecom_platform.world.draws import U64, bits, lane, lookup
from ecom_platform.world.onboarding import NO_PRODUCT

LINE_SHARES = (0.65, 0.25, 0.08, 0.02)
"""Shares of orders with 1, 2, 3 and 4 lines."""
QUANTITY_SHARES = (0.75, 0.20, 0.05)
"""Shares of lines with 1, 2 and 3 units."""

MOST_LINES = len(LINE_SHARES)


@dataclass(frozen=True)
class Baskets:
    """The lines of many orders, order by order. Arrays of lines have shape (l,), of orders (o,)."""

    order: NDArray[np.int64]
    number: NDArray[np.int64]
    product: NDArray[np.uint16]
    quantity: NDArray[np.int64]
    amount: NDArray[np.int64]
    """Price x quantity, KRW."""
    total: NDArray[np.int64]
    """By order."""
    first_line: NDArray[np.int64]
    """By order."""


def baskets(seed: int, order_ids: U64, taste: NDArray[np.uint8], wanted: NDArray[np.uint16], goods: Catalogue) -> Baskets:
    """Lines for each order. `wanted` is the product that brought the user to order, NO_PRODUCT where none is known.

    No two lines of an order have the same product: the products of the second to fourth line step on to the next free one.
    """
    words = bits(seed, "basket", order_ids)
    lines = lookup(LINE_SHARES)[lane(words, 0)].astype(np.int64) + 1
    first_line = np.cumsum(lines) - lines
    order = np.repeat(np.arange(len(order_ids)), lines)
    number = np.arange(len(order)) - first_line[order]
    product = np.empty(len(order), dtype=np.uint16)
    more = bits(seed, "basket products", order_ids)
    for each in range(MOST_LINES):
        have = np.flatnonzero(lines > each)
        choice = goods.choice[taste[have], lane(more[have], each)]
        if each == 0:
            choice = np.where(wanted[have] == NO_PRODUCT, choice, wanted[have])
        taken = [product[first_line[have] + before] for before in range(each)]
        for _ in range(each):
            clash = np.zeros(len(have), dtype=bool)
            for other in taken:
                clash |= choice == other
            choice = np.where(clash, (choice + 1) % PRODUCTS, choice).astype(np.uint16)
        product[first_line[have] + each] = choice
    quantities = bits(seed, "quantities", order_ids)[order] >> (number.astype(np.uint64) * np.uint64(16))
    quantity = lookup(QUANTITY_SHARES)[(quantities & np.uint64(0xFFFF)).astype(np.uint16)].astype(np.int64) + 1
    amount = goods.price[product] * quantity
    total = np.add.reduceat(amount, first_line) if len(order) else np.zeros(0, np.int64)
    return Baskets(order, number, product, quantity, amount, total, first_line)
