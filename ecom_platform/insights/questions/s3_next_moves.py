"""S3: which move pays most: levers ranked by what they cause times whom they reach, never by who differs from whom."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ecom_platform.insights.cells import LATER_WINDOW, MINIMUM_USERS, finite, later, numbers
from ecom_platform.insights.discounts import DISCOUNTS
from ecom_platform.insights.effect import Effect, Kind, declined
from ecom_platform.insights.experiments import EXPERIMENTS, MISMATCH, TRIAL, instrument_cells, of_experiment, sizes_as_planned
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.wording import Interval, listed, money_range, percent
from ecom_platform.tables.insights.answers import ANSWERS_TO

if TYPE_CHECKING:
    import pandas as pd

    from ecom_platform.stats.estimates import Estimate

ACTIVATION, NUDGE, DISCOUNT = (str(ANSWERS_TO[number]) for number in ("4.1", "S1", "F3"))
VALUE = "insights.subscription_timing"

PER = 1_000
"""New users for whom a lever's gain is counted."""

WINDOW = "applied from signup on, measured in [30, 360)"
POPULATION = f"{PER:,} new users like those observed for 360 days"

LEVERS = {
    "nudge": "showing everybody the onboarding nudge",
    "discount": "showing everybody a discounted product on the signup day",
    "trial_offer": "offering everybody a subscription trial",
}
METHODS = {
    "nudge": "effect of the nudge a user it is shown to (4.1), times everybody",
    "discount": "relative effect of meeting a discount (F3), times the revenue of users who could have met one and did not",
    "trial_offer": "difference between the arms of the trial offer within signup months, times everybody; robust errors",
}
ASSUMPTIONS = {
    "nudge": "New users are like those of the experiment.",
    "discount": "Who met no discount would have gained the same share from one as those who could be compared.",
    "trial_offer": "New users are like those of the experiment.",
}

DEFINITION = f"""The gain of a lever is its causal effect on the paid revenue of {LATER_WINDOW}, times the users whom it would
reach beside those whom it reaches anyway, in {PER:,} new users.

- **Nudge**: the effect of the nudge itself (4.1), shown to everybody instead of to nobody.
- **Discount**: the relative effect of meeting a discount on the signup day (F3), on the revenue of the users who saw products
  that have a discount day and met none.
- **Trial offer**: the later revenue of those who were offered a trial less that of the others, made to everybody instead of
  to nobody. What a subscription is worth to subscribers (6.2) says little about those whom only the offer persuades.

Levers are ranked by the estimate; one whose interval holds 0 is no recommendation (p-values are adjusted over the levers).
What a lever costs, and what a discount takes off the price, is not counted. *Naive*: the same reach, times the plain
difference."""


class Gain(NamedTuple):
    """What a lever adds to the later revenue of a new user, and what plain differences would promise."""

    gain: Estimate
    naive: float | None
    n: int


class Answer(NamedTuple):
    """What another question found."""

    estimate: float
    standard_error: float
    naive: float | None
    n: int


def answer(aggregates: Aggregates, context: Context) -> Sequence[Effect]:
    from ecom_platform.stats.multiplicity import false_discovery_adjusted

    gains = {"nudge": _nudge(aggregates), "discount": _discount(aggregates), "trial_offer": _trial_offer(aggregates)}
    known = {name: gain for name, gain in gains.items() if gain is not None}
    p_values = [gain.gain.p_value for gain in known.values()]
    adjusted = dict(zip(known, (float(p) for p in false_discovery_adjusted(p_values)), strict=True)) if known else {}
    ranked = sorted(known, key=lambda name: -known[name].gain.estimate)
    effects = [_effect(name, known[name], adjusted[name], ranked.index(name) + 1, context.currency) for name in ranked]
    unknown = [_declined(name) for name in LEVERS if name not in known]
    recommended = [name for name in ranked if known[name].gain.ci_low > 0 and adjusted[name] < 0.05]
    return [*effects, *unknown, *_ranking(recommended, known)]


def _nudge(aggregates: Aggregates) -> Gain | None:
    found = _answer(aggregates[ACTIVATION], "nudge_revenue")
    if found is None:
        return None
    difference = _answer(aggregates[ACTIVATION], "landmark_revenue")
    moved = _answer(aggregates[NUDGE], "nudge_activation")
    naive = difference.estimate * moved.estimate if difference and moved else None
    return _gain(found.estimate, found.standard_error, naive, found.n)


def _discount(aggregates: Aggregates) -> Gain | None:
    found, plain = (_answer(aggregates[DISCOUNT], name) for name in ("late_relative", "late_revenue"))
    everybody = int(aggregates[VALUE]["mature_user_count"].sum())
    if found is None or everybody < MINIMUM_USERS:
        return None
    cells = aggregates[DISCOUNTS]
    unexposed = later(cells[~cells["is_exposed"]], "revenue")
    reached = min(unexposed.n / everybody, 1.0)
    revenue = unexposed.mean * reached
    naive = None if plain is None or plain.naive is None else plain.naive * reached
    return _gain(found.estimate * revenue, found.standard_error * revenue, naive, found.n)


