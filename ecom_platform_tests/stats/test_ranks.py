"""Comparisons by rank from value counts are those from rows, ties included."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ecom_platform.stats.ranks import mann_whitney, spearman, superiority
from ecom_platform_tests.stats.simulation import as_promised, coverage

rows = st.lists(st.integers(0, 6), min_size=2, max_size=40)


def grouped(treatment: list[int], control: list[int]) -> tuple[list[float], list[int], list[int]]:
    values = sorted(set(treatment) | set(control))
    return [float(v) for v in values], [treatment.count(v) for v in values], [control.count(v) for v in values]


@settings(max_examples=80)
@given(rows, rows)
def test_mann_whitney_is_that_of_scipy(treatment: list[int], control: list[int]) -> None:
    found = mann_whitney(*grouped(treatment, control))
    known = stats.mannwhitneyu(treatment, control, method="asymptotic")
    assert found.u == pytest.approx(known.statistic)
    if len(set(treatment + control)) > 1:
        assert found.p_value == pytest.approx(known.pvalue)
    else:
        assert math.isnan(found.p_value)
    assert found.superiority.estimate == pytest.approx(known.statistic / len(treatment) / len(control))


@given(rows, rows, st.randoms(use_true_random=False))
def test_groups_may_come_in_any_order_and_in_pieces(treatment: list[int], control: list[int], random: object) -> None:
    values, wins, losses = grouped(treatment, control)
    pieces = [(float(v), 1, 0) for v in treatment] + [(float(v), 0, 1) for v in control]
    random.shuffle(pieces)  # type: ignore[attr-defined]
    split = [list(column) for column in zip(*pieces, strict=True)]
    whole, parts = mann_whitney(values, wins, losses), mann_whitney(*split)
    assert parts.u == whole.u
    assert parts.superiority == pytest.approx(whole.superiority, nan_ok=True)


def test_superiority_covers_without_equal_distributions() -> None:
    truth = float(stats.norm.cdf(1 / math.sqrt(1 + 9)))

    def interval(rng: np.random.Generator) -> tuple[float, float]:
        treatment, control = rng.normal(1, 1, 60), rng.normal(0, 3, 90)
        values = np.concatenate([treatment, control])
        first = np.arange(150) < 60
        found = superiority(values, first, ~first)
        return found.ci_low, found.ci_high

    assert as_promised(coverage(interval, truth, runs=800, seed=4), runs=800, slack=0.01)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=40))
def test_spearman_is_that_of_scipy(pairs: list[tuple[int, int]]) -> None:
    left, right = zip(*pairs, strict=True)
    counts = Counter(pairs)
    found = spearman([a for a, _ in counts], [b for _, b in counts], list(counts.values()))
    if len(set(left)) > 1 and len(set(right)) > 1:
        assert found == pytest.approx(stats.spearmanr(left, right).statistic)
    else:
        assert math.isnan(found)


def test_an_empty_sample_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="each sample"):
        mann_whitney([1.0], [2], [0])
    assert math.isnan(superiority([1.0], [2], [0]).estimate)
