"""F1: what users in the High value tier had been and done in their first days, beside everybody else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ecom_platform.insights.cells import LATER_WINDOW, MINIMUM_USERS, finite, numbers, summed, total
from ecom_platform.insights.charts import intervals
from ecom_platform.insights.effect import SHARE, Effect, Kind, declined
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.wording import count, percent, points_apart
from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.tables.insights.value_tiers import EARLY_TRAITS

if TYPE_CHECKING:
    import pandas as pd

    from ecom_platform.stats.estimates import Estimate

CELLS = "insights.value_tiers"
WINDOW = "[0, 30) describes, [30, 360) is measured"

DEFINITION = f"""High-value users are those in the High tier: the third of their signup month with the most paid revenue of
{LATER_WINDOW} (users of equal revenue share a tier).

- For each trait: the share in the High tier of users who have it, less that of users who do not (Newcombe's interval). Traits
  are of the first days or fixed at signup, so none of them counts what it is compared with. What rests on the event log is
  compared among users whose activation level is known.
- The p-values of all traits are adjusted together (Benjamini-Hochberg).
- *Concentration*: the High tier's share of all revenue of {LATER_WINDOW}.

An association: traits mark such users and go with each other; which of them could be changed to any effect, 4.1 and S1 say."""

CAVEAT = "A mark, not a lever: traits go with each other and with how keen a user is."


class Mark(NamedTuple):
    """One trait: users of the High tier and all users, with the trait and without it."""

    name: str
    meaning: str
    own_high: int
    own: int
    rest_high: int
    rest: int

    @property
    def gap(self) -> Estimate:
        from ecom_platform.stats.proportions import newcombe

        return newcombe(self.own_high, self.own, self.rest_high, self.rest)


def answer(aggregates: Aggregates, _: Context) -> Sequence[Effect]:
    from ecom_platform.stats.multiplicity import false_discovery_adjusted

    cells = aggregates[CELLS]
    marks = [each for each in _marks(cells) if min(each.own, each.rest) >= MINIMUM_USERS]
    if not marks:
        return [_declined()]
    adjusted = false_discovery_adjusted([each.gap.p_value for each in marks])
    effects = [_effect(each, finite(float(p))) for each, p in zip(marks, adjusted, strict=True)]
    return [*_concentration(cells), *sorted(effects, key=lambda each: -(each.estimate or 0.0))]


def _marks(cells: pd.DataFrame) -> Iterator[Mark]:
    known = cells[cells["activation_level"] != "unknown"]
    activated = known["activation_level"].isin(["medium", "high"])
    yield _by_cell("activated", f"who were activated ({ACTIVATION.rule})", known[activated], known[~activated])
    for trait, meaning in EARLY_TRAITS.items():
        high, everybody = known[known["value_tier"] == "High"], known
        own_high, own = (total(side, f"{trait}_user_count") for side in (high, everybody))
        users_high, users = (total(side, "mature_user_count") for side in (high, everybody))
        yield Mark(trait, f"with {meaning}", own_high, own, users_high - own_high, users - own)
    early = cells["is_early_subscriber"].astype(bool)
    yield _by_cell("early_subscriber", "who subscribed in the first 30 days", cells[early], cells[~early])
    for column, called in (("marketing_source", "channel"), ("device", "device")):
        named = cells[cells[column] != "unknown"]
        for value in sorted(named[column].unique()):
            has = named[column] == value
            yield _by_cell(f"{called}_{value.lower()}", f"with {called} {value}", named[has], named[~has])


def _by_cell(name: str, meaning: str, own: pd.DataFrame, rest: pd.DataFrame) -> Mark:
    sides = [total(part, "mature_user_count") for side in (own, rest) for part in (side[side["value_tier"] == "High"], side)]
    return Mark(name, meaning, *sides)


def _effect(mark: Mark, p_adjusted: float | None) -> Effect:
    gap = mark.gap
    return Effect(
        effect=mark.name,
        kind=Kind.ASSOCIATION,
        estimand=f"share in the High tier of users {mark.meaning}, less that of the others",
        population="mature users of whom the trait is known",
        unit="user",
        scale=SHARE,
        window=WINDOW,
        method="difference of shares (Newcombe)",
        sentence=f"Of {count(mark.own)} users {mark.meaning}, {percent(mark.own_high / mark.own)} are in the High tier; of "
        f"{count(mark.rest)} others, {percent(mark.rest_high / mark.rest)}: {points_apart(gap)}.",
        n=mark.own + mark.rest,
        **numbers(gap),
        null_value=0.0,
        p_adjusted=p_adjusted,
        caveats=CAVEAT,
    )


def _concentration(cells: pd.DataFrame) -> list[Effect]:
    from ecom_platform.stats.aggregates import Moments
    from ecom_platform.stats.ratios import ratio_of_means

    high = cells[cells["value_tier"] == "High"]
    users, best = (summed(side, "mature_user_count", "later_revenue") for side in (cells, high))
    if not users.total:
        return []
    of_best = float(high["later_revenue_squared"].sum())
    moments = Moments.from_sums(
        users.n,
        {"high": best.total, "all": users.total},
        {("high", "high"): of_best, ("high", "all"): of_best, ("all", "all"): float(cells["later_revenue_squared"].sum())},
    )
    found = ratio_of_means(moments, "high", "all")
    return [
        Effect(
            effect="revenue_share_of_high_tier",
            kind=Kind.DESCRIPTION,
            estimand=f"share of the revenue of {LATER_WINDOW} that the High tier spent",
            population="mature users",
            unit="user",
            scale=SHARE,
            window="[30, 360)",
            method="ratio of sums, clustered by user (delta method)",
            sentence=f"The {percent(best.n / users.n)} of users in the High tier spent {percent(found.estimate)} of the "
            f"revenue of {LATER_WINDOW}.",
            n=users.n,
            **numbers(found),
            caveats="The tier is defined by this very revenue.",
        )
    ]


def _declined() -> Effect:
    return declined(
        "activated",
        f"It cannot be said what marks high-value users: fewer than {MINIMUM_USERS} with any trait, or without it, have been "
        "observed for 360 days.",
        estimand="share in the High tier of users with a trait, less that of the others",
        population="mature users of whom the trait is known",
        window=WINDOW,
    )


def chart(_: Aggregates, effects: Sequence[Effect]) -> Any:
    """The difference in High-tier share for each trait, with its interval."""
    shown = [each for each in effects if each.kind is Kind.ASSOCIATION]
    return intervals(
        shown,
        [each.effect.replace("_", " ").capitalize() for each in shown],
        title="Share in the High value tier, users with a trait less others, with 95 % intervals",
        axis="Difference of shares",
        null=0.0,
        form="+.0%",
    )


INQUIRY = Inquiry(number="F1", reads=(CELLS,), definition=DEFINITION, answer=answer, chart=chart)
