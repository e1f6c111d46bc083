"""S1: what raises activation. Only what was tried in an experiment can be said to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ecom_platform.insights.cells import MINIMUM_USERS, finite, numbers, share
from ecom_platform.insights.claims import claim, points
from ecom_platform.insights.effect import SHARE, Effect, Kind, declined
from ecom_platform.insights.experiments import EXPERIMENTS, MISMATCH, NUDGE, PLANNED_SHARES, of_experiment, sizes_as_planned
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.wording import count, percent
from ecom_platform.tables.activation import ACTIVATION

WINDOW = f"[0, {ACTIVATION.window_days})"
POPULATION = "users drawn into an arm whose activation is known"
ESTIMAND = "effect of being shown the nudge on the share activated (intention to treat)"

DEFINITION = f"""Activated: {ACTIVATION.rule}.

- **Effect of the nudge**: share activated in the treatment arm less that in the control arm, of all who were drawn into an arm
  and whose activation is known, whether they took notice or not. Newcombe's interval.
- **Sample ratio**: both arms were planned equal. Chi-square against that, over all drawn users; below p = 0.001 the arms were
  not drawn as planned, or rows were lost, and the effect is withdrawn.

A behaviour that merely goes with activation is in 1.1 and 1.3, and is no lever for it."""


def answer(aggregates: Aggregates, _: Context) -> Sequence[Effect]:
    from ecom_platform.stats.proportions import newcombe

    cells = of_experiment(aggregates[EXPERIMENTS], NUDGE)
    sizes = sizes_as_planned(cells)
    known = cells[cells["activation"] != "unknown"]
    known = known.assign(activated_count=known["user_count"].where(known["activation"] == "activated", 0))
    treatment, control = (
        share(known[known["arm"] == arm], "activated_count", "user_count") for arm in ("treatment", "control")
    )
    if sizes is None or min(treatment.n, control.n) < MINIMUM_USERS:
        return [
            _declined(
                "What raises activation is not known: there is no onboarding experiment with at least "
                f"{MINIMUM_USERS} users of known activation in each arm."
            )
        ]
    ratio = Effect(
        effect="sample_ratio",
        kind=Kind.DESCRIPTION,
        estimand="share of the treatment arm among all drawn users",
        population="users drawn into an arm",
        unit="user",
        scale=SHARE,
        window="at assignment",
        method="chi-square against the planned shares",
        sentence=(
            f"{percent(sizes.shares[0], 2)} of {count(int(cells['user_count'].sum()))} users were drawn into the treatment "
            f"arm, where {percent(PLANNED_SHARES[0], 0)} were planned (p = {sizes.p_value:.2g})."
        ),
        n=int(cells["user_count"].sum()),
        estimate=sizes.shares[0],
        null_value=PLANNED_SHARES[0],
        p_adjusted=finite(sizes.p_value),
    )
    if sizes.p_value < MISMATCH:
        return [
            _declined(
                "The effect of the nudge is withdrawn: the arms do not have the sizes that were planned, so they were not "
                "drawn at random or rows were lost."
            ),
            ratio,
        ]
    found = newcombe(round(treatment.total), treatment.n, round(control.total), control.n)
    shares = f"from {percent(control.mean, 1)} to {percent(treatment.mean, 1)}"
    return [
        Effect(
            effect="nudge_activation",
            kind=Kind.CAUSAL,
            estimand=ESTIMAND,
            population=POPULATION,
            unit="user",
            scale=SHARE,
            window=WINDOW,
            method="difference of shares between randomised arms, Newcombe's interval",
            sentence=f"{claim('The nudge', 'the share of activated users', found, points)}, {shares}.",
            n=treatment.n + control.n,
            **numbers(found),
            null_value=0.0,
            p_adjusted=finite(found.p_value),
            assumptions="The arm was drawn at random, and no user's activation depends on another's arm.",
            caveats="That a nudge works does not say which part of it does.",
        ),
        ratio,
    ]


def _declined(reason: str) -> Effect:
    return declined("nudge_activation", reason, estimand=ESTIMAND, population=POPULATION, window=WINDOW)


def chart(aggregates: Aggregates, _: Sequence[Effect]) -> Any:
    """Activated share of each arm, with Wilson intervals."""
    import altair as alt
    import pandas as pd

    from ecom_platform.insights.charts import BLUE, WIDTH
    from ecom_platform.stats.proportions import wilson

    cells = of_experiment(aggregates[EXPERIMENTS], NUDGE)
    rows = []
    for arm, group in cells[cells["activation"] != "unknown"].groupby("arm"):
        activated = int(group.loc[group["activation"] == "activated", "user_count"].sum())
        found = wilson(activated, int(group["user_count"].sum()))
        rows.append({"arm": str(arm).capitalize(), "share": found.estimate, "low": found.ci_low, "high": found.ci_high})
    if not rows:
        return None
    base = alt.Chart(pd.DataFrame(rows), width=WIDTH).encode(y=alt.Y("arm:N", title=None))
    spans = base.mark_rule(color=BLUE, strokeWidth=2).encode(
        x=alt.X("low:Q", title="Activated users", axis=alt.Axis(format="%"), scale=alt.Scale(zero=False)), x2="high:Q"
    )
    points = base.mark_point(color=BLUE, filled=True, size=60, opacity=1).encode(x="share:Q")
    return alt.layer(spans, points).properties(title="Activated share by arm of the onboarding nudge, with 95 % intervals")


INQUIRY = Inquiry(number="S1", reads=(EXPERIMENTS,), definition=DEFINITION, answer=answer, chart=chart)
