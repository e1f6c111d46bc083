"""1.2: later value by the time of the first cart and of the first purchase, from a landmark; and those times themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ecom_platform.insights.cells import LATER_WINDOW, MINIMUM_USERS, finite, later, numbers
from ecom_platform.insights.effect import ORDERS, SHARE, Effect, Kind, declined
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.wording import count, money_apart, number_apart, percent_range
from ecom_platform.tables.activation import ACTIVATION
from ecom_platform.tables.insights.time_to_first import HORIZONS
from ecom_platform.tables.insights.value_by_first_time import LANDMARK, MILESTONES

if TYPE_CHECKING:
    import pandas as pd

    from ecom_platform.stats.aggregates import Sample
    from ecom_platform.stats.means import MeanDifference
    from ecom_platform.stats.survival import SurvivalCurve

VALUES, TIMES = "insights.value_by_first_time", "insights.time_to_first"

EARLY = ACTIVATION.window_days
LABELS = {"first_cart": "first cart", "first_purchase": "first purchase"}

DEFINITION = f"""**Value by time.** Among mature users, paid orders and revenue of {LATER_WINDOW} by the day of the first cart
and of the first purchase, both as known at day {LANDMARK} (the *landmark*): a milestone reached later sorts nobody. Two
contrasts each: in the first {EARLY} days against days {EARLY} to {LANDMARK - 1}, and before day {LANDMARK} against not
(Welch; adjusted together by Benjamini-Hochberg).

**The step.** `first_cart_step`: the change of later orders from first carts before day {EARLY} to those from that day on,
beyond a straight trend on each side (robust errors); the signup day, on which everybody is there, is no part of the trend.
Question 1.1 tests whether it is where activation acts.

**The times themselves.** Kaplan-Meier, users without the milestone censored on their last observed day; the first cart is
followed for {HORIZONS["first_cart"]} days, because the event log tells of the first weeks alone.

