"""F2: where sessions are lost, for whom more than for others, and what recovering some of them would be worth."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ecom_platform.insights.cells import MINIMUM_USERS, finite, numbers
from ecom_platform.insights.charts import intervals
from ecom_platform.insights.effect import RELATIVE, SHARE, Effect, Kind, declined
from ecom_platform.insights.funnel import STEPS, funnel, reached_all_stages
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.wording import count, percent, percent_range, points_apart
from ecom_platform.tables.insights.funnel_moments import STAGES

if TYPE_CHECKING:
    import pandas as pd

    from ecom_platform.stats.aggregates import Moments

CELLS = "insights.funnel_moments"
WINDOW = "[0, 30)"
RECOVERED = 0.1

REMEDIES = {
    "view": "more relevant listings and a nudge towards the first cart",
    "cart": "reminders of what is in the cart, and delivery costs that are shown before the checkout",
    "checkout": "fewer steps and fields between the checkout and the payment",
    "payment_attempt": "a retry and another means of payment at once when a payment fails",
}
"""What may be tried against the loss at each stage. Whether it works is for an experiment to say."""

GROUPS = {"device": "device", "marketing_source": "channel"}

DEFINITION = f"""Sessions of users' first 30 days. A session reached a stage by an event of it or of a deeper one, and is lost
at the deepest stage that it reached, unless it purchased.

- *Lost*: the share of the sessions that reached a stage and went no further; sums over sums, errors clustered by user.
- *Gain*: by how much purchases would grow if {RECOVERED:.0%} of the sessions lost at a stage went on, and from there did as
  the others do: {RECOVERED} x (sessions that reached the stage / sessions that reached the next, less 1). Arithmetic to rank
  stages by, not a forecast: whoever is lost is less willing than whoever went on.
- *Groups*: purchases per session of one device or channel less those of the others, adjusted together (Benjamini-Hochberg).

