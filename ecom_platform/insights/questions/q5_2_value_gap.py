"""5.2: the gap in later revenue between activated and other users, split into orders, the basket and the High tier."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ecom_platform.insights.cells import LATER_WINDOW, MINIMUM_USERS, finite, numbers, total
from ecom_platform.insights.charts import intervals
from ecom_platform.insights.effect import SHARE, Effect, Kind, declined
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.wording import count, money_range, number, percent, points_apart
from ecom_platform.tables.activation import ACTIVATION

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from ecom_platform.stats.aggregates import Moments

CELLS = "insights.value_moments"
WINDOW = f"[0, {ACTIVATION.window_days}) decides, [30, 360) is measured"

VARIABLES = {"orders": "later_orders", "revenue": "later_revenue", "high_tier": "later_high_tier_revenue"}
PRODUCTS = {
    ("orders", "revenue"): "later_orders_times_revenue",
    ("orders", "high_tier"): "later_orders_times_high_tier_revenue",
    ("revenue", "high_tier"): "later_revenue_times_high_tier_revenue",
}

PARTS = {
    "from_orders": "paid orders per user",
    "from_basket": "what an order holds beside High-tier products",
    "from_high_tier_share": "the High tier's share of revenue",
}
"""The factors of revenue per user, in the order in which `factors` gives them."""

DEFINITION = f"""Mean paid revenue of {LATER_WINDOW}, of activated mature users less that of the other mature users whose
activation is known. Revenue per user is a product of three factors:

- paid orders per user,
- revenue per order from products outside the High tier,
- 1 / (1 - High-tier share of revenue).

The last two are the average order value. Kitagawa's decomposition in the form of Das Gupta: each factor counts at its average
over all orders in which the factors can be made equal, so the parts sum to the gap and no interaction is left over. Errors by
the delta method, clustered by user. `naive_estimate` is the part that is found by moving this factor alone, the others as they
are among the users who were not activated.

Arithmetic, not an effect: it says of what the gap is made, not what would close it."""


def answer(aggregates: Aggregates, context: Context) -> Sequence[Effect]:
    cells = aggregates[CELLS]
    activated = _moments(cells[cells["activation_level"].isin(["medium", "high"])])
    others = _moments(cells[cells["activation_level"].isin(["none", "low"])])
    if min(activated.n, others.n) < MINIMUM_USERS:
        return [_declined(f"fewer than {MINIMUM_USERS} activated users, or of the others, have been observed for 360 days")]
    if any(not side.mean("orders") or side.mean("revenue") <= side.mean("high_tier") for side in (activated, others)):
        return [_declined("one of the groups bought nothing later outside the High tier")]
    return _effects(activated, others, context.currency)


def _moments(cells: pd.DataFrame) -> Moments:
    from ecom_platform.stats.aggregates import Moments

    sums = {name: float(cells[column].sum()) for name, column in VARIABLES.items()}
    squares = {(name, name): float(cells[f"{column}_squared"].sum()) for name, column in VARIABLES.items()}
    products = {pair: float(cells[column].sum()) for pair, column in PRODUCTS.items()}
    return Moments.from_sums(total(cells, "mature_user_count"), sums, squares | products)


def factors(means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Orders per user, other revenue per order, and 1 / (1 - High-tier share), from the means of VARIABLES."""
    import numpy as np

    orders, revenue, high_tier = means
    return np.array([orders, (revenue - high_tier) / orders, revenue / (revenue - high_tier)])


def _effects(activated: Moments, others: Moments, currency: str) -> list[Effect]:
    import numpy as np

    from ecom_platform.stats.decomposition import factor_decomposition
    from ecom_platform.stats.ratios import ratio_difference

    split = factor_decomposition(activated, others, factors, lambda values: float(np.prod(values)))
    described = partial(
        Effect,
        kind=Kind.DESCRIPTION,
        population="mature users whose activation is known",
        unit="user",
        window=WINDOW,
        n=activated.n + others.n,
    )
    effects = [
        described(
            effect="gap",
            estimand=f"difference of mean revenue of {LATER_WINDOW}, activated users less others",
            scale=currency,
            method="difference of means (normal)",
            sentence=f"On {LATER_WINDOW} the {count(activated.n)} activated users spent {number(activated.mean('revenue'))} "
            f"{currency} each and the {count(others.n)} others {number(others.mean('revenue'))}: a gap of "
            f"{money_range(split.gap, currency)}.",
            **numbers(split.gap),
            null_value=0.0,
            caveats="Keener users are activated and buy more: the gap is not what activation brings (4.1 estimates that).",
        )
    ]
    one, two = factors(activated.means), factors(others.means)
    for i, ((name, meaning), part) in enumerate(zip(PARTS.items(), split.parts, strict=True)):
        alone = float(np.prod(two)) * (one[i] / two[i] - 1)
        effects.append(
            described(
                effect=name,
                estimand=f"what of the gap {meaning} accounts for",
                scale=currency,
                method="decomposition of a product (Kitagawa 1955, Das Gupta 1993; delta method)",
                sentence=f"Of the gap, {meaning} accounts for {percent(split.shares[i])}: {money_range(part, currency)}.",
                **numbers(part),
                null_value=0.0,
                naive_estimate=finite(alone),
                caveats="Arithmetic: it says of what the gap is made, not what would close it.",
            )
        )
    shares = [side.mean("high_tier") / side.mean("revenue") for side in (activated, others)]
    difference = ratio_difference(activated, others, "high_tier", "revenue")
    effects.append(
        described(
            effect="high_tier_share_difference",
            estimand=f"High-tier share of the revenue of {LATER_WINDOW}, activated users less others",
            scale=SHARE,
            method="difference of ratios of sums, clustered by user (delta method)",
            sentence=f"High-tier products have {percent(shares[0])} of what activated users spend and {percent(shares[1])} of "
            f"what the others spend: {points_apart(difference)}.",
            **numbers(difference),
            null_value=0.0,
            p_adjusted=finite(difference.p_value),
        )
    )
    return effects


def _declined(reason: str) -> Effect:
    return declined(
        "gap",
        f"The gap in later revenue cannot be split: {reason}.",
        estimand=f"difference of mean revenue of {LATER_WINDOW}, activated users less others",
        population="mature users whose activation is known",
        window=WINDOW,
    )


def chart(_: Aggregates, effects: Sequence[Effect]) -> Any:
    """What each factor accounts for, with its interval."""
    parts = {each.effect: each for each in effects if each.effect in PARTS}
    return intervals(
        list(parts.values()),
        [PARTS[name].capitalize() for name in parts],
        title="What the gap in later revenue between activated and other users is made of",
        axis="Revenue per user",
        null=0.0,
        form=",.0f",
    )


INQUIRY = Inquiry(number="5.2", reads=(CELLS,), definition=DEFINITION, answer=answer, chart=chart)
