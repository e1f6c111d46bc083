"""6.2: what a subscription does to later buying, with activation held fixed; checked by the trial offer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ecom_platform.insights.cells import LATER_WINDOW, MINIMUM_USERS, finite, numbers, summed, total
from ecom_platform.insights.claims import Span, claim
from ecom_platform.insights.effect import ORDERS, RELATIVE, Effect, Kind, declined
from ecom_platform.insights.experiments import EXPERIMENTS, MISMATCH, TRIAL, instrument_cells, of_experiment, sizes_as_planned
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.wording import Interval, money_range, number, number_range, percent_range

if TYPE_CHECKING:
    import pandas as pd

    from ecom_platform.stats.estimates import Estimate
    from ecom_platform.stats.instruments import InstrumentResult

TIMING = "insights.subscription_timing"

JOINING_WINDOW = "days 30 to 179"

WINDOW = "joined and measured in [30, 180)"
SUBSCRIBERS = "mature users who have joined a paid plan (ATT)"
METHOD = (
    "ratio of rates of joined and not yet joined subscribers, these weighted to the strata of those: plan, activation and ten "
    "days of age; delta method, errors clustered by user"
)
ASSUMPTIONS = (
    "Among users who join the same plan sooner or later and were activated alike, those who join earlier would have bought as "
    "those who join later do, at the same age."
)
CAVEATS = (
    "Seen while some are still waiting. What a subscription does after nearly all have joined is not known: nobody is left to "
    "compare them with, and customers may have a limited number of orders in them."
)
ESTIMANDS = {
    "orders_relative": "effect of a subscription on subscribers' rate of paid orders, as a share of it without",
    "revenue_relative": "effect of a subscription on subscribers' rate of paid revenue, as a share of it without",
    "att_revenue": f"mean effect of subscribing on subscribers' paid revenue of {JOINING_WINDOW} (ATT)",
    "trial_orders": "effect of a subscription on later paid orders of users whom the trial offer makes subscribe (LATE)",
}

DEFINITION = f"""Of users who have joined a paid plan, one is *joined* from the join date on and *waiting* before it. At the
same age (ten days of it, between day 30 and day 179), plan and activation, joined and waiting users are compared: both
subscribe sooner or later, so the wish to subscribe does not differ. By day 180 nearly all have joined: later days have no
comparison, and are left out.

- **Relative effect**: the rate of the joined over that of the waiting at the joined's ages, less 1. Errors are clustered by
  user.
- **ATT**: the share of subscribers' revenue of {JOINING_WINDOW} after joining that the relative effect on revenue accounts
  for, a subscriber.
- **Check**: the trial offer, drawn at random, as an instrument for subscribing. It moves few users, so it is weak evidence.
- **Naive**: subscribers less users without a subscription, as they are.

