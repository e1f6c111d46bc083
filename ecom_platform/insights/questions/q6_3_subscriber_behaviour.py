"""6.3: the funnel, the categories and the repurchases of subscribers, beside those of users who had not subscribed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ecom_platform.insights.category_shares import ALL, compare_categories
from ecom_platform.insights.cells import MINIMUM_USERS, finite, numbers, total
from ecom_platform.insights.charts import intervals
from ecom_platform.insights.effect import SHARE, Effect, Kind, declined
from ecom_platform.insights.funnel import STEPS, funnel, reached_all_stages
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.wording import count, percent, points_apart
from ecom_platform.tables.insights.funnel_moments import STAGES

if TYPE_CHECKING:
    import pandas as pd

FUNNEL = "insights.funnel_moments"
MIX = "insights.category_mix"

FUNNEL_WINDOW = "[0, 30) is measured, [30, 180) decides"
LATER_WINDOW = "[0, 180) decides, [180, 360) is measured"

DEFINITION = """Three comparisons, each on one side of a landmark, so that nobody is a subscriber by having stayed:

- *Funnel*: sessions of the first 30 days, of users who joined on days 30 to 179 and of those who had not by then. The event
  log ends before most of them join: it is how later subscribers behaved *before* joining. Rates are sums over sums, with
  errors clustered by user.
- *Categories*: shares of the revenue of days 180 to 359, of users who had joined before day 180 and of those who had not.
- *Repurchase*: of the same users, who bought on days 180 to 359 at all, and which of the buyers did so twice; Newcombe's
  interval.

