"""What of a sample crosses the wire: a count, means, centred squares and cross products, in small immutable values that add.

Both values are kept centred and merged by the update of Chan, Golub & LeVeque (1983, "Algorithms for computing the sample
variance", The American Statistician 37), so that a variance survives a mean that is large beside it. A warehouse gives plain
sums; `from_sums` centres them once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""What a function here returns or stores: an array of float64."""

Numbers = Sequence[float] | NDArray[np.number[Any] | np.bool_]
"""What a function here accepts: numbers in a list or an array of any numeric kind."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One variable of one sample: all that a comparison of means needs. Samples add."""

    n: int
    """Number of observations."""
    mean: float
    """Their mean; 0 when there are none."""
    scatter: float
    """Sum of squared deviations from the mean."""

    def __post_init__(self) -> None:
        if self.n < 0:
            raise ValueError(f"A sample cannot have {self.n} observations.")
        if self.scatter < 0:
            raise ValueError(f"A sum of squared deviations cannot be {self.scatter}.")

    @classmethod
    def from_sums(cls, n: int, total: float, squares: float) -> Sample:
        """From the count, the sum and the sum of squares of the observations (as float64 or exact sums)."""
        if n == 0:
            return cls(0, 0.0, 0.0)
        mean = float(total) / n
        return cls(n, mean, max(float(squares) - n * mean * mean, 0.0))

    @classmethod
    def from_moments(cls, n: int, mean: float, variance: float) -> Sample:
        """From the count, the mean and the unbiased variance."""
        return cls(n, float(mean), float(variance) * max(n - 1, 0))

    @classmethod
    def of(cls, values: Numbers) -> Sample:
        """From a small sample itself."""
        rows = np.asarray(values, dtype=np.float64)
        return cls(len(rows), float(rows.mean()), float(((rows - rows.mean()) ** 2).sum())) if len(rows) else cls(0, 0.0, 0.0)

    @classmethod
    def of_events(cls, events: int, n: int) -> Sample:
        """A variable that is 1 for `events` of `n` observations and 0 for the others."""
        if not 0 <= events <= n:
            raise ValueError(f"{events} events among {n} observations cannot be.")
        return cls(n, events / n, events * (n - events) / n) if n else cls(0, 0.0, 0.0)

    @property
    def total(self) -> float:
        """The sum of the observations."""
        return self.n * self.mean

    @property
    def variance(self) -> float:
        """The unbiased variance; NaN below two observations."""
        return self.scatter / (self.n - 1) if self.n > 1 else math.nan

    @property
    def standard_error(self) -> float:
        """The standard error of the mean; NaN below two observations."""
        return math.sqrt(self.variance / self.n) if self.n > 1 else math.nan

    def scatter_about(self, centre: float) -> float:
        """The sum of squared deviations from `centre`."""
        return self.scatter + self.n * (self.mean - centre) ** 2

    def __add__(self, other: Sample) -> Sample:
        n = self.n + other.n
        if not self.n or not other.n:
            return self if self.n else other
        shift = other.mean - self.mean
        return Sample(n, self.mean + shift * other.n / n, self.scatter + other.scatter + shift * shift * self.n * other.n / n)


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Several variables of one sample: count, means, and the matrix of centred squares and cross products. Moments add."""

    names: tuple[str, ...]
    """The variables, in the order of `means` and `scatter`."""
    n: int
    """Number of observations."""
    means: Floats
    """Means, shape (k,)."""
    scatter: Floats
    """Sums of products of deviations from the means, shape (k, k), symmetric."""

    def __post_init__(self) -> None:
        k = len(self.names)
        if len(set(self.names)) != k:
            raise ValueError(f"A variable is named twice in {self.names}.")
        if self.n < 0 or self.means.shape != (k,) or self.scatter.shape != (k, k):
            raise ValueError(f"{k} variables need {k} means and a {k} x {k} scatter matrix.")

    @classmethod
    def from_sums(
        cls, n: int, sums: Mapping[str, float], products: Mapping[tuple[str, str], float], names: Sequence[str] | None = None
    ) -> Moments:
        """From the count, the sums, and the sums of products.

        Args:
            n: Number of observations.
            sums: The sum of each variable.
            products: The sum of products of each pair, in either order; of a variable with itself, the sum of squares.
            names: The order of the variables; that of `sums` by default.
        """
        order = tuple(sums) if names is None else tuple(names)
        means = np.array([float(sums[name]) / n if n else 0.0 for name in order])
        raw = np.empty((len(order), len(order)))
        for i, left in enumerate(order):
            for j, right in enumerate(order):
                pair = (left, right) if (left, right) in products else (right, left)
                if pair not in products:
                    raise ValueError(f"The sum of products of {left!r} and {right!r} is missing.")
                raw[i, j] = float(products[pair])
        scatter = raw - n * np.outer(means, means)
        np.fill_diagonal(scatter, np.maximum(np.diag(scatter), 0.0))
        return cls(order, n, means, scatter)

    @classmethod
    def of(cls, **columns: Numbers) -> Moments:
        """From the columns of a small sample."""
        rows = np.column_stack([np.asarray(column, dtype=np.float64) for column in columns.values()])
        if not len(rows):
            k = len(columns)
            return cls(tuple(columns), 0, np.zeros(k), np.zeros((k, k)))
        means = rows.mean(axis=0)
        return cls(tuple(columns), len(rows), means, (rows - means).T @ (rows - means))

    def __getitem__(self, name: str) -> Sample:
        i = self.index(name)
        return Sample(self.n, float(self.means[i]), float(self.scatter[i, i]))

    def index(self, name: str) -> int:
        """The position of a variable."""
        if name not in self.names:
            raise KeyError(f"There is no variable {name!r} among {', '.join(self.names)}.")
        return self.names.index(name)

    def mean(self, name: str) -> float:
        """The mean of a variable."""
        return float(self.means[self.index(name)])

    def covariance(self, left: str, right: str) -> float:
        """The unbiased covariance of two variables, or the variance of one; NaN below two observations."""
        return float(self.scatter[self.index(left), self.index(right)] / (self.n - 1)) if self.n > 1 else math.nan

    @property
    def mean_covariance(self) -> Floats:
        """The estimated covariance matrix of the means, shape (k, k)."""
        if self.n < 2:
            return np.full(self.scatter.shape, math.nan)
        return self.scatter / (self.n - 1) / self.n

    def scatter_about(self, centre: Floats) -> Floats:
        """The sums of products of deviations from `centre`, shape (k, k)."""
        shift = self.means - centre
        return self.scatter + self.n * np.outer(shift, shift)

    def __add__(self, other: Moments) -> Moments:
        if self.names != other.names:
            raise ValueError(f"Moments of {self.names} and of {other.names} do not add.")
        if not self.n or not other.n:
            return self if self.n else other
        n = self.n + other.n
        shift = other.means - self.means
        return Moments(
            self.names,
            n,
            self.means + shift * (other.n / n),
            self.scatter + other.scatter + np.outer(shift, shift) * (self.n * other.n / n),
        )


def tally(positions: NDArray[np.int64], weights: Numbers, length: int) -> Floats:
    """Sums of weights by position, shape (length,)."""
    return np.bincount(positions, weights=np.asarray(weights, dtype=np.float64), minlength=length).astype(np.float64)


def pool_samples(samples: Iterable[Sample]) -> Sample:
    """The sum of samples; an empty one when there are none."""
    return reduce(add, samples, Sample(0, 0.0, 0.0))


def pool_moments(moments: Iterable[Moments]) -> Moments:
    """The sum of moments of the same variables, of which there must be some."""
    return reduce(add, moments)
