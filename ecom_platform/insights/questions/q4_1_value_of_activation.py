"""4.1: what activation does to later value, by the onboarding experiment; beside it what plain comparisons would have said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ecom_platform.insights.cells import LATER_WINDOW, MINIMUM_USERS, finite, later, numbers, summed
from ecom_platform.insights.claims import Span, claim
from ecom_platform.insights.effect import ORDERS, RELATIVE, SHARE, Effect, Kind, declined
from ecom_platform.insights.experiments import (
    EXPERIMENTS,
    MISMATCH,
    NUDGE,
    Encouragement,
    encouragement,
    of_experiment,
    sizes_as_planned,
)
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.wording import (
    Interval,
    count,
    money_apart,
    money_range,
    number,
    number_apart,
    number_range,
    percent,
    percent_apart,
    percent_range,
)
from ecom_platform.tables.activation import ACTIVATION

if TYPE_CHECKING:
    import pandas as pd

    from ecom_platform.stats.aggregates import Sample
    from ecom_platform.stats.confidence_sets import ConfidenceSet

VALUE = "insights.value_by_activation"

WINDOW = f"decided in [0, {ACTIVATION.window_days}), measured in [30, 360)"
ATTRIBUTES = ("device", "region", "marketing_source")
COMPLIERS = "mature users whom the nudge activates (compliers)"
MATURE = "mature users whose activation is known"
TWO_STAGE = (
    "two-stage least squares, the arm of the onboarding nudge as instrument, within signup months; Anderson-Rubin interval"
)
ASSUMPTIONS = (
    "The arm was drawn at random; the nudge keeps nobody from being activated; it acts on later buying through activation "
    "alone."
)
ESTIMANDS = {
    "late_orders": "effect of activation on the compliers' later paid orders (LATE)",
    "late_relative": "effect of activation on the compliers' later paid orders, relative to none (relative LATE)",
    "late_revenue": "effect of activation on the compliers' later paid revenue (LATE)",
    "ate_transported": "mean effect of activation on everybody's later paid revenue (ATE)",
}
POPULATIONS = {**dict.fromkeys(ESTIMANDS, COMPLIERS), "ate_transported": MATURE}

DEFINITION = f"""Activated: {ACTIVATION.rule}. Outcome: paid orders and revenue of [signup + 30 days, signup + 360 days), of
users for whom these days have been observed whole.

- **Effect**: the arm of the onboarding nudge, drawn at random, is the instrument for activation (two-stage least squares
  within signup months). What it identifies is the effect on users whom the nudge activates. Users who had met the cart rule
  when the arm was drawn, as the nudge was shown or would have been, or whose activation window was over, cannot be moved by
  it: they are left out. Both arms must have the same share of them.
- **Relative effect**: the effect over what the same users would have bought without activation.
- **Carried over to everybody**: the relative effect on orders, applied to the revenue of all users.
- **Falsification**: the nudge must not change the later orders of those whom it cannot activate. If it does (p < 0.05), it
  acts by another way too, and the claims are withdrawn. So they are when the sizes of the arms are not as planned, or the
  arms differ in how many were within reach (p < 0.001).
- **Weak instrument**: with a first-stage F below 10 no point is claimed; the Anderson-Rubin set stands alone.
- **Association**: the landmark difference (same users, same window) and the difference of lifetime values. Both compare users
  who differ in much besides, and the second counts what was bought while activation was decided. With device, region and
  channel held fixed the difference is hardly another one: attributes do not tell the keen from the others.

