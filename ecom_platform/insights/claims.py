"""What a causal answer may say: the direction of an effect only where its interval has one."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ecom_platform.insights.wording import Interval


class Span(NamedTuple):
    """An estimate between the ends of its interval."""

    estimate: float
    ci_low: float
    ci_high: float


def points(found: Interval) -> str:
    """A difference of shares: `3.1 percentage points (0.4 to 6.6)`."""
    value, low, high = (f"{100 * share:.1f}" for share in (found.estimate, found.ci_low, found.ci_high))
    return f"{value} percentage points ({low} to {high})"


def claim(cause: str, outcome: str, found: Interval, shown: Callable[[Interval], str]) -> str:
    """`cause raises outcome by ...`, `lowers ... by ...`, or that the direction is not known; without the full stop.

    A fall is shown as a positive number behind `lowers`.
    """
    if found.ci_low > 0:
        return f"{cause} raises {outcome} by {shown(found)}"
    if found.ci_high < 0:
        return f"{cause} lowers {outcome} by {shown(Span(-found.estimate, -found.ci_high, -found.ci_low))}"
    return f"Whether {cause[0].lower()}{cause[1:]} raises or lowers {outcome} is not known: the effect is {shown(found)}"
