"""Errors injected into the orders table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecom_platform.world.cohort import Cohort
from ecom_platform.world.draws import bits, uniform
from ecom_platform.world.errors import (
    Change,
    ErrorKind,
    Hits,
    Injection,
    Mask,
    Names,
    amounts,
    flags,
    inject,
    iso_dates,
    texts,
)
from ecom_platform.world.keys import Bytes

PAYMENT_STATUSES = ("failed", "success", "pending")
"""Values of the column; the last is not an accepted one: it occurs only as an error."""
FAILED, SUCCESS, UNKNOWN = range(3)


@dataclass(frozen=True)
class OrderRows:
    """The orders as the table shows them; arrays of shape (o,)."""

    cohort: Cohort
    """What is true of them."""
    user_keys: Bytes
    flagged: Mask
    total: NDArray[np.int64]
    day: NDArray[np.int32]
    status: NDArray[np.uint8]
    orphan: Mask


def order_errors(cohort: Cohort, user_keys: Bytes) -> tuple[OrderRows, tuple[Injection, ...]]:
    settings, book = cohort.settings, cohort.book
    seed, count = settings.seed, len(book.user)
    rows = np.flatnonzero(uniform(seed, "orders error", book.ids) < settings.order_anomaly_rate)
    ids = book.ids[rows]
    hits = Hits(rows, bits(seed, "orders error size", ids).astype(np.int64) & 0xFFFF)
    draft = OrderRows(
        cohort=cohort,
        user_keys=user_keys,
        flagged=flags(count, rows),
        total=book.baskets.total.copy(),
        day=book.day.copy(),
        status=np.where(book.paid, SUCCESS, FAILED).astype(np.uint8),
        orphan=np.zeros(count, dtype=bool),
    )
    choice = uniform(seed, "orders error kind", ids)
    overlap = uniform(seed, "orders error overlap", ids) < settings.overlap_rate
    return draft, inject(KINDS, draft, hits, choice, overlap)


def _amount_mismatch(draft: OrderRows, hit: Hits) -> list[Change]:
    draft.total[hit.rows] += 1_000 * (1 + hit.draw % 50)
    return [_total(draft, hit)]


def _negative_amount(draft: OrderRows, hit: Hits) -> list[Change]:
    draft.total[hit.rows] *= -1
    return [_total(draft, hit)]


def _total(draft: OrderRows, hit: Hits) -> Change:
    return Change("total_amount", hit.rows, amounts(draft.cohort.book.baskets.total[hit.rows]))


def _order_before_signup(draft: OrderRows, hit: Hits) -> list[Change]:
    day = draft.cohort.book.day[hit.rows]
    signup = draft.cohort.people.signup_day[draft.cohort.book.user[hit.rows]]
    # Whole weeks, so that the weekday of the order, and with it the discount columns, stay right.
    weeks = (day - signup) // 7 + 1 + hit.draw % 8
    draft.day[hit.rows] -= (7 * weeks).astype(np.int32)
    return [Change("order_date", hit.rows, iso_dates(day))]


def _unknown_payment_status(draft: OrderRows, hit: Hits) -> list[Change]:
    draft.status[hit.rows] = UNKNOWN
    paid = draft.cohort.book.paid[hit.rows].tolist()
    return [Change("payment_status", hit.rows, [PAYMENT_STATUSES[SUCCESS if each else FAILED] for each in paid])]


def _orphan_user(draft: OrderRows, hit: Hits) -> list[Change]:
    draft.orphan[hit.rows] = True
    return [Change("user_id", hit.rows, texts(draft.user_keys[draft.cohort.book.user[hit.rows]]))]


def _in_month_of_signup(draft: OrderRows, hits: Hits) -> Mask:
    """An order without a known user belongs to the month of its own date, which must be the partition it is in."""
    months = draft.cohort.book.day[hits.rows].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    same: Mask = months == draft.cohort.people.month
    return same


def _any(_draft: OrderRows, hits: Hits, _first: Names) -> Mask:
    return np.ones(len(hits.rows), dtype=bool)


KINDS = (
    ErrorKind("amount_mismatch", 0.22, _amount_mismatch),
    ErrorKind("negative_amount", 0.22, _negative_amount),
    ErrorKind("order_before_signup", 0.22, _order_before_signup),
    ErrorKind("unknown_payment_status", 0.22, _unknown_payment_status, second=_any),
    ErrorKind("orphan_user", 0.60, _orphan_user, possible=_in_month_of_signup),
)
