"""S4: how plans for categories, discounts and subscriptions tie to activation: what each does, and through what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ecom_platform.insights.effect import SHARE, Effect, Kind, declined
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.synthesis import found_by, is_claimed, quoted
from ecom_platform.insights.wording import count, listed

DISCOUNTS, TASTE, SUBSCRIPTION = (
    "insights.q1_4_discount_exposure",
    "insights.q5_3_discounts_and_taste",
    "insights.q6_2_value_of_subscription",
)

SIGNIFICANCE = 0.05

DEFINITION = f"""A synthesis of 1.4, 5.3 and 6.2, by plan:

- **Discounts**: whether a discount met on the signup day moves activation (1.4, `activation`) and the share of later revenue
  that is bought at a discount (5.3, `discounted_share`).
- **Categories**: whether it moves what is bought later (5.3): `categories_moved` is the number of categories whose adjusted p
  is below {SIGNIFICANCE}, over the number tested.
- **Subscription**: what it does with activation held fixed (6.2): an effect *beside* activation, not through it.

`plans` says in one sentence which of them is tied to activation. Every other number is quoted with the kind that it has
there; where a question claims nothing, neither does this one."""

POPULATION = "those of questions 1.4, 5.3 and 6.2"


def answer(aggregates: Aggregates, _: Context) -> Sequence[Effect]:
    (activation,) = quoted(aggregates[DISCOUNTS], "1.4", ("activation",))
    (discounted,) = quoted(aggregates[TASTE], "5.3", ("discounted_share",))
    orders, revenue = quoted(aggregates[SUBSCRIPTION], "6.2", ("orders_relative", "att_revenue"))
    categories = [
        each
        for name, each in found_by(aggregates[TASTE]).items()
        if name.startswith("category_") and is_claimed(each, Kind.CAUSAL)
    ]
    return [_plans(activation, categories, orders), activation, discounted, _categories(categories), orders, revenue]


def _moved(categories: Sequence[Effect]) -> list[str]:
    return [
        each.effect.removeprefix("category_").replace("_", " ")
        for each in categories
        if each.p_adjusted is not None and each.p_adjusted < SIGNIFICANCE
    ]


def _is_told(effect: Effect) -> bool:
    """Whether the interval leaves the null out."""
    assert effect.ci_low is not None
    assert effect.ci_high is not None
    return not effect.ci_low <= (effect.null_value or 0.0) <= effect.ci_high


def _plans(activation: Effect, categories: Sequence[Effect], orders: Effect) -> Effect:
    known = [each for each in (activation, orders, *categories) if is_claimed(each, Kind.CAUSAL)]
    if not known:
        return declined(
            "plans",
            "How plans for categories, discounts and subscriptions tie to activation is not known: questions 1.4, 5.3 and 6.2 "
            "claim nothing.",
            estimand="which plans are tied to activation",
            population=POPULATION,
        )
    said = []
    if is_claimed(activation, Kind.CAUSAL):
        finds = "finds" if _is_told(activation) else "cannot tell"
        said.append(f"question 1.4 {finds} an effect of discounts on activation")
    if categories:
        moved = _moved(categories)
        said.append(
            f"question 5.3 finds one on what is bought later in {listed(*moved)}"
            if moved
            else f"question 5.3 cannot tell one on what is bought later in any of {count(len(categories))} categories"
        )
    if is_claimed(orders, Kind.CAUSAL):
        finds = "finds" if _is_told(orders) else "cannot tell"
        said.append(f"question 6.2 {finds} one of a subscription with activation held fixed")
    sentence = listed(*said)
    return Effect(
        effect="plans",
        kind=Kind.DESCRIPTION,
        estimand="which plans are tied to activation",
        population=POPULATION,
        unit="plan",
        scale=SHARE,
        window="those of questions 1.4, 5.3 and 6.2",
        method="reading of the intervals of 1.4, 5.3 and 6.2",
        sentence=f"{sentence[0].upper()}{sentence[1:]}.",
        n=len(known),
        caveats="An interval that holds zero is no proof of zero: read its width.",
    )


def _categories(categories: Sequence[Effect]) -> Effect:
    estimand = "share of categories whose later share of revenue moves with a discount met on the signup day"
    if not categories:
        return declined(
            "categories_moved",
            "Whether discounts move what is bought later is not known: question 5.3 claims nothing of any category.",
            estimand=estimand,
            population="that of question 5.3",
            unit="category",
        )
    moved = _moved(categories)
    return Effect(
        effect="categories_moved",
        kind=Kind.DESCRIPTION,
        estimand=estimand,
        population="categories tested in question 5.3",
        unit="category",
        scale=SHARE,
        window=categories[0].window,
        method=f"count of adjusted p-values below {SIGNIFICANCE}",
        sentence=f"{count(len(moved)) if moved else 'None'} of {count(len(categories))} categories "
        f"{'is' if len(moved) < 2 else 'are'} told from no change after a discount met on the signup day"
        f"{': ' + listed(*moved) if moved else ''}.",
        n=len(categories),
        estimate=len(moved) / len(categories),
        caveats=f"Adjusted p-values below {SIGNIFICANCE}: of those reported, at most one in twenty by chance alone.",
    )


def chart(_: Aggregates, effects: Sequence[Effect]) -> Any:
    """The effects that are shares: of discounts on activation and on later discount buying, of a subscription on orders."""
    from ecom_platform.insights.charts import intervals

    labels = {
        "activation": "discount on the signup day: activated share",
        "discounted_share": "discount on the signup day: later discount share",
        "orders_relative": "subscription: later orders, relative",
    }
    found = {each.effect: each for each in effects}
    shown = [found[name] for name in labels]
    return intervals(
        shown,
        [labels[each.effect] for each in shown],
        title="Plans and what they move, with 95 % intervals",
        axis="Difference of shares, or relative effect",
        null=0.0,
        form="+%",
    )


INQUIRY = Inquiry(number="S4", reads=(DISCOUNTS, TASTE, SUBSCRIPTION), definition=DEFINITION, answer=answer, chart=chart)
