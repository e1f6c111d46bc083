"""F4: which categories gain or lose in the shop's revenue, and which are looked at more than they are put in carts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ecom_platform.insights.cells import MINIMUM_USERS, finite, numbers, total
from ecom_platform.insights.charts import intervals
from ecom_platform.insights.effect import RELATIVE, SHARE, Effect, Kind, declined
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.wording import count, percent, percent_range, points_apart

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from ecom_platform.stats.aggregates import Moments
    from ecom_platform.stats.estimates import Estimate

MONTHLY = "marts.dm_category_performance"
ATTENTION = "insights.category_attention"
ALL = "all"
MINIMUM_MONTHS = 6
WINDOW = "the latest 12 complete months, each against the same month a year before"

DEFINITION = f"""- *Growth*: how a category's share of the shop's revenue changed over a year. Each of the latest 12 complete
  months is compared with the same month a year before, so that seasons cancel; the mean of the log ratios with Student's
  interval, months as units, at least {MINIMUM_MONTHS} of them. `naive_estimate` is the growth of the category's own revenue
  over the same months, which a growing shop gives to all.
- *Efficiency*: of the users who looked at a category in their first 30 days, the share that put something of it in the cart,
  less the same share of all other categories; the delta method with errors clustered by user, who may be in both.
- The p-values of each family are adjusted together (Benjamini-Hochberg).

A description: a category that is put in carts less often may be dearer or thought about longer. Months that follow each other
resemble each other, so the interval of growth is rather too short than too long."""


def answer(aggregates: Aggregates, _: Context) -> Sequence[Effect]:
    return [*_growth(aggregates[MONTHLY]), *_efficiency(aggregates[ATTENTION])]


def _growth(monthly: pd.DataFrame) -> list[Effect]:
    from ecom_platform.stats.multiplicity import false_discovery_adjusted

    pairs = {str(category): _pairs(monthly, str(category)) for category in sorted(monthly["category"].unique())}
    pairs = {category: rows for category, rows in pairs.items() if len(rows) >= MINIMUM_MONTHS}
    if not pairs:
        return [
            declined(
                "growth",
                f"Growth cannot be told from season: there are fewer than {MINIMUM_MONTHS} complete months with the same "
                "month a year before.",
                estimand="change of the category's share of revenue over a year",
                population="paid order lines",
                unit="month",
                window=WINDOW,
            )
        ]
    found = {category: _yearly_change(rows) for category, rows in pairs.items()}
    adjusted = false_discovery_adjusted([each.p_value for each in found.values()])
    effects = []
    for (category, change), p in zip(found.items(), adjusted, strict=True):
        sold = pairs[category][["revenue", "revenue_before"]].sum()
        own = float(sold["revenue"] / sold["revenue_before"]) - 1
        told = "growing" if p < 0.05 and change.estimate > 0 else "shrinking" if p < 0.05 else "steady"
        effects.append(
            Effect(
                effect=f"growth_{category.lower().replace(' ', '_')}",
                kind=Kind.DESCRIPTION,
                estimand="relative change of the category's share of revenue over a year",
                population="paid order lines",
                unit="month",
                scale=RELATIVE,
                window=WINDOW,
                method="mean log ratio of paired months (Student's t)",
                sentence=f"{category} is {told}: its share of revenue changed by {percent_range(change)} over a year, its "
                f"revenue by {percent(own)}.",
                n=len(pairs[category]),
                **numbers(change),
                null_value=0.0,
                p_adjusted=finite(float(p)),
                naive_estimate=own,
                caveats="Months that follow each other resemble each other: the interval is rather too short.",
            )
        )
    return sorted(effects, key=lambda each: -(each.estimate or 0.0))


def _pairs(monthly: pd.DataFrame, category: str) -> pd.DataFrame:
    """The category's latest complete months that have a year before: revenue and share, then and before."""
    import pandas as pd

    complete = monthly[monthly["is_complete_month"].astype(bool)].assign(
        month=lambda rows: pd.to_datetime(rows["order_month"]).dt.to_period("M")
    )
    whole = complete.groupby("month")["revenue"].sum()
    own = complete[complete["category"] == category].set_index("month")["revenue"]
    rows = pd.DataFrame({"revenue": own, "share": own / whole.reindex(own.index)})
    before = rows.set_axis(rows.index + 12)
    paired = rows.join(before, rsuffix="_before", how="inner").sort_index().tail(12)
    return paired[(paired["revenue"] > 0) & (paired["revenue_before"] > 0)]


def _yearly_change(paired: pd.DataFrame) -> Estimate:
    import numpy as np

    from ecom_platform.stats.aggregates import Sample
    from ecom_platform.stats.means import mean

    found = mean(Sample.of(np.log((paired["share"] / paired["share_before"]).to_numpy(dtype=float))))
    return found._replace(
        estimate=math.expm1(found.estimate), ci_low=math.expm1(found.ci_low), ci_high=math.expm1(found.ci_high)
    )


