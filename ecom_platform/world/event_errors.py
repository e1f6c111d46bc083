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
from ecom_platform.world.errors import Injection, choose, iso_times, texts
from ecom_platform.world.funnel import CART, CHECKOUT, PATHS, PAYMENT, PURCHASE, VIEW
from ecom_platform.world.keys import USER, Bytes, entities, keys, user_number, uuids
from ecom_platform.world.onboarding import NO_PRODUCT

KINDS = ("payment_without_checkout", "purchase_without_payment", "timestamp_reversed", "session_id_null", "user_id_mismatch")
WEIGHTS = (3.0, 3.0, 12.0, 1.0, 2.5)
"""Where a kind can be."""

ELIGIBLE = 0.925
"""Share of events that an error may hit, in the calibrated world."""

SMALLEST_MAJORITY = 4
"""Events a session needs for one of a foreign user to stand out."""

MOST_REVERSED = 4
"""Seconds by which a reversed event precedes the one before it: less than the 5 s between any two."""


@dataclass(frozen=True)
class EventErrors:
    """The events as the table shows them; arrays of shape (e,)."""

    flagged: NDArray[np.bool_]
    event_type: NDArray[np.uint8]
    seconds: NDArray[np.int64]
    product: NDArray[np.uint16]
    on_discount: NDArray[np.bool_]
    has_session: NDArray[np.bool_]
    mistaken: NDArray[np.int64]
    """Rows that name another user, in ascending order."""
    mistaken_keys: Bytes
    """Whom they name."""
    injections: tuple[Injection, ...]

    def user_key(self, own: Bytes, rows: NDArray[np.int64] | slice) -> Bytes:
        """Whom these rows name, given their own users' keys, which are overwritten."""
        if isinstance(rows, slice):
            own[self.mistaken] = self.mistaken_keys
        else:
            place = np.searchsorted(rows, self.mistaken)
            here = (place < len(rows)) & (rows[np.minimum(place, len(rows) - 1)] == self.mistaken)
            own[place[here]] = self.mistaken_keys[here]
        return own


def event_errors(cohort: Cohort, user_keys: Bytes) -> EventErrors:
    settings, log, seed = cohort.settings, cohort.onboarding, cohort.settings.seed
    deepest = np.asarray([path[-1] for path in PATHS], dtype=np.uint8)[log.ending]

    rows = np.flatnonzero(log.chance < round(min(1.0, settings.event_anomaly_rate / ELIGIBLE) * LANE))
    stage, deep = log.event_type[rows], deepest[log.event_session[rows]]
    rests = ((stage == CHECKOUT) & (deep >= PAYMENT)) | ((stage == PAYMENT) & (deep == PURCHASE))
    rows, stage, deep = rows[~rests], stage[~rests], deep[~rests]
    session, position = log.event_session[rows], log.event_position[rows]
    length = log.session_length[session]
    words = bits(seed, "event error", log.event_ids[rows])
    spread = (words & np.uint64(0xFFFF)).astype(np.int64)
    chosen = position == bits(seed, "session error", log.session_ids[session]) % length.astype(np.uint64)

    cartable = chosen & (stage == VIEW) & (deep <= CART)
    before = log.seconds[np.maximum(rows - 1, 0)] - MOST_REVERSED
    today = log.seconds[rows] // DAY_SECONDS
    reversible = (stage >= PAYMENT) & (before // DAY_SECONDS == today)
    user = log.session_user[session]
    number = user_number(cohort.people.ids[user])
    foreign = chosen & (length >= SMALLEST_MAJORITY) & (number > 0)
    possible = np.stack([cartable, cartable, reversible, np.ones(len(rows), dtype=bool), foreign], axis=1)
    kind = choose(possible * np.asarray(WEIGHTS), to_uniform(words))
    overlap = (kind <= 2) & foreign & ((words >> np.uint64(20) & np.uint64(0xFFFF)) < settings.overlap_rate * LANE)

    flagged = np.zeros(len(log.seconds), dtype=bool)
    flagged[rows] = True
    event_type, seconds = log.event_type.copy(), log.seconds.copy()
    product, on_discount = log.product.copy(), log.on_discount.copy()
    has_session = np.ones(len(log.seconds), dtype=bool)

    payments, purchases, back, lost = (rows[kind == number] for number in range(4))
    mistaken = (kind == 4) | overlap
    swapped = rows[mistaken]
    invented = {KINDS[0]: payments, KINDS[1]: purchases}
    event_type[payments], event_type[purchases] = PAYMENT, PURCHASE
    for at in invented.values():
        product[at], on_discount[at] = NO_PRODUCT, False
    seconds[back] = log.seconds[back - 1] - 1 - spread[kind == 2] % MOST_REVERSED
    has_session[lost] = False
    # An earlier signup of the month, so that the other user is there whenever the event is.
    other = number[mistaken] - 1 - (spread[mistaken] * 40_503 + 17) % np.maximum(number[mistaken], 1)
    other_keys = keys(seed, "u", entities(cohort.people.month, other, USER))

    injections = []
    for name, at in invented.items():
        injections.append(Injection(name, "event_type", at, [EVENT_TYPES[code] for code in log.event_type[at]]))
        injections.append(Injection(name, "product_id", at, texts(cohort.goods.key[log.product[at]])))
        seen = at[log.on_discount[at]]
        injections.append(Injection(name, "is_discount_event", seen, ["true"] * len(seen)))
    injections.append(Injection(KINDS[2], "event_timestamp", back, iso_times(log.seconds[back])))
    injections.append(Injection(KINDS[3], "session_id", lost, texts(uuids(seed, log.session_ids[log.event_session[lost]]))))
    injections.append(Injection(KINDS[4], "user_id", swapped, texts(user_keys[user[mistaken]])))
    return EventErrors(flagged, event_type, seconds, product, on_discount, has_session, swapped, other_keys, tuple(injections))
