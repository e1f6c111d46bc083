"""Intervals and p-values that hold however often one looks, so that an experiment may be watched while it runs."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple


class AlwaysValid(NamedTuple):
    """An estimate that may be looked at, at any time and any number of times."""

    estimate: float
    """The estimate at this look."""
    ci_low: float
    """Lower end of the confidence sequence: the truth lies in all of its intervals at once with the given confidence."""
    ci_high: float
    """Upper end."""
    p_value: float
    """Always-valid p-value of no effect: it may be compared with a level at every look."""


def mixing_scale(planned_error: float, *, confidence: float = 0.95) -> float:
    """The mixing scale with which `always_valid` gives the shortest interval once the standard error is `planned_error`.

    Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas (2024), Annals of Statistics 52, on the choice of rho.

    Args:
        planned_error: The standard error expected at the look that matters most, as a rule the last.
        confidence: The confidence level that will be held.
    """
    doubled = -2 * math.log(1 - confidence)
    return planned_error * math.sqrt(doubled + math.log(doubled + 1))


def always_valid(estimate: float, standard_error: float, mixing: float, *, confidence: float = 0.95) -> AlwaysValid:
    """The mixture sequential probability ratio test of no effect, and the confidence sequence that inverts it.

    Robbins (1970), Annals of Mathematical Statistics 41; Johari, Koomen, Pekelis & Walsh (2022), "Always valid inference",
    Operations Research 70. The estimate is taken as normal with the given error, as it is once some hundred observations are
    in (the asymptotic confidence sequence of Waudby-Smith et al.); before, nothing should be read off.

    Args:
        estimate: The difference so far.
        standard_error: Its standard error so far.
        mixing: Standard deviation of the effects against which the test is tuned; fixed before the first look.
        confidence: Confidence level, held over all looks together.
    """
    if not mixing > 0:
        raise ValueError(f"The mixing distribution needs a positive standard deviation, not {mixing}.")
    if not standard_error > 0:
        return AlwaysValid(estimate, -math.inf, math.inf, 1.0)
    own, mixed = standard_error**2, standard_error**2 + mixing**2
    half = math.sqrt(own * mixed / mixing**2 * (math.log(mixed / own) - 2 * math.log(1 - confidence)))
    log_ratio = (mixing * estimate) ** 2 / (2 * own * mixed) - math.log(mixed / own) / 2
    return AlwaysValid(estimate, estimate - half, estimate + half, math.exp(min(-log_ratio, 0.0)))


def so_far(looks: Iterable[AlwaysValid]) -> tuple[AlwaysValid, ...]:
    """What may be said after each look, given the earlier ones: the intersection of intervals and the least p-value.

    An empty intersection (`ci_low` above `ci_high`) means that the effect has changed while it was watched.
    """
    low, high, p_value = -math.inf, math.inf, 1.0
    said = []
    for look in looks:
        low, high, p_value = max(low, look.ci_low), min(high, look.ci_high), min(p_value, look.p_value)
        said.append(AlwaysValid(look.estimate, low, high, p_value))
    return tuple(said)