Users observed for 360 days alone. Orders before day 30 are used nowhere. Activation is held fixed: a stratum has one."""


class Rates(NamedTuple):
    """What a subscription does to a rate, as a share of it."""

    relative: Estimate
    users: int


def answer(aggregates: Aggregates, context: Context) -> Sequence[Effect]:
    cells = aggregates[TIMING]
    plans = cells[~cells["plan"].isin(["Free", "unknown"])]
    free = cells[cells["plan"] == "Free"]
    return [*_by_timing(plans, free, context.currency), *_by_level(plans), *_by_trial(aggregates[EXPERIMENTS])]


def rates(cells: pd.DataFrame, what: str) -> Rates | None:
    """`orders` or `revenue` of joined over waiting users, less 1; None where too few users, or no orders, are on a side."""
    import numpy as np

    from ecom_platform.stats.aggregates import Moments
    from ecom_platform.stats.ratios import smooth_function

    users = total(cells, "panel_user_count")
    names = {side: f"{side}_{what}" for side in ("joined", "waiting")}
    joined, waiting = (float(cells[name].sum()) for name in names.values())
    if users < MINIMUM_USERS or joined <= 0 or waiting <= 0:
        return None
    crossed = float(cells[f"joined_{what}_times_waiting"].sum())
    squares = [float(cells[f"{name}_squared"].sum()) for name in names.values()]
    scatter = np.array([[squares[0], crossed], [crossed, squares[1]]])
    # The scatter is about the means of the strata, so it is that of the sums with the strata held fixed.
    sums = Moments(("joined", "waiting"), users, np.array([joined, waiting]) / users, scatter)
    return Rates(smooth_function(sums, lambda means: float(means[0] / means[1] - 1)), users)


def _by_timing(plans: pd.DataFrame, free: pd.DataFrame, currency: str) -> list[Effect]:
    names = ("orders_relative", "revenue_relative", "att_revenue")
    orders, revenue = rates(plans, "orders"), rates(plans, "revenue")
    if orders is None or revenue is None:
        return [
            _declined(
                name,
                f"What a subscription does to later buying is not known: there are fewer than {MINIMUM_USERS} subscribers "
                "observed for 360 days of whom some had joined while others of their plan, activation and age had not.",
            )
            for name in names
        ]
    naive = {what: _naive(plans, free, what) for what in ("orders", "revenue")}
    effects = [
        _effect(name, RELATIVE, found.relative, percent_range, subject, found, _relative(naive[what]))
        for name, what, found, subject in (
            ("orders_relative", "orders", orders, f"the paid orders of subscribers on {JOINING_WINDOW}"),
            ("revenue_relative", "revenue", revenue, f"the paid revenue of subscribers on {JOINING_WINDOW}"),
        )
    ]
    att = _on_the_subscribed(plans, revenue.relative)
    difference = None if naive["revenue"] is None else naive["revenue"][0] - naive["revenue"][1]

    def money(found: Interval) -> str:
        return f"{money_range(found, currency)} a subscriber"

    subject = f"the paid revenue of {JOINING_WINDOW}"
    return [*effects, _effect("att_revenue", currency, att, money, subject, revenue, difference)]


def _on_the_subscribed(plans: pd.DataFrame, relative: Estimate) -> Estimate:
    """Revenue after joining, a subscriber, less what it would have been without: a share r / (1 + r) of it."""
    from ecom_platform.stats.estimates import normal_estimate

    subscribed = summed(plans, "mature_user_count", "subscribed_revenue")
    factor = 1 + relative.estimate
    share = relative.estimate / factor
    error = math.hypot(subscribed.mean * relative.standard_error / factor**2, share * subscribed.standard_error)
    return normal_estimate(share * subscribed.mean, error)


def _naive(plans: pd.DataFrame, free: pd.DataFrame, what: str) -> tuple[float, float] | None:
    """Means of subscribers and of users without a subscription; None without any of these."""
    sides = [summed(side, "mature_user_count", what) for side in (plans, free)]
    return (sides[0].mean, sides[1].mean) if min(side.n for side in sides) else None


def _relative(means: tuple[float, float] | None) -> float | None:
    return means[0] / means[1] - 1 if means and means[1] else None


def _effect(name: str, scale: str, estimate: Estimate, shown: Any, subject: str, found: Rates, naive: float | None) -> Effect:
    return Effect(
        effect=name,
        kind=Kind.CAUSAL,
        estimand=ESTIMANDS[name],
        population=SUBSCRIBERS,
        unit="user",
        scale=scale,
        window=WINDOW,
        method=METHOD,
        sentence=f"With activation held fixed, {_uncapitalised(claim('A subscription', subject, estimate, shown))}.",
        n=found.users,
        **numbers(estimate),
        null_value=0.0,
        p_adjusted=finite(estimate.p_value),
        naive_estimate=naive,
        assumptions=ASSUMPTIONS,
        caveats=CAVEATS,
    )


def _uncapitalised(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


def _by_level(plans: pd.DataFrame) -> list[Effect]:
    """The relative effect on orders among activated subscribers, and among the others."""
    effects = []
    for activation, called in (("activated", "activated"), ("not_activated", "not activated")):
        found = rates(plans[plans["activation"] == activation], "orders")
        name = f"orders_relative_{activation}"
        if found is None:
            continue
        subject = f"the paid orders of subscribers who were {called}"
        effects.append(
            Effect(
                effect=name,
                kind=Kind.CAUSAL,
                estimand=ESTIMANDS["orders_relative"],
                population=f"{SUBSCRIBERS} who were {called}",
                unit="user",
                scale=RELATIVE,
                window=WINDOW,
                method=METHOD,
                sentence=f"{claim('A subscription', subject, found.relative, percent_range)}.",
                n=found.users,
                **numbers(found.relative),
                null_value=0.0,
                p_adjusted=finite(found.relative.p_value),
                assumptions=ASSUMPTIONS,
                caveats=CAVEATS,
            )
        )
    return effects


def _by_trial(cells: pd.DataFrame) -> list[Effect]:
    from ecom_platform.stats.instruments import two_stage

    trial = of_experiment(cells, TRIAL)
    sizes = sizes_as_planned(trial)
    if sizes is None:
        return [_declined("trial_orders", "The design cannot be checked by an experiment: this data has no trial offer.")]
    if sizes.p_value < MISMATCH:
        return [_declined("trial_orders", "The check by the trial offer is withdrawn: its arms are not as large as planned.")]
    try:
        found = two_stage(instrument_cells(trial, "orders", "is_subscriber"))
    except ValueError:
        return [_declined("trial_orders", "No user who was drawn for the trial offer has been observed for 360 days yet.")]
    return [_trial(found)]


def _trial(found: InstrumentResult) -> Effect:
    claimed = not found.weak and found.late_set.bounded
    span = Span(found.late.estimate, found.late_set.low, found.late_set.high)
    f = f"first-stage F {number(found.first_stage_f)}"
    sentence = (
        f"{claim('A subscription', f'the paid orders of {LATER_WINDOW}', span, number_range)} among users whom the "
        f"trial offer makes subscribe: weak evidence, as it moves few ({f})."
        if claimed
        else f"The trial offer moves too few users to say what a subscription does to the paid orders of {LATER_WINDOW} ({f})."
    )
    bounded = found.late_set.shape == "interval"
    return Effect(
        effect="trial_orders",
        kind=Kind.CAUSAL,
        estimand=ESTIMANDS["trial_orders"],
        population="mature users whom the trial offer makes subscribe (compliers)",
        unit="user",
        scale=ORDERS,
        window="offered after activation, measured in [30, 360)",
        method="two-stage least squares, the trial offer as instrument, within signup months; Anderson-Rubin interval",
        sentence=sentence,
        n=found.n,
        estimate=found.late.estimate if claimed else None,
        ci_low=finite(found.late_set.low) if bounded else None,
        ci_high=finite(found.late_set.high) if bounded else None,
        null_value=0.0,
        p_adjusted=finite(found.intention_to_treat.p_value),
        assumptions="The arm was drawn at random, and the offer acts on buying through the subscription alone.",
        caveats="Weak: a check of the other estimate's sign and size, not an answer of its own. Other users than theirs, too.",
    )


def _declined(name: str, reason: str) -> Effect:
    return declined(name, reason, estimand=ESTIMANDS[name], population=SUBSCRIBERS, window=WINDOW)


def chart(_: Aggregates, effects: Sequence[Effect]) -> Any:
    """The relative effect on orders, of all subscribers and by activation."""
    from ecom_platform.insights.charts import intervals

    names = {
        "orders_relative": "All subscribers",
        "orders_relative_activated": "Activated subscribers",
        "orders_relative_not_activated": "Subscribers not activated",
    }
    shown = [each for each in effects if each.effect in names]
    return intervals(
        shown,
        [names[each.effect] for each in shown],
        title="Paid orders of joined against waiting subscribers, with 95 % intervals",
        axis="Difference in the rate of paid orders",
        null=0.0,
        form="+%",
    )


INQUIRY = Inquiry(number="6.2", reads=(TIMING, EXPERIMENTS), definition=DEFINITION, answer=answer, chart=chart)
