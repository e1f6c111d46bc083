"""1.3: how the sessions of activated users differ from the others': frequency, length, gaps, diversity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ecom_platform.insights.cells import MINIMUM_USERS, finite, numbers, summed
from ecom_platform.insights.effect import RELATIVE, Effect, Kind, declined
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.wording import number, percent_apart
from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.tables.insights.session_patterns import PATTERNS

CELLS = "insights.session_patterns"

WINDOW = f"[0, {ACTIVATION.window_days})"
POPULATION = "users whose activation is known and who have the pattern"

LABELS = dict(
    zip(
        PATTERNS,
        (
            "sessions",
            "active days",
            "minutes per session",
            "events per session",
            "hours between sessions",
            "products viewed",
            "categories viewed",
            "referrers",
            "minutes in the first session",
            "events in the first session",
        ),
        strict=True,
    )
)

COUNTED = ("session_count", "active_day_count")
"""Patterns that the definition of activation itself counts, or nearly."""
FIRST_SESSION = ("first_session_minutes", "first_session_events")

DEFINITION = f"""Means of {len(PATTERNS)} patterns of the sessions in {ACTIVATION.window}, activated users
({ACTIVATION.rule}) against the others: the ratio of the means less 1, its interval by the delta method on the log scale;
p-values of Welch's test, adjusted for the family of {len(PATTERNS)} (Benjamini-Hochberg).

- Sessions and active days are **partly by definition**, for activation counts sessions; more sessions also give more room for
  products, categories and referrers.
- The patterns of the *first session* say nothing of how many sessions there were; its carts count as any others.

An association: how much a user intends to buy shows in all of them, and in activation."""

INTENT = "Intent shows in the pattern and in activation alike: changing the pattern need not change activation."


class Compared(NamedTuple):
    """A ratio of means less 1, in the shape of an estimate."""

    estimate: float
    ci_low: float
    ci_high: float


def answer(aggregates: Aggregates, _: Context) -> Sequence[Effect]:
    from ecom_platform.stats.means import welch
    from ecom_platform.stats.multiplicity import false_discovery_adjusted
    from ecom_platform.stats.ratios import means_ratio

    cells = aggregates[CELLS]
    tested, effects = [], []
    for pattern in PATTERNS:
        own = cells[cells["pattern"] == pattern]
        sides = [summed(own[own["is_activated"] == side], "user_count", "value") for side in (True, False)]
        if min(side.n for side in sides) < MINIMUM_USERS or not all(side.mean > 0 for side in sides):
            effects.append(_too_few(pattern))
        else:
            tested.append((pattern, sides, welch(*sides).p_value))
    for (pattern, sides, _p), p in zip(tested, false_discovery_adjusted([p for *_, p in tested]), strict=True):
        ratio = means_ratio(*sides)
        found = Compared(ratio.estimate - 1, ratio.ci_low - 1, ratio.ci_high - 1)
        activated, others = (number(side.mean) for side in sides)
        effects.append(
            Effect(
                effect=pattern,
                kind=Kind.ASSOCIATION,
                estimand="ratio of means, activated users over the others, less 1",
                population=POPULATION,
                unit="user",
                scale=RELATIVE,
                window="the first session" if pattern in FIRST_SESSION else WINDOW,
                method="ratio of means (delta method on the log scale)",
                sentence=f"Activated users have {activated} {LABELS[pattern]} on average, {percent_apart(found)} than the "
                f"others ({others}).",
                n=sum(side.n for side in sides),
                **numbers(found),
                null_value=0.0,
                p_adjusted=finite(float(p)),
                caveats=_caveat(pattern),
            )
        )
    return effects


def _caveat(pattern: str) -> str:
    if pattern in COUNTED:
        return f"Partly by definition: activation asks for {ACTIVATION.rule}."
    return INTENT


def _too_few(pattern: str) -> Effect:
    return declined(
        pattern,
        f"Activated users and others cannot be compared by {LABELS[pattern]}: there are fewer than {MINIMUM_USERS} of one "
        "kind, or there is nothing to measure.",
        estimand="ratio of means, activated users over the others, less 1",
        population=POPULATION,
        window=WINDOW,
    )


def chart(_: Aggregates, effects: Sequence[Effect]) -> Any:
    """Every pattern, activated users against the others."""
    from ecom_platform.insights.charts import intervals

    return intervals(
        effects,
        [LABELS[each.effect] + (" (by definition, in part)" if each.effect in COUNTED else "") for each in effects],
        title="Sessions of activated users against the others",
        axis="Difference of means, relative",
        null=0.0,
        form="+%",
    )


INQUIRY = Inquiry(number="1.3", reads=(CELLS,), definition=DEFINITION, answer=answer, chart=chart)
