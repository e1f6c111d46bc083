"""Errors injected into the user_events table.

An error damages its own row and leaves the rest of its session sound, so that the list of errors is exact: no checkout or
payment that a later stage rests on is touched, and a session has at most one row of a foreign user or an invented stage. No
error moves an event to another day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecom_platform.tables.raw.user_events import EVENT_TYPES
from ecom_platform.world.calendar import DAY_SECONDS
from ecom_platform.world.cohort import Cohort
from ecom_platform.world.draws import LANE, bits, to_uniform
from ecom_platform.world.errors import (
    Change,
    ErrorKind,
    Hits,
    Injection,
    Mask,
    Names,
    Rows,
    flags,
    inject,
    iso_times,
    names_of,
    texts,
)
from ecom_platform.world.funnel import CART, CHECKOUT, PATHS, PAYMENT, PURCHASE, VIEW
from ecom_platform.world.keys import USER, Bytes, entities, keys, user_number, uuids
from ecom_platform.world.onboarding import NO_PRODUCT, Onboarding

ELIGIBLE = 0.92
"""Share of events that an error may hit, in the calibrated world."""

SMALLEST_MAJORITY = 4
"""Events a session needs for one of a foreign user to stand out."""

MOST_REVERSED = 4
"""Seconds by which a reversed event precedes the one before it: less than the 5 s between any two."""

OVERLAP_BITS = np.uint64(20)
"""The place of the 16 bits that decide on a second error, in the word of an event."""


@dataclass(frozen=True)
class EventRows:
    """The events as the table shows them; arrays of shape (e,)."""

    cohort: Cohort
    """What is true of them."""
    user_keys: Bytes
    flagged: Mask
    event_type: NDArray[np.uint8]
    seconds: NDArray[np.int64]
    product: NDArray[np.uint16]
    on_discount: Mask
    has_session: Mask
    foreign_keys: list[tuple[Rows, Bytes]]
    """Rows that name another user, in ascending order, and whom they name."""

    def user_key(self, own: Bytes, rows: Rows | slice) -> Bytes:
        """Whom these rows name, given their own users' keys, which are overwritten."""
        for foreign, names in self.foreign_keys:
            if isinstance(rows, slice):
                own[foreign] = names
            else:
                place = np.searchsorted(rows, foreign)
                here = (place < len(rows)) & (rows[np.minimum(place, len(rows) - 1)] == foreign)
                own[place[here]] = names[here]
        return own

    @property
    def log(self) -> Onboarding:
        return self.cohort.onboarding

    def deepest(self, rows: Rows) -> NDArray[np.uint8]:
        """The stage that the session of each row reaches."""
        return _deepest(self.log, rows)

    def chosen(self, rows: Rows) -> Mask:
        """Whether each row is the one row of its session that may name a foreign user or show an invented stage."""
        session = self.log.event_session[rows]
        draw = bits(self.cohort.settings.seed, "session error", self.log.session_ids[session])
        one: Mask = self.log.event_position[rows] == draw % self.log.session_length[session].astype(np.uint64)
        return one

    def number(self, rows: Rows) -> NDArray[np.int64]:
        """The number of each row's user within the signup month."""
        return user_number(self.cohort.people.ids[self.log.session_user[self.log.event_session[rows]]])


def event_errors(cohort: Cohort, user_keys: Bytes) -> tuple[EventRows, tuple[Injection, ...]]:
    settings, log = cohort.settings, cohort.onboarding
    rows = np.flatnonzero(log.chance < round(min(1.0, settings.event_anomaly_rate / ELIGIBLE) * LANE))
    stage, deep = log.event_type[rows], _deepest(log, rows)
    rests = ((stage == CHECKOUT) & (deep >= PAYMENT)) | ((stage == PAYMENT) & (deep == PURCHASE))
    rows = rows[~rests]
    words = bits(settings.seed, "event error", log.event_ids[rows])
    draft = EventRows(
        cohort=cohort,
        user_keys=user_keys,
        flagged=flags(len(log.seconds), rows),
        event_type=log.event_type.copy(),
        seconds=log.seconds.copy(),
        product=log.product.copy(),
        on_discount=log.on_discount.copy(),
        has_session=np.ones(len(log.seconds), dtype=bool),
        foreign_keys=[],
    )
    hits = Hits(rows, (words & np.uint64(LANE - 1)).astype(np.int64))
    overlap = (words >> OVERLAP_BITS & np.uint64(LANE - 1)) < settings.overlap_rate * LANE
    return draft, inject(KINDS, draft, hits, to_uniform(words), overlap)


