"""Cells of an aggregate as the samples that statistics take, and what of an estimate an effect keeps."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypedDict

from ecom_platform.insights.wording import Interval

if TYPE_CHECKING:
    import pandas as pd

    from ecom_platform.stats.aggregates import Sample

MINIMUM_USERS = 30
"""Fewer users in a group say nothing that is worth a sentence."""

EARLIER = 2 / 3
"""Share of the users in whose cohorts something is looked for: to confirm it takes fewer than to find it."""

LATER_WINDOW = "days 30 to 359"
RETURN_WINDOW = "days 30 to 89"


class Numbers(TypedDict):
    estimate: float | None
    ci_low: float | None
    ci_high: float | None


def numbers(found: Interval) -> Numbers:
    """The numbers of an effect; None for what is not finite."""
    return {"estimate": finite(found.estimate), "ci_low": finite(found.ci_low), "ci_high": finite(found.ci_high)}


def finite(value: float) -> float | None:
    """The number, None where it is not finite."""
    return float(value) if math.isfinite(value) else None


def total(cells: pd.DataFrame, column: str) -> int:
    """The sum of a count over the cells; 0 without any."""
    return int(cells[column].sum())


def earlier_months(cells: pd.DataFrame, users: str) -> list[Any]:
    """The first signup months, with about two thirds of all `users`: what is found there is judged on the others."""
    by_month = cells.groupby("signup_month")[users].sum().sort_index()
    middles = by_month.cumsum() - by_month / 2
    return list(by_month.index[middles < EARLIER * by_month.sum()])


def share(cells: pd.DataFrame, events: str, of: str) -> Sample:
    """A variable that is 1 for `events` of the users `of`."""
    from ecom_platform.stats.aggregates import Sample

    return Sample.of_events(total(cells, events), total(cells, of))


def later(cells: pd.DataFrame, what: str) -> Sample:
    """`orders` or `revenue` of mature users in the outcome window."""
    return summed(cells, "mature_user_count", f"later_{what}")


def summed(cells: pd.DataFrame, n: str, column: str) -> Sample:
    """A variable from its sum and its sum of squares (`<column>_squared`) over the cells."""
    from ecom_platform.stats.aggregates import Sample

    return Sample.from_sums(total(cells, n), float(cells[column].sum()), float(cells[f"{column}_squared"].sum()))
