"""4.3: how far the activation level tells high, middle and low later revenue apart, and how far it does not."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ecom_platform.insights.cells import LATER_WINDOW, MINIMUM_USERS, numbers, total
from ecom_platform.insights.effect import SCORE, SHARE, Effect, Kind, declined
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.wording import count, percent, percent_range, points_apart
from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.tables.insights.value_tiers import TIERS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from ecom_platform.stats.estimates import Estimate

CELLS = "insights.value_tiers"
LEVELS = tuple(ACTIVATION.levels)
ACTIVATED = ("medium", "high")
WINDOW = f"[0, {ACTIVATION.window_days}) decides, [30, 360) is measured"

DEFINITION = f"""Mature users of a signup month are ranked by their paid revenue of {LATER_WINDOW} and cut into thirds: Low,
Mid and High. Users of equal revenue share a tier, so thirds may be unequal (all who bought nothing are in the same).

- *High-tier share* of each level, Wilson's interval; of activated users less that of the others, Newcombe's.
- *Overlap*: the probability that an activated user is in a higher tier than one who is not (equal tiers count one half; 1/2
  would be no separation), DeLong's variance; and the share of High-tier users who were not activated.
- *Explained*: the share of the tiers' variance (Low 0, Mid 1, High 2) that lies between levels (eta squared), by the delta
  method; the rest is left unexplained.

