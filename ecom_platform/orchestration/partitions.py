"""The one partitions object that every user-derived asset shares: signup months."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

import dagster as dg

KEY_FORMAT = "%Y-%m-01"

_ALL_BEFORE_THE_END = 12 * 1000
"""An end offset (months) so large that the end date alone bounds the partitions, whether past or future."""


@lru_cache(maxsize=8)
def signup_months(start_month: date, as_of: date | None) -> dg.TimeWindowPartitionsDefinition:
    """Months of signup from the start month to the as-of date's month, that month included although it has not ended.

    Without an as-of date the last month is the current one of the calendar (UTC) at the time of each call.
    """
    start = datetime(start_month.year, start_month.month, 1)
    if as_of is None:
        return dg.MonthlyPartitionsDefinition(start_date=start, end_offset=1, fmt=KEY_FORMAT)
    after = datetime(as_of.year + as_of.month // 12, as_of.month % 12 + 1, 1)
    return dg.MonthlyPartitionsDefinition(start_date=start, end_date=after, end_offset=_ALL_BEFORE_THE_END, fmt=KEY_FORMAT)
