"""5.3: whether a discount met on the signup day changes what is bought later: categories, and discounted lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ecom_platform.insights.cells import LATER_WINDOW, finite, numbers
from ecom_platform.insights.claims import Span, claim, points
from ecom_platform.insights.discounts import (
    ASSUMPTIONS,
    CAVEATS,
    DESIGN,
    DISCOUNT_CATEGORIES,
    DISCOUNTS,
    METHOD,
    POPULATION,
    Design,
    design,
    not_estimable,
    share_of_revenue,
    withdrawn,
)
from ecom_platform.insights.effect import SHARE, Effect, Kind
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry

if TYPE_CHECKING:
    import pandas as pd

DISCOUNTED = "discounted_revenue"
WINDOW = "decided on day 0, measured in [30, 360)"

DEFINITION = f"""{DESIGN}

Outcomes: the share of later revenue that is bought on a product's discount day, and the share of each category, in
[signup + 30 days, signup + 360 days), of users for whom these days have been observed whole. Shares are sums over sums; the
effect on one is that on the user's spending beyond the common share, over the mean revenue. The p-values of all shares are
adjusted together (Benjamini-Hochberg)."""


class RevenueShare(NamedTuple):
    """A part of later revenue and the design on its share."""

    effect: str
    called: str
    found: Design | None
    revenue: float
    """Mean later revenue of a user."""

    @property
    def estimand(self) -> str:
        return f"effect of meeting a discount on the signup day on {self.called}"


def answer(aggregates: Aggregates, _: Context) -> Sequence[Effect]:
    from ecom_platform.stats.multiplicity import false_discovery_adjusted

    parts = _parts(aggregates)
    known = [part.found for part in parts if part.found is not None]
    adjusted = iter(false_discovery_adjusted([found.effect.p_value for found in known]) if known else ())
    effects = []
    for part in parts:
        if part.found is None:
            effects.append(not_estimable(part.effect, part.estimand, WINDOW, part.called))
            continue
        p_value = float(next(adjusted))
        if part.found.refuted:
            effects.append(withdrawn(part.effect, part.estimand, WINDOW, part.called))
            continue
        effects.append(_effect(part, part.found, p_value))
    return effects


def _parts(aggregates: Aggregates) -> list[RevenueShare]:
    cells, categories = aggregates[DISCOUNTS], aggregates[DISCOUNT_CATEGORIES]
    users, revenue = (float(cells[name].sum()) for name in ("mature_user_count", "later_revenue"))
    mean = revenue / users if users else 0.0

    def part(effect: str, called: str, rows: pd.DataFrame, column: str) -> RevenueShare:
        samples, _ = share_of_revenue(rows, column)
        return RevenueShare(effect, called, design(rows, samples) if mean > 0 else None, mean)

    found = [part("discounted_share", "the share of later revenue bought on a discount day", cells, DISCOUNTED)]
    for category in sorted(categories["category"].unique()):
        of_category = categories[categories["category"] == category].drop(columns="category")
        rows = cells.merge(of_category, on=["discount_mask", "signup_weekday"], how="left").fillna(
            dict.fromkeys(("category_revenue", "category_revenue_squared", "category_revenue_times_revenue"), 0.0)
        )
        name = f"category_{str(category).lower().replace(' ', '_')}"
        found.append(part(name, f"the share of {category} in later revenue", rows, "category_revenue"))
    return found


def _effect(part: RevenueShare, found: Design, p_adjusted: float) -> Effect:
    difference = Span(*(value / part.revenue for value in (found.effect.estimate, found.effect.ci_low, found.effect.ci_high)))
    sentence = claim("A discount met on the signup day", part.called, difference, points)
    if (difference.ci_low > 0 or difference.ci_high < 0) and not p_adjusted < 0.05:
        sentence = (
            f"Whether a discount met on the signup day changes {part.called} is not known: by {points(difference)}, "
            "no more than some of so many comparisons show by chance"
        )
    return Effect(
        effect=part.effect,
        kind=Kind.CAUSAL,
        estimand=part.estimand,
        population=f"mature {POPULATION}",
        unit="user",
        scale=SHARE,
        window=WINDOW,
        method=f"{METHOD}; share of sums, linearised",
        sentence=f"{sentence}.",
        n=found.n,
        **numbers(difference),
        null_value=0.0,
        p_adjusted=finite(p_adjusted),
        naive_estimate=found.naive / part.revenue,
        assumptions=ASSUMPTIONS,
        caveats=CAVEATS,
    )


def chart(_: Aggregates, effects: Sequence[Effect]) -> Any:
    """The effect on each share of later revenue."""
    from ecom_platform.insights.charts import intervals

    names = [
        "Bought on a discount day" if each.effect == "discounted_share" else each.effect.removeprefix("category_").capitalize()
        for each in effects
    ]
    return intervals(
        effects,
        names,
        title=f"Discounts on the signup day and shares of revenue of {LATER_WINDOW}, with 95 % intervals",
        axis="Difference in the share of later revenue",
        null=0.0,
        form="+.1%",
    )


INQUIRY = Inquiry(number="5.3", reads=(DISCOUNTS, DISCOUNT_CATEGORIES), definition=DEFINITION, answer=answer, chart=chart)
