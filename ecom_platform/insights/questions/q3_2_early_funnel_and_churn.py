"""3.2: churn after early success and failure in the funnel; for failed payments alone as a design."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from ecom_platform.insights.cells import LATER_WINDOW, MINIMUM_USERS, RETURN_WINDOW, finite, later, numbers, total
from ecom_platform.insights.effect import ORDERS, SHARE, Effect, Kind, declined
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.stages import LABELS, STAGES, reached
from ecom_platform.insights.wording import count, number_apart, percent, points_apart
from ecom_platform.tables.activation import ACTIVATION

if TYPE_CHECKING:
    import pandas as pd

    from ecom_platform.stats.estimates import Estimate

STAGE_CELLS, PAYMENTS = "insights.users_by_stage", "insights.first_payments"

WINDOW = f"[0, {ACTIVATION.window_days}), then [30, 90)"
CHURN = f"share without an event or an order on {RETURN_WINDOW}"
SIGNIFICANCE = 0.05

DEFINITION = f"""*Churn* is no event and no order on {RETURN_WINDOW}, among users observed so long.

- `churn_after_*`, an **association**: users by the deepest stage that they reached in {ACTIVATION.window}, against those who
  purchased (Newcombe; adjusted by Benjamini-Hochberg). Whoever gets to a purchase intended to buy.
- `failed_payment_churn` and `failed_payment_orders`, a **design**: users by whether their *first* attempted payment failed.
  Among users who got as far as paying, failure is taken to be as good as random. Each counts once, with the first attempt
  alone, so errors are by user; later attempts, which may follow from the first, sort nobody.
- `failed_payment_balance` tests that assumption: what was known before the payment (day, first session or not, way to the
  checkout, device, channel) must not differ between the two. Where anything does (adjusted p below {SIGNIFICANCE}), the causal
  claim is withdrawn, and the difference is called an association.

