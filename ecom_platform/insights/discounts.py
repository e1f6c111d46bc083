"""The design behind every answer on early discounts: what was seen is held fixed, and the weekday of the signup decides.

A product has a discount on one weekday. Two users who saw products with the same discount weekdays (the same *mask*), one of
whom signed up on such a day, differ in what the calendar did, and in the weekday itself; fixed effects of mask and of weekday
take away both. What a weekday does may depend on how much was seen (at weekends people buy more, and those who look at much
the most), so weekdays are compared among masks of as many days. A discount that had ended the day before the signup is the
placebo: nobody met it, so it must do nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ecom_platform.insights.cells import MINIMUM_USERS
from ecom_platform.insights.effect import Effect, declined

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from ecom_platform.stats.aggregates import Sample
    from ecom_platform.stats.estimates import Estimate

DISCOUNTS = "insights.discount_cells"
DISCOUNT_CATEGORIES = "insights.discount_category_cells"

POPULATION = "users who saw a product with a discount day on the signup day"
METHOD = (
    "least squares with fixed effects of discount mask and, by the number of its days, weekday of the signup; robust errors"
)
ASSUMPTIONS = "Among users who saw products with as many discount days, the weekday of the signup matters to all alike."
CAVEATS = "Products without a discount day say nothing here."

REFUTED = 0.01
"""p-value of the placebo below which the design is refuted."""

DESIGN = """Exposed: on the signup day the user saw a product on its discount day.

- **Effect**: exposed users less the others, among users who saw products with the same discount weekdays (128 masks) and with
  the weekday of the signup held fixed, for masks of each size: the calendar decides who met a discount. Robust errors.
- **Naive**: exposed less unexposed users as they are. Who looks at more products meets more discounts and is keener.
- **Placebo**: products whose discount ended the day before the signup. They must do nothing: if they do (p < 0.01), the
  assumption is refuted and the claim is withdrawn."""


class Design(NamedTuple):
    """The effect of an exposure on one outcome."""

    effect: Estimate
    placebo: Estimate
    """The same of a discount that had ended the day before; from a regression with both."""
    naive: float
    """Mean of the exposed less mean of the others."""
    unexposed_mean: float
    baseline: float
    """Mean of the unexposed among those who are compared, weighted as the comparison weighs them: without a discount, the
    users that the effect is about."""
    n: int

    @property
    def refuted(self) -> bool:
        return self.placebo.p_value < REFUTED


def design(cells: pd.DataFrame, outcomes: Sequence[Sample]) -> Design | None:
    """The design on an outcome given cell by cell; None where too few users are exposed or not, or none are comparable."""
    import numpy as np

    from ecom_platform.stats.aggregates import pool_samples
    from ecom_platform.stats.fixed_effects import absorbing_regression

    exposed = cells["is_exposed"].to_numpy(dtype=bool)
    sides = [
        pool_samples(each for each, is_in in zip(outcomes, exposed, strict=True) if bool(is_in) is side)
        for side in (True, False)
    ]
    if min(side.n for side in sides) < MINIMUM_USERS:
        return None
    mask, weekday = (cells[name].to_numpy(dtype=np.int64) for name in ("discount_mask", "signup_weekday"))
    day_before = (mask >> (weekday + 6) % 7) & 1
    held = [mask, 7 * sum((mask >> day) & 1 for day in range(7)) + weekday]
    try:
        effect = absorbing_regression(outcomes, exposed.astype(float), held)
        both = absorbing_regression(outcomes, np.column_stack([exposed, day_before]).astype(float), held)
    except ValueError:
        return None
    naive = sides[0].mean - sides[1].mean
    baseline = _baseline(mask, exposed, outcomes)
    return Design(effect.coefficients[0], both.coefficients[1], naive, sides[1].mean, baseline, effect.n)


def _baseline(mask: NDArray[np.int64], exposed: NDArray[np.bool_], outcomes: Sequence[Sample]) -> float:
    """The unexposed mean of each mask, weighted by the harmonic size of its two sides, as a fixed effect weighs it."""
    import numpy as np

    sizes = np.array([each.n for each in outcomes], dtype=float)
    totals = np.array([each.total for each in outcomes])
    met, unmet = (np.bincount(mask, weights=sizes * side) for side in (exposed, ~exposed))
    both = (met > 0) & (unmet > 0)
    weight = met[both] * unmet[both] / (met + unmet)[both]
    means = np.bincount(mask, weights=totals * ~exposed)[both] / unmet[both]
    return float(np.average(means, weights=weight))


def variable(cells: pd.DataFrame, n: str, column: str) -> list[Sample]:
    """A variable cell by cell, from its sum and its sum of squares."""
    from ecom_platform.stats.aggregates import Sample

    columns = (cells[name].to_numpy(dtype=float) for name in (n, column, f"{column}_squared"))
    return [Sample.from_sums(int(count), total, squares) for count, total, squares in zip(*columns, strict=True)]


def event(cells: pd.DataFrame, n: str, column: str) -> list[Sample]:
    """A variable that is 1 for the users that `column` counts, cell by cell."""
    from ecom_platform.stats.aggregates import Sample

    columns = (cells[name].to_numpy(dtype=int) for name in (n, column))
    return [Sample.of_events(int(events), int(count)) for count, events in zip(*columns, strict=True)]


def share_of_revenue(cells: pd.DataFrame, part: str) -> tuple[list[Sample], float]:
    """What a user spends on a part of the assortment beyond its share of all revenue, and that share.

    A mean of it over the mean revenue is a difference of shares (sums over sums), linearised about the share of all.
    """
    from ecom_platform.stats.aggregates import Sample

    n, revenue, spent = (cells[name].to_numpy(dtype=float) for name in ("mature_user_count", "later_revenue", part))
    squared, crossed, revenue_squared = (
        cells[name].to_numpy(dtype=float) for name in (f"{part}_squared", f"{part}_times_revenue", "later_revenue_squared")
    )
    share = float(spent.sum() / revenue.sum()) if revenue.sum() else 0.0
    excess = spent - share * revenue
    squares = squared - 2 * share * crossed + share**2 * revenue_squared
    columns = zip(n, excess, squares, strict=True)
    return [Sample.from_sums(int(count), total, max(square, 0.0)) for count, total, square in columns], share


def not_estimable(effect: str, estimand: str, window: str, about: str) -> Effect:
    reason = (
        f"What early discounts do to {about} is not known: there are fewer than {MINIMUM_USERS} users who met a discount on "
        "the signup day, or who met none, or none of them are comparable."
    )
    return declined(effect, reason, estimand=estimand, population=POPULATION, window=window)


def withdrawn(effect: str, estimand: str, window: str, about: str) -> Effect:
    reason = (
        f"The claim on {about} is withdrawn: discounts that had ended the day before the signup seem to matter as well, so "
        "users who saw the same products are not alike on all weekdays."
    )
    return declined(effect, reason, estimand=estimand, population=POPULATION, window=window)
