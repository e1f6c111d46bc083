"""4.2: what users are worth after the landmark by when they first bought before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from ecom_platform.insights.cells import LATER_WINDOW, MINIMUM_USERS, later, numbers, total
from ecom_platform.insights.effect import RELATIVE, Effect, Kind, declined
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.wording import count, money_range, number, percent_range
from ecom_platform.tables.insights.revenue_by_first_purchase import LANDMARK

if TYPE_CHECKING:
    import pandas as pd

CELLS = "insights.revenue_by_first_purchase"

DEFINITION = f"""Mean paid revenue of {LATER_WINDOW} by the day of the first paid order, among mature users.

- *Landmark*: when a user first bought is decided before day {LANDMARK}, what the user is worth is counted from it on. So
  nobody has to stay long enough to be late, and the first purchase itself is not counted as its own consequence.
- *Naive*: the same comparison of revenue from the signup day on, which counts the first purchase.
- *Within activation levels*: the stratum means, averaged with all users' composition (direct standardisation); levels in which
  a group has fewer than {MINIMUM_USERS} users are left out.
- Intervals: Welch's; of the relative difference, the delta method on the log scale. The p-values are adjusted together
  (Benjamini-Hochberg).

An association: keener users buy sooner and buy more. Nothing here says that hurrying somebody would change anything."""

WINDOW = f"[0, {LANDMARK}) decides, [{LANDMARK}, 360) is measured"
CAVEAT = "Keener users buy sooner and buy more later: the difference is not what an earlier purchase would bring."


class Contrast(NamedTuple):
    """Two groups of users by the day of their first purchase."""

    name: str
    group: str
    others: str


CONTRASTS = (
    Contrast("bought_by_day_30", "users who bought in their first 30 days", "users who had not bought by then"),
    Contrast("bought_in_first_week", "users who first bought on days 0 to 6", "users who first bought on days 7 to 29"),
)


def answer(aggregates: Aggregates, context: Context) -> Sequence[Effect]:
    from ecom_platform.stats.means import welch
    from ecom_platform.stats.multiplicity import false_discovery_adjusted

    cells = aggregates[CELLS]
    sides = {each: _sides(cells, each) for each in CONTRASTS}
    compared = {each: pair for each, pair in sides.items() if _enough(*pair)}
    tests = {each: welch(later(pair[0], "revenue"), later(pair[1], "revenue")) for each, pair in compared.items()}
    adjusted = dict(zip(tests, false_discovery_adjusted([test.p_value for test in tests.values()]), strict=True))
    effects: list[Effect] = []
    for each in CONTRASTS:
        if each not in compared:
            effects.append(_declined(each))
            continue
        effects += _effects(each, compared[each], float(adjusted[each]), context)
    return effects


def _sides(cells: pd.DataFrame, contrast: Contrast) -> tuple[pd.DataFrame, pd.DataFrame]:
    day = cells["first_purchase_day"]
    if contrast is CONTRASTS[0]:
        return cells[day < LANDMARK], cells[day >= LANDMARK]
    return cells[day < 7], cells[(day >= 7) & (day < LANDMARK)]


def _enough(group: pd.DataFrame, others: pd.DataFrame) -> bool:
    return min(total(side, "mature_user_count") for side in (group, others)) >= MINIMUM_USERS


def _effects(
    contrast: Contrast, sides: tuple[pd.DataFrame, pd.DataFrame], p_adjusted: float, context: Context
) -> list[Effect]:
    from ecom_platform.stats.means import welch
    from ecom_platform.stats.ratios import means_ratio

    own, rest = (later(side, "revenue") for side in sides)
    association = partial(
        Effect,
        kind=Kind.ASSOCIATION,
        population=f"mature users: {contrast.group}, and {contrast.others}",
        unit="user",
        window=WINDOW,
        caveats=CAVEAT,
    )
    naive = [float(side["first_360_days_revenue"].sum()) / total(side, "mature_user_count") for side in sides]
    difference = welch(own, rest)
    effects = [
        association(
            effect=contrast.name,
            n=difference.n,
            estimand=f"difference of mean revenue of {LATER_WINDOW}",
            scale=context.currency,
            method="landmark difference of means (Welch)",
            sentence=f"On {LATER_WINDOW}, the {count(own.n)} {contrast.group} spent {number(own.mean)} {context.currency} "
            f"each and the {count(rest.n)} {contrast.others} {number(rest.mean)}: a difference of "
            f"{money_range(difference, context.currency)}.",
            **numbers(difference),
            null_value=0.0,
            p_adjusted=p_adjusted if p_adjusted == p_adjusted else None,
            naive_estimate=naive[0] - naive[1],
        )
    ]
    if own.mean > 0 and rest.mean > 0:
        ratio = means_ratio(own, rest)
        lift = ratio._replace(estimate=ratio.estimate - 1, ci_low=ratio.ci_low - 1, ci_high=ratio.ci_high - 1)
        effects.append(
            association(
                effect=f"{contrast.name}_relative",
                n=difference.n,
                estimand=f"ratio of mean revenue of {LATER_WINDOW}, less 1",
                scale=RELATIVE,
                method="landmark ratio of means (delta method, log scale)",
                sentence=f"Relative to {contrast.others}, the revenue of {contrast.group} differs by {percent_range(lift)}.",
                **numbers(lift),
                null_value=0.0,
                naive_estimate=naive[0] / naive[1] - 1 if naive[1] else None,
            )
        )
    return [*effects, *_within_levels(contrast, sides, context.currency, association, difference.estimate)]


def _within_levels(
    contrast: Contrast,
    sides: tuple[pd.DataFrame, pd.DataFrame],
    currency: str,
    association: Callable[..., Effect],
    pooled: float,
) -> list[Effect]:
    from ecom_platform.stats.stratified import standardised_difference

    levels = sorted(set(sides[0]["activation_level"]) | set(sides[1]["activation_level"]))
    if set(levels) <= {"unknown"}:
        return []
    strata = [tuple(later(side[side["activation_level"] == level], "revenue") for side in sides) for level in levels]
    own, rest = ([pair[i] for pair in strata if min(each.n for each in pair) >= MINIMUM_USERS] for i in (0, 1))
    try:
        found = standardised_difference(own, rest, [left.n + right.n for left, right in zip(own, rest, strict=True)])
    except ValueError:
        return []
    return [
        association(
            effect=f"{contrast.name}_within_levels",
            n=found.n,
            estimand=f"difference of mean revenue of {LATER_WINDOW}, activation level held fixed",
            scale=currency,
            method="direct standardisation over activation levels",
            sentence=f"Among users of the same activation level, {contrast.group} and {contrast.others} differ by "
            f"{money_range(found, currency)} on {LATER_WINDOW}; without regard to the level, by {number(pooled)}.",
            **numbers(found),
            null_value=0.0,
            naive_estimate=pooled,
        )
    ]


def _declined(contrast: Contrast) -> Effect:
    return declined(
        contrast.name,
        f"It cannot be said how {contrast.group} differ from {contrast.others}: fewer than {MINIMUM_USERS} of one group have "
        "been observed for 360 days.",
        estimand=f"difference of mean revenue of {LATER_WINDOW}",
        population="mature users",
        window=WINDOW,
    )


def chart(aggregates: Aggregates, _: Sequence[Effect]) -> Any:
    """Mean revenue after the landmark by the days of the first purchase, with 95 % intervals."""
    import altair as alt
    import pandas as pd

    from ecom_platform.insights.charts import BLUE, WIDTH
    from ecom_platform.stats.means import mean

    cells = aggregates[CELLS]
    rows: list[dict[str, Any]] = []
    for label, first, last in (("0-2", 0, 2), ("3-6", 3, 6), ("7-13", 7, 13), ("14-29", 14, 29), ("not by day 30", 30, 30)):
        found = mean(later(cells[cells["first_purchase_day"].between(first, last)], "revenue"))
        if found.ci_low == found.ci_low:
            rows.append({"days": label, "mean": found.estimate, "low": found.ci_low, "high": found.ci_high})
    if not rows:
        return None
    order = [str(row["days"]) for row in rows]
    title = f"Mean revenue of {LATER_WINDOW} by day of first purchase, with 95 % intervals"
    base = alt.Chart(pd.DataFrame(rows), width=WIDTH).encode(
        x=alt.X("days:N", sort=order, title="Day of the first purchase since signup", axis=alt.Axis(labelAngle=0))
    )
    spans = base.mark_rule(color=BLUE, strokeWidth=2).encode(
        y=alt.Y("low:Q", title="Revenue per user", axis=alt.Axis(format=",.0f")), y2="high:Q"
    )
    points = base.mark_point(color=BLUE, filled=True, size=60, opacity=1).encode(y="mean:Q")
    return alt.layer(spans, points).properties(title=title)


INQUIRY = Inquiry(number="4.2", reads=(CELLS,), definition=DEFINITION, answer=answer, chart=chart)
