"""5.1: what activated users spend on each category, beside the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ecom_platform.insights.category_shares import CategoryShare, compare_categories
from ecom_platform.insights.cells import LATER_WINDOW, MINIMUM_USERS, finite, numbers
from ecom_platform.insights.charts import intervals
from ecom_platform.insights.effect import SHARE, Effect, Kind, declined
from ecom_platform.insights.inquiry import Aggregates, Context, Inquiry
from ecom_platform.insights.wording import percent, points_apart
from ecom_platform.tables.activation import ACTIVATION

if TYPE_CHECKING:
    import pandas as pd

CELLS = "insights.category_mix"
WINDOW = f"[0, {ACTIVATION.window_days}) decides, [30, 360) is measured"

DEFINITION = f"""Share of each category in the paid revenue of {LATER_WINDOW}, of activated users and of the other users whose
activation is known: sums over sums, mature users alone.

- *Difference* of the shares, by the delta method with errors clustered by user: a keen buyer of one category is one user.
- The p-values of all categories are adjusted together (Benjamini-Hochberg); the shares of one group add to one, so the tests
  depend on each other, and an adjusted p-value is what counts, not the largest difference.

An association: what users like may have brought them to look around in their first week. It is not activation's doing."""


def answer(aggregates: Aggregates, _: Context) -> Sequence[Effect]:
    compared = compare_categories(*_sides(aggregates[CELLS]))
    return [_effect(each) for each in compared] or [_declined()]


def _sides(cells: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    later = cells[cells["start_day"] == 30]
    return later[later["activation_level"].isin(["medium", "high"])], later[later["activation_level"].isin(["none", "low"])]


def _effect(found: CategoryShare) -> Effect:
    told = "which chance alone may explain" if not found.p_adjusted < 0.05 else "more than chance alone would explain"
    return Effect(
        effect=found.category.lower().replace(" ", "_"),
        kind=Kind.ASSOCIATION,
        estimand="share of the category in revenue, of activated users less that of the others",
        population="mature users whose activation is known",
        unit="user",
        scale=SHARE,
        window=WINDOW,
        method="difference of ratios of sums, clustered by user (delta method)",
        sentence=f"Of what activated users spend, {found.category} has {percent(found.own)}, of what the others do "
        f"{percent(found.rest)}: {points_apart(found.difference)}, {told}.",
        n=found.n,
        **numbers(found.difference),
        null_value=0.0,
        p_adjusted=finite(found.p_adjusted),
        caveats="Taste may come before activation; shares say nothing of amounts.",
    )


def _declined() -> Effect:
    return declined(
        "category_shares",
        f"The categories of activated users and of the others cannot be compared: fewer than {MINIMUM_USERS} buyers of one of "
        "them have been observed for 360 days in a cohort with an event log.",
        estimand="share of the category in revenue, of activated users less that of the others",
        population="mature users whose activation is known",
        window=WINDOW,
    )


def chart(_: Aggregates, effects: Sequence[Effect]) -> Any:
    """The difference of each category's share, with its interval."""
    return intervals(
        effects,
        [each.effect.replace("_", " ").capitalize() for each in effects],
        title="Category shares of revenue, activated users less others, with 95 % intervals",
        axis="Difference of shares",
        null=0.0,
        form="+.1%",
    )


INQUIRY = Inquiry(number="5.1", reads=(CELLS,), definition=DEFINITION, answer=answer, chart=chart)