A description of groups: users are not assigned to levels, and revenue differs between them for other reasons too."""


def answer(aggregates: Aggregates, _: Context) -> Sequence[Effect]:
    counts = _counts(aggregates[CELLS])
    by_level = counts.sum(axis=1)
    activated = counts[[LEVELS.index(level) for level in ACTIVATED]].sum(axis=0)
    others = counts.sum(axis=0) - activated
    if min(activated.sum(), others.sum()) < MINIMUM_USERS:
        return [_declined()]
    effects = [*_separation(activated, others), _explained(counts)]
    return [*effects, *(_level(level, counts[i]) for i, level in enumerate(LEVELS) if by_level[i] >= MINIMUM_USERS)]


_described = partial(
    Effect, kind=Kind.DESCRIPTION, population="mature users whose activation is known", unit="user", window=WINDOW
)


def _counts(cells: pd.DataFrame) -> NDArray[np.int64]:
    """Users by level and tier, shape (levels, tiers)."""
    import numpy as np

    def users(level: str, tier: str) -> int:
        return total(cells[(cells["activation_level"] == level) & (cells["value_tier"] == tier)], "mature_user_count")

    return np.array([[users(level, tier) for tier in TIERS] for level in LEVELS], dtype=np.int64)


def _separation(activated: NDArray[np.int64], others: NDArray[np.int64]) -> list[Effect]:
    from ecom_platform.stats.proportions import newcombe, wilson
    from ecom_platform.stats.ranks import superiority

    high, n = int(activated[-1] + others[-1]), int(activated.sum() + others.sum())
    own, rest = (int(side[-1]) / int(side.sum()) for side in (activated, others))
    gap = newcombe(int(activated[-1]), int(activated.sum()), int(others[-1]), int(others.sum()))
    effects = [
        _described(
            effect="high_tier_share_difference",
            estimand="share in the High tier of activated users less that of the others",
            scale=SHARE,
            method="difference of shares (Newcombe)",
            sentence=f"Of activated users {percent(own)} are in the High tier of their signup month, of the others "
            f"{percent(rest)}: {points_apart(gap)}.",
            n=n,
            **numbers(gap),
            null_value=0.0,
        )
    ]
    ahead = superiority(range(len(TIERS)), activated.astype(float), others.astype(float))
    effects.append(
        _described(
            effect="overlap",
            estimand="probability that an activated user is in a higher tier than another user, equal tiers counting one half",
            scale=SCORE,
            method="superiority by rank (DeLong)",
            sentence=f"An activated user is in a higher tier than a user who is not in {percent_range(ahead)} of pairs, equal "
            "tiers counting one half; 50 % would be no separation.",
            n=n,
            **numbers(ahead),
            null_value=0.5,
        )
    )
    if high:
        missed = wilson(int(others[-1]), high)
        effects.append(
            _described(
                effect="high_tier_not_activated",
                estimand="share of High-tier users who were not activated",
                scale=SHARE,
                method="share (Wilson)",
                sentence=f"Of the {count(high)} users in the High tier, {percent_range(missed)} had not been activated.",
                n=high,
                **numbers(missed),
            )
        )
    return effects


def _explained(counts: NDArray[np.int64]) -> Effect:
    found = explained_share(counts)
    n = int(counts.sum())
    if found.estimate != found.estimate:
        return declined(
            "tier_variance_explained",
            "It cannot be said how much the level explains: all users are in one tier.",
            estimand="share of the variance of tiers between levels",
            population="mature users whose activation is known",
            window=WINDOW,
        )
    return _described(
        effect="tier_variance_explained",
        estimand="share of the variance of value tiers (0, 1, 2) that lies between activation levels",
        scale=SHARE,
        method="eta squared (delta method)",
        sentence=f"The activation level accounts for {percent_range(found)} of the variance of value tiers between users; "
        f"{percent(1 - found.estimate)} is left unexplained.",
        n=n,
        **numbers(found),
        caveats="Tiers, not amounts: within the High tier revenue differs widely.",
    )


def explained_share(counts: NDArray[np.int64]) -> Estimate:
    """Eta squared of tiers (scored by position) by level, from users by level and tier, with its interval cut to [0, 1]."""
    import numpy as np

    from ecom_platform.stats.aggregates import Moments
    from ecom_platform.stats.estimates import Estimate
    from ecom_platform.stats.ratios import smooth_function

    levels, tiers = counts.shape
    n = int(counts.sum())
    if (counts.sum(axis=0) > 0).sum() < 2:
        return Estimate(*[float("nan")] * 5)
    weights = counts.ravel() / n
    means = weights.copy()
    moments = Moments(
        tuple(f"{i}" for i in range(levels * tiers)), n, means, n * (np.diag(weights) - np.outer(weights, weights))
    )
    scores = np.arange(tiers, dtype=float)

    def eta_squared(flat: NDArray[np.float64]) -> float:
        shares = flat.reshape(levels, tiers)
        size, sums = shares.sum(axis=1), shares @ scores
        centre = sums.sum() / size.sum()
        within = shares.sum(axis=0) @ (scores - centre) ** 2
        held = size > 0
        return float((size[held] * (sums[held] / size[held] - centre) ** 2).sum() / within)

    found = smooth_function(moments, eta_squared)
    return found._replace(ci_low=max(found.ci_low, 0.0), ci_high=min(found.ci_high, 1.0))


def _level(level: str, tiers: NDArray[np.int64]) -> Effect:
    from ecom_platform.stats.proportions import wilson

    n = int(tiers.sum())
    high = wilson(int(tiers[-1]), n)
    low = int(tiers[0]) / n
    return _described(
        effect=f"high_tier_share_{level}",
        estimand=f"share in the High tier of users of level {level}",
        scale=SHARE,
        method="share (Wilson)",
        sentence=f"Of the {count(n)} users of activation level {level}, {percent_range(high)} are in the High tier and "
        f"{percent(low)} in the Low tier.",
        n=n,
        **numbers(high),
    )


def _declined() -> Effect:
    return declined(
        "high_tier_share_difference",
        f"Activation and value tiers cannot be compared: fewer than {MINIMUM_USERS} activated users, or of the others, have "
        "been observed for 360 days in a cohort with an event log.",
        estimand="share in the High tier of activated users less that of the others",
        population="mature users whose activation is known",
        window=WINDOW,
    )


def chart(aggregates: Aggregates, _: Sequence[Effect]) -> Any:
    """Composition of each activation level by value tier."""
    import altair as alt
    import pandas as pd

    from ecom_platform.insights.charts import BLUE, GREEN, ORANGE, WIDTH

    counts = _counts(aggregates[CELLS])
    rows = [
        {"level": level, "tier": tier, "position": position, "users": int(counts[i, position])}
        for i, level in enumerate(LEVELS)
        for position, tier in enumerate(TIERS)
        if counts[i].sum()
    ]
    if not rows:
        return None
    colours = alt.Scale(domain=list(TIERS), range=[ORANGE, BLUE, GREEN])
    return (
        alt.Chart(pd.DataFrame(rows), title="Value tiers of each activation level", width=WIDTH, height={"step": 34})
        .mark_bar()
        .encode(
            y=alt.Y("level:N", sort=list(LEVELS), title="Activation level"),
            x=alt.X("users:Q", stack="normalize", title="Share of users", axis=alt.Axis(format="%")),
            color=alt.Color("tier:N", scale=colours, title="Value tier"),
            order="position:Q",
            tooltip=["level", "tier", alt.Tooltip("users:Q", format=",")],
        )
    )


INQUIRY = Inquiry(number="4.3", reads=(CELLS,), definition=DEFINITION, answer=answer, chart=chart)