def _deepest(log: Onboarding, rows: Rows) -> NDArray[np.uint8]:
    return np.asarray([path[-1] for path in PATHS], dtype=np.uint8)[log.ending[log.event_session[rows]]]


def _payment_without_checkout(draft: EventRows, hit: Hits) -> list[Change]:
    return _invent(draft, hit.rows, PAYMENT)


def _purchase_without_payment(draft: EventRows, hit: Hits) -> list[Change]:
    return _invent(draft, hit.rows, PURCHASE)


def _invent(draft: EventRows, rows: Rows, stage: int) -> list[Change]:
    """Show product views as a stage that their session never reached."""
    log = draft.log
    draft.event_type[rows], draft.product[rows], draft.on_discount[rows] = stage, NO_PRODUCT, False
    discounted = rows[log.on_discount[rows]]
    return [
        Change("event_type", rows, names_of(EVENT_TYPES, log.event_type[rows])),
        Change("product_id", rows, texts(draft.cohort.goods.key[log.product[rows]])),
        Change("is_discount_event", discounted, ["true"] * len(discounted)),
    ]


def _timestamp_reversed(draft: EventRows, hit: Hits) -> list[Change]:
    seconds = draft.log.seconds
    draft.seconds[hit.rows] = seconds[hit.rows - 1] - 1 - hit.draw % MOST_REVERSED
    return [Change("event_timestamp", hit.rows, iso_times(seconds[hit.rows]))]


def _session_id_null(draft: EventRows, hit: Hits) -> list[Change]:
    draft.has_session[hit.rows] = False
    sessions = draft.log.session_ids[draft.log.event_session[hit.rows]]
    return [Change("session_id", hit.rows, texts(uuids(draft.cohort.settings.seed, sessions)))]


def _user_id_mismatch(draft: EventRows, hit: Hits) -> list[Change]:
    cohort, number = draft.cohort, draft.number(hit.rows)
    # An earlier signup of the month, so that the other user is there whenever the event is.
    other = number - 1 - (hit.draw * 40_503 + 17) % np.maximum(number, 1)
    draft.foreign_keys.append((hit.rows, keys(cohort.settings.seed, "u", entities(cohort.people.month, other, USER))))
    own = draft.log.session_user[draft.log.event_session[hit.rows]]
    return [Change("user_id", hit.rows, texts(draft.user_keys[own]))]


def _view_that_led_to_no_checkout(draft: EventRows, hits: Hits) -> Mask:
    views: Mask = draft.log.event_type[hits.rows] == VIEW
    return views & (draft.deepest(hits.rows) <= CART) & draft.chosen(hits.rows)


def _late_stage_after_midnight(draft: EventRows, hits: Hits) -> Mask:
    """Payments and purchases that can be put before the previous event without leaving their day."""
    seconds = draft.log.seconds
    before = seconds[np.maximum(hits.rows - 1, 0)] - MOST_REVERSED
    same_day: Mask = before // DAY_SECONDS == seconds[hits.rows] // DAY_SECONDS
    return same_day & (draft.log.event_type[hits.rows] >= PAYMENT)


def _outvoted(draft: EventRows, hits: Hits) -> Mask:
    """One event of a session long enough for the others to tell whose it is, and another user to name."""
    length = draft.log.session_length[draft.log.event_session[hits.rows]]
    return draft.chosen(hits.rows) & (length >= SMALLEST_MAJORITY) & (draft.number(hits.rows) > 0)


def _outvoted_beside_a_stage_or_time(draft: EventRows, hits: Hits, first: Names) -> Mask:
    combinable = np.isin(first, ("payment_without_checkout", "purchase_without_payment", "timestamp_reversed"))
    return combinable & _outvoted(draft, hits)


KINDS = (
    ErrorKind("payment_without_checkout", 3.0, _payment_without_checkout, possible=_view_that_led_to_no_checkout),
    ErrorKind("purchase_without_payment", 3.0, _purchase_without_payment, possible=_view_that_led_to_no_checkout),
    ErrorKind("timestamp_reversed", 12.0, _timestamp_reversed, possible=_late_stage_after_midnight),
    ErrorKind("session_id_null", 1.0, _session_id_null),
    ErrorKind("user_id_mismatch", 2.5, _user_id_mismatch, possible=_outvoted, second=_outvoted_beside_a_stage_or_time),
)
