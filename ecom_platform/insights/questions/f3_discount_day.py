"""F3: what a discount met on the signup day does to later buying, against what the plain comparison says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ecom_platform.insights.cells import LATER_WINDOW, finite, numbers
from ecom_platform.insights.claims import Span, claim, points
from ecom_platform.insights.discounts import (
    ASSUMPTIONS,
    CAVEATS,
    DESIGN,
    DISCOUNTS,
    METHOD,
    POPULATION,
    Design,
    design,
    event,
    not_estimable,
    variable,
    withdrawn,
)
from ecom_platform.insights.effect import ORDERS, RELATIVE, SHARE, Effect, Kind
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.wording import Interval, money_range, number_range, percent_range

if TYPE_CHECKING:
    import pandas as pd

    from ecom_platform.stats.aggregates import Sample

WINDOW = "decided on day 0, measured in [30, 360)"

DEFINITION = f"""{DESIGN}

Outcomes: paid orders, paid revenue and the share with a paid order in [signup + 30 days, signup + 360 days), of users for whom
these days have been observed whole. *Relative*: the effect on revenue over what the users who are compared buy without a
discount."""


class Outcome(NamedTuple):
    """Something that users did later: its name, what it is called, its scale, and its value cell by cell."""

    effect: str
    called: str
    scale: str
    shown: Callable[[Interval], str]
    samples: Callable[[pd.DataFrame], list[Sample]]


def _outcomes(currency: str) -> tuple[Outcome, ...]:
    def money(found: Interval) -> str:
        return money_range(found, currency)

    def later(column: str) -> Callable[[pd.DataFrame], list[Sample]]:
        return lambda cells: variable(cells, "mature_user_count", column)

    def buyers(cells: pd.DataFrame) -> list[Sample]:
        return event(cells, "mature_user_count", "later_buyer_count")

    return (
        Outcome("late_revenue", f"the paid revenue of {LATER_WINDOW}", currency, money, later("later_revenue")),
        Outcome("late_orders", f"the paid orders of {LATER_WINDOW}", ORDERS, number_range, later("later_orders")),
        Outcome("late_buyers", f"the share of users who buy on {LATER_WINDOW}", SHARE, points, buyers),
    )


def answer(aggregates: Aggregates, context: Context) -> Sequence[Effect]:
    from ecom_platform.stats.multiplicity import false_discovery_adjusted

    cells = aggregates[DISCOUNTS]
    outcomes = _outcomes(context.currency)
    designs = [design(cells, outcome.samples(cells)) for outcome in outcomes]
    known = [found for found in designs if found is not None]
    adjusted = iter(false_discovery_adjusted([found.effect.p_value for found in known]) if known else ())
    effects: list[Effect] = []
    for outcome, found in zip(outcomes, designs, strict=True):
        if found is None:
            effects.append(not_estimable(outcome.effect, _estimand(outcome), WINDOW, outcome.called))
            continue
        p_value = float(next(adjusted))
        if found.refuted:
            effects.append(withdrawn(outcome.effect, _estimand(outcome), WINDOW, outcome.called))
        else:
            effects.append(_effect(outcome, found, p_value))
    if (revenue := designs[0]) is not None:
        if not revenue.refuted and revenue.baseline > 0:
            effects.append(_relative(outcomes[0], revenue))
        effects.append(_placebo(outcomes[0], revenue))
    return effects


def _estimand(outcome: Outcome) -> str:
    return f"effect of meeting a discount on the signup day on {outcome.called}"


def _effect(outcome: Outcome, found: Design, p_adjusted: float) -> Effect:
    return Effect(
        effect=outcome.effect,
        kind=Kind.CAUSAL,
        estimand=_estimand(outcome),
        population=f"mature {POPULATION}",
        unit="user",
        scale=outcome.scale,
        window=WINDOW,
        method=METHOD,
        sentence=f"{claim('A discount met on the signup day', outcome.called, found.effect, outcome.shown)}.",
        n=found.n,
        **numbers(found.effect),
        null_value=0.0,
        p_adjusted=finite(p_adjusted),
        naive_estimate=found.naive,
        assumptions=ASSUMPTIONS,
        caveats=CAVEATS,
    )


def _relative(outcome: Outcome, found: Design) -> Effect:
    """The effect over what the compared users buy without a discount, beside which that mean's error is small."""
    ends = (found.effect.estimate, found.effect.ci_low, found.effect.ci_high)
    relative = Span(*(value / found.baseline for value in ends))
    return Effect(
        effect="late_relative",
        kind=Kind.CAUSAL,
        estimand=f"{_estimand(outcome)}, as a share of what the same users buy without it",
        population=f"mature {POPULATION}",
        unit="user",
        scale=RELATIVE,
        window=WINDOW,
        method=f"{METHOD}; over the mean of the unexposed within masks, taken as known",
        sentence=(
            f"{claim('A discount met on the signup day', outcome.called, relative, percent_range)}; compared as they are, "
            f"users who met one differ by {100 * found.naive / found.unexposed_mean:+.0f} %."
        ),
        n=found.n,
        **numbers(relative),
        null_value=0.0,
        p_adjusted=finite(found.effect.p_value),
        naive_estimate=found.naive / found.unexposed_mean,
        assumptions=ASSUMPTIONS,
        caveats=CAVEATS,
    )


def _placebo(outcome: Outcome, found: Design) -> Effect:
    return Effect(
        effect="placebo",
        kind=Kind.ASSOCIATION,
        estimand=f"difference in {outcome.called} for a discount that had ended the day before the signup",
        population=f"mature {POPULATION}",
        unit="user",
        scale=outcome.scale,
        window=WINDOW,
        method=METHOD,
        sentence=(
            f"A discount that had ended the day before goes with a difference of {outcome.shown(found.placebo)} in "
            f"{outcome.called}, which {'refutes' if found.refuted else 'does not refute'} the design."
        ),
        n=found.n,
        **numbers(found.placebo),
        null_value=0.0,
        p_adjusted=finite(found.placebo.p_value),
    )


def chart(_: Aggregates, effects: Sequence[Effect]) -> Any:
    """The effect on later revenue beside the placebo."""
    from ecom_platform.insights.charts import intervals

    names = {"late_revenue": "Discount met on the signup day", "placebo": "Discount that ended the day before"}
    shown = [each for each in effects if each.effect in names]
    return intervals(
        shown,
        [names[each.effect] for each in shown],
        title="Discounts on the signup day and later revenue: effect and placebo, with 95 % intervals",
        axis=f"Difference in paid revenue of {LATER_WINDOW}",
        null=0.0,
        form="+,.0f",
    )


INQUIRY = Inquiry(number="F3", reads=(DISCOUNTS,), definition=DEFINITION, answer=answer, chart=chart)
