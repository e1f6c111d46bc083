"""The true effects of a world, from its truth table: what an analysis of the observed tables should find."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


class TrueEffect(NamedTuple):
    """Effects of one cause on revenue in the outcome window, KRW a user; NaN where no user is of the kind."""

    ate: float
    """Mean over all users."""
    att: float
    """Mean over the users who had the cause."""
    late: float
    """Mean over the compliers of the randomised experiment; NaN where the cause has none."""
    itt: float
    """Effect of the experiment's treatment arm itself; NaN where the cause has none."""


class TrueEffects(NamedTuple):
    activation: TrueEffect
    """Its experiment is the onboarding nudge."""
    subscription: TrueEffect
    """Its experiment is the trial offer."""
    discount: TrueEffect
    """Of a discounted product seen on the signup day."""


def true_effects(truth: pa.Table) -> TrueEffects:
    """The effects over the users of a `world_truth` table, of one month or of many.

    The potential outcomes of a user share all their random numbers, so these are exact for the users at hand: sampling error
    is that of an analysis alone.
    """

    def number(name: str) -> NDArray[np.float64]:
        return np.asarray(pc.cast(truth[name], pa.float64()).to_numpy(), dtype=np.float64)

    def flag(name: str) -> NDArray[np.bool_]:
        return np.asarray(truth[name].to_numpy(), dtype=bool)

    def gain(cause: str) -> NDArray[np.float64]:
        return number(f"revenue_if_{cause}") - number(f"revenue_if_not_{cause}")

    plain = np.asarray(pc.equal(truth["plan_if_not_offered"], pa.scalar("Free")).to_numpy(), dtype=bool)
    persuaded = plain & np.asarray(pc.not_equal(truth["plan_if_offered"], pa.scalar("Free")).to_numpy(), dtype=bool)
    subscribed = ~plain | (persuaded & flag("offered"))
    compliers = flag("activated_if_nudged") & ~flag("activated_if_not_nudged")
    exposure = gain("exposed")
    return TrueEffects(
        activation=_effect(gain("activated"), flag("activated"), compliers, gain("nudged")),
        subscription=_effect(gain("subscribed"), subscribed, persuaded, gain("offered")),
        discount=TrueEffect(_mean(exposure), _mean(exposure[flag("discount_exposed")]), float("nan"), float("nan")),
    )


def _effect(
    gain: NDArray[np.float64], treated: NDArray[np.bool_], compliers: NDArray[np.bool_], assigned: NDArray[np.float64]
) -> TrueEffect:
    return TrueEffect(_mean(gain), _mean(gain[treated]), _mean(gain[compliers]), _mean(assigned))


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else float("nan")
