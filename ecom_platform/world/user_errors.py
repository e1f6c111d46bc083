"""Errors injected into the users table.

The three errors in the subscription hit users who stay Free for ever: theirs are the only subscription columns that never
change, so that an error is there from the row's first day and stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecom_platform.tables.raw.users import DEVICES, REGIONS
from ecom_platform.world.draws import bits, uniform
from ecom_platform.world.errors import Injection, choose, iso_dates
from ecom_platform.world.population import FREE, PLUS, PREMIUM, Population
from ecom_platform.world.settings import WorldSettings

KINDS = (
    "unknown_device",
    "missing_region",
    "signup_in_future",
    "paid_without_join_date",
    "free_with_join_date",
    "join_before_signup",
)
WEIGHTS = (0.18, 0.18, 0.16, 0.24, 0.24, 0.24)
"""The last three where they can be."""

UNKNOWN_DEVICE = len(DEVICES)
CENTURY_DAYS = 36_525


@dataclass(frozen=True)
class UserErrors:
    """The users as the table shows them; arrays of shape (n,). The subscription columns hold for `dirty_subscription` only."""

    flagged: NDArray[np.bool_]
    device: NDArray[np.uint8]
    region_known: NDArray[np.bool_]
    signup_day: NDArray[np.int32]
    dirty_subscription: NDArray[np.bool_]
    plan: NDArray[np.uint8]
    join_day: NDArray[np.int32]
    """0 for none."""
    injections: tuple[Injection, ...]


def user_errors(settings: WorldSettings, people: Population) -> UserErrors:
    seed, ids, count = settings.seed, people.ids, len(people)
    rows = np.flatnonzero(uniform(seed, "users error", ids) < settings.user_anomaly_rate)
    weights = np.tile(np.asarray(WEIGHTS), (len(rows), 1))
    weights[people.plan[rows] != FREE, 3:] = 0
    kind = choose(weights, uniform(seed, "users error kind", ids[rows]))
    spread = bits(seed, "users error size", ids[rows]).astype(np.int64) & 0xFFFF
    second = uniform(seed, "users error overlap", ids[rows]) < settings.overlap_rate
    at = {name: rows[kind == number] for number, name in enumerate(KINDS)}
    at["unknown_device"] = np.sort(np.concatenate([at["unknown_device"], rows[second & (kind > 0) & (spread % 2 == 0)]]))
    at["missing_region"] = np.sort(
        np.concatenate([at["missing_region"], rows[second & (kind != 1) & ((spread % 2 == 1) | (kind == 0))]])
    )

    flagged = np.zeros(count, dtype=bool)
    flagged[rows] = True
    device, plan = people.device.copy(), np.zeros(count, dtype=np.uint8)
    region_known = np.ones(count, dtype=bool)
    signup_day, join_day = people.signup_day.copy(), np.zeros(count, dtype=np.int32)
    dirty = np.zeros(count, dtype=bool)
    size = np.zeros(count, dtype=np.int64)
    size[rows] = spread

    device[at["unknown_device"]] = UNKNOWN_DEVICE
    region_known[at["missing_region"]] = False
    signup_day[at["signup_in_future"]] += CENTURY_DAYS
    for name in KINDS[3:]:
        dirty[at[name]] = True
    for name in ("paid_without_join_date", "join_before_signup"):
        plan[at[name]] = np.where(size[at[name]] % 7 < 5, PLUS, PREMIUM)
    join_day[at["free_with_join_date"]] = people.signup_day[at["free_with_join_date"]]
    early = at["join_before_signup"]
    join_day[early] = people.signup_day[early] - 1 - (size[early] % 60).astype(np.int32)

    free = "Free"
    injections = (
        Injection(KINDS[0], "device", at[KINDS[0]], [DEVICES[code] for code in people.device[at[KINDS[0]]]]),
        Injection(KINDS[1], "region", at[KINDS[1]], [REGIONS[code] for code in people.region[at[KINDS[1]]]]),
        Injection(KINDS[2], "signup_date", at[KINDS[2]], iso_dates(people.signup_day[at[KINDS[2]]])),
        Injection(KINDS[3], "subscription_type", at[KINDS[3]], [free] * len(at[KINDS[3]])),
        Injection(KINDS[4], "subscription_join_date", at[KINDS[4]], [None] * len(at[KINDS[4]])),
        Injection(KINDS[5], "subscription_type", early, [free] * len(early)),
        Injection(KINDS[5], "subscription_join_date", early, [None] * len(early)),
    )
    return UserErrors(flagged, device, region_known, signup_day, dirty, plan, join_day, injections)
