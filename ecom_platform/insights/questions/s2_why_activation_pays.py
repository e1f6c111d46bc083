"""S2: why activated users retain and spend more: what of the gap activation brings about, and of what it is made."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ecom_platform.insights.effect import SHARE, Effect, Kind, declined
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.synthesis import found_by, is_claimed, quoted
from ecom_platform.insights.wording import percent_range

EVENTS, VALUE, GAP, RETENTION = (
    "insights.q1_1_activation_events",
    "insights.q4_1_value_of_activation",
    "insights.q5_2_value_gap",
    "insights.q3_1_retention_by_level",
)

PARTS = ("from_orders", "from_basket", "from_high_tier_share")

DEFINITION = """A synthesis of 4.1 (what activation does), 5.2 (what the gap in later revenue is made of), 3.1 (who return)
and 1.1 (where later buying drops).

- `caused_share`: the effect of activation on everybody's later revenue (4.1, `ate_transported`) over the gap in later revenue
  between activated and other users (5.2, `gap`). What is left of the gap is who the users are: selection. Its interval is by
  the delta method, the two taken as independent; the gap is much the more precise. It is as causal as 4.1 is, rests on the
  same assumptions, and is declined where 4.1 claims nothing.
- The others are quoted: what activation does relative to no activation, the definition whose cliff says the same without the
  experiment (`lever`), the parts of the gap, and the difference in returns, each with the kind that it has there. The parts
  are arithmetic on the *whole* gap, selection included."""


def answer(aggregates: Aggregates, context: Context) -> Sequence[Effect]:
    return [
        _caused_share(aggregates, context.currency),
        *quoted(aggregates[VALUE], "4.1", ("late_relative", "late_orders", "ate_transported")),
        *quoted(aggregates[EVENTS], "1.1", ("lever",)),
        *quoted(aggregates[GAP], "5.2", ("gap", *PARTS)),
        *quoted(aggregates[RETENTION], "3.1", ("days_31_to_90_difference",)),
    ]


def _caused_share(aggregates: Aggregates, currency: str) -> Effect:
    from ecom_platform.stats.estimates import normal_estimate

    caused = found_by(aggregates[VALUE]).get("ate_transported")
    gap = found_by(aggregates[GAP]).get("gap")
    estimand = "effect of activation on later revenue over the gap in later revenue, activated users less others"
    if caused is None or gap is None or not is_claimed(caused, Kind.CAUSAL) or not is_claimed(gap):
        return _unknown(estimand, "question 4.1 claims no effect, or question 5.2 no gap")
    (effect, error), (whole, error_of_whole) = (_with_error(each) for each in (caused, gap))
    if not gap.ci_low or gap.ci_low <= 0:
        return _unknown(estimand, "activated users do not clearly spend more than the others later")
    share = effect / whole
    found = normal_estimate(share, math.hypot(error / whole, share * error_of_whole / whole))
    return Effect(
        effect="caused_share",
        kind=Kind.CAUSAL,
        estimand=estimand,
        population=caused.population,
        unit="user",
        scale=SHARE,
        window=caused.window,
        method="ratio of the estimates of 4.1 and 5.2 (delta method)",
        sentence=f"Of the {whole:,.0f} {currency} by which an activated user outspends another later, activation brings about "
        f"{percent_range(found)}; the rest is who the users are.",
        n=max(caused.n or 0, gap.n or 0),
        estimate=found.estimate,
        ci_low=found.ci_low,
        ci_high=found.ci_high,
        null_value=0.0,
        naive_estimate=1.0,
        assumptions=caused.assumptions,
        caveats="The effect is that on everybody, the gap that between two groups: the share is of sizes, not of persons.",
    )


def _with_error(effect: Effect) -> tuple[float, float]:
    """The estimate and the standard error that its interval implies."""
    from ecom_platform.stats.estimates import critical_value

    assert effect.estimate is not None
    assert effect.ci_low is not None
    assert effect.ci_high is not None
    return effect.estimate, (effect.ci_high - effect.ci_low) / (2 * critical_value(0.95))


def _unknown(estimand: str, reason: str) -> Effect:
    return declined(
        "caused_share",
        f"How much of the gap between activated and other users activation brings about is not known: {reason}.",
        estimand=estimand,
        population="mature users whose activation is known",
    )


def chart(_: Aggregates, effects: Sequence[Effect]) -> Any:
    """The gap in later revenue, what activation does, and the parts of the gap."""
    from ecom_platform.insights.charts import intervals

    labels = {
        "gap": "gap between activated and other users",
        "ate_transported": "effect of activation",
        "from_orders": "part of the gap: number of orders",
        "from_basket": "part of the gap: basket",
        "from_high_tier_share": "part of the gap: High-tier share",
    }
    found = {each.effect: each for each in effects}
    shown = [found[name] for name in labels]
    return intervals(
        shown,
        [labels[each.effect] for each in shown],
        title="Later revenue: the gap, the effect of activation, and the gap's parts",
        axis="Paid revenue per user",
        null=0.0,
        form=",.0f",
    )


INQUIRY = Inquiry(number="S2", reads=(EVENTS, VALUE, GAP, RETENTION), definition=DEFINITION, answer=answer, chart=chart)
