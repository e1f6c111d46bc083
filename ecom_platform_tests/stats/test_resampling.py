"""Bootstrap intervals are reproducible, know skewness, and Poisson weights need no rows."""

from __future__ import annotations

import numpy as np
import pytest

from ecom_platform.stats.resampling import LARGEST_SAMPLE, bca, percentile_interval, poisson_replicates
from ecom_platform_tests.stats.simulation import as_promised, coverage


def means_difference(one: np.ndarray, two: np.ndarray, axis: int = -1) -> np.ndarray:
    return np.asarray(one.mean(axis=axis) - two.mean(axis=axis))


def test_the_same_seed_gives_the_same_interval() -> None:
    rows = np.random.default_rng(1).lognormal(0, 1, 50)
    first, again, other = (bca([rows], np.mean, seed=seed, resamples=999) for seed in (3, 3, 4))
    assert first == again != other
    assert first.estimate == rows.mean()
    assert first.ci_low < first.estimate < first.ci_high


def test_bca_leans_to_the_long_tail() -> None:
    rows = np.random.default_rng(2).lognormal(0, 1.2, 60)
    found = bca([rows], np.mean, seed=1, resamples=4999)
    assert found.ci_high - found.estimate > 1.2 * (found.estimate - found.ci_low)


def test_two_samples() -> None:
    rng = np.random.default_rng(3)
    found = bca([rng.normal(2, 1, 80), rng.normal(0, 1, 80)], means_difference, seed=1, resamples=1999)
    assert found.standard_error == pytest.approx((2 / 80) ** 0.5, rel=0.15)


@pytest.mark.slow
def test_bca_covers_the_mean_of_a_skewed_variable() -> None:
    def interval(rng: np.random.Generator) -> tuple[float, float]:
        found = bca([rng.gamma(2.0, 1.0, 60)], np.mean, seed=int(rng.integers(1 << 30)), resamples=999)
        return found.ci_low, found.ci_high

    assert as_promised(coverage(interval, 2.0, runs=800, seed=6), runs=800, slack=0.015)


def test_bca_refuses_what_is_too_small_or_too_large() -> None:
    with pytest.raises(ValueError, match="two observations"):
        bca([np.array([1.0])], np.mean, seed=1)
    with pytest.raises(ValueError, match="at most 10,000 rows"):
        bca([np.zeros(LARGEST_SAMPLE + 1)], np.mean, seed=1)


def test_poisson_weights_on_groups_have_the_error_of_the_rows() -> None:
    rng = np.random.default_rng(4)
    rows = rng.poisson(2.0, 5000).astype(float)
    values, counts = np.unique(rows, return_counts=True)
    drawn = poisson_replicates(values[:, None], counts, seed=7)
    found = percentile_interval(rows.mean(), drawn.means[:, 0])
    assert found.standard_error == pytest.approx(rows.std(ddof=1) / 5000**0.5, rel=0.06)
    assert found.ci_low < rows.mean() < found.ci_high


def test_parts_add_in_any_order_and_are_independent() -> None:
    values, counts = np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([40, 60])
    parts = [poisson_replicates(values, counts, seed=7, part=part, resamples=500) for part in range(3)]
    forward, backward = parts[0] + parts[1] + parts[2], parts[2] + parts[1] + parts[0]
    assert (forward.n == backward.n).all()
    assert forward.sums == pytest.approx(backward.sums)
    assert abs(np.corrcoef(parts[0].n, parts[1].n)[0, 1]) < 0.15
    assert (poisson_replicates(values, counts, seed=7, part=1, resamples=500).n == parts[1].n).all()


def test_the_percentile_interval_of_a_ratio_covers() -> None:
    def interval(rng: np.random.Generator) -> tuple[float, float]:
        orders = rng.poisson(2.0, 200)
        pairs, counts = np.unique(
            np.column_stack([orders, orders * 30 + rng.integers(-5, 6, 200)]), axis=0, return_counts=True
        )
        drawn = poisson_replicates(pairs.astype(float), counts, seed=int(rng.integers(1 << 30)), resamples=400)
        found = percentile_interval(0.0, drawn.sums[:, 1] / drawn.sums[:, 0])
        return found.ci_low, found.ci_high

    assert as_promised(coverage(interval, 30.0, runs=400, seed=8), runs=400, slack=0.02)
