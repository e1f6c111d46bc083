"""2.2: users whose first checkout skipped the cart: who they are, and how they go on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ecom_platform.insights.cells import (
    LATER_WINDOW,
    MINIMUM_USERS,
    RETURN_WINDOW,
    finite,
    later,
    numbers,
    total,
)
from ecom_platform.insights.effect import ORDERS, SHARE, Effect, Kind, declined
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.wording import count, number, number_apart, percent, percent_range, points_apart
from ecom_platform.tables.activation import ACTIVATION

if TYPE_CHECKING:
    import pandas as pd

    from ecom_platform.stats.means import MeanDifference

CELLS = "insights.first_checkouts"

WINDOW = f"[0, {ACTIVATION.window_days})"
POPULATION = f"users with a checkout in {ACTIVATION.window} whose activation is known"

DEFINITION = f"""Users with a checkout in {ACTIVATION.window}, by whether the session of their first checkout put anything in
the cart. A checkout without a cart is a normal way to buy, not an error.

- `share_without_cart`: how many skip the cart (Wilson).
- `who_*`: how often users of each kind do, against all others (Newcombe; adjusted by Benjamini-Hochberg).
- The rest: what users without a cart do, less what users with one do: in that session, in the window, and later (Newcombe,
  Welch; adjusted together by Benjamini-Hochberg). Outcomes count only users observed to the end of their window.

**Activation counts carts** ({ACTIVATION.rule}): without a cart in the window it is impossible, so the difference in
`then_activated` is partly definitional; `then_activated_with_cart` compares those who had the carts all the same.