def _trial_offer(aggregates: Aggregates) -> Gain | None:
    from ecom_platform.stats.instruments import naive_difference, two_stage

    cells = of_experiment(aggregates[EXPERIMENTS], TRIAL)
    sizes = sizes_as_planned(cells)
    arms = [int(cells.loc[cells["arm"] == arm, "mature_user_count"].sum()) for arm in ("treatment", "control")]
    if sizes is None or sizes.p_value < MISMATCH or min(arms) < MINIMUM_USERS:
        return None
    by_subscription = instrument_cells(cells, "revenue", "is_subscriber")
    try:
        found = two_stage(by_subscription)
    except ValueError:
        return None
    subscribers, others = naive_difference(by_subscription)
    naive = found.first_stage.estimate * (subscribers.mean - others.mean) if min(subscribers.n, others.n) else None
    effect = found.intention_to_treat
    return _gain(effect.estimate, effect.standard_error, naive, found.n)


def _answer(answers: pd.DataFrame, effect: str) -> Answer | None:
    """An estimate with its error, from its interval; None where there is none."""
    from ecom_platform.stats.estimates import critical_value

    rows = answers[answers["effect"] == effect]
    if rows.empty:
        return None
    row = rows.iloc[0]
    numbers_found = [float("nan") if row[name] is None else float(row[name]) for name in ("estimate", "ci_low", "ci_high")]
    if not all(math.isfinite(number) for number in numbers_found):
        return None
    estimate, low, high = numbers_found
    naive = float("nan") if row["naive_estimate"] is None else float(row["naive_estimate"])
    return Answer(estimate, (high - low) / 2 / critical_value(0.95), finite(naive), int(row["n"]))


def _gain(gain: float, error: float, naive: float | None, n: int) -> Gain:
    from ecom_platform.stats.estimates import normal_estimate

    return Gain(normal_estimate(PER * gain, PER * error), None if naive is None else PER * naive, n)


def _effect(name: str, found: Gain, p_adjusted: float, rank: int, currency: str) -> Effect:
    lever = LEVERS[name]
    amount = f"{money_range(found.gain, currency)} for every {PER:,} new users"
    return Effect(
        effect=name,
        kind=Kind.CAUSAL,
        estimand=f"gain in later paid revenue from {lever}",
        population=POPULATION,
        unit=f"{PER:,} users",
        scale=currency,
        window=WINDOW,
        method=METHODS[name],
        sentence=f"Rank {rank}: {lever} {_verb(found.gain)} the paid revenue of {LATER_WINDOW} by {amount}.",
        n=found.n,
        **numbers(found.gain),
        null_value=0.0,
        p_adjusted=finite(p_adjusted),
        naive_estimate=found.naive,
        assumptions=ASSUMPTIONS[name],
        caveats="Costs are not counted, and the reach is taken as known.",
    )


def _verb(gain: Interval) -> str:
    if gain.ci_low > 0:
        return "raises"
    return "changes" if gain.ci_high < 0 else "may raise or lower"


def _ranking(recommended: Sequence[str], known: dict[str, Gain]) -> list[Effect]:
    """The decision that follows: a summary of the others."""
    if not known:
        return []
    n = max(gain.n for gain in known.values())
    if recommended:
        text = f"The data support {listed(*(LEVERS[name] for name in recommended))}, in this order"
    else:
        text = "The data support none of the levers yet"
    apart = ""
    if len(recommended) > 1:
        first, second = (known[name].gain for name in recommended[:2])
        if first.ci_low <= second.ci_high:
            apart = "; the intervals of the first two overlap, so their order is uncertain"
    return [
        Effect(
            effect="ranking",
            kind=Kind.DESCRIPTION,
            estimand="levers whose gain is above 0, by gain",
            population=POPULATION,
            unit=f"{PER:,} users",
            scale="score",
            window=WINDOW,
            method=f"levers with an interval above 0 and an adjusted p below {percent(0.05, 0)}, by estimate",
            sentence=f"{text}{apart}.",
            n=n,
            estimate=float(len(recommended)),
            caveats="Levers that nobody has tried, or whose assumption failed, are not ranked.",
        )
    ]


def _declined(name: str) -> Effect:
    return declined(
        name,
        f"The gain from {LEVERS[name]} is not known, so it is not ranked: what it rests on was declined or withdrawn.",
        estimand=f"gain in later paid revenue from {LEVERS[name]}",
        population=POPULATION,
        unit=f"{PER:,} users",
        window=WINDOW,
    )


def chart(_: Aggregates, effects: Sequence[Effect]) -> Any:
    """The gain of each lever."""
    from ecom_platform.insights.charts import intervals

    shown = [each for each in effects if each.effect in LEVERS]
    return intervals(
        shown,
        [LEVERS[each.effect].capitalize() for each in shown],
        title=f"Gain of each lever for every {PER:,} new users, with 95 % intervals",
        axis=f"Paid revenue of {LATER_WINDOW}",
        null=0.0,
        form=",.0f",
    )


INQUIRY = Inquiry(
    number="S3",
    reads=(ACTIVATION, NUDGE, DISCOUNT, EXPERIMENTS, DISCOUNTS, VALUE),
    definition=DEFINITION,
    answer=answer,
    chart=chart,
)