An association: whoever is keen to buy has a cart earlier *and* buys more later."""

INTENT = "Keen users are early and buy more later: the time marks them, and need not be what makes the difference."
POPULATION = "users observed to day 359"


class TimeContrast(NamedTuple):
    """Two groups of users by the day of a milestone; days are [start, end)."""

    effect: str
    milestone: str
    days: tuple[int, int]
    against: tuple[int, int]
    words: str


CONTRASTS = tuple(
    contrast
    for milestone in MILESTONES
    for contrast in (
        TimeContrast(
            f"{milestone}_early",
            milestone,
            (0, EARLY),
            (EARLY, LANDMARK),
            f"in the first {EARLY} days {{}} than those with it on days {EARLY} to {LANDMARK - 1}",
        ),
        TimeContrast(
            f"{milestone}_at_all",
            milestone,
            (0, LANDMARK),
            (LANDMARK, LANDMARK + 1),
            f"before day {LANDMARK} {{}} than those without",
        ),
    )
)


def answer(aggregates: Aggregates, context: Context) -> Sequence[Effect]:
    return [
        *_contrasts(aggregates[VALUES], context.currency),
        _step(aggregates[VALUES]),
        *(_reached(aggregates[TIMES], milestone) for milestone in MILESTONES),
    ]


def _between(cells: pd.DataFrame, milestone: str, days: tuple[int, int], what: str) -> Sample:
    start, end = days
    return later(cells[(cells["milestone"] == milestone) & (cells["day"] >= start) & (cells["day"] < end)], what)


def _contrasts(cells: pd.DataFrame, currency: str) -> list[Effect]:
    from ecom_platform.stats.means import welch
    from ecom_platform.stats.multiplicity import false_discovery_adjusted

    effects: list[Effect] = []
    compared: list[tuple[TimeContrast, str, MeanDifference]] = []
    for each in CONTRASTS:
        for what in ("orders", "revenue"):
            own, others = (_between(cells, each.milestone, days, what) for days in (each.days, each.against))
            if min(own.n, others.n) < MINIMUM_USERS:
                effects.append(_too_few(f"{each.effect}_{what}", LABELS[each.milestone]))
            else:
                compared.append((each, what, welch(own, others)))
    adjusted = false_discovery_adjusted([found.p_value for *_, found in compared])
    for (each, what, found), p in zip(compared, adjusted, strict=True):
        effects.append(_effect(each, what, found, float(p), currency))
    return effects


def _effect(each: TimeContrast, what: str, found: MeanDifference, p_adjusted: float, currency: str) -> Effect:
    of_orders = what == "orders"
    difference = number_apart(found, "paid orders") if of_orders else money_apart(found, currency)
    whose = each.words.format(f"bring {difference} on {LATER_WINDOW}")
    return Effect(
        effect=f"{each.effect}_{what}",
        kind=Kind.ASSOCIATION,
        estimand=f"difference of mean later {what}, users grouped by the day of their {LABELS[each.milestone]}",
        population=POPULATION,
        unit="user",
        scale=ORDERS if of_orders else currency,
        window=f"[0, {LANDMARK}), then [30, 360)",
        method="difference of means at a landmark (Welch)",
        sentence=f"Users with their {LABELS[each.milestone]} {whose}.",
        n=found.n,
        **numbers(found),
        null_value=0.0,
        p_adjusted=finite(p_adjusted),
        caveats=INTENT,
    )


def _step(cells: pd.DataFrame) -> Effect:
    from ecom_platform.stats.discontinuity import jump

    carts = cells[(cells["milestone"] == "first_cart") & (cells["day"] < LANDMARK)]
    days = sorted(int(day) for day in carts["day"].unique())
    samples = [later(carts[carts["day"] == day], "orders") for day in days]
    try:
        found = jump(days, samples, EARLY, bandwidth=EARLY - 1)
    except ValueError:
        found = None
    if found is None or found.n < 2 * MINIMUM_USERS:
        return _too_few("first_cart_step", LABELS["first_cart"])
    return Effect(
        effect="first_cart_step",
        kind=Kind.ASSOCIATION,
        estimand=f"step of mean later orders at a first cart on day {EARLY}, beyond the trend",
        population=f"{POPULATION}, with a first cart on days 1 to {2 * EARLY - 2}",
        unit="user",
        scale=ORDERS,
        window=f"[1, {2 * EARLY - 1}), then [30, 360)",
        method="local linear trend on each side (Lee & Card errors)",
        sentence=f"Along the day of the first cart, later orders step at day {EARLY}, where the activation window ends: "
        f"{number_apart(found)} from that day on, beyond the trend.",
        n=found.n,
        **numbers(found),
        null_value=0.0,
        p_adjusted=finite(found.p_value),
        caveats="One step, at the adopted day. Whether it is at that day alone, and in later cohorts too, is question 1.1.",
    )


def _too_few(effect: str, label: str) -> Effect:
    return declined(
        effect,
        f"Later buying cannot be compared by the time of the {label}: fewer than {MINIMUM_USERS} users on a side have been "
        "observed to day 359, or there is no event log.",
        estimand="difference of mean later orders or revenue",
        population=POPULATION,
        window=f"[0, {LANDMARK}), then [30, 360)",
    )


def _reached(cells: pd.DataFrame, milestone: str) -> Effect:
    curve, users = _curve(cells, milestone)
    label, by = LABELS[milestone], LANDMARK - 1
    position = int((curve.time <= by).sum()) - 1
    if users < MINIMUM_USERS or position < 0 or not curve.at_risk[position] > 1 or curve.time[-1] < by:
        return declined(
            f"{milestone}_reached",
            f"How soon users reach their {label} cannot be told: fewer than {MINIMUM_USERS} users, or none, have been "
            f"observed for {LANDMARK} days, or there is no event log.",
            estimand=f"share with a {label} before day {LANDMARK}",
            population="all users",
            window=f"[0, {LANDMARK})",
        )
    found = _Reached(
        1 - float(curve.survival[position]), 1 - float(curve.ci_high[position]), 1 - float(curve.ci_low[position])
    )
    median = curve.quantile().estimate
    horizon = HORIZONS[milestone]
    half = f"half of all have it by day {count(median)}" if median < horizon else f"fewer than half do within {horizon} days"
    return Effect(
        effect=f"{milestone}_reached",
        kind=Kind.DESCRIPTION,
        estimand=f"share with a {label} before day {LANDMARK}",
        population="all users",
        unit="user",
        scale=SHARE,
        window=f"[0, {LANDMARK})",
        method="Kaplan-Meier, interval on the log-minus-log scale",
        sentence=f"{percent_range(found)} of users have their {label} before day {LANDMARK}; {half}.",
        n=users,
        **numbers(found),
        assumptions="Users observed for a shorter time would have gone on like the others.",
    )


class _Reached(NamedTuple):
    estimate: float
    ci_low: float
    ci_high: float


def _curve(cells: pd.DataFrame, milestone: str) -> tuple[SurvivalCurve, int]:
    """The Kaplan-Meier curve of a milestone, and the number of users that it rests on."""
    from ecom_platform.stats.survival import kaplan_meier

    own = cells[cells["milestone"] == milestone]
    reached, censored = (own[column].to_numpy(dtype=float) for column in ("reached_user_count", "censored_user_count"))
    return kaplan_meier(own["day"].to_numpy(dtype=float), reached, censored), int(reached.sum() + censored.sum())


def chart(aggregates: Aggregates, _: Sequence[Effect]) -> Any:
    """Later orders by the day of each milestone, and the share of users that has reached it."""
    import altair as alt
    import pandas as pd

    from ecom_platform.insights.charts import BLUE, ORANGE
    from ecom_platform.stats.means import mean

    values, waiting = [], []
    for milestone in MILESTONES:
        for day in range(LANDMARK):
            sample = _between(aggregates[VALUES], milestone, (day, day + 1), "orders")
            if sample.n >= MINIMUM_USERS:
                found = mean(sample)
                values.append(
                    {
                        "milestone": LABELS[milestone],
                        "day": day,
                        "orders": found.estimate,
                        "low": found.ci_low,
                        "high": found.ci_high,
                    }
                )
        curve = _curve(aggregates[TIMES], milestone)[0]
        waiting += [
            {"milestone": LABELS[milestone], "day": float(day), "share": 1 - float(share)}
            for day, share in zip(curve.time, curve.survival, strict=True)
        ]
    if not values or not waiting:
        return None
    colour = alt.Color("milestone:N", title=None, scale=alt.Scale(domain=list(LABELS.values()), range=[BLUE, ORANGE]))
    means = alt.Chart(pd.DataFrame(values), width=320, height=260).encode(
        x=alt.X("day:Q", title="Day of the milestone"), color=colour
    )
    window = alt.Chart(pd.DataFrame({"day": [EARLY - 0.5]})).mark_rule(strokeDash=[4, 3], color="#666666").encode(x="day:Q")
    by_day = alt.layer(
        window,
        means.mark_rule().encode(y=alt.Y("low:Q", title=f"Paid orders of {LATER_WINDOW}"), y2="high:Q"),
        means.mark_point(filled=True, opacity=1).encode(y="orders:Q"),
    )
    reached = (
        alt.Chart(pd.DataFrame(waiting), width=260, height=260)
        .mark_line(interpolate="step-after")
        .encode(
            x=alt.X("day:Q", title="Days since signup"),
            y=alt.Y("share:Q", title="Users who have reached it", axis=alt.Axis(format="%")),
            color=colour,
        )
    )
    return alt.hconcat(by_day, reached).properties(
        title="Later orders by the day of the first cart and purchase, and when users reach them"
    )


INQUIRY = Inquiry(number="1.2", reads=(VALUES, TIMES), definition=DEFINITION, answer=answer, chart=chart)
