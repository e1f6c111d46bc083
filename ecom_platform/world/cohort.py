"""Users of one signup month as a whole: their onboarding, their orders and the potential outcomes, as NumPy arrays.

Nothing here depends on the as-of day but how far the orders are drawn: what lies beyond it is cut when tables are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from ecom_platform.world import rebuy
from ecom_platform.world.baskets import Baskets, baskets
from ecom_platform.world.calendar import DAY_SECONDS
from ecom_platform.world.catalogue import Catalogue, catalogue
from ecom_platform.world.demand import cumulative_demand
from ecom_platform.world.draws import U64, Floats, uniform
from ecom_platform.world.funnel import FIRST_PAID, PATHS, PAYMENT, PURCHASE
from ecom_platform.world.keys import ORDER, belonging
from ecom_platform.world.onboarding import NO_PRODUCT, Onboarding, onboarding
from ecom_platform.world.population import FREE, NEVER, Population
from ecom_platform.world.settings import WorldSettings

OUTCOME_WINDOW = (30, 360)
"""Days after signup, the first included and the last not, over which revenue is the outcome of interest."""

JOINING_WINDOW = (30, 180)
"""The part of it over which the effect of a subscription is on record, too: at its end the last subscriber has joined."""

SLOWEST = 0.1
"""The least that a negative activation effect leaves of the order rate of a susceptible user."""

Value = TypeVar("Value", bound=np.generic)


@dataclass(frozen=True)
class Book:
    """The orders of one signup month's users, user by user in order of time, some of them still in the future."""

    user: NDArray[np.int64]
    ordinal: NDArray[np.int64]
    ids: U64
    day: NDArray[np.int32]
    paid: NDArray[np.bool_]
    baskets: Baskets


@dataclass(frozen=True)
class Outcomes:
    """What users pay or order in the outcome window, as it is and as it would be. Arrays of shape (n,)."""

    actual: NDArray[np.int64]
    if_not_activated: NDArray[np.int64]
    if_activated: NDArray[np.int64]
    if_not_nudged: NDArray[np.int64]
    if_nudged: NDArray[np.int64]
    if_not_subscribed: NDArray[np.int64]
    if_subscribed: NDArray[np.int64]
    if_not_exposed: NDArray[np.int64]
    if_exposed: NDArray[np.int64]


class SubscriptionOutcomes(NamedTuple):
    """What users pay or order in the joining window without and with a subscription. Arrays of shape (n,)."""

    if_not_subscribed: NDArray[np.int64]
    if_subscribed: NDArray[np.int64]


@dataclass(frozen=True)
class Cohort:
    settings: WorldSettings
    goods: Catalogue
    people: Population
    onboarding: Onboarding
    shoppers: rebuy.Shopper
    book: Book
    revenue: Outcomes
    """Paid revenue, KRW."""
    orders: Outcomes
    """Paid orders."""
    joining_revenue: SubscriptionOutcomes
    """Paid revenue of the joining window, KRW."""
    joining_orders: SubscriptionOutcomes
    """Paid orders of the joining window."""


def cohort(settings: WorldSettings, people: Population, horizon: int) -> Cohort:
    """What these users of one month do; their orders are drawn at least up to the day `horizon` (days since 1970-01-01)."""
    goods = catalogue(settings.seed)
    habits = rebuy.shoppers(settings, people)
    early = onboarding(settings, people, habits.lifetime, goods)
    return Cohort(settings, goods, people, early, habits, *_long_run(settings, people, early, habits, goods, horizon))