A description: nobody is assigned to a way to the checkout."""

DIMENSIONS = {"device": "device", "region": "region", "marketing_source": "channel", "referrer": "referrer"}
UNKNOWN = "unknown"

NOT_ASSIGNED = "Nobody is assigned to a way to the checkout: what else differs between the users is not held fixed."


class Behaviour(NamedTuple):
    """A share in which the two ways are compared: `events` among the users `of`."""

    effect: str
    events: str
    of: str
    words: str
    window: str
    caveat: str = NOT_ASSIGNED


BEHAVIOURS = (
    Behaviour("then_paid", "users_paying_in_session", "user_count", "attempt a payment in that session", "the session"),
    Behaviour("then_bought", "users_buying_in_session", "user_count", "buy in that session", "the session"),
    Behaviour(
        "on_discount_day",
        "users_in_discount_session",
        "user_count",
        "look at a product on its discount day in that session",
        "the session",
    ),
    Behaviour(
        "in_first_session", "users_in_first_session", "user_count", "check out in their very first session", "the session"
    ),
    Behaviour(
        "then_sessions",
        "users_with_enough_sessions",
        "user_count",
        f"have at least {ACTIVATION.sessions} sessions in {ACTIVATION.window}",
        WINDOW,
    ),
    Behaviour(
        "then_activated",
        "activated_user_count",
        "user_count",
        "are activated",
        WINDOW,
        "Partly by definition: activation asks for a cart, and without one in the window nobody is activated.",
    ),
    Behaviour(
        "then_activated_with_cart",
        "activated_user_count",
        "users_with_enough_carts",
        f"and have the carts that activation asks for in {ACTIVATION.window} are activated",
        WINDOW,
        "Whoever skipped the cart at first and has one all the same had another session for it: more sessions by selection.",
    ),
    Behaviour(
        "then_returned", "returned_user_count", "return_known_user_count", f"are active on {RETURN_WINDOW}", RETURN_WINDOW
    ),
)


def answer(aggregates: Aggregates, _: Context) -> Sequence[Effect]:
    cells = aggregates[CELLS]
    without, with_cart = (cells[cells["is_without_cart"] == way] for way in (True, False))
    if min(total(without, "user_count"), total(with_cart, "user_count")) < MINIMUM_USERS:
        return [
            declined(
                "share_without_cart",
                f"Fewer than {MINIMUM_USERS} users check out without a cart in {ACTIVATION.window}, or fewer than "
                f"{MINIMUM_USERS} with one: too few to describe.",
                estimand="share of first checkouts without a cart",
                population=POPULATION,
                window=WINDOW,
            )
        ]
    return [_how_many(without, cells), *_who(cells), *_how(without, with_cart)]


def _how_many(without: pd.DataFrame, cells: pd.DataFrame) -> Effect:
    from ecom_platform.stats.proportions import wilson

    n = total(cells, "user_count")
    found = wilson(total(without, "user_count"), n)
    return Effect(
        effect="share_without_cart",
        kind=Kind.DESCRIPTION,
        estimand="share of first checkouts without a cart",
        population=POPULATION,
        unit="user",
        scale=SHARE,
        window=WINDOW,
        method="Wilson",
        sentence=f"{percent_range(found)} of the {count(n)} users with a checkout in {ACTIVATION.window} skip the cart in the "
        "session of their first.",
        n=n,
        **numbers(found),
    )


def _who(cells: pd.DataFrame) -> list[Effect]:
    from ecom_platform.stats.multiplicity import false_discovery_adjusted
    from ecom_platform.stats.proportions import newcombe

    sides = []
    for dimension in DIMENSIONS:
        known = cells[cells[dimension] != UNKNOWN]
        for value in sorted(known[dimension].unique()):
            here = known[dimension] == value
            own, others = (
                (total(side[side["is_without_cart"]], "user_count"), total(side, "user_count"))
                for side in (known[here], known[~here])
            )
            if min(own[1], others[1]) >= MINIMUM_USERS:
                sides.append((dimension, value, own, others))
    found = [newcombe(*own, *others) for _, _, own, others in sides]
    adjusted = false_discovery_adjusted([each.p_value for each in found])
    return [
        Effect(
            effect=f"who_{dimension}_{value.lower().replace(' ', '_')}",
            kind=Kind.DESCRIPTION,
            estimand="difference of the shares of first checkouts without a cart, this value less all others",
            population=POPULATION,
            unit="user",
            scale=SHARE,
            window=WINDOW,
            method="difference of shares (Newcombe)",
            sentence=f"{percent(own[0] / own[1], 1)} of the users with {DIMENSIONS[dimension]} {value} skip the cart, "
            f"{points_apart(difference)} than of all others.",
            n=own[1] + others[1],
            **numbers(difference),
            null_value=0.0,
            p_adjusted=finite(p),
        )
        for (dimension, value, own, others), difference, p in zip(sides, found, adjusted, strict=True)
    ]


def _how(without: pd.DataFrame, with_cart: pd.DataFrame) -> list[Effect]:
    from ecom_platform.stats.means import welch
    from ecom_platform.stats.multiplicity import false_discovery_adjusted
    from ecom_platform.stats.proportions import newcombe

    counts = [(_counted(without, each), _counted(with_cart, each)) for each in BEHAVIOURS]
    found = [newcombe(*own, *others) for own, others in counts]
    orders = [later(side, "orders") for side in (without, with_cart)]
    bought_later = welch(*orders) if min(side.n for side in orders) >= MINIMUM_USERS else None
    *adjusted, p_orders = false_discovery_adjusted(
        [*(each.p_value for each in found), bought_later.p_value if bought_later else math.nan]
    )
    return [
        *(
            _difference(each, *sides, difference, float(p))
            for each, sides, difference, p in zip(BEHAVIOURS, counts, found, adjusted, strict=True)
        ),
        _later_orders(bought_later, float(p_orders)),
    ]


def _counted(side: pd.DataFrame, each: Behaviour) -> tuple[int, int]:
    return total(side, each.events), total(side, each.of)


def _difference(each: Behaviour, own: tuple[int, int], others: tuple[int, int], difference: Any, p_adjusted: float) -> Effect:
    if min(own[1], others[1]) < MINIMUM_USERS:
        return declined(
            each.effect,
            f"Too few users have been observed long enough to say how many of those without a cart {each.words}.",
            estimand="difference of shares",
            population=POPULATION,
            window=each.window,
        )
    return Effect(
        effect=each.effect,
        kind=Kind.DESCRIPTION,
        estimand="difference of shares, users without a cart less users with one",
        population=POPULATION,
        unit="user",
        scale=SHARE,
        window=each.window,
        method="difference of shares (Newcombe)",
        sentence=f"{percent(own[0] / own[1])} of the users who first check out without a cart {each.words}, "
        f"{points_apart(difference)} than of those with one ({percent(others[0] / others[1])}).",
        n=own[1] + others[1],
        **numbers(difference),
        null_value=0.0,
        p_adjusted=finite(p_adjusted),
        caveats=each.caveat,
    )


def _later_orders(found: MeanDifference | None, p_adjusted: float) -> Effect:
    estimand, population = "difference of mean paid orders", f"{POPULATION}, observed to day 359"
    if found is None:
        return declined(
            "then_later_orders",
            "Too few users with a checkout have been observed to day 359 to compare what they buy later.",
            estimand=estimand,
            population=population,
            window=LATER_WINDOW,
        )
    return Effect(
        effect="then_later_orders",
        kind=Kind.DESCRIPTION,
        estimand=estimand,
        population=population,
        unit="user",
        scale=ORDERS,
        window=LATER_WINDOW,
        method="difference of means (Welch)",
        sentence=f"Users who first check out without a cart place {number(found.treatment_mean)} paid orders on "
        f"{LATER_WINDOW}, {number_apart(found)} than those with one ({number(found.control_mean)}).",
        n=found.n,
        **numbers(found),
        null_value=0.0,
        p_adjusted=finite(p_adjusted),
        caveats=NOT_ASSIGNED,
    )


def chart(_: Aggregates, effects: Sequence[Effect]) -> Any:
    """What users without a cart do, less what those with one do."""
    from ecom_platform.insights.charts import intervals

    labels = {
        "then_paid": "attempt a payment",
        "then_bought": "buy in the session",
        "on_discount_day": "look at a discounted product",
        "in_first_session": "in their first session",
        "then_sessions": f"at least {ACTIVATION.sessions} sessions",
        "then_activated": "activated (by definition, in part)",
        "then_activated_with_cart": "activated, with a cart elsewhere",
        "then_returned": f"active on {RETURN_WINDOW}",
    }
    shown = [each for each in effects if each.effect in labels]
    return intervals(
        shown,
        [labels[each.effect] for each in shown],
        title="Users whose first checkout skips the cart, less those with a cart",
        axis="Difference of shares",
        null=0.0,
        form="+%",
    )


INQUIRY = Inquiry(number="2.2", reads=(CELLS,), definition=DEFINITION, answer=answer, chart=chart)