def _efficiency(attention: pd.DataFrame) -> list[Effect]:
    from ecom_platform.stats.multiplicity import false_discovery_adjusted
    from ecom_platform.stats.ratios import smooth_function

    everybody = attention[attention["category"] == ALL]
    parts = {
        str(each): attention[attention["category"] == each] for each in sorted(attention["category"].unique()) if each != ALL
    }
    moments = {category: _moments(part, everybody) for category, part in parts.items()}
    moments = {
        category: each
        for category, each in moments.items()
        if each["viewed"].total >= MINIMUM_USERS and each["all_viewed"].total - each["viewed"].total >= MINIMUM_USERS
    }
    if not moments:
        return [
            declined(
                "efficiency",
                f"It cannot be said what is looked at in vain: fewer than {MINIMUM_USERS} users looked at a category, or at "
                "others, in the event log of their first 30 days.",
                estimand="share of viewers who put the category in the cart, less that of other categories",
                population="users whose first 30 days are known",
                window="[0, 30)",
            )
        ]
    gaps = {category: smooth_function(each, carted_share_gap) for category, each in moments.items()}
    adjusted = false_discovery_adjusted([gap.p_value for gap in gaps.values()])
    effects = []
    for (category, gap), p in zip(gaps.items(), adjusted, strict=True):
        viewers, carters = (round(moments[category][name].total) for name in ("viewed", "carted"))
        told = "efficient" if p < 0.05 and gap.estimate > 0 else "inefficient" if p < 0.05 else "average"
        effects.append(
            Effect(
                effect=f"efficiency_{category.lower().replace(' ', '_')}",
                kind=Kind.DESCRIPTION,
                estimand="share of viewers who put the category in the cart, less that of other categories",
                population="users whose first 30 days are known",
                unit="user",
                scale=SHARE,
                window="[0, 30)",
                method="difference of ratios of sums, clustered by user (delta method)",
                sentence=f"{category} is {told} at turning looks into carts: of {count(viewers)} users who looked at it "
                f"{percent(carters / viewers)} put something of it in the cart, {points_apart(gap)} than of other categories.",
                n=moments[category].n,
                **numbers(gap),
                null_value=0.0,
                p_adjusted=finite(float(p)),
                caveats="Dearer things are thought about longer; a look may end in a purchase after the event log has ended.",
            )
        )
    return sorted(effects, key=lambda each: each.estimate or 0.0)


def carted_share_gap(means: NDArray[np.float64]) -> float:
    """The category's carted share of looks less that of the other categories."""
    viewed, carted, all_viewed, all_carted = means
    return float(carted / viewed - (all_carted - carted) / (all_viewed - viewed))


def _moments(part: pd.DataFrame, everybody: pd.DataFrame) -> Moments:
    """Whether a user looked at the category and put it in the cart, and how many categories the user did so with."""
    from ecom_platform.stats.aggregates import Moments

    viewed, carted = (float(part[column].sum()) for column in ("viewed_count", "carted_count"))

    def product(one: str, two: str, cells: pd.DataFrame) -> float:
        return float(cells[f"{one}_times_all_{two}"].sum())

    return Moments.from_sums(
        total(everybody, "user_count"),
        {
            "viewed": viewed,
            "carted": carted,
            "all_viewed": float(everybody["viewed_count"].sum()),
            "all_carted": float(everybody["carted_count"].sum()),
        },
        {
            ("viewed", "viewed"): viewed,
            ("viewed", "carted"): carted,
            ("carted", "carted"): carted,
            ("viewed", "all_viewed"): product("viewed", "viewed", part),
            ("viewed", "all_carted"): product("viewed", "carted", part),
            ("carted", "all_viewed"): product("carted", "viewed", part),
            ("carted", "all_carted"): product("carted", "carted", part),
            ("all_viewed", "all_viewed"): product("viewed", "viewed", everybody),
            ("all_viewed", "all_carted"): product("viewed", "carted", everybody),
            ("all_carted", "all_carted"): product("carted", "carted", everybody),
        },
    )


def chart(_: Aggregates, effects: Sequence[Effect]) -> Any:
    """The yearly change of each category's share of revenue, with its interval."""
    shown = [each for each in effects if each.effect.startswith("growth_")]
    return intervals(
        shown,
        [each.effect.removeprefix("growth_").replace("_", " ").capitalize() for each in shown],
        title="Change of categories' shares of revenue over a year, with 95 % intervals",
        axis="Relative change of the share of revenue",
        null=0.0,
        form="+.0%",
    )


INQUIRY = Inquiry(number="F4", reads=(MONTHLY, ATTENTION), definition=DEFINITION, answer=answer, chart=chart)