What a remedy does, only an experiment says: S1 has what the nudge does, 3.2 what a failed payment does."""


def answer(aggregates: Aggregates, _: Context) -> Sequence[Effect]:
    cells = aggregates[CELLS]
    everybody = funnel(cells)
    if everybody.n < MINIMUM_USERS or not reached_all_stages(everybody):
        return [
            declined(
                "lost_at_view",
                f"It cannot be said where sessions are lost: of fewer than {MINIMUM_USERS} users are the first 30 days in the "
                "event log, or none of their sessions purchased.",
                estimand="share of sessions that went no further",
                population="users whose first 30 days are known",
                unit="session",
                window=WINDOW,
            )
        ]
    return [*_lost(everybody), *_gains(everybody), *_groups(cells)]


_of_sessions = partial(
    Effect, population="users whose first 30 days are known", unit="session, clustered by user", window=WINDOW
)


def _lost(everybody: Moments) -> list[Effect]:
    from ecom_platform.stats.ratios import ratio_of_means

    sessions = {stage: everybody[stage].total for stage in STAGES}
    lost = {stage: sessions[stage] - sessions[deeper] for stage, deeper in STEPS}
    all_lost = sum(lost.values())
    effects = []
    for stage, deeper in STEPS:
        went_on = ratio_of_means(everybody, deeper, stage)
        share = went_on._replace(estimate=1 - went_on.estimate, ci_low=1 - went_on.ci_high, ci_high=1 - went_on.ci_low)
        of_all = f", {percent(lost[stage] / all_lost)} of all that are lost" if all_lost else ""
        effects.append(
            _of_sessions(
                effect=f"lost_at_{stage}",
                kind=Kind.DESCRIPTION,
                estimand=f"share of sessions that reached {STAGES[stage]} and not {STAGES[deeper]}",
                scale=SHARE,
                method="ratio of sums, clustered by user (delta method)",
                sentence=f"Of {count(sessions[stage])} sessions that reached {STAGES[stage]}, {percent_range(share)} went no "
                f"further{of_all}.",
                n=everybody.n,
                **numbers(share),
            )
        )
    return effects


def _gains(everybody: Moments) -> list[Effect]:
    from ecom_platform.stats.ratios import ratio_of_means

    effects = []
    for stage, deeper in STEPS:
        ratio = ratio_of_means(everybody, stage, deeper)
        gain = ratio._replace(
            estimate=RECOVERED * (ratio.estimate - 1),
            ci_low=RECOVERED * (ratio.ci_low - 1),
            ci_high=RECOVERED * (ratio.ci_high - 1),
        )
        effects.append(
            _of_sessions(
                effect=f"gain_at_{stage}",
                kind=Kind.DESCRIPTION,
                estimand=f"relative growth of purchases if {percent(RECOVERED)} of the sessions lost at {STAGES[stage]} went "
                "on as others do",
                scale=RELATIVE,
                method="ratio of sums, clustered by user (delta method)",
                sentence=f"If {percent(RECOVERED)} of the sessions lost after {STAGES[stage]} went on as the others do, there "
                f"would be {percent_range(gain)} more purchases; to be tried: {REMEDIES[stage]}.",
                n=everybody.n,
                **numbers(gain),
                null_value=0.0,
                assumptions="Recovered sessions go on as those do that were not lost.",
                caveats="A bound to rank stages by, not a forecast. Whether a remedy works, only an experiment says.",
            )
        )
    return sorted(effects, key=lambda each: -(each.estimate or 0.0))


def _groups(cells: pd.DataFrame) -> list[Effect]:
    from ecom_platform.stats.multiplicity import false_discovery_adjusted
    from ecom_platform.stats.ratios import ratio_difference, ratio_of_means

    pairs: dict[tuple[str, str], tuple[Moments, Moments]] = {}
    for column, called in GROUPS.items():
        named = cells[cells[column] != "unknown"]
        for value in sorted(named[column].unique()):
            own, rest = funnel(named[named[column] == value]), funnel(named[named[column] != value])
            if min(own.n, rest.n) >= MINIMUM_USERS and own.mean("view") and rest.mean("view"):
                pairs[called, value] = own, rest
    gaps = [ratio_difference(own, rest, "purchase", "view") for own, rest in pairs.values()]
    adjusted = false_discovery_adjusted([each.p_value for each in gaps])
    effects = []
    for ((called, value), (own, rest)), gap, p in zip(pairs.items(), gaps, adjusted, strict=True):
        rates = [ratio_of_means(side, "purchase", "view").estimate for side in (own, rest)]
        effects.append(
            _of_sessions(
                effect=f"{called}_{value.lower()}",
                kind=Kind.ASSOCIATION,
                estimand=f"share of sessions that purchased, {called} {value} less the others",
                scale=SHARE,
                method="difference of ratios of sums, clustered by user (delta method)",
                sentence=f"Of sessions of users with {called} {value}, {percent(rates[0])} purchased, of the others' "
                f"{percent(rates[1])}: {points_apart(gap)}.",
                n=own.n + rest.n,
                **numbers(gap),
                null_value=0.0,
                p_adjusted=finite(float(p)),
                caveats="Users of different kinds, not one kind seen twice.",
            )
        )
    return effects


def chart(_: Aggregates, effects: Sequence[Effect]) -> Any:
    """The share of sessions lost at each stage, with its interval."""
    shown = {each.effect.removeprefix("lost_at_"): each for each in effects if each.effect.startswith("lost_at_")}
    return intervals(
        list(shown.values()),
        [f"After {STAGES[stage]}" for stage in shown],
        title="Sessions that went no further, of those that reached a stage, with 95 % intervals",
        axis="Share of sessions",
        form=".0%",
    )


INQUIRY = Inquiry(number="F2", reads=(CELLS,), definition=DEFINITION, answer=answer, chart=chart)
