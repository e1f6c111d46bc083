"""1.4: what a discount met on the signup day does to activation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ecom_platform.insights.cells import finite, numbers
from ecom_platform.insights.claims import claim, points
from ecom_platform.insights.discounts import (
    ASSUMPTIONS,
    CAVEATS,
    DESIGN,
    DISCOUNTS,
    METHOD,
    POPULATION,
    design,
    event,
    not_estimable,
    withdrawn,
)
from ecom_platform.insights.effect import SHARE, Effect, Kind
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.tables.activation import ACTIVATION

ESTIMAND = "effect of meeting a discount on the signup day on the share activated"
WINDOW = f"decided on day 0, measured in [0, {ACTIVATION.window_days})"

DEFINITION = f"""{DESIGN}

Outcome: {ACTIVATION.rule}, of users whose activation is known."""


def answer(aggregates: Aggregates, _: Context) -> Sequence[Effect]:
    cells = aggregates[DISCOUNTS]
    found = design(cells, event(cells, "activation_known_user_count", "activated_user_count"))
    if found is None:
        return [not_estimable("activation", ESTIMAND, WINDOW, "activation")]
    placebo = Effect(
        effect="placebo",
        kind=Kind.ASSOCIATION,
        estimand="difference in the share activated for a discount that had ended the day before the signup",
        population=POPULATION,
        unit="user",
        scale=SHARE,
        window=WINDOW,
        method=METHOD,
        sentence=(
            f"A discount that had ended the day before goes with a difference of {points(found.placebo)} in the share of "
            f"activated users, which {'refutes' if found.refuted else 'does not refute'} the design."
        ),
        n=found.n,
        **numbers(found.placebo),
        null_value=0.0,
        p_adjusted=finite(found.placebo.p_value),
    )
    if found.refuted:
        return [withdrawn("activation", ESTIMAND, WINDOW, "activation"), placebo]
    return [
        Effect(
            effect="activation",
            kind=Kind.CAUSAL,
            estimand=ESTIMAND,
            population=POPULATION,
            unit="user",
            scale=SHARE,
            window=WINDOW,
            method=METHOD,
            sentence=f"{claim('A discount met on the signup day', 'the share of activated users', found.effect, points)}.",
            n=found.n,
            **numbers(found.effect),
            null_value=0.0,
            p_adjusted=finite(found.effect.p_value),
            naive_estimate=found.naive,
            assumptions=ASSUMPTIONS,
            caveats=CAVEATS,
        ),
        placebo,
    ]


def chart(_: Aggregates, effects: Sequence[Effect]) -> Any:
    """The effect beside the placebo."""
    from ecom_platform.insights.charts import intervals

    names = {"activation": "Discount met on the signup day", "placebo": "Discount that ended the day before"}
    shown = [each for each in effects if each.effect in names]
    return intervals(
        shown,
        [names[each.effect] for each in shown],
        title="Discounts and activation: effect and placebo, with 95 % intervals",
        axis="Difference in the share of activated users",
        null=0.0,
        form="+.1%",
    )


INQUIRY = Inquiry(number="1.4", reads=(DISCOUNTS,), definition=DEFINITION, answer=answer, chart=chart)
