"""Errors injected into the users table.

The three errors in the subscription hit only users who never subscribe: their subscription columns never change, so an error
is there from the row's first day and stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecom_platform.tables.raw.users import DEVICES, REGIONS, SUBSCRIPTION_TYPES
from ecom_platform.world.draws import bits, uniform
from ecom_platform.world.errors import Change, ErrorKind, Hits, Injection, Mask, Names, flags, inject, iso_dates, names_of
from ecom_platform.world.population import FREE, PLUS, PREMIUM, Population
from ecom_platform.world.settings import WorldSettings

UNKNOWN_DEVICE = len(DEVICES)
CENTURY_DAYS = 36_525


@dataclass(frozen=True)
class UserRows:
    """The users as the table shows them; arrays of shape (n,)."""

    people: Population
    """What is true of them."""
    flagged: Mask
    device: NDArray[np.uint8]
    region_known: Mask
    signup_day: NDArray[np.int32]
    plan: NDArray[np.uint8]
    """FREE except where an error says otherwise, whatever the user's own plan."""
    join_day: NDArray[np.int32]
    """0 except where an error says otherwise."""

    @property
    def wrong_subscription(self) -> Mask:
        """The users whose `plan` and `join_day` here replace their own."""
        wrong: Mask = (self.plan != FREE) | (self.join_day != 0)
        return wrong


def user_errors(settings: WorldSettings, people: Population) -> tuple[UserRows, tuple[Injection, ...]]:
    seed, ids, count = settings.seed, people.ids, len(people)
    rows = np.flatnonzero(uniform(seed, "users error", ids) < settings.user_anomaly_rate)
    hits = Hits(rows, bits(seed, "users error size", ids[rows]).astype(np.int64) & 0xFFFF)
    draft = UserRows(
        people=people,
        flagged=flags(count, rows),
        device=people.device.copy(),
        region_known=np.ones(count, dtype=bool),
        signup_day=people.signup_day.copy(),
        plan=np.full(count, FREE, dtype=np.uint8),
        join_day=np.zeros(count, dtype=np.int32),
    )
    choice = uniform(seed, "users error kind", ids[rows])
    overlap = uniform(seed, "users error overlap", ids[rows]) < settings.overlap_rate
    return draft, inject(KINDS, draft, hits, choice, overlap)


def _unknown_device(draft: UserRows, hit: Hits) -> list[Change]:
    draft.device[hit.rows] = UNKNOWN_DEVICE
    return [Change("device", hit.rows, names_of(DEVICES, draft.people.device[hit.rows]))]


def _missing_region(draft: UserRows, hit: Hits) -> list[Change]:
    draft.region_known[hit.rows] = False
    return [Change("region", hit.rows, names_of(REGIONS, draft.people.region[hit.rows]))]


def _signup_in_future(draft: UserRows, hit: Hits) -> list[Change]:
    draft.signup_day[hit.rows] += CENTURY_DAYS
    return [Change("signup_date", hit.rows, iso_dates(draft.people.signup_day[hit.rows]))]


def _paid_without_join_date(draft: UserRows, hit: Hits) -> list[Change]:
    draft.plan[hit.rows] = np.where(hit.draw % 7 < 5, PLUS, PREMIUM)
    return [Change("subscription_type", hit.rows, [SUBSCRIPTION_TYPES[FREE]] * len(hit.rows))]


def _free_with_join_date(draft: UserRows, hit: Hits) -> list[Change]:
    draft.join_day[hit.rows] = draft.people.signup_day[hit.rows]
    return [Change("subscription_join_date", hit.rows, [None] * len(hit.rows))]


def _join_before_signup(draft: UserRows, hit: Hits) -> list[Change]:
    changes = _paid_without_join_date(draft, hit)
    draft.join_day[hit.rows] = draft.people.signup_day[hit.rows] - 1 - (hit.draw % 60).astype(np.int32)
    return [*changes, Change("subscription_join_date", hit.rows, [None] * len(hit.rows))]


def _never_subscribes(draft: UserRows, hits: Hits) -> Mask:
    free: Mask = draft.people.plan[hits.rows] == FREE
    return free


def _half(_draft: UserRows, hits: Hits, _first: Names) -> Mask:
    even: Mask = hits.draw % 2 == 0
    return even


def _the_other_half(draft: UserRows, hits: Hits, first: Names) -> Mask:
    other: Mask = ~_half(draft, hits, first) | (first == "unknown_device")
    return other


KINDS = (
    ErrorKind("unknown_device", 0.18, _unknown_device, second=_half),
    ErrorKind("missing_region", 0.18, _missing_region, second=_the_other_half),
    ErrorKind("signup_in_future", 0.16, _signup_in_future),
    ErrorKind("paid_without_join_date", 0.24, _paid_without_join_date, possible=_never_subscribes),
    ErrorKind("free_with_join_date", 0.24, _free_with_join_date, possible=_never_subscribes),
    ErrorKind("join_before_signup", 0.24, _join_before_signup, possible=_never_subscribes),
)
