"""Definitions of activation that could be adopted, with what the users who met them on each day did later.

The form of a candidate is that of the adopted one: so many sessions, so many events of one type, or both, by the end of a
window. Nothing here knows which of them is true.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ecom_platform.insights.cells import earlier_months
from ecom_platform.stats.aggregates import tally
from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.tables.insights.definition_days import DAYS, TRAITS

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from ecom_platform.stats.aggregates import Floats, Sample

DEFINITION_DAYS = "insights.definition_days"

LAST_CONDITIONS = ("session", "event")

SPLITS = 0.05
"""A definition that fewer users than this share meet, or miss, sorts too few."""

BITES = 0.01
"""A condition that fewer of those who meet the other one fail than this share is no condition."""

EVENT_WORDS = {
    "view_product": ("product view", "product views"),
    "add_to_cart": ("cart", "carts"),
    "checkout_start": ("checkout", "checkouts"),
}


class Definition(NamedTuple):
    """At least so many sessions and so many events of a type; 0 and `none` where it asks for none."""

    sessions: int
    event_type: str
    events: int

    @property
    def words(self) -> str:
        """`5 sessions and 1 cart`."""
        parts = [f"{self.sessions} session{'s' if self.sessions != 1 else ''}"] if self.sessions else []
        if self.events:
            parts.append(f"{self.events} {EVENT_WORDS[self.event_type][self.events != 1]}")
        return " and ".join(parts)

    @property
    def singles(self) -> tuple[Definition, ...]:
        """Each of two conditions alone; none where there is but one."""
        if not self.sessions or not self.events:
            return ()
        return Definition(self.sessions, "none", 0), Definition(0, self.event_type, self.events)


EVERYBODY = Definition(0, "none", 0)
"""What asks for nothing."""


def adopted_definition() -> Definition:
    """The adopted activation's, without its window. One session is no condition beside an event."""
    return Definition(ACTIVATION.sessions if ACTIVATION.sessions > 1 else 0, "add_to_cart", ACTIVATION.carts)


class DailySums(NamedTuple):
    """Of an outcome by definition, last condition and day, arrays of shape (f, 2, DAYS): sums and sums of squares."""

    totals: Floats
    squares: Floats


