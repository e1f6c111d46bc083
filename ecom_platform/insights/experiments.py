"""What an experiment that encourages an exposure lets one say, from `insights.experiment_outcomes`.

The arms are compared within signup months, so a share of treated users that changes with time does no harm. Users whose
exposure was beyond the arm's reach when it was drawn serve twice: they are left out of the estimate, to which they add nothing
but noise, and what the arm does to *them* shows whether it acts on buying by another way. Nothing that came after the arm was
drawn sorts anybody: whoever gets more carts than one in spite of the nudge is not whoever gets them without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ecom_platform.insights.cells import MINIMUM_USERS, later
from ecom_platform.insights.claims import Span

if TYPE_CHECKING:
    import pandas as pd

    from ecom_platform.stats.experiments import SampleRatio
    from ecom_platform.stats.instruments import Cell, ExclusionTest, InstrumentResult

EXPERIMENTS = "insights.experiment_outcomes"

NUDGE, TRIAL = "onboarding_nudge", "trial_offer"
"""The experiments that answers rest on, by the names under which assignments have them."""

PLANNED_SHARES = (0.5, 0.5)
"""The shares of treatment and control that were planned."""

MISMATCH = 0.001
"""p-value of the sample ratio, and of the balance of what came before, below which arms were not drawn as planned: nothing is
read off them."""

REFUTED = 0.05
"""p-value below which a falsification test has refuted its assumption."""


class Encouragement(NamedTuple):
    """The nudge as an instrument for activation."""

    orders: InstrumentResult
    """On later orders, among users whom the nudge can reach."""
    revenue: InstrumentResult
    """On later revenue, among the same."""
    reached_share: float
    """Share of all mature users with known activation whom the nudge can reach."""
    exclusion: ExclusionTest | None
    """The nudge's effect on the later orders of the others, and whether the arms have as many of them; None where they are too
    few."""
    everybody: InstrumentResult
    """On later revenue, among all mature users with known activation."""

    @property
    def refuted(self) -> bool:
        """Whether the nudge is seen to act on buying by another way than activation."""
        return self.exclusion is not None and self.exclusion.effect.p_value < REFUTED

    @property
    def unbalanced(self) -> bool:
        """Whether the arms differ in who was within reach before they were drawn."""
        return self.exclusion is not None and self.exclusion.share_difference.p_value < MISMATCH

    @property
    def n(self) -> int:
        """All mature users with known activation."""
        return self.everybody.n

    @property
    def nudge_revenue(self) -> Span:
        """Effect of the nudge on later revenue, a user of everybody: users out of its reach count as unaffected, unless
        they are seen to be affected."""
        found, share = self.everybody.intention_to_treat, 1.0
        if not self.refuted:
            found, share = self.revenue.intention_to_treat, self.reached_share
        return Span(share * found.estimate, share * found.ci_low, share * found.ci_high)


def of_experiment(cells: pd.DataFrame, experiment: str) -> pd.DataFrame:
    return cells[cells["experiment"] == experiment]


def arm_sizes(cells: pd.DataFrame) -> tuple[int, int]:
    """Users in the treatment and in the control, mature or not."""
    treatment, control = (int(cells.loc[cells["arm"] == arm, "user_count"].sum()) for arm in ("treatment", "control"))
    return treatment, control


def sizes_as_planned(cells: pd.DataFrame) -> SampleRatio | None:
    """Whether the arms have the sizes that were planned; None where an arm has too few users to be compared at all."""
    from ecom_platform.stats.experiments import sample_ratio

    sizes = arm_sizes(cells)
    return sample_ratio(sizes, PLANNED_SHARES) if min(sizes) >= MINIMUM_USERS else None


def instrument_cells(cells: pd.DataFrame, what: str, exposed: str) -> list[Cell]:
    """Cells by month, arm and exposure of what mature users bought later: `orders` or `revenue`.

    `exposed` is a column of truth values.
    """
    from ecom_platform.stats.instruments import Cell

    mature = cells[cells["mature_user_count"] > 0]
    grouped = mature.groupby(["signup_month", "arm", exposed], sort=True)
    return [Cell(month, arm == "treatment", bool(does), later(group, what)) for (month, arm, does), group in grouped]


def encouragement(cells: pd.DataFrame) -> Encouragement | None:
    """The nudge's cells of `EXPERIMENTS` as an instrument for activation; None without both arms among mature users."""
    from ecom_platform.stats.instruments import two_stage

    known = cells[(cells["activation"] != "unknown") & (cells["mature_user_count"] > 0)]
    known = known.assign(exposed=known["activation"] == "activated")
    if known.groupby("arm")["mature_user_count"].sum().reindex(["treatment", "control"], fill_value=0).min() < MINIMUM_USERS:
        return None
    reached = known[known["is_within_reach"]]
    try:
        orders, revenue = (two_stage(instrument_cells(reached, what, "exposed")) for what in ("orders", "revenue"))
        everybody = two_stage(instrument_cells(known, "revenue", "exposed"))
    except ValueError:
        return None
    share = float(reached["mature_user_count"].sum() / known["mature_user_count"].sum())
    return Encouragement(orders, revenue, share, _exclusion(known), everybody)


def _exclusion(known: pd.DataFrame) -> ExclusionTest | None:
    """The falsification test, on those whose activation was beyond the nudge's reach when the arm was drawn."""
    from ecom_platform.stats.instruments import exclusion_test

    members = known[~known["is_within_reach"]]
    outcomes = {
        (month, arm == "treatment"): later(group, "orders") for (month, arm), group in members.groupby(["signup_month", "arm"])
    }
    if sum(each.n for each in outcomes.values()) < 2 * MINIMUM_USERS:
        return None
    everybody = known.groupby(["signup_month", "arm"], as_index=False)["mature_user_count"].sum()
    sizes = {
        (month, arm == "treatment"): int(n)
        for month, arm, n in zip(*(everybody[name] for name in everybody.columns), strict=True)
    }
    try:
        return exclusion_test(outcomes, sizes)
    except ValueError:
        return None
