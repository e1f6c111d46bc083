"""Shares of revenue by category of two groups of users, and their differences, with errors clustered by user."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ecom_platform.insights.cells import MINIMUM_USERS, total

if TYPE_CHECKING:
    import pandas as pd

    from ecom_platform.stats.aggregates import Moments
    from ecom_platform.stats.estimates import Estimate

ALL = "all"


class CategoryShare(NamedTuple):
    """One category in two groups."""

    category: str
    own: float
    """Share of the first group's revenue."""
    rest: float
    """Share of the second group's revenue."""
    difference: Estimate
    """First less second."""
    p_adjusted: float
    """Adjusted over the categories by Benjamini and Hochberg; NaN where it could not be tested."""
    n: int
    """Users of both groups."""


def compare_categories(own: pd.DataFrame, rest: pd.DataFrame) -> list[CategoryShare]:
    """Every category in two groups of cells of `category_mix` of one landmark; none where a group has too few buyers."""
    from ecom_platform.stats.multiplicity import false_discovery_adjusted
    from ecom_platform.stats.ratios import ratio_difference, ratio_of_means

    if min(total(side[side["category"] == ALL], "buyer_count") for side in (own, rest)) < MINIMUM_USERS:
        return []
    categories = sorted((set(own["category"]) | set(rest["category"])) - {ALL})
    pairs = [(_moments(own, each), _moments(rest, each)) for each in categories]
    differences = [ratio_difference(left, right, "category", ALL) for left, right in pairs]
    adjusted = false_discovery_adjusted([each.p_value for each in differences])
    return [
        CategoryShare(
            category,
            ratio_of_means(left, "category", ALL).estimate,
            ratio_of_means(right, "category", ALL).estimate,
            difference,
            float(p),
            left.n + right.n,
        )
        for category, (left, right), difference, p in zip(categories, pairs, differences, adjusted, strict=True)
    ]


def _moments(cells: pd.DataFrame, category: str) -> Moments:
    """A user's revenue of the category and of all."""
    from ecom_platform.stats.aggregates import Moments

    part, whole = cells[cells["category"] == category], cells[cells["category"] == ALL]
    return Moments.from_sums(
        total(whole, "user_count"),
        {"category": float(part["revenue"].sum()), ALL: float(whole["revenue"].sum())},
        {
            ("category", "category"): float(part["revenue_squared"].sum()),
            (ALL, ALL): float(whole["revenue_squared"].sum()),
            ("category", ALL): float(part["revenue_times_total"].sum()),
        },
    )
