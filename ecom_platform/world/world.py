"""The world as others use it: months and days of raw tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import pyarrow as pa

from ecom_platform.tables import CATALOG
from ecom_platform.tables.raw.products import CATEGORIES, PRICE_TIERS
from ecom_platform.world import columns
from ecom_platform.world.assemble import tables, users
from ecom_platform.world.calendar import day_number, month_number, months_between
from ecom_platform.world.catalogue import catalogue
from ecom_platform.world.cohort import Cohort, cohort
from ecom_platform.world.population import Population, population
from ecom_platform.world.settings import WorldSettings

BLOCK = 1 << 14
"""Users simulated at a time: bounds the memory beside the tables, and stays near the cache."""

REMEMBERED = 150_000
"""Users whose cohorts a world keeps in memory for a replay by day, about 400 MB."""


class World:
    """A synthetic shop. The same settings give the same bytes, whichever months are built, in whatever order."""

    def __init__(self, settings: WorldSettings) -> None:
        self.settings = settings
        self._kept: dict[date, list[Cohort]] = {}

    @property
    def months(self) -> list[date]:
        """The signup months, from start_month to as_of's."""
        return months_between(self.settings.start_month, self.settings.as_of)

    def products(self) -> pa.Table:
        """The catalogue, with the schema of `raw.products`."""
        goods = catalogue(self.settings.seed)
        return columns.table(
            CATALOG["raw.products"],
            {
                "product_id": columns.fixed_strings(goods.key),
                "category": columns.labels(CATEGORIES, goods.category),
                "price": columns.money(goods.price),
                "price_tier": columns.labels(PRICE_TIERS, goods.tier),
                "brand": pa.array(goods.brand, pa.string()),
                "discount_day_of_week": columns.plain(pa.int64(), goods.discount_weekday.astype("int64")),
            },
        )

    def month(self, month: date) -> dict[str, pa.Table]:
        """Every partitioned raw table of a signup month, by its short name, as observed at as_of, in order of user and time.

        The columns of a large month come in several chunks: joining them would copy every byte.

        Raises ValueError for a day that is not the first of one of the world's months.
        """
        return _joined([tables(each, (0, day_number(self.settings.as_of))) for each in self._cohorts(month)])

    def users(self, month: date) -> pa.Table:
        """The users table of a signup month as observed at as_of, without simulating what they do: the present, refreshed."""
        days = (0, day_number(self.settings.as_of))
        return pa.concat_tables([users(self.settings, block, days) for block in self._people(month)])

    def blocks(self, month: date) -> Iterator[dict[str, pa.Table]]:
        """The tables of `month` in pieces of bounded size, for writers."""
        for each in self._cohorts(month):
            yield tables(each, (0, day_number(self.settings.as_of)))

    def day(self, day: date) -> dict[str, pa.Table]:
        """The rows that happen on a day, over all signup months; users' present-tense attributes as of that day.

        Raises ValueError for a day outside the world.
        """
        first, last = self.settings.start_month, self.settings.as_of
        if not first <= day <= last:
            raise ValueError(f"{day} is outside the world, which runs from {first} to {last}.")
        number = day_number(day)
        parts = [tables(each, (number, number)) for month in months_between(first, day) for each in self._remembered(month)]
        return {name: table.combine_chunks() for name, table in _joined(parts).items()}

    def _cohorts(self, month: date) -> Iterator[Cohort]:
        for block in self._people(month):
            yield cohort(self.settings, block, day_number(self.settings.as_of))

    def _people(self, month: date) -> Iterator[Population]:
        first, last = self.months[0], self.months[-1]
        if month.day != 1 or not first <= month <= last:
            raise ValueError(f"{month} is not a month of this world: its months run from {first} to {last}.")
        number = month_number(month)
        yield from population(self.settings, number - month_number(first), number).blocks(BLOCK)

    def _remembered(self, month: date) -> Iterable[Cohort]:
        """The month's cohorts, kept for the other days of a replay while they fit."""
        if month in self._kept:
            return self._kept[month]
        if sum(len(each.people) for built in self._kept.values() for each in built) > REMEMBERED:
            return self._cohorts(month)
        self._kept[month] = list(self._cohorts(month))
        return self._kept[month]


def _joined(parts: list[dict[str, pa.Table]]) -> dict[str, pa.Table]:
    """The tables of several blocks as one each; the observation windows of one month once."""
    if len(parts) == 1:
        return parts[0]
    joined = {name: pa.concat_tables([part[name] for part in parts]) for name in parts[0]}
    windows = joined["observation_windows"]
    joined["observation_windows"] = windows.group_by(windows.column_names, use_threads=False).aggregate([])
    return joined
