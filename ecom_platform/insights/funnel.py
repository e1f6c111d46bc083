"""The funnel of a group of users as moments of user totals, so that its rates have errors that are clustered by user."""

from __future__ import annotations

from itertools import combinations_with_replacement, pairwise
from typing import TYPE_CHECKING

from ecom_platform.insights.cells import total
from ecom_platform.tables.insights.funnel_moments import STAGES

if TYPE_CHECKING:
    import pandas as pd

    from ecom_platform.stats.aggregates import Moments

STEPS = tuple(pairwise(STAGES))
"""Every stage with the one after it."""


def funnel(cells: pd.DataFrame) -> Moments:
    """A user's sessions that reached each stage, from cells of `funnel_moments`."""
    from ecom_platform.stats.aggregates import Moments

    return Moments.from_sums(
        total(cells, "user_count"),
        {stage: float(cells[f"{stage}_session_count"].sum()) for stage in STAGES},
        {(one, two): float(cells[f"{one}_times_{two}"].sum()) for one, two in combinations_with_replacement(STAGES, 2)},
    )


def reached_all_stages(moments: Moments) -> bool:
    """Some session of the group purchased, so that every rate exists."""
    return bool(moments.n) and moments.mean("purchase") > 0