class Candidates(NamedTuple):
    """What is known of the candidates in some cohorts, by definition, last condition and day: arrays of shape (f, 2, DAYS)."""

    definitions: Sequence[Definition]
    n: Floats
    """Users who met the definition on the day."""
    orders: DailySums
    """Their later paid orders."""
    returned: Floats
    """Those of them who came back on days 30 to 89."""
    traits: dict[str, Floats]
    """Those of them who are of a kind, by the kind's column."""

    def position(self, definition: Definition) -> int | None:
        return self.definitions.index(definition) if definition in self.definitions else None

    @property
    def met(self) -> Floats:
        """Users who had met the definition before a day, shape (f, DAYS + 1)."""
        return before(self.n)

    @property
    def users(self) -> int:
        """Everybody."""
        place = self.position(EVERYBODY)
        return 0 if place is None else int(self.n[place].sum())

    def testable(self, ends: Sequence[int]) -> NDArray[np.bool_]:
        """Whether a definition sorts users by the end of a window, and each of its conditions does; shape (f, ends)."""
        met = self.met[:, ends]
        sorting = (met > SPLITS * self.users) & (met < (1 - SPLITS) * self.users)
        for position, definition in enumerate(self.definitions):
            for single in definition.singles:
                alone = self.position(single)
                if alone is not None:
                    sorting[position] &= met[position] < (1 - BITES) * met[alone]
        return sorting

    def correlations(self) -> Floats:
        """Correlation of having met a definition before a day with later orders, shape (f, DAYS + 1); NaN where all have."""
        place = self.definitions.index(EVERYBODY)
        orders, squares = (float(values[place].sum()) / self.users for values in self.orders)
        share, met_orders = self.met / self.users, before(self.orders.totals) / self.users
        with np.errstate(invalid="ignore", divide="ignore"):
            spread = np.sqrt(share * (1 - share) * (squares - orders**2))
            return np.asarray((met_orders - share * orders) / spread)

    def areas(self) -> Floats:
        """Area under the ROC curve of having met a definition before a day, for coming back; shape (f, DAYS + 1)."""
        returned = float(self.returned[self.definitions.index(EVERYBODY)].sum())
        hits, met = before(self.returned), self.met
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((1 + hits / returned - (met - hits) / (self.users - returned)) / 2)

    def best(self, scores: Floats) -> tuple[int, int] | None:
        """Definition and end of the window with the highest score, of those that sort users; None without any."""
        sorting = self.testable(range(DAYS + 1)) & np.isfinite(scores)
        if not sorting.any():
            return None
        position, end = np.unravel_index(np.argmax(np.where(sorting, scores, -np.inf)), scores.shape)
        return int(position), int(end)

    def returns(self, position: int, end: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Users who came back and users: of those who had met a definition by the end of a window, and of everybody."""
        place = self.definitions.index(EVERYBODY)
        met = tuple(int(values[position, :, :end].sum()) for values in (self.returned, self.n))
        everybody = tuple(int(values[place].sum()) for values in (self.returned, self.n))
        return (met[0], met[1]), (everybody[0], everybody[1])

    def sides(self, position: int, end: int) -> tuple[Sample, Sample]:
        """Later orders of the users who had met a definition by the end of a window, and of the others."""
        from ecom_platform.stats.aggregates import Sample

        values = (self.n, *self.orders)
        everybody = self.definitions.index(EVERYBODY)
        own = [float(each[position, :, :end].sum()) for each in values]
        others = [float(each[everybody].sum()) - met for each, met in zip(values, own, strict=True)]
        return Sample.from_sums(int(own[0]), own[1], own[2]), Sample.from_sums(int(others[0]), others[1], others[2])


def before(values: Floats) -> Floats:
    """Sums over both last conditions and the days before each day, shape (f, DAYS + 1)."""
    return np.concatenate([np.zeros((len(values), 1)), np.cumsum(values.sum(axis=1), axis=1)], axis=1)


def candidates(cells: pd.DataFrame) -> tuple[Candidates, Candidates]:
    """The candidates in the earlier cohorts, which have about two thirds of the users, and in the later ones."""
    names = ["session_count", "event_type", "event_count"]
    grouped = cells.groupby(names, sort=True)
    distinct = cells[names].drop_duplicates()
    known = sorted(map(Definition, *(distinct[name].tolist() for name in names)))
    last = (cells["last_condition"] == LAST_CONDITIONS[1]).to_numpy(dtype=np.int64)
    places = (grouped.ngroup().to_numpy() * len(LAST_CONDITIONS) + last) * DAYS + cells["day"].to_numpy()
    shape = (len(known), len(LAST_CONDITIONS), DAYS)

    def of(part: NDArray[np.bool_]) -> Candidates:
        def summed(column: str) -> Floats:
            weights = cells[column].to_numpy(dtype=np.float64)[part]
            return tally(places[part], weights, math.prod(shape)).reshape(shape)

        return Candidates(
            known,
            summed("mature_user_count"),
            DailySums(summed("later_orders"), summed("later_orders_squared")),
            summed("returned_user_count"),
            {trait: summed(trait) for trait in TRAITS},
        )

    everybody = cells[(cells["session_count"] == 0) & (cells["event_type"] == EVERYBODY.event_type)]
    is_earlier = cells["signup_month"].isin(earlier_months(everybody, "mature_user_count")).to_numpy()
    return of(is_earlier), of(~is_earlier)


def together(one: Candidates, other: Candidates) -> Candidates:
    """The same candidates in the cohorts of both."""
    return Candidates(
        one.definitions,
        one.n + other.n,
        DailySums(*(mine + its for mine, its in zip(one.orders, other.orders, strict=True))),
        one.returned + other.returned,
        {trait: mine + other.traits[trait] for trait, mine in one.traits.items()},
    )