The naive estimate beside the design compares users who *ended* the window at a failed payment with those who purchased:
failing once is then confused with giving up."""

ASSUMPTION = "Among users who attempt a payment, whether the first fails depends on nothing that also moves later activity."


class Sides(NamedTuple):
    """Cells of users whose first payment failed, and of those whose first payment succeeded."""

    failed: pd.DataFrame
    paid: pd.DataFrame


def answer(aggregates: Aggregates, _: Context) -> Sequence[Effect]:
    payments = aggregates[PAYMENTS]
    sides = Sides(*(payments[payments["is_failed"] == outcome] for outcome in (True, False)))
    stages = aggregates[STAGE_CELLS]
    return [*_by_stage(stages), *_design(sides, stages)]


def _churned(cells: pd.DataFrame) -> tuple[int, int]:
    known = total(cells, "return_known_user_count")
    return known - total(cells, "returned_user_count"), known


def _by_stage(cells: pd.DataFrame) -> list[Effect]:
    from ecom_platform.stats.multiplicity import false_discovery_adjusted
    from ecom_platform.stats.proportions import newcombe

    *others, purchase = STAGES
    counts = {stage: _churned(cells[cells["furthest_stage"] == stage]) for stage in STAGES}
    if counts[purchase][1] < MINIMUM_USERS or max(counts[stage][1] for stage in others) < MINIMUM_USERS:
        return [
            declined(
                "churn_after_stages",
                f"Churn cannot be compared by stage: fewer than {MINIMUM_USERS} users with a purchase, or without one, in "
                f"{ACTIVATION.window} have been observed for 90 days.",
                estimand=f"difference of the {CHURN}",
                population="users whose activation is known",
                window=WINDOW,
            )
        ]
    found = {stage: newcombe(*counts[stage], *counts[purchase]) for stage in others if counts[stage][1] >= MINIMUM_USERS}
    adjusted = false_discovery_adjusted([each.p_value for each in found.values()])
    bought = counts[purchase][0] / counts[purchase][1]
    return [
        Effect(
            effect=f"churn_after_{stage}",
            kind=Kind.ASSOCIATION,
            estimand=f"difference of the {CHURN}, this stage less a purchase",
            population="users whose activation is known, observed for 90 days",
            unit="user",
            scale=SHARE,
            window=WINDOW,
            method="difference of shares (Newcombe)",
            sentence=f"{percent(counts[stage][0] / counts[stage][1])} of users {reached(stage)} are gone on "
            f"{RETURN_WINDOW}, {points_apart(difference)} than of those who purchased ({percent(bought)}).",
            n=counts[stage][1] + counts[purchase][1],
            **numbers(difference),
            null_value=0.0,
            p_adjusted=finite(float(p)),
            caveats="Whoever gets deeper intended to buy more: the stage marks users, and need not be what keeps them.",
        )
        for (stage, difference), p in zip(found.items(), adjusted, strict=True)
    ]


def _design(sides: Sides, stages: pd.DataFrame) -> list[Effect]:
    from ecom_platform.stats.means import welch
    from ecom_platform.stats.proportions import newcombe

    failed, paid = (_churned(side) for side in sides)
    if min(failed[1], paid[1]) < MINIMUM_USERS:
        return [
            declined(
                "failed_payment_churn",
                f"What a failed payment does cannot be told: fewer than {MINIMUM_USERS} users whose first payment failed, or "
                "succeeded, have been observed for 90 days, or there is no event log.",
                estimand=f"difference of the {CHURN}",
                population="users who attempt a payment in the activation window",
                window=WINDOW,
            )
        ]
    balance = _balance(sides)
    caused = partial(
        Effect,
        kind=Kind.CAUSAL,
        population=f"users who attempt a payment in {ACTIVATION.window}",
        unit="user",
        assumptions=f"{ASSUMPTION} {balance.sentence}",
        null_value=0.0,
        caveats="An effect of one failed first payment, not of failing for good.",
    )
    churn = newcombe(*failed, *paid)
    naive = [_churned(stages[stages["furthest_stage"] == stage]) for stage in ("payment_attempt", "purchase")]
    effects = [
        caused(
            effect="failed_payment_churn",
            estimand=f"difference of the {CHURN}, first payment failed less succeeded",
            scale=SHARE,
            window=WINDOW,
            method="difference of shares (Newcombe)",
            sentence=_verdict(
                churn,
                f"{percent(failed[0] / failed[1])} of users whose first payment failed are gone on "
                f"{RETURN_WINDOW}, {points_apart(churn)} than of those whose first payment succeeded "
                f"({percent(paid[0] / paid[1])})",
            ),
            n=failed[1] + paid[1],
            **numbers(churn),
            naive_estimate=naive[0][0] / naive[0][1] - naive[1][0] / naive[1][1] if all(n for _, n in naive) else None,
        )
    ]
    samples = [later(side, "orders") for side in sides]
    if min(sample.n for sample in samples) >= MINIMUM_USERS:
        orders = welch(*samples)
        ended = [later(stages[stages["furthest_stage"] == stage], "orders") for stage in ("payment_attempt", "purchase")]
        effects.append(
            caused(
                effect="failed_payment_orders",
                estimand="difference of mean later paid orders, first payment failed less succeeded",
                scale=ORDERS,
                window=f"[0, {ACTIVATION.window_days}), then [30, 360)",
                method="difference of means (Welch)",
                sentence=_verdict(
                    orders,
                    f"Users whose first payment failed place {number_apart(orders, 'paid orders')} on "
                    f"{LATER_WINDOW} than those whose first payment succeeded",
                ),
                n=orders.n,
                **numbers(orders),
                naive_estimate=ended[0].mean - ended[1].mean if all(each.n for each in ended) else None,
            )
        )
    if balance.p_adjusted is not None and balance.p_adjusted < SIGNIFICANCE:
        effects = [_withdrawn(each) for each in effects]
    return [*effects, balance]


def _verdict(found: Any, words: str) -> str:
    if found.ci_low <= 0 <= found.ci_high:
        return f"A failed first payment has no effect that can be told from zero: {words[0].lower()}{words[1:]}."
    return f"A failed first payment makes a difference: {words[0].lower()}{words[1:]}."


def _withdrawn(effect: Effect) -> Effect:
    _, _, words = effect.sentence.partition(": ")
    return replace(
        effect,
        kind=Kind.ASSOCIATION,
        sentence=f"{words[0].upper()}{words[1:]}",
        caveats="The causal claim is withdrawn: users whose first payment failed differ in what was known before it.",
    )


def _balance(sides: Sides) -> Effect:
    """The clearest imbalance in what was known before the payment, its p-value adjusted for having looked at everything."""
    from ecom_platform.stats.multiplicity import false_discovery_adjusted
    from ecom_platform.stats.proportions import newcombe

    users = [total(side, "user_count") for side in sides]
    names, found = [], []
    for column in ("day", "is_first_session", "is_without_cart", "device", "marketing_source"):
        values = sorted({value for side in sides for value in side[column].unique()}, key=str)
        # Of two values one says it all.
        for value in values[1:] if len(values) == 2 else values if len(values) > 2 else ():
            having = [total(side[side[column] == value], "user_count") for side in sides]
            names.append(f"{column.replace('_', ' ')} {value}")
            found.append(newcombe(having[0], users[0], having[1], users[1]))
    adjusted = false_discovery_adjusted([each.p_value for each in found])
    tested: list[tuple[float, str, Estimate]] = [
        (float(p), name, each) for p, name, each in zip(adjusted, names, found, strict=True) if p == p
    ]
    if not tested:
        return declined(
            "failed_payment_balance",
            "The assumption that failures are as good as random could not be tested: all users are alike in what is known.",
            estimand="largest difference of shares in what was known before the payment",
            population=f"users who attempt a payment in {ACTIVATION.window}",
            window="before the payment",
        )
    p, name, largest = min(tested, key=lambda each: (each[0], -abs(each[2].estimate)))
    told = "No imbalance can be told" if p >= SIGNIFICANCE else "There is an imbalance"
    return Effect(
        effect="failed_payment_balance",
        kind=Kind.DESCRIPTION,
        estimand="largest difference of shares in what was known before the payment, failed less succeeded",
        population=f"users who attempt a payment in {ACTIVATION.window}",
        unit="user",
        scale=SHARE,
        window="before the payment",
        method=f"the least p-value of {len(tested)} differences of shares (Newcombe), adjusted by Benjamini-Hochberg",
        sentence=f"{told} in what was known before the payment of {count(sum(users))} users ({len(tested)} compared): the "
        f"clearest, {name}, is {points_apart(largest)} frequent where it failed.",
        n=sum(users),
        **numbers(largest),
        null_value=0.0,
        p_adjusted=p,
    )


def chart(_: Aggregates, effects: Sequence[Effect]) -> Any:
    """Differences of churn: by stage against a purchase, and by the outcome of the first payment."""
    from ecom_platform.insights.charts import intervals

    labels = {f"churn_after_{stage}": f"{LABELS[stage]}, against a purchase" for stage in STAGES}
    labels["failed_payment_churn"] = "first payment failed, against succeeded"
    shown = [each for each in effects if each.effect in labels]
    return intervals(
        shown,
        [labels[each.effect] for each in shown],
        title=f"Users gone on {RETURN_WINDOW}, by how {ACTIVATION.window} ended",
        axis="Difference of shares",
        null=0.0,
        form="+%",
    )


INQUIRY = Inquiry(number="3.2", reads=(STAGE_CELLS, PAYMENTS), definition=DEFINITION, answer=answer, chart=chart)
