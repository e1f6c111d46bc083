"""3.1: who comes back, by activation level; and which of those days the activation window itself contains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ecom_platform.insights.cells import MINIMUM_USERS, finite, numbers, total
from ecom_platform.insights.effect import SHARE, Effect, Kind, declined
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.wording import count, percent, percent_range, points_apart
from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.tables.insights.retention_by_level import RETURN_DAYS

if TYPE_CHECKING:
    import pandas as pd

CELLS = "insights.retention_by_level"

ACTIVATED = ("medium", "high")
LABELS = {"day_1": "day 1", "day_7": "day 7", "day_30": "day 30", "days_31_to_90": "days 30 to 89"}
LEVELS = tuple(ACTIVATION.levels)


def overlap(window: str) -> str:
    """How a window of return and the activation window lie to each other, in a sentence."""
    start, end = RETURN_DAYS[window]
    if end <= ACTIVATION.window_days:
        return (
            f"Inside the activation window, {ACTIVATION.window}: a session then counts towards activation, so users who came "
            "back are more often activated by definition."
        )
    if start < ACTIVATION.window_days:
        return f"Overlaps with the activation window, {ACTIVATION.window}: a session in both counts towards activation."
    if start == ACTIVATION.window_days:
        return (
            f"The first day after the activation window, {ACTIVATION.window}: nothing on it counts towards activation, but a "
            "visit that was due just before the window's end is not due just after it."
        )
    return f"After the activation window, {ACTIVATION.window}: nothing then counts towards activation."


MEANINGS = "; ".join(f"*{level}*: {meaning}" for level, meaning in ACTIVATION.levels.items())

DEFINITION = f"""Share of users with an event or an order (paid or failed) on exactly day 1, 7 or 30 after signup, and on days
30 to 89, among users whose level is known and who have been observed so long. Levels: {MEANINGS}.

- `<window>_<level>`: the share, with Wilson's interval.
- `<window>_difference`: activated users less the others (Newcombe; adjusted together by Benjamini-Hochberg).

**Overlap.** {" ".join(f"{LABELS[window].capitalize()}: {overlap(window)}" for window in RETURN_DAYS)}

The event log tells of the first weeks; later activity is orders. A description: a level is not assigned to anybody."""


def answer(aggregates: Aggregates, _: Context) -> Sequence[Effect]:
    from ecom_platform.stats.multiplicity import false_discovery_adjusted
    from ecom_platform.stats.proportions import newcombe

    cells = aggregates[CELLS]
    effects: list[Effect] = []
    compared = []
    for window in RETURN_DAYS:
        own = cells[cells["return_window"] == window]
        is_activated = own["activation_level"].isin(ACTIVATED)
        sides = [_returned(own[is_activated]), _returned(own[~is_activated])]
        effects += [each for level in LEVELS if (each := _share(own, window, level)) is not None]
        if min(n for _, n in sides) >= MINIMUM_USERS:
            compared.append((window, sides, newcombe(*sides[0], *sides[1])))
        else:
            effects.append(_too_few(window))
    adjusted = false_discovery_adjusted([found.p_value for *_, found in compared])
    for (window, sides, found), p in zip(compared, adjusted, strict=True):
        shares = [events / n for events, n in sides]
        effects.append(
            Effect(
                effect=f"{window}_difference",
                kind=Kind.DESCRIPTION,
                estimand="difference of the shares who return, activated users less the others",
                population=f"users whose level is known, observed to the end of {LABELS[window]}",
                unit="user",
                scale=SHARE,
                window=_bounds(window),
                method="difference of shares (Newcombe)",
                sentence=f"{percent(shares[0])} of activated users are active on {LABELS[window]}, {points_apart(found)} than "
                f"of the others ({percent(shares[1])}).",
                n=sum(n for _, n in sides),
                **numbers(found),
                null_value=0.0,
                p_adjusted=finite(float(p)),
                caveats=overlap(window),
            )
        )
    return effects


def _returned(cells: pd.DataFrame) -> tuple[int, int]:
    return total(cells, "returned_user_count"), total(cells, "user_count")


def _bounds(window: str) -> str:
    start, end = RETURN_DAYS[window]
    return f"[{start}, {end})"


def _share(own: pd.DataFrame, window: str, level: str) -> Effect | None:
    from ecom_platform.stats.proportions import wilson

    returned, n = _returned(own[own["activation_level"] == level])
    if n < MINIMUM_USERS:
        return None
    found = wilson(returned, n)
    return Effect(
        effect=f"{window}_{level}",
        kind=Kind.DESCRIPTION,
        estimand="share of users with an event or an order in the window",
        population=f"users of level {level}, observed to the end of {LABELS[window]}",
        unit="user",
        scale=SHARE,
        window=_bounds(window),
        method="Wilson",
        sentence=f"{percent_range(found)} of the {count(n)} users of level {level} are active on {LABELS[window]}.",
        n=n,
        **numbers(found),
        caveats=overlap(window),
    )


def _too_few(window: str) -> Effect:
    return declined(
        f"{window}_difference",
        f"How many return on {LABELS[window]} cannot be compared: fewer than {MINIMUM_USERS} activated users, or others, have "
        "been observed so long, or there is no event log to tell activation by.",
        estimand="difference of the shares who return, activated users less the others",
        population="users whose level is known",
        window=_bounds(window),
    )


def chart(_: Aggregates, effects: Sequence[Effect]) -> Any:
    """The share who return, by window and level."""
    import altair as alt
    import pandas as pd

    from ecom_platform.insights.charts import OKABE_ITO

    found = {each.effect: each for each in effects}
    rows = [
        {"window": LABELS[window], "level": level, "share": each.estimate, "low": each.ci_low, "high": each.ci_high}
        for window in RETURN_DAYS
        for level in LEVELS
        if (each := found.get(f"{window}_{level}")) is not None
    ]
    if not rows:
        return None
    base = alt.Chart(pd.DataFrame(rows), width=520, height=260).encode(
        x=alt.X("window:N", sort=list(LABELS.values()), title=None, axis=alt.Axis(labelAngle=0)),
        xOffset=alt.XOffset("level:N", sort=list(LEVELS)),
    )
    colour = alt.Color(
        "level:N", title="Activation level", sort=list(LEVELS), scale=alt.Scale(domain=list(LEVELS), range=list(OKABE_ITO[:4]))
    )
    bars = base.mark_bar(opacity=0.8).encode(y=alt.Y("share:Q", title="Users active", axis=alt.Axis(format="%")), color=colour)
    spans = base.mark_rule(color="black").encode(y="low:Q", y2="high:Q")
    return alt.layer(bars, spans).properties(title="Users active on days after signup, by activation level")


INQUIRY = Inquiry(number="3.1", reads=(CELLS,), definition=DEFINITION, answer=answer, chart=chart)
