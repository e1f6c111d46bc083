"""6.1: the first week of users who subscribed later, beside that of users who did not."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ecom_platform.insights.cells import MINIMUM_USERS, finite, numbers, share, summed, total
from ecom_platform.insights.charts import intervals
from ecom_platform.insights.effect import RELATIVE, SHARE, Effect, Kind, declined
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.wording import count, number, percent, percent_range, points_apart
from ecom_platform.tables.insights.early_behavior_of_subscribers import FIRST_WEEK

if TYPE_CHECKING:
    import pandas as pd

    from ecom_platform.stats.aggregates import Sample

CELLS = "insights.early_behavior_of_subscribers"
WINDOW = "[0, 7) is measured, [7, 180) decides"

DEFINITION = """What users did in their first 7 days, of those whose paid subscription began on days 7 to 179 and of those
who had not subscribed by then. Users observed for 180 days; who joined within the first 7 is left out, so that all of the
behaviour came before joining.

- *Relative difference* of mean counts per user, the delta method on the log scale; the activated share, Newcombe's interval.
- The p-values of all behaviours are adjusted together (Benjamini-Hochberg).

An association: keener users do more of everything, subscribing included."""

CAVEAT = "Keener users do more of everything, subscribing included; nothing here says that doing more makes subscribers."


def answer(aggregates: Aggregates, _: Context) -> Sequence[Effect]:
    from ecom_platform.stats.means import welch
    from ecom_platform.stats.multiplicity import false_discovery_adjusted
    from ecom_platform.stats.proportions import newcombe

    cells = aggregates[CELLS]
    is_later = cells["is_later_subscriber"].astype(bool)
    later, others = cells[is_later], cells[~is_later]
    if min(total(side, "user_count") for side in (later, others)) < MINIMUM_USERS:
        return [_declined()]
    pairs = {name: (_counted(later, name), _counted(others, name)) for name in FIRST_WEEK}
    pairs = {name: pair for name, pair in pairs.items() if min(side.mean for side in pair) > 0}
    activated = share(later, "activated_user_count", "user_count"), share(others, "activated_user_count", "user_count")
    gap = newcombe(round(activated[0].total), activated[0].n, round(activated[1].total), activated[1].n)
    tests = {"activated": gap.p_value} | {name: welch(*pair).p_value for name, pair in pairs.items()}
    adjusted = {name: finite(float(p)) for name, p in zip(tests, false_discovery_adjusted(list(tests.values())), strict=True)}
    association = partial(
        Effect,
        kind=Kind.ASSOCIATION,
        population="users observed for 180 days who had not subscribed in their first 7",
        unit="user",
        window=WINDOW,
        n=activated[0].n + activated[1].n,
        null_value=0.0,
        caveats=CAVEAT,
    )
    first = association(
        effect="activated",
        estimand="activated share, later subscribers less others",
        scale=SHARE,
        method="difference of shares (Newcombe)",
        sentence=f"Of the {count(activated[0].n)} later subscribers {percent(activated[0].mean)} were activated, of the "
        f"{count(activated[1].n)} others {percent(activated[1].mean)}: {points_apart(gap)}.",
        **numbers(gap),
        p_adjusted=adjusted["activated"],
    )
    return [first, *(_effect(association, name, *pair, adjusted[name]) for name, pair in pairs.items())]


def _counted(cells: pd.DataFrame, name: str) -> Sample:
    return summed(cells, "user_count", f"{name}_count")


def _effect(association: partial[Effect], name: str, later: Sample, others: Sample, p_adjusted: float | None) -> Effect:
    from ecom_platform.stats.ratios import means_ratio

    ratio = means_ratio(later, others)
    lift = ratio._replace(estimate=ratio.estimate - 1, ci_low=ratio.ci_low - 1, ci_high=ratio.ci_high - 1)
    return association(
        effect=f"{name}_count",
        estimand=f"mean {FIRST_WEEK[name]} of later subscribers over that of others, less 1",
        scale=RELATIVE,
        method="ratio of means (delta method, log scale); p-value by Welch",
        sentence=f"In their first 7 days later subscribers had {number(later.mean)} {FIRST_WEEK[name]} each and the others "
        f"{number(others.mean)}: a relative difference of {percent_range(lift)}.",
        **numbers(lift),
        p_adjusted=p_adjusted,
    )


def _declined() -> Effect:
    return declined(
        "activated",
        f"Later subscribers cannot be compared with others: of one of them fewer than {MINIMUM_USERS} have been observed for "
        "180 days with their first 7 known, or the source has no subscriptions.",
        estimand="behaviour of the first 7 days, later subscribers against others",
        population="users observed for 180 days who had not subscribed in their first 7",
        window=WINDOW,
    )


def chart(_: Aggregates, effects: Sequence[Effect]) -> Any:
    """The relative difference of each behaviour, with its interval."""
    shown = [each for each in effects if each.scale == RELATIVE]
    return intervals(
        shown,
        [FIRST_WEEK[each.effect.removesuffix("_count")].capitalize() for each in shown],
        title="First 7 days of later subscribers relative to others, with 95 % intervals",
        axis="Relative difference of means",
        null=0.0,
        form="+.0%",
    )


INQUIRY = Inquiry(number="6.1", reads=(CELLS,), definition=DEFINITION, answer=answer, chart=chart)
