"""What a gap between two means is made of: composition against rates, or any factors whose combination is the mean.

A decomposition is arithmetic, not an effect: it says what would be left of the gap were a factor equal, all else as it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from ecom_platform.stats.aggregates import Floats, Moments, Sample
from ecom_platform.stats.estimates import Estimate, normal_estimate
from ecom_platform.stats.ratios import smooth_function


class Kitagawa(NamedTuple):
    """The gap between two means, split in two."""

    gap: Estimate
    """Mean of the first less mean of the second."""
    composition: Estimate
    """What differing shares of the categories account for."""
    rates: Estimate
    """What differing means within the categories account for."""


class Factors(NamedTuple):
    """The gap between two means, split over factors."""

    gap: Estimate
    """Value of the first less value of the second."""
    parts: tuple[Estimate, ...]
    """What each factor accounts for, in the given order; they sum to the gap."""
    shares: tuple[float, ...]
    """Each part over the gap; NaN when the gap is 0."""


def kitagawa(first: Sequence[Sample], second: Sequence[Sample], *, confidence: float = 0.95) -> Kitagawa:
    """The two-factor decomposition of Kitagawa (1955), "Components of a difference between two rates", JASA 50.

    Each part is taken at the average of both groups' other factor, so no interaction is left over. Errors by the delta method:
    shares multinomial, means with their own variance.

    Args:
        first: The outcome of one group in each category.
        second: The outcome of the other, in the same categories. A category that one group lacks counts with the other's mean.
        confidence: Confidence level of the intervals.

    Raises:
        ValueError: a group without observations.
    """
    sides = [_Side(first), _Side(second)]
    means = [np.where(side.n > 0, side.mean, other.mean) for side, other in zip(sides, sides[::-1], strict=True)]
    share_gap, mean_gap = sides[0].share - sides[1].share, means[0] - means[1]
    level, weight = (means[0] + means[1]) / 2, (sides[0].share + sides[1].share) / 2
    composition, rates = float(share_gap @ level), float(mean_gap @ weight)
    composition_variance = sum(side.variance(level, share_gap / 2) for side in sides)
    rates_variance = sum(side.variance(mean_gap / 2, weight) for side in sides)
    gap_variance = sum(side.variance(mean, side.share) for side, mean in zip(sides, means, strict=True))
    return Kitagawa(
        *(
            normal_estimate(value, math.sqrt(variance), confidence=confidence)
            for value, variance in (
                (composition + rates, gap_variance),
                (composition, composition_variance),
                (rates, rates_variance),
            )
        )
    )


def factor_decomposition(
    first: Moments,
    second: Moments,
    factors: Callable[[Floats], Floats],
    combine: Callable[[Floats], float],
    *,
    confidence: float = 0.95,
) -> Factors:
    """Split a gap over any number of factors, each counted at its average over all orders in which they can be equalised.

    Das Gupta (1993), "Standardization and decomposition of rates"; the same as the Shapley value (Shorrocks 2013, Journal of
    Economic Inequality 11). Errors by the delta method on the means of both samples.

    Args:
        first: One group's moments.
        second: The other's, of the same variables.
        factors: The factors of a group from its means, shape (k,), in the order of the names.
        combine: The value that the factors make, for instance their product.
        confidence: Confidence level of the intervals.
    """
    count = len(factors(first.means))

    def part(i: int) -> Callable[[Floats, Floats], float]:
        return lambda one, two: _shapley(factors(one), factors(two), combine, i)

    gap = smooth_function(
        (first, second), lambda one, two: combine(factors(one)) - combine(factors(two)), confidence=confidence
    )
    parts = tuple(smooth_function((first, second), part(i), confidence=confidence) for i in range(count))
    shares = tuple(one.estimate / gap.estimate if gap.estimate else math.nan for one in parts)
    return Factors(gap, parts, shares)


class _Side:
    """One group: shares and means of its categories, and the variance of what is linear in them."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self.n = np.array([sample.n for sample in samples], dtype=np.float64)
        if not self.n.sum():
            raise ValueError("A group without observations has no mean to decompose.")
        self.share = self.n / self.n.sum()
        self.mean = np.array([sample.mean for sample in samples])
        # A category seen once has no variance of its own: it takes that within all categories.
        within = sum(sample.scatter for sample in samples) / max(self.n.sum() - (self.n > 0).sum(), 1)
        spread = np.array([sample.variance if sample.n > 1 else within for sample in samples])
        self.mean_variance = np.where(self.n > 0, spread / np.maximum(self.n, 1), 0.0)

    def variance(self, of_shares: Floats, of_means: Floats) -> float:
        centred = of_shares - self.share @ of_shares
        return float(self.share @ centred**2 / self.n.sum() + of_means**2 @ self.mean_variance)


def _shapley(one: Floats, two: Floats, combine: Callable[[Floats], float], i: int) -> float:
    """Factor i's average contribution to combine(one) - combine(two) over all orders of switching factors from two to one."""
    k = len(one)
    others = [j for j in range(k) if j != i]
    total = 0.0
    for size in range(k):
        weight = math.factorial(size) * math.factorial(k - size - 1) / math.factorial(k)
        for switched in combinations(others, size):
            before = two.copy()
            before[list(switched)] = one[list(switched)]
            after = before.copy()
            after[i] = one[i]
            total += weight * (combine(after) - combine(before))
    return total
