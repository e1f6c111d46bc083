"""Errors injected into the orders table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecom_platform.world.cohort import Cohort
from ecom_platform.world.draws import bits, uniform
from ecom_platform.world.errors import Injection, amounts, choose, iso_dates, texts
from ecom_platform.world.keys import Bytes

KINDS = ("amount_mismatch", "negative_amount", "order_before_signup", "unknown_payment_status", "orphan_user")
WEIGHTS = (0.22, 0.22, 0.22, 0.22, 0.60)
"""The last where the order falls in the month of signup: a row without a user belongs to the month of its own date."""

FAILED, SUCCESS, UNKNOWN = range(3)


@dataclass(frozen=True)
class OrderErrors:
    """The orders as the table shows them; arrays of shape (o,)."""

    flagged: NDArray[np.bool_]
    total: NDArray[np.int64]
    day: NDArray[np.int32]
    status: NDArray[np.uint8]
    orphan: NDArray[np.bool_]
    injections: tuple[Injection, ...]


def order_errors(cohort: Cohort, user_keys: Bytes) -> OrderErrors:
    settings, book, people = cohort.settings, cohort.book, cohort.people
    seed, count = settings.seed, len(book.user)
    rows = np.flatnonzero(uniform(seed, "orders error", book.ids) < settings.order_anomaly_rate)
    ids, signup = book.ids[rows], people.signup_day[book.user[rows]]
    months = book.day[rows].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    weights = np.tile(np.asarray(WEIGHTS), (len(rows), 1))
    weights[months != people.month, 4] = 0
    kind = choose(weights, uniform(seed, "orders error kind", ids))
    spread = bits(seed, "orders error size", ids).astype(np.int64) & 0xFFFF
    second = uniform(seed, "orders error overlap", ids) < settings.overlap_rate

    total, day = book.baskets.total.copy(), book.day.copy()
    status = book.paid.astype(np.uint8)
    orphan = np.zeros(count, dtype=bool)
    flagged = np.zeros(count, dtype=bool)
    flagged[rows] = True

    wrong, negative, before, stranger = rows[kind == 0], rows[kind == 1], rows[kind == 2], rows[kind == 4]
    unknown = rows[(kind == 3) | second]
    total[wrong] += 1_000 * (1 + spread[kind == 0] % 50)
    total[negative] *= -1
    # Whole weeks, so that the weekday of the order, and with it the discount columns, stay right.
    weeks = (book.day[before] - signup[kind == 2]) // 7 + 1 + spread[kind == 2] % 8
    day[before] -= (7 * weeks).astype(np.int32)
    status[unknown] = UNKNOWN
    orphan[stranger] = True

    injections = (
        Injection(KINDS[0], "total_amount", wrong, amounts(book.baskets.total[wrong])),
        Injection(KINDS[1], "total_amount", negative, amounts(book.baskets.total[negative])),
        Injection(KINDS[2], "order_date", before, iso_dates(book.day[before])),
        Injection(KINDS[3], "payment_status", unknown, ["success" if paid else "failed" for paid in book.paid[unknown]]),
        Injection(KINDS[4], "user_id", stranger, texts(user_keys[book.user[stranger]])),
    )
    return OrderErrors(flagged, total, day, status, orphan, injections)