The p-values of each comparison are adjusted together (Benjamini-Hochberg). Descriptions: who subscribes differs in more than
the subscription. What people like brought them here or there; it is no effect of subscribing. 6.2 says what subscribing
does."""

CAVEAT = "Who subscribes differs in more than the subscription."


def answer(aggregates: Aggregates, _: Context) -> Sequence[Effect]:
    cells = aggregates[MIX]
    later = cells[cells["start_day"] == 180]
    subscribers, others = (later[later["subscription"] == each] for each in ("subscriber", "free"))
    return [*_funnel(aggregates[FUNNEL]), *_repurchase(subscribers, others), *_categories(subscribers, others)]


def _funnel(cells: pd.DataFrame) -> list[Effect]:
    from ecom_platform.stats.multiplicity import false_discovery_adjusted
    from ecom_platform.stats.ratios import ratio_difference, ratio_of_means

    later, free = (funnel(cells[cells["subscription"] == each]) for each in ("later", "free"))
    described = partial(
        Effect,
        kind=Kind.DESCRIPTION,
        population="users observed for 180 days who had not subscribed in their first 30",
        unit="session, clustered by user",
        scale=SHARE,
        window=FUNNEL_WINDOW,
        method="difference of ratios of sums, clustered by user (delta method)",
        n=later.n + free.n,
        null_value=0.0,
        caveats=f"{CAVEAT} The log ends before most join: this is behaviour before joining.",
    )
    if min(later.n, free.n) < MINIMUM_USERS or not (reached_all_stages(later) and reached_all_stages(free)):
        return [
            declined(
                "funnel",
                "The funnel of later subscribers cannot be compared: too few of them, or of the others, have been observed "
                "for 180 days with a purchase in the event log of their first 30.",
                estimand="conversion of sessions, later subscribers less others",
                population="users observed for 180 days who had not subscribed in their first 30",
                unit="session",
                window=FUNNEL_WINDOW,
            )
        ]
    steps = (*STEPS, ("view", "purchase"))
    differences = [ratio_difference(later, free, deeper, stage) for stage, deeper in steps]
    adjusted = false_discovery_adjusted([each.p_value for each in differences])
    effects = []
    for (stage, deeper), difference, p in zip(steps, differences, adjusted, strict=True):
        own, rest = (ratio_of_means(side, deeper, stage).estimate for side in (later, free))
        effects.append(
            described(
                effect=f"funnel_{stage}_to_{deeper}",
                estimand=f"share of sessions that reached {STAGES[stage]} and went on to {STAGES[deeper]}, "
                "later subscribers less others",
                sentence=f"Of the early sessions of later subscribers that reached {STAGES[stage]}, {percent(own)} reached "
                f"{STAGES[deeper]}; of those of the others, {percent(rest)}: {points_apart(difference)}.",
                **numbers(difference),
                p_adjusted=finite(float(p)),
            )
        )
    return effects


def _repurchase(subscribers: pd.DataFrame, others: pd.DataFrame) -> list[Effect]:
    from ecom_platform.stats.multiplicity import false_discovery_adjusted
    from ecom_platform.stats.proportions import newcombe

    sides = [side[side["category"] == ALL] for side in (subscribers, others)]
    families = {
        "buyers": ("user_count", "buyer_count", "bought on days 180 to 359", "users"),
        "repeat_buyers": ("buyer_count", "repeat_buyer_count", "bought at least twice on days 180 to 359", "buyers"),
    }
    found = {
        name: tuple((total(side, events), total(side, of)) for side in sides)
        for name, (of, events, *_) in families.items()
        if min(total(side, of) for side in sides) >= MINIMUM_USERS
    }
    if not found:
        return [_declined("repurchase", "share of buyers, and of repeat buyers among them, subscribers less others")]
    gaps = {name: newcombe(*own, *rest) for name, (own, rest) in found.items()}
    adjusted = dict(zip(gaps, false_discovery_adjusted([gap.p_value for gap in gaps.values()]), strict=True))
    effects = []
    for name, (own, rest) in found.items():
        _, _, did, whom = families[name]
        effects.append(
            Effect(
                effect=name,
                kind=Kind.DESCRIPTION,
                estimand=f"share of {whom} who {did}, subscribers less others",
                population="mature users whose subscription is known",
                unit="user",
                scale=SHARE,
                window=LATER_WINDOW,
                method="difference of shares (Newcombe)",
                sentence=f"Of {count(own[1])} {whom} who had subscribed before day 180, {percent(own[0] / own[1])} {did}; of "
                f"{count(rest[1])} others, {percent(rest[0] / rest[1])}: {points_apart(gaps[name])}.",
                n=own[1] + rest[1],
                **numbers(gaps[name]),
                null_value=0.0,
                p_adjusted=finite(float(adjusted[name])),
                caveats=CAVEAT,
            )
        )
    return effects


def _categories(subscribers: pd.DataFrame, others: pd.DataFrame) -> list[Effect]:
    compared = compare_categories(subscribers, others)
    if not compared:
        return [_declined("categories", "share of the category in revenue, subscribers less others")]
    return [
        Effect(
            effect=f"category_{each.category.lower().replace(' ', '_')}",
            kind=Kind.DESCRIPTION,
            estimand="share of the category in revenue, subscribers less others",
            population="mature users whose subscription is known",
            unit="user",
            scale=SHARE,
            window=LATER_WINDOW,
            method="difference of ratios of sums, clustered by user (delta method)",
            sentence=f"Of what subscribers spend on days 180 to 359, {each.category} has {percent(each.own)}, of what the "
            f"others do {percent(each.rest)}: {points_apart(each.difference)}.",
            n=each.n,
            **numbers(each.difference),
            null_value=0.0,
            p_adjusted=finite(each.p_adjusted),
            caveats="Taste is no effect of subscribing; shares say nothing of amounts.",
        )
        for each in compared
    ]


def _declined(effect: str, estimand: str) -> Effect:
    return declined(
        effect,
        "Subscribers cannot be compared with others after day 180: of one of them too few have been observed for 360 days, or "
        "the source has no subscriptions.",
        estimand=estimand,
        population="mature users whose subscription is known",
        window=LATER_WINDOW,
    )


def chart(_: Aggregates, effects: Sequence[Effect]) -> Any:
    """Every difference of shares, with its interval."""
    return intervals(
        effects,
        [each.effect.replace("_", " ").capitalize() for each in effects],
        title="Funnel, repurchase and categories, subscribers less others, with 95 % intervals",
        axis="Difference of shares",
        null=0.0,
        form="+.1%",
    )


INQUIRY = Inquiry(number="6.3", reads=(FUNNEL, MIX), definition=DEFINITION, answer=answer, chart=chart)
