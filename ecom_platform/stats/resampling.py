"""Bootstrap intervals, seeded: BCa for a small sample, Poisson weights for one that comes in groups or parts.

A bootstrap of a large sample need not see its rows: observation i occurs Poisson(1) times in a resample, so a group of m equal
observations occurs Poisson(m) times, and the parts of a sample are resampled on their own and added (Chamandy, Muralidharan,
Najmi & Naidu 2012, "Estimating uncertainty for massive data streams", Google).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import stats

from ecom_platform.stats.aggregates import Floats, Numbers

LARGEST_SAMPLE = 10_000
"""Rows above which `bca` refuses: its jackknife takes the statistic once a row."""

_GROUPS_AT_ONCE = 4_096


class Bootstrap(NamedTuple):
    """A statistic with its bootstrap interval."""

    estimate: float
    """The statistic of the sample itself."""
    standard_error: float
    """Standard deviation of the statistic over the resamples."""
    ci_low: float
    """Lower end of the interval."""
    ci_high: float
    """Upper end of the interval."""
    resamples: int
    """How many resamples were drawn."""


def bca(
    samples: Sequence[Floats],
    statistic: Callable[..., Floats],
    *,
    seed: int,
    resamples: int = 9_999,
    confidence: float = 0.95,
) -> Bootstrap:
    """The bias-corrected and accelerated interval (Efron 1987, "Better bootstrap confidence intervals", JASA 82).

    Args:
        samples: One or more independent small samples, each of shape (n,).
        statistic: Takes the samples and `axis`, and reduces along it (as `np.mean` does).
        seed: The same seed gives the same interval.
        resamples: How many resamples are drawn.
        confidence: Confidence level of the interval.

    Raises:
        ValueError: a sample has fewer than two rows, or all together have more than `LARGEST_SAMPLE`.
    """
    rows = [np.asarray(sample, dtype=np.float64) for sample in samples]
    if min(map(len, rows)) < 2:
        raise ValueError("A bootstrap needs two observations in each sample.")
    if sum(map(len, rows)) > LARGEST_SAMPLE:
        raise ValueError(f"BCa is for at most {LARGEST_SAMPLE:,} rows; group them and use Poisson weights.")
    result = stats.bootstrap(
        rows,
        statistic,
        n_resamples=resamples,
        batch=max(1, 1_000_000 // sum(map(len, rows))),
        confidence_level=confidence,
        method="BCa",
        vectorized=True,
        rng=np.random.default_rng(seed),
    )
    low, high = result.confidence_interval
    return Bootstrap(float(statistic(*rows, axis=-1)), float(result.standard_error), float(low), float(high), resamples)


@dataclass(frozen=True, slots=True, eq=False)
class Replicates:
    """Resampled counts and sums of one sample. The replicates of its parts add."""

    n: Floats
    """Observations in each resample, shape (r,)."""
    sums: Floats
    """Sums of the variables in each resample, shape (r, k)."""

    @property
    def means(self) -> Floats:
        """Means of the variables in each resample, shape (r, k); NaN in a resample that came out empty."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.sums / self.n[:, None])

    def __add__(self, other: Replicates) -> Replicates:
        return Replicates(self.n + other.n, self.sums + other.sums)


def poisson_replicates(values: Numbers, counts: Numbers, *, seed: int, part: int = 0, resamples: int = 2_000) -> Replicates:
    """Resample a sample, or one part of it, with Poisson weights.

    Args:
        values: The variables of each group of equal observations, shape (g, k).
        counts: How many observations are in each group, shape (g,).
        seed: The same seed and part give the same replicates.
        part: Which part this is: its weights are independent of every other part's, in whatever order they come. The arms of
            a comparison are different parts.
        resamples: How many resamples are drawn.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(part,)))
    rows, sizes = np.asarray(values, dtype=np.float64), np.asarray(counts, dtype=np.float64)
    n, sums = np.zeros(resamples), np.zeros((resamples, rows.shape[1]))
    for first in range(0, len(rows), _GROUPS_AT_ONCE):
        block = slice(first, first + _GROUPS_AT_ONCE)
        weights = rng.poisson(sizes[block], size=(resamples, len(sizes[block])))
        n += weights.sum(axis=1)
        sums += weights @ rows[block]
    return Replicates(n, sums)


def percentile_interval(estimate: float, replicates: Floats, *, confidence: float = 0.95) -> Bootstrap:
    """The percentile interval of a statistic that was computed on each resample; NaN replicates are left out."""
    drawn = replicates[~np.isnan(replicates)]
    low, high = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Bootstrap(estimate, float(drawn.std(ddof=1)), float(low), float(high), len(drawn))
