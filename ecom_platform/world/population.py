"""Who signs up in a month: attributes, latent intent and taste, arms of the experiments, subscription plans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ecom_platform.world.calendar import day_number, days_in_month, first_of
from ecom_platform.world.draws import U64, Floats, bits, lane, lookup, normal, uniform
from ecom_platform.world.growth import signups
from ecom_platform.world.keys import USER, entities
from ecom_platform.world.settings import WorldSettings

DEVICE_SHARES = (0.40, 0.45, 0.15)
REGION_SHARES = (0.38, 0.32, 0.30)
SOURCE_SHARES = (0.60, 0.30, 0.10)

SOURCE_INTENT = (0.05, -0.20, 0.30)
"""Mean intent of Organic, Paid and Referral users: a measured confounder beside the unmeasured one. Mean 0 over users."""

PLAN_INTENT = 0.35
"""Correlation of the score that decides the plan with intent, where confounding is 1."""

FREE, PLUS, PREMIUM = range(3)

PLUS_DELAY = (30, 180)
PREMIUM_DELAY = (10, 90)
"""Days from signup to the join date, both ends included."""

TRIAL_OFFER_DAY = 7
"""Days from signup to the assignment of the trial offer."""

NEVER = np.iinfo(np.int32).max
"""The join day of users who never subscribe."""


@dataclass(frozen=True)
class Population:
    """The users of one signup month in order of signup, an array an attribute, each of shape (n,)."""

    month: int
    ids: U64
    signup_day: NDArray[np.int32]
    """Days since 1970-01-01."""
    device: NDArray[np.uint8]
    region: NDArray[np.uint8]
    source: NDArray[np.uint8]
    intent: Floats
    nudged: NDArray[np.bool_]
    offered: NDArray[np.bool_]
    plan_if_not_offered: NDArray[np.uint8]
    plan_if_offered: NDArray[np.uint8]
    join_if_subscribed: NDArray[np.int32]
    """The day on which the user would join, whatever the plan: the plan without an offer decides its delay."""

    def __len__(self) -> int:
        return len(self.ids)

    def blocks(self, size: int) -> Iterator[Population]:
        """The same users in blocks of at most `size`; one empty block where there are none."""
        for start in range(0, max(len(self), 1), size):
            columns = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "month"}
            yield Population(self.month, **{name: values[start : start + size] for name, values in columns.items()})

    @property
    def plan(self) -> NDArray[np.uint8]:
        return np.where(self.offered, self.plan_if_offered, self.plan_if_not_offered)

    @property
    def join_day(self) -> NDArray[np.int32]:
        """The day the subscription begins; NEVER for those who stay Free."""
        return np.where(self.plan == FREE, np.int32(NEVER), self.join_if_subscribed)


def population(settings: WorldSettings, month_index: int, month: int) -> Population:
    """The users of the month with this number, drawn for the month alone."""
    seed = settings.seed
    count = signups(seed, settings.users, month_index, month)
    ids = entities(month, np.arange(count), USER)
    first = first_of(month)
    days = np.sort((uniform(seed, "signup day", ids) * days_in_month(first)).astype(np.int32))
    words = bits(seed, "attributes", ids)
    source = lookup(SOURCE_SHARES)[lane(words, 2)].astype(np.uint8)
    shifts = np.asarray(SOURCE_INTENT)
    within = 1 - float(np.dot(SOURCE_SHARES, shifts**2))
    intent = shifts[source] + np.sqrt(within) * normal(seed, "intent", ids)
    control, offered, delay = _plans(settings, ids, intent)
    return Population(
        month=month,
        ids=ids,
        signup_day=day_number(first) + days,
        device=lookup(DEVICE_SHARES)[lane(words, 0)].astype(np.uint8),
        region=lookup(REGION_SHARES)[lane(words, 1)].astype(np.uint8),
        source=source,
        intent=intent,
        nudged=uniform(seed, "onboarding nudge", ids) < 0.5,
        offered=uniform(seed, "trial offer", ids) < 0.5,
        plan_if_not_offered=control,
        plan_if_offered=offered,
        join_if_subscribed=day_number(first) + days + delay,
    )


def _plans(
    settings: WorldSettings, ids: U64, intent: Floats
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int32]]:
    from scipy.special import ndtr

    seed = settings.seed
    share = PLAN_INTENT * settings.confounding
    score = share * intent + np.sqrt(1 - share**2) * normal(seed, "plan", ids)
    upper = 1 - ndtr(score)
    premium = upper < settings.premium_share
    plus = upper < settings.premium_share + settings.plus_share
    persuaded = upper < settings.premium_share + settings.plus_share + settings.trial_offer_effect
    control = np.where(premium, PREMIUM, np.where(plus, PLUS, FREE)).astype(np.uint8)
    offered = np.where(persuaded & (control == FREE), PLUS, control).astype(np.uint8)
    draw = uniform(seed, "join delay", ids)
    low = np.where(premium, PREMIUM_DELAY[0], PLUS_DELAY[0])
    high = np.where(premium, PREMIUM_DELAY[1], PLUS_DELAY[1])
    return control, offered, (low + np.floor(draw * (high - low + 1))).astype(np.int32)
