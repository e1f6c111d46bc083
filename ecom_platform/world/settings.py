"""The settings of a world: what it depends on, their ranges, and nothing else.

Numbers that a user may want to change live here; numbers that make up a distribution the model fixes (a share of
devices, a price per category) live beside the code that draws from them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from datetime import date
from hashlib import blake2b

IDENTITY = ("seed", "users", "start_month", "as_of")
"""What distinguishes two worlds that are otherwise set up alike; `digest` covers everything else."""

CURRENCY = "KRW"
"""Of every amount; they are whole."""

LARGEST_MONTH = 1 << 26
"""Users that one signup month can hold: the keys have 26 bits for them."""


@dataclass(frozen=True, kw_only=True)
class WorldSettings:
    """Everything a world is a function of.

    `users` is the scale: the expected number of signups in the 36 months from `start_month`. `as_of` is the last
    observed day, inclusive. Raises ValueError with one sentence for a value out of range.
    """

    seed: int = 7
    users: int = 100_000
    start_month: date = date(2023, 12, 1)
    as_of: date = date(2026, 11, 22)

    user_anomaly_rate: float = 0.01
    """Share of users rows with an injected error."""
    order_anomaly_rate: float = 0.01
    event_anomaly_rate: float = 0.02
    overlap_rate: float = 0.05
    """Share of the rows with an error that get a second one, of another kind, where one can be combined."""

    activation_days: int = 7
    """The activation window is [signup_date, signup_date + activation_days), in UTC days."""
    activation_sessions: int = 5
    activation_carts: int = 1

    activation_effect: float = 0.8
    """Activation multiplies the later order rate by 1 + this times the user's susceptibility, whose mean is 1 by default."""
    activation_effect_by_source: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Susceptibility of Organic, Paid and Referral users of mean intent to the activation effect."""
    activation_effect_by_intent: float = 0.0
    """Change of the susceptibility, as a share, for one standard deviation of intent; it never falls below 0."""
    subscription_effect: float = 0.4
    """From its join date on, a paid subscription multiplies the later order rate by 1 + this."""
    discount_effect: float = 0.15
    """A discounted product seen on the signup day multiplies the later order rate by 1 + this."""
    nudge_effect: float = 0.75
    """Share of the users whom the onboarding nudge activates, among those who lack nothing but the cart that it adds."""
    nudge_direct_effect: float = 0.0
    """The nudge itself multiplies the later order rate by 1 + this. Other than 0, it breaks the exclusion restriction."""
    trial_offer_effect: float = 0.10
    """Share of all users who take Plus because of the trial offer and would otherwise stay Free."""
    confounding: float = 1.0
    """How strongly intent drives the later order rate and the plan, and with it taste, relative to the calibrated world.
    0: not at all."""

    plus_share: float = 0.25
    """Share of users who sooner or later take Plus without a trial offer."""
    premium_share: float = 0.105
    failure_rate: float = 0.10
    """Share of payments that fail, in the funnel and in the long run."""
    weekend_factor: float = 1.3
    """Demand on a Saturday or Sunday relative to a weekday."""
    seasonality: tuple[float, ...] = (1.0, 0.8, 0.9, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.1, 1.2, 1.5)
    """Demand of each calendar month, January first."""

    def __post_init__(self) -> None:
        self._whole("seed", -(2**63), 2**63 - 1)
        self._whole("users", 1, LARGEST_MONTH * 8)
        self._whole("activation_days", 5, 30)
        self._whole("activation_sessions", 1, 12)
        self._whole("activation_carts", 1, 12)
        self._day("start_month")
        self._day("as_of")
        if self.start_month.day != 1:
            raise ValueError(f"start_month is {self.start_month}; it must be the first day of a month.")
        if self.as_of < self.start_month:
            raise ValueError(f"as_of is {self.as_of}; it must not be before start_month, {self.start_month}.")
        for name in ("user_anomaly_rate", "order_anomaly_rate", "event_anomaly_rate", "overlap_rate", "nudge_effect"):
            self._number(name, 0, 1)
        for name in ("trial_offer_effect", "plus_share", "premium_share"):
            self._number(name, 0, 1)
        for name in ("activation_effect", "subscription_effect", "discount_effect", "nudge_direct_effect"):
            self._number(name, -0.9, 4)
        self._number("activation_effect_by_intent", -1, 1)
        self._weights("activation_effect_by_source", 3, 0, 2)
        self._number("confounding", 0, 2)
        self._number("failure_rate", 0, 0.5)
        self._number("weekend_factor", 0.5, 2)
        share = self.plus_share + self.premium_share + self.trial_offer_effect
        if share > 1:
            raise ValueError(
                f"trial_offer_effect is {self.trial_offer_effect}; with plus_share and premium_share it makes the probability"
                f" of a subscription {share:g}, and at most 1 is allowed."
            )
        self._weights("seasonality", 12, 0.5, 2)
        from ecom_platform.world.calendar import months_between
        from ecom_platform.world.growth import expected_signups

        months = months_between(self.start_month, self.as_of)
        if expected_signups(self.users, len(months) - 1) > LARGEST_MONTH / 2:
            raise ValueError(
                f"users is {self.users}; by {self.as_of} that makes a month of more than {LARGEST_MONTH // 2} signups,"
                " the most that the keys can number."
            )

    def digest(self) -> str:
        """A short hexadecimal string that changes with any setting but seed, users, start_month and as_of."""
        text = repr([(field.name, getattr(self, field.name)) for field in fields(self) if field.name not in IDENTITY])
        return blake2b(text.encode(), digest_size=6).hexdigest()

    def _whole(self, name: str, low: int, high: int) -> None:
        value = getattr(self, name)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError(f"{name} is {value!r}; it must be a whole number from {low} to {high}.")

    def _number(self, name: str, low: float, high: float) -> None:
        value = getattr(self, name)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
            or not low <= value <= high
        ):
            raise ValueError(f"{name} is {value!r}; it must be a number from {low:g} to {high:g}.")

    def _weights(self, name: str, count: int, low: float, high: float) -> None:
        value = getattr(self, name)
        if len(value) != count or not all(low <= weight <= high for weight in value):
            raise ValueError(f"{name} is {value}; it must be {count} weights, each from {low:g} to {high:g}.")

    def _day(self, name: str) -> None:
        value = getattr(self, name)
        if type(value) is not date:
            raise ValueError(f"{name} is {value!r}; it must be a datetime.date.")
        if not date(1990, 1, 1) <= value <= date(2090, 12, 31):
            raise ValueError(f"{name} is {value}; it must lie from 1990-01-01 to 2090-12-31.")
