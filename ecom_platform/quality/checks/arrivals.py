"""Whether what arrived looks like what usually arrives: its volume, its newest day, its mix of values.

The judgements are pure functions of counts; the counts are single queries. Dirt in single rows is not seen here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, sqrt
from statistics import median
from typing import TYPE_CHECKING

from ecom_platform.tables import CATALOG, Table, Type
from ecom_platform.tables.spec import PARTITION_COLUMN

if TYPE_CHECKING:
    from ecom_platform.warehouse.contract import RowCounts, Warehouse

TRAILING_MONTHS = 3
LEAST, MOST = 0.6, 1 / 0.6
SETTLED_DAYS = 60
"""Days after which a cohort has so many orders and events that it can be compared with older ones."""

RECENT_DAYS = 90
SHORTEST_SILENCE = 2
UNLIKELY = 14.0
"""A silence in which this many rows were due happens once in a million (e^-14)."""

DRIFT = 0.02
STANDARD_ERRORS = 4.0
"""A deviation of this many standard errors is chance once in 16,000."""

WINDOWS = CATALOG["raw.observation_windows"]


@dataclass(frozen=True)
class Finding:
    """What is unusual: a number of rows for each partition concerned (`""` for the table), and a sentence."""

    bad: RowCounts
    words: str = ""


def observed_until(store: Warehouse) -> date | None:
    """The last observed day of any cohort; None before anything arrived."""
    found: date | None = store.query(f"SELECT MAX(observed_until) AS day FROM {WINDOWS}", [WINDOWS])["day"][0].as_py()
    return found


def volume(raw: Table, rows: RowCounts, until: date) -> Finding:
    """Months with far fewer or more rows than the three before them.

    The tolerance is a factor and, for small tables, four standard errors of a count. A month is not judged before two
    others came, nor while its cohort is so young that it must have fewer rows.
    """
    bad: dict[str, int] = {}
    said = []
    months = sorted(key for key in rows if key)
    for position, key in enumerate(months):
        before = [rows[other] for other in months[max(0, position - TRAILING_MONTHS) : position]]
        share = _share_due(raw, date.fromisoformat(key), until)
        if len(before) < 2 or share is None:
            continue
        expected = median(before) * share
        slack = STANDARD_ERRORS * sqrt(expected)
        if not LEAST * expected - slack <= rows[key] <= MOST * expected + slack:
            bad[key] = abs(rows[key] - round(expected))
            said.append(f"{key[:7]} has {rows[key]:,} rows where the months before it suggest about {expected:,.0f}")
    return Finding(bad, f"{'; '.join(said[:3])}." if said else "")


def _share_due(raw: Table, month: date, until: date) -> float | None:
    """How much of a month's rows should be there; None where that is unknown."""
    end = (month + timedelta(days=32)).replace(day=1)
    if raw.at_signup:
        # Such a month is complete when it is over.
        return min(1.0, ((until - month).days + 1) / (end - month).days)
    return 1.0 if until >= end + timedelta(days=SETTLED_DAYS) else None


def freshness(raw: Table, store: Warehouse, until: date) -> Finding:
    """Whether rows of the last days are missing: a silence too long for how often rows came before.

    Asked of a table that has an event date.
    """
    assert raw.event_date is not None
    column = raw.column(raw.event_date)
    day = f"DATE({column.name})" if column.type is Type.TIMESTAMP else column.name
    # Every month is asked for by name, since a warehouse may refuse to read a large table without.
    found = store.query(
        f"SELECT MAX(day) AS newest, COUNTIF(day > DATE '{until - timedelta(days=RECENT_DAYS)}') AS recent "
        f"FROM (SELECT {day} AS day FROM {raw} WHERE {PARTITION_COLUMN} >= DATE '1900-01-01') AS happened "
        f"WHERE day <= DATE '{until}'",
        [raw],
    ).to_pylist()[0]
    return judge_freshness(raw, found["newest"], found["recent"], until)


def judge_freshness(raw: Table, newest: date | None, recent: int, until: date) -> Finding:
    """`recent` are the rows of the last 90 days up to `until`, the last observed day; `newest` is the newest row's day."""
    if newest is None:
        return Finding({})
    silence = (until - newest).days
    daily = recent / RECENT_DAYS
    allowed = max(SHORTEST_SILENCE, ceil(UNLIKELY / daily)) if daily else RECENT_DAYS
    if silence <= allowed:
        return Finding({})
    return Finding(
        {"": 1},
        f"The newest row of {raw} is of {newest}, {silence} days before the last observed day, {until}; "
        f"about {daily:,.1f} a day had come before.",
    )


def drift(raw: Table, store: Warehouse) -> Finding:
    """Columns whose values are distributed differently from the declared shares. Undeclared values are left out."""
    declared = [column for column in raw.columns if column.shares]
    where = f" WHERE {PARTITION_COLUMN} >= DATE '1900-01-01'" if raw.partitioned else ""
    sql = " UNION ALL ".join(
        f"SELECT '{column.name}' AS name, CAST({column.name} AS STRING) AS value, COUNT(*) AS row_count "
        f"FROM {raw}{where} GROUP BY value"
        for column in declared
    )
    counts: dict[str, dict[str, int]] = {column.name: {} for column in declared}
    for row in store.query(sql, [raw]).to_pylist():
        counts[row["name"]][row["value"]] = row["row_count"]
    said = [words for column in declared for words in judge_drift(column.name, dict(column.shares), counts[column.name])]
    return Finding({"": len(said)} if said else {}, f"{'; '.join(said)}." if said else "")


def judge_drift(column: str, declared: Mapping[str, float], counts: Mapping[str, int]) -> Sequence[str]:
    """A clause for each value whose share is off by more than two points and four standard errors."""
    total = sum(counts.get(value, 0) for value in declared)
    said = []
    for value, share in declared.items():
        actual = counts.get(value, 0) / total if total else share
        slack = DRIFT + (STANDARD_ERRORS * sqrt(share * (1 - share) / total) if total else 0.0)
        if abs(actual - share) > slack:
            said.append(f"{column} is {value} in {actual:.1%} of rows instead of {share:.0%}")
    return said
