"""2.1: activation by the deepest stage of the funnel, in the window (half a definition) and in the first session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ecom_platform.insights.cells import MINIMUM_USERS, finite, numbers, share, total
from ecom_platform.insights.effect import SHARE, Effect, Kind, declined
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.stages import LABELS, NO_SESSION, STAGES, reached
from ecom_platform.insights.wording import count, percent, percent_range, points_apart
from ecom_platform.tables.activation import ACTIVATION

if TYPE_CHECKING:
    import pandas as pd

CELLS = "insights.users_by_stage"

_, VIEW, *DEEPER = STAGES
WINDOW = f"[0, {ACTIVATION.window_days})"
POPULATION = "users whose activation is known"
SESSIONS = f"{ACTIVATION.sessions} sessions in {ACTIVATION.window}"

DEFINITION = f"""Among users whose activation is known, by the deepest stage of the purchase funnel that they reached.

- `stage_*`: share activated by the deepest stage with an event in {ACTIVATION.window}. **Partly by definition**: activation
  ({ACTIVATION.rule}) counts carts, so whoever stopped at a product view cannot be activated.
- `first_session_*`: share activated by the deepest stage of the first session, taken whole.
- `sessions_after_*`: what is not decided by that definition: the share with at least {SESSIONS}, against users whose first
  session ended with a product view (Newcombe's interval; p-values adjusted by Benjamini-Hochberg).

Shares have Wilson's interval. A description: the stage is not assigned to anybody, and keen users go deeper *and* return."""

INTENT = "Keen users go deeper and return more: the stage marks them, and need not be what makes the difference."


def answer(aggregates: Aggregates, _: Context) -> Sequence[Effect]:
    cells = aggregates[CELLS]
    if total(cells, "user_count") < MINIMUM_USERS:
        return [
            declined(
                "stage",
                f"Activation is known of fewer than {MINIMUM_USERS} users, too few to tell by the stage that they reached.",
                estimand="share of activated users by deepest stage",
                population=POPULATION,
                window=WINDOW,
            )
        ]
    return [*_shares(cells, "furthest_stage"), *_shares(cells, "first_session_stage"), *_sessions(cells)]


def _shares(cells: pd.DataFrame, column: str) -> list[Effect]:
    from ecom_platform.stats.proportions import wilson

    by_window = column == "furthest_stage"
    effects = []
    for stage in STAGES:
        here = cells[cells[column] == stage]
        n = total(here, "user_count")
        if n < MINIMUM_USERS:
            continue
        found = wilson(total(here, "activated_user_count"), n)
        ends = reached(stage) if by_window or stage == NO_SESSION else f"whose first session ends with {LABELS[stage]}"
        effects.append(
            Effect(
                effect=f"{'stage' if by_window else 'first_session'}_{stage}",
                kind=Kind.DESCRIPTION,
                estimand="share of activated users",
                population=f"users {ends}",
                unit="user",
                scale=SHARE,
                window=WINDOW,
                method="Wilson",
                sentence=f"{percent_range(found)} of the {count(n)} users {ends} are activated.",
                n=n,
                **numbers(found),
                caveats=_by_definition(stage) if by_window or stage != VIEW else INTENT,
            )
        )
    return effects


def _by_definition(stage: str) -> str:
    if stage in {NO_SESSION, VIEW} and ACTIVATION.carts:
        return f"By definition: activation asks for {ACTIVATION.rule}, and such users have no cart there."
    return "Partly by definition: a cart is half of what activation asks for."


def _sessions(cells: pd.DataFrame) -> list[Effect]:
    from ecom_platform.stats.multiplicity import false_discovery_adjusted
    from ecom_platform.stats.proportions import newcombe

    groups = {stage: cells[cells["first_session_stage"] == stage] for stage in (VIEW, *DEEPER)}
    counts = {
        stage: (total(group, "users_with_enough_sessions"), total(group, "user_count")) for stage, group in groups.items()
    }
    if counts[VIEW][1] < MINIMUM_USERS:
        return []
    found = {stage: newcombe(*counts[stage], *counts[VIEW]) for stage in DEEPER if counts[stage][1] >= MINIMUM_USERS}
    adjusted = false_discovery_adjusted([each.p_value for each in found.values()])
    viewed = share(groups[VIEW], "users_with_enough_sessions", "user_count").mean
    return [
        Effect(
            effect=f"sessions_after_{stage}",
            kind=Kind.DESCRIPTION,
            estimand=f"difference of the shares with at least {SESSIONS}",
            population=f"users whose first session ends with {LABELS[stage]} or with {LABELS[VIEW]}",
            unit="user",
            scale=SHARE,
            window=WINDOW,
            method="difference of shares (Newcombe)",
            sentence=(
                f"{percent(counts[stage][0] / counts[stage][1])} of the users whose first session ends with {LABELS[stage]} "
                f"have at least {SESSIONS}, {points_apart(difference)} than of those who only viewed ({percent(viewed)})."
            ),
            n=counts[stage][1] + counts[VIEW][1],
            **numbers(difference),
            null_value=0.0,
            p_adjusted=finite(p),
            caveats=INTENT,
        )
        for (stage, difference), p in zip(found.items(), adjusted, strict=True)
    ]


def chart(_: Aggregates, effects: Sequence[Effect]) -> Any:
    """Activated share by deepest stage, in the window and in the first session."""
    import altair as alt
    import pandas as pd

    from ecom_platform.insights.charts import BLUE, ORANGE, WIDTH

    series = {"stage": f"in {ACTIVATION.window}", "first_session": "in the first session"}
    rows = [
        {"of": series[kind], "stage": LABELS[stage], "share": each.estimate, "low": each.ci_low, "high": each.ci_high}
        for each in effects
        for kind in series
        for stage in STAGES
        if each.effect == f"{kind}_{stage}" and each.kind is Kind.DESCRIPTION
    ]
    if not rows:
        return None
    base = alt.Chart(pd.DataFrame(rows), width=WIDTH, height=260).encode(
        x=alt.X("stage:N", sort=list(LABELS.values()), title="Deepest stage reached", axis=alt.Axis(labelAngle=0)),
        xOffset="of:N",
        color=alt.Color("of:N", title="Deepest stage", scale=alt.Scale(domain=list(series.values()), range=[BLUE, ORANGE])),
    )
    axis = alt.Axis(format="%")
    bars = base.mark_bar(opacity=0.75).encode(y=alt.Y("share:Q", title="Activated users", axis=axis))
    spans = base.mark_rule().encode(y="low:Q", y2="high:Q", color=alt.value("black"))
    return alt.layer(bars, spans).properties(title="Activated share by deepest stage of the funnel, with 95 % intervals")


INQUIRY = Inquiry(number="2.1", reads=(CELLS,), definition=DEFINITION, answer=answer, chart=chart)
