"""The first weeks of every user: sessions and their events, and the activation that follows from them.

The number of sessions depends on intent, and on it their length and their timing: the indifferent come a few times in close
succession and stay long, the keen come often and briefly, and for weeks. How deep a session goes depends on intent and the
day's demand. The nudge does one thing: for a complier it turns the last product view of the third session into an add_to_cart.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ecom_platform.world.calendar import DAY_SECONDS
from ecom_platform.world.catalogue import Catalogue
from ecom_platform.world.demand import demand, weekdays
from ecom_platform.world.draws import LANE, U64, bits, lane, lookup, tabulate, uniform
from ecom_platform.world.funnel import (
    BROWSED,
    CART,
    CONVERSION,
    FIRST_PAID,
    FIRST_PAYMENT,
    endings,
    pattern,
    patterns,
)
from ecom_platform.world.keys import EVENT, SESSION, belonging
from ecom_platform.world.population import Population
from ecom_platform.world.sessions import SESSIONS, session_lengths
from ecom_platform.world.settings import WorldSettings

WINDOW_DAYS = 30
"""Onboarding ends before this day, so that day 30 is a clean landmark."""

EVENT_SLOTS = 256
"""Numbers an entity leaves for the events of one user."""

INTENT_CONVERSION = 2.18
"""Effect of intent on going beyond browsing: the share is multiplied by exp of this times intent."""
MEAN_GAPS = (0.25, 0.34, 0.42, 0.47, 0.52, 0.60, 0.66)
"""Mean gap before a user's second, third, ... session, as a share of the longest: visits grow rarer. The last one repeats."""
CLOSENESS = {3: 0.10, 4: 0.20}
"""Factor on the gaps of users who have only so many sessions: theirs follow each other within a day or so."""
GAP_SHAPE = 5.0
"""Sum of the two parameters of the beta distribution of a gap."""

EXPERIENCE = (1.0, 1.0, 1.0, 1.15, 1.25, 1.25, 1.25, 1.25, 1.25, 1.25, 1.25, 1.25)
"""Conversion of a user's first, second, ... session relative to the first three: shoppers warm up."""

HIGHEST_CONVERSION = 0.95

SHORTEST_GAP, LONGEST_GAP = 3_600, 3 * DAY_SECONDS
STEP = (5, 1_200)
"""Seconds between events of a session: log-uniform."""

HOURS = (2, 1, 1, 1, 1, 2, 4, 7, 9, 9, 9, 10, 11, 10, 9, 9, 10, 11, 13, 15, 16, 14, 9, 5)
"""Weights of the hour of the first session."""

REFERRER_WEIGHTS = ((0.42, 0.38, 0.06, 0.14), (0.22, 0.22, 0.44, 0.12), (0.52, 0.24, 0.08, 0.16))
"""Shares of direct, search, ads and push for Organic, Paid and Referral users."""

PAGE_WEIGHTS = ((8, 22, 20, 50, 0, 0), (0, 6, 4, 80, 10, 0), (0, 0, 0, 0, 30, 70), (0, 0, 0, 0, 0, 1), (0, 0, 0, 0, 0, 1))
"""Weights of home, category, search, product, cart and checkout by event type."""

NUDGE_SESSION = 3
"""The session at whose start the nudge is shown: everybody has it."""

NO_PRODUCT = 65_535


@dataclass(frozen=True)
class Onboarding:
    """The sessions and events of one signup month's users, user by user in order of time.

    Arrays of sessions have shape (s,), of events (e,), of users (n,).
    """

    session_user: NDArray[np.int64]
    session_ordinal: NDArray[np.int64]
    session_length: NDArray[np.uint8]
    session_ids: U64
    session_start: NDArray[np.int64]
    """Seconds since 1970-01-01."""
    first_event: NDArray[np.int64]
    """Position of each session's first event among the events."""
    ending: NDArray[np.uint8]
    referrer: NDArray[np.uint8]

    event_session: NDArray[np.int32]
    event_position: NDArray[np.uint8]
    event_ids: U64
    event_type: NDArray[np.uint8]
    seconds: NDArray[np.int64]
    product: NDArray[np.uint16]
    """NO_PRODUCT where the event has none."""
    page: NDArray[np.uint8]
    on_discount: NDArray[np.bool_]
    chance: NDArray[np.uint16]
    """A lane a row that decides whether it gets an error."""

    last_day: NDArray[np.int32]
    """Day of each user's last event."""
    sessions_in_window: NDArray[np.int64]
    carts_in_window: NDArray[np.int64]
    """Without the nudge's cart."""
    complier: NDArray[np.bool_]
    """Whether a nudge would add a cart."""
    nudge_time: NDArray[np.int64]
    """When the nudge is shown or, in the control arm, would be: as that session begins. Seconds since 1970-01-01."""
    activated_if_not_nudged: NDArray[np.bool_]
    activated_if_nudged: NDArray[np.bool_]
    activated: NDArray[np.bool_]
    discount_exposed: NDArray[np.bool_]
    """Whether a product on discount was among those seen on the signup day."""

    decided: NDArray[np.int64]
    """Positions among the events of each session's deepest event."""