def _long_run(
    settings: WorldSettings, people: Population, early: Onboarding, habits: rebuy.Shopper, goods: Catalogue, horizon: int
) -> tuple[Book, Outcomes, Outcomes, SubscriptionOutcomes, SubscriptionOutcomes]:
    seed, count = settings.seed, len(people)
    first_day = int(people.signup_day[0]) if count else 0
    last_day = max(horizon, (int(people.signup_day[-1]) if count else 0) + OUTCOME_WINDOW[1])
    cumulative = cumulative_demand(settings, first_day, last_day - first_day + 1)
    start = early.last_day + np.int32(1)

    lift = 1.0 + settings.activation_effect * _susceptibility(settings, people)
    boost = 1.0 + settings.subscription_effect
    activated, nudged, exposed = early.activated, people.nudged, early.discount_exposed

    def pace(activated: NDArray[np.bool_], nudged: NDArray[np.bool_], exposed: NDArray[np.bool_]) -> Floats:
        factor = np.where(activated, np.maximum(lift, SLOWEST), 1.0)
        factor *= np.where(nudged, 1.0 + settings.nudge_direct_effect, 1.0)
        factor *= np.where(exposed, 1.0 + settings.discount_effect, 1.0)
        return np.asarray(habits.rate * factor, dtype=np.float64)

    join = people.join_day
    subscribed = people.plan != FREE
    other_join = np.where(subscribed, np.int32(NEVER), people.join_if_subscribed)
    other_activated = np.where(nudged, early.activated_if_not_nudged, early.activated_if_nudged)
    factual = pace(activated, nudged, exposed)
    scenarios = {
        "factual": (factual, join),
        "activation": (pace(~activated, nudged, exposed), join),
        "nudge": (pace(other_activated, ~nudged, exposed), join),
        "subscription": (factual, other_join),
        "exposure": (pace(activated, nudged, ~exposed), join),
    }

    def until(name: str, day: NDArray[np.int32]) -> Floats:
        speed, joined = scenarios[name]
        return rebuy.operational_time(speed, boost, joined, start, np.maximum(day, start), cumulative, first_day)

    opening = people.signup_day + np.int32(OUTCOME_WINDOW[0])
    closing = people.signup_day + np.int32(OUTCOME_WINDOW[1])
    windows = {name: (until(name, opening), until(name, closing)) for name in scenarios}
    limit = until("factual", np.full(count, horizon + 1, dtype=np.int32))
    for _, end in windows.values():
        limit = np.maximum(limit, end)

    paid_early = np.bincount(early.session_user[early.ending >= FIRST_PAID], minlength=count)
    # Early orders that use up a lifetime link early behaviour to later buying: a confounder too, and cut with the others.
    spent = np.rint(min(settings.confounding, 1.0) * paid_early).astype(np.int64)
    user, number, time = rebuy.arrivals(seed, people.ids, limit, habits.lifetime - spent)
    late_day = rebuy.days_of(time, factual[user], boost, join[user], start[user], cumulative, first_day)
    ordinal = number + rebuy.FIRST_ORDINAL
    late_paid = uniform(seed, "payment", belonging(people.ids[user], ORDER, ordinal)) >= settings.failure_rate

    deepest = np.asarray([path[-1] for path in PATHS])[early.ending]
    ordered = np.flatnonzero(deepest >= PAYMENT)
    early_user = early.session_user[ordered]
    early_day = (early.seconds[early.decided[ordered]] // DAY_SECONDS).astype(np.int32)
    wanted = _wanted(early, ordered)

    users = np.concatenate([early_user, user])
    before_early = np.cumsum(np.bincount(early_user, minlength=count)) if count else np.zeros(0, np.int64)
    per_late = np.bincount(user, minlength=count)
    before_late = np.cumsum(per_late) - per_late
    place = (
        np.concatenate([np.arange(len(early_user)) + before_late[early_user], np.arange(len(user)) + before_early[user]])
        if count
        else np.zeros(0, np.int64)
    )

    def merge(first: NDArray[Value], second: NDArray[Value]) -> NDArray[Value]:
        merged = np.empty(len(users), dtype=first.dtype)
        merged[place] = np.concatenate([first, second])
        return merged

    all_users = merge(early_user, user)
    ordinals = merge(early.session_ordinal[ordered], ordinal)
    ids = belonging(people.ids[all_users], ORDER, ordinals)
    lines = baskets(
        seed,
        ids,
        people.plan_if_not_offered[all_users],
        merge(wanted, np.full(len(user), NO_PRODUCT, dtype=np.uint16)),
        goods,
    )
    book = Book(
        user=all_users,
        ordinal=ordinals,
        ids=ids,
        day=merge(early_day, late_day),
        paid=merge(deepest[ordered] == PURCHASE, late_paid),
        baskets=lines,
    )

    worth = np.where(late_paid, lines.total[place[len(early_user) :]], 0)
    one = late_paid.astype(np.int64)
    inside = {name: (time > begin[user]) & (time <= end[user]) for name, (begin, end) in windows.items()}
    joined_by = people.signup_day + np.int32(JOINING_WINDOW[1])
    joining = {name: inside[name] & (time <= until(name, joined_by)[user]) for name in ("factual", "subscription")}

    def total(value: NDArray[np.integer], counted: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(user[counted], weights=value[counted], minlength=count).astype(np.int64)

    def outcomes(value: NDArray[np.integer]) -> Outcomes:
        actual, activation, nudge, subscription, exposure = (total(value, inside[name]) for name in scenarios)
        return Outcomes(
            actual=actual,
            if_not_activated=np.where(activated, activation, actual),
            if_activated=np.where(activated, actual, activation),
            if_not_nudged=np.where(nudged, nudge, actual),
            if_nudged=np.where(nudged, actual, nudge),
            if_not_subscribed=np.where(subscribed, subscription, actual),
            if_subscribed=np.where(subscribed, actual, subscription),
            if_not_exposed=np.where(exposed, exposure, actual),
            if_exposed=np.where(exposed, actual, exposure),
        )

    def subscription_outcomes(value: NDArray[np.integer]) -> SubscriptionOutcomes:
        actual, other = (total(value, joining[name]) for name in ("factual", "subscription"))
        return SubscriptionOutcomes(np.where(subscribed, other, actual), np.where(subscribed, actual, other))

    return book, outcomes(worth), outcomes(one), subscription_outcomes(worth), subscription_outcomes(one)


def _susceptibility(settings: WorldSettings, people: Population) -> Floats:
    """How strongly activation acts on each user, relative to the setting. Shape (n,)."""
    by_source = np.asarray(settings.activation_effect_by_source)[people.source]
    return np.asarray(by_source * np.maximum(1.0 + settings.activation_effect_by_intent * people.intent, 0.0))


def _wanted(early: Onboarding, ordered: NDArray[np.int64]) -> NDArray[np.uint16]:
    """The product that led to each of these sessions' orders: the event before the checkout."""
    steps = np.asarray([1 if path[-1] == PAYMENT else 2 for path in PATHS])[early.ending[ordered]]
    products: NDArray[np.uint16] = early.product[early.decided[ordered] - steps - 1]
    return products
