"""The one partitions object that every user-derived asset shares: signup months."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache

import dagster as dg

KEY_FORMAT = "%Y-%m-01"


@lru_cache(maxsize=8)
def signup_months(start_month: date, as_of: date | None) -> dg.TimeWindowPartitionsDefinition:
    """Months of signup from the start month to the as-of date's month, that month included although it has not ended.

    Without an as-of date the last month is the current one of the calendar (UTC) at the time of each call.
    """
    start = datetime(start_month.year, start_month.month, 1)
    if as_of is None:
        return dg.MonthlyPartitionsDefinition(start_date=start, end_offset=1, fmt=KEY_FORMAT)
    after = datetime(as_of.year + as_of.month // 12, as_of.month % 12 + 1, 1)
    # Dagster walks this many months on from the last that has ended, at each step of a run; the end date cuts the walk short
    # only if it gets there, whatever the clock says.
    to_the_first = max(_months(datetime.now(UTC), start), 0)
    offset = to_the_first + _months(start, after)
    return dg.MonthlyPartitionsDefinition(start_date=start, end_date=after, end_offset=offset, fmt=KEY_FORMAT)


def _months(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month