def onboarding(settings: WorldSettings, people: Population, lifetime: NDArray[np.int64], goods: Catalogue) -> Onboarding:
    """Everything that a signup month's users do in their first weeks, whatever the as-of day.

    `lifetime` is the number of paid orders after which each user drops out.
    """
    seed, count = settings.seed, len(people)
    per_user, length = session_lengths(seed, people.ids, people.intent)
    first_session = np.cumsum(per_user) - per_user
    user = np.repeat(np.arange(count), per_user)
    ordinal = np.arange(len(user)) - first_session[user]
    session_ids = belonging(people.ids[user], SESSION, ordinal)

    first_event = np.cumsum(length, dtype=np.int64) - length
    events = int(length.sum())
    event_session = np.repeat(np.arange(len(user), dtype=np.int32), length)
    position = (np.arange(events) - first_event[event_session]).astype(np.uint8)
    first_of_user = first_event[first_session] if count else np.zeros(0, np.int64)
    event_user = user[event_session]
    event_ids = belonging(people.ids[event_user], EVENT, np.arange(events) - first_of_user[event_user])
    words = bits(seed, "event", event_ids)

    step = tabulate(_log_uniform_step)[lane(words, 0)].astype(np.int64)
    step[position == 0] = 0
    elapsed = np.cumsum(step)
    elapsed -= elapsed[first_event][event_session] if events else 0
    duration = elapsed[first_event + length - 1]
    start = _session_starts(settings, people, session_ids, user, ordinal, duration, first_session, per_user)
    seconds = elapsed + start[event_session]

    draws = bits(seed, "session", session_ids)
    ending = _endings(settings, people, user, ordinal, length, start, draws)
    _drop_out(ending, lifetime, user, first_session)
    kind = pattern(ending, length, lane(draws, 3) & 3)
    event_type = patterns().events[kind[event_session], position]

    taste = people.plan_if_not_offered
    product = goods.choice[taste[event_user], lane(words, 1)]
    carts = np.flatnonzero(event_type == CART)
    product[carts] = product[carts - 1]
    window_end = (people.signup_day.astype(np.int64) + settings.activation_days) * DAY_SECONDS
    early_carts = carts[seconds[carts] < window_end[event_user[carts]]]
    carts_in_window = np.bincount(event_user[early_carts], minlength=count)
    sessions_in_window = np.bincount(user[start < window_end[user]], minlength=count)

    nudging = first_session + NUDGE_SESSION - 1
    extra = first_event[nudging] + patterns().last_view[kind[nudging]]
    in_time = seconds[extra] < window_end if events else np.zeros(0, bool)
    complier = in_time & (uniform(seed, "compliance", people.ids) < settings.nudge_effect)
    enough = sessions_in_window >= settings.activation_sessions
    without = enough & (carts_in_window >= settings.activation_carts)
    persuaded = complier & ~without
    with_nudge = without | (enough & persuaded & (carts_in_window + 1 >= settings.activation_carts))
    event_type[extra[people.nudged & with_nudge & ~without]] = CART

    day = seconds // DAY_SECONDS
    has_product = event_type <= CART
    on_discount = has_product & (goods.discount_weekday[product] == weekdays(day))
    product[~has_product] = NO_PRODUCT
    exposed_events = on_discount & (day == people.signup_day[event_user])
    exposed = np.bincount(event_user[exposed_events], minlength=count) > 0
    return Onboarding(
        session_user=user,
        session_ordinal=ordinal,
        session_length=length,
        session_ids=session_ids,
        session_start=start,
        first_event=first_event,
        ending=ending,
        referrer=_referrers(people, user, lane(draws, 2)),
        event_session=event_session,
        event_position=position,
        event_ids=event_ids,
        event_type=event_type,
        seconds=seconds,
        product=product,
        page=_choices(PAGE_WEIGHTS)[event_type, lane(words, 2)],
        on_discount=on_discount,
        chance=lane(words, 3),
        last_day=(seconds[first_of_user + np.bincount(event_user, minlength=count) - 1] // DAY_SECONDS).astype(np.int32),
        sessions_in_window=sessions_in_window,
        carts_in_window=carts_in_window,
        complier=with_nudge & ~without,
        nudge_time=start[nudging],
        activated_if_not_nudged=without,
        activated_if_nudged=with_nudge,
        activated=np.where(people.nudged, with_nudge, without),
        discount_exposed=exposed,
        decided=first_event + patterns().decided[kind],
    )


def _log_uniform_step(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.floor(STEP[0] * ((STEP[1] + 1) / STEP[0]) ** points)


def _session_starts(
    settings: WorldSettings,
    people: Population,
    session_ids: U64,
    user: NDArray[np.int64],
    ordinal: NDArray[np.int64],
    duration: NDArray[np.int64],
    first_session: NDArray[np.int64],
    per_user: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Seconds since 1970-01-01 of each session's first event. Gaps run from the last event of a session to the next first."""
    if not len(user):
        return np.zeros(0, dtype=np.int64)
    word = bits(settings.seed, "first session", people.ids)
    hour = lookup(HOURS)[lane(word, 0)].astype(np.int64)
    first = hour * 3_600 + (lane(word, 1).astype(np.int64) * 3_600 >> 16)
    draw = lane(bits(settings.seed, "gap", session_ids), 0)
    law, lengths = _gap_laws()
    excess = lengths[law[per_user[user], ordinal], draw].astype(np.float64)
    excess[first_session] = 0
    total = np.add.reduceat(excess, first_session)
    busy = np.add.reduceat(duration, first_session)
    room = WINDOW_DAYS * DAY_SECONDS - 1 - first - busy - (per_user - 1) * SHORTEST_GAP
    shrink = np.minimum(1.0, room / np.maximum(total, 1.0))
    gap = np.floor(excess * shrink[user]).astype(np.int64) + np.where(ordinal > 0, SHORTEST_GAP, 0)
    gap[1:] += np.where(ordinal[1:] > 0, duration[:-1], 0)
    run = np.cumsum(gap)
    origin = people.signup_day.astype(np.int64) * DAY_SECONDS + first
    starts: NDArray[np.int64] = run - run[first_session][user] + origin[user]
    return starts


@lru_cache(maxsize=1)
def _gap_laws() -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Laws of the gap before a session. Shapes (13, 12): law by the user's sessions and the session's number from 0; and
    (laws, 65536): excess over the shortest gap in seconds, by law and lane."""
    from scipy.special import betaincinv

    law = np.zeros((SESSIONS[1] + 1, SESSIONS[1]), dtype=np.uint8)
    means: list[float] = []
    for sessions in range(SESSIONS[0], SESSIONS[1] + 1):
        for number in range(1, sessions):
            mean = CLOSENESS.get(sessions, 1.0) * MEAN_GAPS[min(number, len(MEAN_GAPS)) - 1]
            means += [] if mean in means else [mean]
            law[sessions, number] = means.index(mean)
    grid, points = np.linspace(0, 1, 1_025), (np.arange(LANE) + 0.5) / LANE
    shares = [betaincinv(mean * GAP_SHAPE, (1 - mean) * GAP_SHAPE, grid) for mean in means]
    excess = np.stack([np.interp(points, grid, share) for share in shares]) * (LONGEST_GAP - SHORTEST_GAP)
    return law, excess.astype(np.float32)


def _endings(
    settings: WorldSettings,
    people: Population,
    user: NDArray[np.int64],
    ordinal: NDArray[np.int64],
    length: NDArray[np.uint8],
    start: NDArray[np.int64],
    draws: U64,
) -> NDArray[np.uint8]:
    if not len(user):
        return np.zeros(0, dtype=np.uint8)
    first_day = int(people.signup_day[0])
    days = demand(settings, first_day, int(people.signup_day[-1]) - first_day + WINDOW_DAYS + 1)
    appetite = np.exp(INTENT_CONVERSION * people.intent)
    share = np.asarray(CONVERSION)[length] * np.asarray(EXPERIENCE)[ordinal] * appetite[user]
    share *= days[start // DAY_SECONDS - first_day]
    deeper = lane(draws, 0) < np.minimum(share, HIGHEST_CONVERSION) * LANE
    return np.where(deeper, endings(settings.failure_rate)[length, lane(draws, 1)], BROWSED).astype(np.uint8)


def _drop_out(
    ending: NDArray[np.uint8], lifetime: NDArray[np.int64], user: NDArray[np.int64], first_session: NDArray[np.int64]
) -> None:
    """Turn the sessions that would reach a payment after their user's dropout into browsing, in place."""
    paid = (ending >= FIRST_PAID).astype(np.int64)
    before = np.cumsum(paid) - paid
    if len(user):
        before -= before[first_session][user]
    ending[(before >= lifetime[user]) & (ending >= FIRST_PAYMENT)] = BROWSED


def _referrers(people: Population, user: NDArray[np.int64], draw: NDArray[np.uint16]) -> NDArray[np.uint8]:
    return _choices(REFERRER_WEIGHTS)[people.source[user], draw]


@lru_cache(maxsize=4)
def _choices(weights: tuple[tuple[float, ...], ...]) -> NDArray[np.uint8]:
    """Lookup tables of several choices, one under the other."""
    return np.stack([lookup(each) for each in weights]).astype(np.uint8)
