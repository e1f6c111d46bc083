"""Confidence sets that need not be an interval: what Fieller's and the Anderson-Rubin inversion of a test give.

Both ask for which values x a quadratic a x^2 + b x + c is at most 0. With a weak denominator (or a weak instrument) the answer
can be everything outside an interval, or the whole line; to show an interval then would be to claim what the data do not say.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Shape = Literal["interval", "outside", "line", "empty"]


@dataclass(frozen=True, slots=True)
class ConfidenceSet:
    """A union of at most two closed intervals of the real line, whose ends may be infinite."""

    parts: tuple[tuple[float, float], ...]
    """The intervals, disjoint and in ascending order."""

    @property
    def shape(self) -> Shape:
        """`interval` (bounded), `outside` (all but an open interval, or a half line), `line` (everything) or `empty`."""
        if not self.parts:
            return "empty"
        if self.parts == ((-math.inf, math.inf),):
            return "line"
        return "interval" if self.bounded else "outside"

    @property
    def bounded(self) -> bool:
        """Neither end is infinite. The empty set is bounded."""
        return all(math.isfinite(end) for part in self.parts for end in part)

    @property
    def low(self) -> float:
        """The least value of the set: minus infinity if unbounded below, NaN if empty."""
        return self.parts[0][0] if self.parts else math.nan

    @property
    def high(self) -> float:
        """The greatest value of the set: infinity if unbounded above, NaN if empty."""
        return self.parts[-1][1] if self.parts else math.nan

    def __contains__(self, value: float) -> bool:
        return any(low <= value <= high for low, high in self.parts)

    def __str__(self) -> str:
        return " or ".join(f"[{low:.6g}, {high:.6g}]" for low, high in self.parts) or "empty"


WHOLE_LINE = ConfidenceSet(((-math.inf, math.inf),))
EMPTY = ConfidenceSet(())


def at_most_zero(a: float, b: float, c: float) -> ConfidenceSet:
    """The values x for which a x^2 + b x + c <= 0. A NaN coefficient excludes nothing: the whole line."""
    if math.isnan(a + b + c):
        return WHOLE_LINE
    if a == 0:
        if b == 0:
            return WHOLE_LINE if c <= 0 else EMPTY
        root = -c / b
        return ConfidenceSet(((-math.inf, root) if b > 0 else (root, math.inf),))
    discriminant = b * b - 4 * a * c
    if discriminant < 0:
        return EMPTY if a > 0 else WHOLE_LINE
    # The root without cancellation first, the other from the product of the roots.
    q = -(b + math.copysign(math.sqrt(discriminant), b)) / 2
    low, high = sorted((q / a, c / q if q else 0.0))
    return ConfidenceSet(((low, high),) if a > 0 else ((-math.inf, low), (high, math.inf)))


def fieller(
    numerator: float,
    denominator: float,
    numerator_variance: float,
    denominator_variance: float,
    covariance: float,
    critical: float,
) -> ConfidenceSet:
    """The confidence set of a ratio of two (asymptotically) normal estimates.

    The values x at which numerator - x denominator is not significantly different from 0: Fieller (1954), "Some problems in
    interval estimation", Journal of the Royal Statistical Society B 16. It always holds the ratio of the estimates.

    Args:
        numerator: Estimate of the numerator.
        denominator: Estimate of the denominator.
        numerator_variance: Variance of the first estimate.
        denominator_variance: Variance of the second.
        covariance: Their covariance.
        critical: Critical value of the test (1.96 for 95 %).
    """
    squared = critical * critical
    return at_most_zero(
        denominator * denominator - squared * denominator_variance,
        -2 * (numerator * denominator - squared * covariance),
        numerator * numerator - squared * numerator_variance,
    )
