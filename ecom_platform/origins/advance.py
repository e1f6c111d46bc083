"""The day as an increment: how the raw tables advance from the last observed day of each cohort to a later one.

`raw.observation_windows` says how far each cohort has come. Days that were missed are added in order, each in one
transaction over all cohorts and tables; a day that is there already is compared with what it should be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from ecom_platform.tables import CATALOG, RAW, Table
from ecom_platform.warehouse.contract import Changes, Warehouse, WarehouseError

if TYPE_CHECKING:
    import pyarrow as pa

    from ecom_platform.origins.origin import Origin

COHORT_TABLES = tuple(table for table in RAW if table.partitioned)
WINDOWS = CATALOG["raw.observation_windows"]
ONE_DAY = timedelta(days=1)

Say = Callable[[str], None]


def of_cohort(rows: Mapping[str, pa.Table]) -> dict[Table, pa.Table]:
    """What an origin gave, by raw table.

    Raises SpecificationError for a raw table that it gave nothing for, not even no rows.
    """
    for table in COHORT_TABLES:
        if table.name not in rows:
            raise table.error(f"has no rows: {table.made_by} makes none")
    return {table: rows[table.name] for table in COHORT_TABLES}


class DailyOrigin(Protocol):
    """An origin that knows what happened on a single day."""

    def month(self, month: date) -> dict[str, pa.Table]: ...

    def users(self, month: date) -> pa.Table:
        """A cohort's users as they are at the end of the last observed day."""

    def day(self, day: date) -> dict[str, pa.Table]:
        """The rows that happened on a day, in all cohorts."""


class Progress:
    """What was done to the raw tables, by table and partition."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = keys
        self._rows: dict[Table, dict[str, int]] = {table: {} for table in COHORT_TABLES}
        self._written = {table: Counter[str]() for table in COHORT_TABLES}
        self._removed = {table: Counter[str]() for table in COHORT_TABLES}

    def add(self, changes: Mapping[Table, Changes]) -> int:
        """Returns the rows written."""
        for table, done in changes.items():
            self._rows[table] |= done.rows
            self._written[table].update(done.written)
            self._removed[table].update(done.removed)
        return sum(sum(done.written.values()) for done in changes.values())

    def of(self, table: Table) -> Changes:
        """What was done to a table, in every partition asked for."""
        return Changes(*({key: counts[table].get(key, 0) for key in self._keys} for counts in self._counts))

    @property
    def _counts(self) -> tuple[Mapping[Table, Mapping[str, int]], ...]:
        return self._rows, self._written, self._removed


def advance(store: Warehouse, open_at: Callable[[date], DailyOrigin], until: date, keys: Sequence[str], say: Say) -> Progress:
    """Brings the cohorts of `keys` to the end of the day `until`, day by day from where each of them stands.

    `open_at` gives the origin as observed at the end of a day. A cohort that is further already stays where it is, but
    its rows of the day `until` are put right. A cohort that was never built and is older than the day from which the
    others advance is built whole.
    """
    open_at = lru_cache(maxsize=4)(open_at)
    progress = Progress(keys)
    months = [month for month in map(date.fromisoformat, keys) if month <= until]
    held = _observed(store, months)
    base = min(held.values(), default=until)
    for month in months:
        if month not in held and month > base:
            held[month] = month - ONE_DAY
        elif month not in held:
            rows = open_at(base).month(month)
            written = progress.add(store.update(of_cohort(rows), [f"{month}"]))
            say(f"{month}: built whole, as of {base}: {written:,} rows.")
            held[month] = base
    first = min((day + ONE_DAY for day in held.values()), default=until)
    for ahead in range(min((first - until).days, 0), 1):
        day = until + timedelta(days=ahead)
        rows = open_at(until).day(day)
        behind = [month for month in months if month <= day and (held[month] < day or day == until)]
        for present in sorted({max(held[month], day) for month in behind}):
            cohorts = [month for month in behind if max(held[month], day) == present]
            # What describes the present is never put back to an earlier day's.
            users = [open_at(present).users(month) for month in cohorts]
            changes = store.update(_contents(rows, users, cohorts, present), [f"{month}" for month in cohorts], whole=False)
            say(f"{day}: {progress.add(changes):,} rows written in {len(cohorts)} cohorts.")
        held |= {month: max(held[month], day) for month in behind}
    return progress


def compare(store: Warehouse, origin: Origin, keys: Sequence[str], say: Say) -> Progress:
    """Brings the cohorts of `keys` to what an origin that knows no days gives now, writing only the rows that differ."""
    progress = Progress(keys)
    for key in keys:
        rows = origin.month(date.fromisoformat(key))
        written = progress.add(store.update(of_cohort(rows), [key]))
        say(f"{key}: {written:,} rows written.")
    return progress


def check_not_back(store: Warehouse, day: date) -> None:
    """Raises WarehouseError when a cohort has been observed beyond the day: written whole, it would go back in time."""
    held = max(_observed(store).values(), default=day)
    if held > day:
        raise WarehouseError(
            f"The warehouse {store.place} holds what happened up to {held}, and the as-of date is {day}: its tables would go "
            f"back in time; set ECOM_AS_OF to {held} or later, or, to see the earlier day, {store.start_over}."
        )


def _contents(
    rows: Mapping[str, pa.Table], users: Sequence[pa.Table], cohorts: Sequence[date], present: date
) -> dict[Table, pa.Table]:
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pa.array(cohorts, pa.date32())
    windows = {"signup_month": list(cohorts), "observed_until": [present] * len(cohorts)}
    contents = {name: table.filter(pc.is_in(table["signup_month"], wanted)) for name, table in rows.items()}
    contents |= {"users": pa.concat_tables(users), WINDOWS.name: pa.table(windows, schema=WINDOWS.arrow_schema)}
    return of_cohort(contents)


def _observed(store: Warehouse, months: Sequence[date] | None = None) -> dict[date, date]:
    """How far each cohort (of these months; None: all) that was ever built has been observed."""
    found = store.read(WINDOWS, None if months is None else [f"{month}" for month in months]).to_pylist()
    return {row["signup_month"]: row["observed_until"] for row in found}