Orders of the first 30 days are used nowhere: activation is at work there already."""


class Naive(NamedTuple):
    """The landmark difference, activated less others, as each effect would have it."""

    orders: Interval
    revenue: Interval
    relative: Interval | None
    """None where the others bought nothing."""


def answer(aggregates: Aggregates, context: Context) -> Sequence[Effect]:
    value = aggregates[VALUE]
    activated, others = (value[value["is_activated"] == side] for side in (True, False))
    sides = {what: (later(activated, what), later(others, what)) for what in ("orders", "revenue")}
    buyers = tuple(_buyers(side["later_buyer_count"].sum(), side["mature_user_count"].sum()) for side in (activated, others))
    lifetime = tuple(summed(side, "mature_user_count", "lifetime_revenue") for side in (activated, others))
    if min(sample.n for sample in sides["orders"]) < MINIMUM_USERS:
        reason = (
            f"The value of activation cannot be compared: there are fewer than {MINIMUM_USERS} activated or not activated "
            "users whose days 30 to 359 have been observed whole."
        )
        return _declined(reason, (*ESTIMANDS, "landmark_orders"))
    naive = _naive(sides)
    nudge = of_experiment(aggregates[EXPERIMENTS], NUDGE)
    return [
        *_by_experiment(nudge, sides["revenue"], naive, context.currency),
        *_associations(naive, lifetime, sides["orders"], context.currency),
        *_adjusted(activated, others),
        *_bounds(buyers),
    ]


def _by_experiment(nudge: Any, revenue: tuple[Sample, Sample], naive: Naive, currency: str) -> list[Effect]:
    sizes = sizes_as_planned(nudge)
    if sizes is None:
        return _declined(
            "What activation does to later buying is not known: there is no onboarding experiment with enough users in both "
            "arms. What follows is association, with bounds."
        )
    if sizes.p_value < MISMATCH:
        return _declined(
            f"The claim is withdrawn: the nudge's treatment arm has {percent(sizes.shares[0], 2)} of the users where half "
            "were planned, so the arms were not drawn at random or rows were lost."
        )
    found = encouragement(nudge)
    if found is None:
        return _declined(
            f"What activation does to later buying is not known yet: an arm of the onboarding experiment has fewer than "
            f"{MINIMUM_USERS} users whose days 30 to 359 have been observed whole."
        )
    if found.unbalanced:
        return _declined(
            "The claim is withdrawn: the arms of the onboarding experiment differ in how many users had met the cart rule "
            "before they were drawn, so they were not drawn at random or rows were lost."
        )
    checks = [_nudge(found, currency), *_exclusion(found)]
    if found.refuted and found.exclusion is not None:
        return [
            *_declined(
                "The claim is withdrawn: the nudge changes the later orders of users whom it cannot activate "
                f"(by {number_range(found.exclusion.effect)}), so it acts on buying by another way than activation."
            ),
            *checks,
        ]
    return [*_effects(found, revenue, naive, currency), *checks]


def _effects(found: Encouragement, revenue: tuple[Sample, Sample], naive: Naive, currency: str) -> list[Effect]:
    from ecom_platform.stats.instruments import transported
    from ecom_platform.stats.multiplicity import false_discovery_adjusted

    by_orders, by_revenue = found.orders, found.revenue
    p_values = [by_orders.intention_to_treat.p_value, by_revenue.intention_to_treat.p_value]
    of_orders, of_revenue = (finite(float(p)) for p in false_discovery_adjusted(p_values))
    among = "among users whom the nudge activates"
    effects = []
    for name, scale, point, region, outcome, shown, p_value, plain in (
        ("late_orders", ORDERS, by_orders.late, by_orders.late_set, "the paid orders", number_range, of_orders, naive.orders),
        (
            "late_relative",
            RELATIVE,
            by_orders.relative_late,
            by_orders.relative_set,
            "the paid orders",
            percent_range,
            of_orders,
            naive.relative,
        ),
        (
            "late_revenue",
            currency,
            by_revenue.late,
            by_revenue.late_set,
            "the paid revenue",
            lambda each: money_range(each, currency),
            of_revenue,
            naive.revenue,
        ),
    ):
        claimed = not by_orders.weak and region.bounded
        subject = f"{outcome} of {LATER_WINDOW}"
        sentence = (
            f"{claim('Activation', subject, Span(point.estimate, region.low, region.high), shown)} {among}."
            if claimed
            else _without_point(subject, region, by_orders.first_stage_f, scale)
        )
        ends = {"ci_low": finite(region.low), "ci_high": finite(region.high)} if region.shape == "interval" else {}
        effects.append(
            Effect(
                effect=name,
                kind=Kind.CAUSAL,
                estimand=ESTIMANDS[name],
                population=COMPLIERS,
                unit="user",
                scale=scale,
                window=WINDOW,
                method=TWO_STAGE,
                sentence=sentence,
                n=by_orders.n,
                estimate=point.estimate if claimed else None,
                **ends,
                null_value=0.0,
                p_adjusted=p_value,
                naive_estimate=None if plain is None else finite(plain.estimate),
                assumptions=ASSUMPTIONS,
                caveats=_caveats(found),
            )
        )
    relative = by_orders.relative_late
    if by_orders.weak or not by_orders.relative_set.bounded or not relative.estimate > -1:
        reason = (
            "The effect cannot be carried over to everybody: the relative effect among users whom the nudge activates is not "
            "known well enough."
        )
        return [*effects, *_declined(reason, ("ate_transported",))]
    everybody = transported(relative, *revenue)
    effects.append(
        Effect(
            effect="ate_transported",
            kind=Kind.CAUSAL,
            estimand=ESTIMANDS["ate_transported"],
            population=MATURE,
            unit="user",
            scale=currency,
            window=WINDOW,
            method="relative LATE on orders, carried over to all users' revenue; delta method",
            sentence=(
                claim(
                    "Activation",
                    f"the paid revenue of {LATER_WINDOW}",
                    everybody,
                    lambda each: money_range(each, currency),
                )
                + " a user on average, if the relative effect is the same for everybody."
            ),
            n=revenue[0].n + revenue[1].n,
            **numbers(everybody),
            null_value=0.0,
            p_adjusted=of_orders,
            naive_estimate=finite(naive.revenue.estimate),
            assumptions=f"{ASSUMPTIONS} The effect is the same share of everybody's orders, and leaves the value of an order.",
            caveats=_caveats(found),
        )
    )
    return effects


def _without_point(subject: str, region: ConfidenceSet, first_stage_f: float, scale: str) -> str:
    """What is left to say where no point is claimed."""
    weak = f" (first-stage F {number(first_stage_f)})"
    if region.shape == "interval":
        shown = percent if scale == RELATIVE else number
        return (
            f"The nudge moves too few users for a point claim{weak}: the effect of activation on {subject} lies between "
            f"{shown(region.low)} and {shown(region.high)}{'' if scale in {ORDERS, RELATIVE} else f' {scale}'}."
        )
    return f"What activation does to {subject} is not known: the experiment does not bound the effect{weak}."


def _caveats(found: Encouragement) -> str:
    compliers = percent(found.orders.first_stage.estimate)
    said = [f"First-stage F {number(found.orders.first_stage_f)}: the nudge activates {compliers} of those it can reach."]
    if found.reached_share < 1:
        said.append(f"Estimated from the {percent(found.reached_share)} of users whose activation the nudge could change.")
    if found.exclusion is None:
        said.append("That the nudge acts through activation alone could not be tested.")
    return " ".join(said)


def _nudge(found: Encouragement, currency: str) -> Effect:
    """Effect of the nudge itself on revenue, a user of everybody; it needs no word on how the nudge acts."""
    effect = found.nudge_revenue

    def shown(each: Interval) -> str:
        return f"{money_range(each, currency)} a user it is shown to"

    return Effect(
        effect="nudge_revenue",
        kind=Kind.CAUSAL,
        estimand="effect of being nudged on later paid revenue (intention to treat)",
        population=MATURE,
        unit="user",
        scale=currency,
        window=WINDOW,
        method="difference between the arms within signup months, robust errors",
        sentence=f"{claim('The nudge', f'the paid revenue of {LATER_WINDOW}', effect, shown)}.",
        n=found.n,
        **numbers(effect),
        null_value=0.0,
        p_adjusted=finite(found.revenue.intention_to_treat.p_value),
        assumptions="The arm was drawn at random.",
        caveats="" if found.refuted else "Users whose activation the nudge cannot change count as unaffected.",
    )


def _exclusion(found: Encouragement) -> list[Effect]:
    test = found.exclusion
    if test is None:
        return _declined(
            "Whether the nudge acts by another way than activation could not be tested: too few users are beyond its reach.",
            ("exclusion_test",),
        )
    verdict = "refutes" if found.refuted else "does not refute"
    return [
        Effect(
            effect="exclusion_test",
            kind=Kind.CAUSAL,
            estimand="effect of being nudged on the later orders of those whom it cannot activate",
            population="mature users who had met the cart rule, or whose window was over, when the arm was drawn",
            unit="user",
            scale=ORDERS,
            window=WINDOW,
            method="zero-first-stage test (van Kippersluis & Rietveld 2018), within signup months",
            sentence=(
                f"Among {count(test.n)} users whom the nudge cannot activate it changes the paid orders of {LATER_WINDOW} by "
                f"{number_range(test.effect)}, which {verdict} that it acts through activation alone."
            ),
            n=test.n,
            **numbers(test.effect),
            null_value=0.0,
            p_adjusted=finite(test.effect.p_value),
            assumptions="The arm was drawn at random.",
        )
    ]


def _naive(sides: dict[str, tuple[Sample, Sample]]) -> Naive:
    from ecom_platform.stats.means import welch
    from ecom_platform.stats.ratios import means_ratio

    orders = sides["orders"]
    relative = None
    if min(each.mean for each in orders) > 0:
        ratio = means_ratio(*orders)
        relative = Span(ratio.estimate - 1, ratio.ci_low - 1, ratio.ci_high - 1)
    return Naive(welch(*orders), welch(*sides["revenue"]), relative)


def _associations(naive: Naive, lifetime: tuple[Sample, ...], orders: tuple[Sample, Sample], currency: str) -> list[Effect]:
    from ecom_platform.stats.means import welch

    whole = welch(lifetime[0], lifetime[1])
    after, later_window = f"on {LATER_WINDOW}", "[30, 360)"
    found: list[tuple[str, str, Interval | None, str, str]] = [
        ("landmark_orders", ORDERS, naive.orders, f"{number_apart(naive.orders, 'paid orders')} {after}", later_window),
        ("landmark_revenue", currency, naive.revenue, f"{money_apart(naive.revenue, currency)} paid {after}", later_window),
        ("lifetime_difference", currency, whole, f"{money_apart(whole, currency)} paid to date", "[0, last observed day]"),
    ]
    if naive.relative is not None:
        text = f"{percent_apart(naive.relative)} paid orders {after}"
        found.append(("landmark_relative", RELATIVE, naive.relative, text, later_window))
    return [
        Effect(
            effect=name,
            kind=Kind.ASSOCIATION,
            estimand="difference between activated users and the others, as they are",
            population=MATURE,
            unit="user",
            scale=scale,
            window=window,
            method="Welch" if scale != RELATIVE else "ratio of means less 1, delta method on the log scale",
            sentence=f"Activated users have {text} than the others.",
            n=orders[0].n + orders[1].n,
            **numbers(each),
            null_value=0.0,
            caveats="Keen users are activated more often and buy more anyway: this is no effect of activation.",
        )
        for name, scale, each, text, window in found
        if each is not None
    ]


def _adjusted(activated: pd.DataFrame, others: pd.DataFrame) -> list[Effect]:
    """The landmark difference among users with the same attributes, at the attributes of all."""
    from ecom_platform.stats.stratified import standardised_difference

    strata = [
        {key: later(cells, "orders") for key, cells in side.groupby(list(ATTRIBUTES), sort=True)}
        for side in (activated, others)
    ]
    both = sorted(strata[0].keys() & strata[1].keys())
    pairs = [(strata[0][key], strata[1][key]) for key in both]
    if not any(min(one.n, other.n) > 1 for one, other in pairs):
        return []
    sizes = [one.n + other.n for one, other in pairs]
    found = standardised_difference([one for one, _ in pairs], [other for _, other in pairs], sizes)
    return [
        Effect(
            effect="adjusted_orders",
            kind=Kind.ASSOCIATION,
            estimand="difference between activated users and the others of the same device, region and channel",
            population=MATURE,
            unit="user",
            scale=ORDERS,
            window="[30, 360)",
            method="direct standardisation over device, region and channel",
            sentence=(
                "Among users of the same device, region and channel, activated ones have "
                f"{number_apart(found, 'paid orders')} on {LATER_WINDOW} than the others."
            ),
            n=found.n,
            **numbers(found),
            null_value=0.0,
            caveats="Attributes do not tell the keen from the others: this is no effect of activation.",
        )
    ]


def _buyers(events: int, n: int) -> Sample:
    from ecom_platform.stats.aggregates import Sample

    return Sample.of_events(int(events), int(n))


def _bounds(buyers: tuple[Sample, ...]) -> list[Effect]:
    """What could be said without an experiment: how far selection alone might explain the difference."""
    from ecom_platform.stats.proportions import risk_ratio
    from ecom_platform.stats.sensitivity import e_value, effect_bounds

    activated, others = buyers
    bounds = effect_bounds(activated, others, 0.0, 1.0, positive_selection=True, never_harmful=True)
    events = [round(each.total) for each in buyers]
    strength = ""
    if all(events):
        needed = e_value(risk_ratio(events[0], activated.n, events[1], others.n))
        strength = (
            " A hidden trait would have to be tied to both by a risk ratio of "
            f"{number(needed.point)} to explain the difference away."
        )
    return [
        Effect(
            effect="later_buyers_bounds",
            kind=Kind.ASSOCIATION,
            estimand="bounds of the mean effect of activation on the share of users who buy later",
            population=MATURE,
            unit="user",
            scale=SHARE,
            window=WINDOW,
            method="Manski & Pepper bounds under monotone selection and response; Imbens-Manski interval; E-value",
            sentence=(
                f"{percent(activated.mean)} of activated users and {percent(others.mean)} of the others buy on "
                f"{LATER_WINDOW}; "
                f"whatever part of that is an effect lies between 0 and {percent(bounds.high, 1)}.{strength}"
            ),
            n=activated.n + others.n,
            ci_low=finite(bounds.ci_low),
            ci_high=finite(bounds.ci_high),
            null_value=0.0,
            naive_estimate=activated.mean - others.mean,
            assumptions="Activated users would have bought at least as often anyway, and activation keeps nobody from buying.",
            caveats="Bounds, not an estimate.",
        )
    ]


def _declined(reason: str, names: Sequence[str] = tuple(ESTIMANDS)) -> list[Effect]:
    return [
        declined(
            name,
            reason,
            estimand=ESTIMANDS.get(name, "difference between activated users and the others"),
            population=POPULATIONS.get(name, MATURE),
            window=WINDOW,
        )
        for name in names
    ]


def chart(_: Aggregates, effects: Sequence[Effect]) -> Any:
    """The relative difference that a plain comparison shows beside the relative effect that the experiment shows."""
    from ecom_platform.insights.charts import intervals

    names = {"landmark_relative": "Activated against others, as they are", "late_relative": "Effect, by the experiment"}
    shown = [each for each in effects if each.effect in names]
    return intervals(
        shown,
        [names[each.effect] for each in shown],
        title="Later paid orders of activated users: plain comparison and experiment, with 95 % intervals",
        axis=f"Difference in paid orders of {LATER_WINDOW}",
        null=0.0,
        form="+%",
    )


INQUIRY = Inquiry(number="4.1", reads=(EXPERIMENTS, VALUE), definition=DEFINITION, answer=answer, chart=chart)
