"""Samples and moments are what their rows say, and add however the rows are split and shuffled."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecom_platform.stats.aggregates import Moments, Sample, pool_moments, pool_samples

values = st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 3))
rows = st.lists(st.tuples(values, values), min_size=2, max_size=40)


def moments(part: list[tuple[float, float]]) -> Moments:
    return Moments.of(x=[x for x, _ in part], y=[y for _, y in part])


def close(left: Moments, right: Moments, scale: float) -> bool:
    return (
        left.n == right.n
        and np.allclose(left.means, right.means, atol=1e-9 * scale)
        and np.allclose(left.scatter, right.scatter, rtol=1e-9, atol=1e-9 * scale * scale)
    )


@given(rows, st.integers(0, 40), st.integers(0, 40), st.randoms(use_true_random=False))
def test_moments_do_not_depend_on_how_the_rows_are_split_or_shuffled(
    part: list[tuple[float, float]], first: int, second: int, random: object
) -> None:
    whole = moments(part)
    shuffled = list(part)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    cuts = sorted((first, second))
    one, two, three = (moments(piece) for piece in (shuffled[: cuts[0]], shuffled[cuts[0] : cuts[1]], shuffled[cuts[1] :]))
    scale = max(1.0, *(abs(value) for pair in part for value in pair))
    assert close((one + two) + three, whole, scale)
    assert close(one + (two + three), whole, scale)
    assert close(pool_moments([three, one, two]), whole, scale)
    assert pool_samples([one["x"], two["x"], three["x"]]).scatter == pytest.approx(whole["x"].scatter, abs=1e-9 * scale**2)


@given(rows)
def test_moments_are_those_of_numpy(part: list[tuple[float, float]]) -> None:
    x, y = np.array(part).T
    found = moments(part)
    scale = max(1.0, float(np.abs(part).max())) ** 2
    assert found.mean("x") == pytest.approx(x.mean())
    assert found["y"].variance == pytest.approx(y.var(ddof=1), abs=1e-9 * scale)
    assert found["y"].standard_error == pytest.approx(y.std(ddof=1) / math.sqrt(len(y)), abs=1e-6 * scale)
    assert found.covariance("x", "y") == pytest.approx(np.cov(x, y)[0, 1], abs=1e-9 * scale)
    assert found.covariance("x", "y") == found.covariance("y", "x")


@given(rows)
def test_plain_sums_give_the_same(part: list[tuple[float, float]]) -> None:
    x, y = np.array(part).T
    sums = {"x": float(x.sum()), "y": float(y.sum())}
    products = {("x", "x"): float(x @ x), ("y", "x"): float(x @ y), ("y", "y"): float(y @ y)}
    scale = max(1.0, float(np.abs(part).max()))
    found = Moments.from_sums(len(part), sums, products)
    assert close(found, moments(part), 100 * scale)
    one = Sample.from_sums(len(part), sums["x"], products[("x", "x")])
    assert one.scatter == pytest.approx(found["x"].scatter, abs=1e-9 * scale**2)


def test_a_variance_survives_a_mean_that_is_large_beside_it() -> None:
    far = np.array([1.0, 2.0, 3.0, 4.0]) + 1e9
    halves = Sample.of(far[:2]) + Sample.of(far[2:])
    assert halves.variance == pytest.approx(5 / 3)


def test_events_are_a_variable_of_ones_and_zeros() -> None:
    assert Sample.of_events(3, 8) == Sample.of([1, 1, 1, 0, 0, 0, 0, 0])


def test_the_empty_sample_is_neutral_and_has_no_variance() -> None:
    empty, some = Sample(0, 0.0, 0.0), Sample.of([1.0, 4.0])
    assert empty + some == some == some + empty
    assert Sample.of([]) == Sample.from_sums(0, 0.0, 0.0) == Sample.of_events(0, 0) == empty
    assert math.isnan(Sample.of([1.0]).variance)
    none = Moments.of(x=[], y=[])
    assert (none + Moments.of(x=[1, 2], y=[3, 4])).n == 2
    assert np.isnan(Moments.of(x=[1], y=[2]).mean_covariance).all()


def test_what_cannot_be_a_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="-1 observations"):
        Sample(-1, 0.0, 0.0)
    with pytest.raises(ValueError, match="squared deviations"):
        Sample(2, 0.0, -1.0)
    with pytest.raises(ValueError, match="9 events among 8"):
        Sample.of_events(9, 8)
    with pytest.raises(ValueError, match="do not add"):
        Moments.of(x=[1, 2]) + Moments.of(y=[1, 2])
    with pytest.raises(ValueError, match="'x' and 'y' is missing"):
        Moments.from_sums(2, {"x": 1, "y": 2}, {("x", "x"): 1, ("y", "y"): 2})
    with pytest.raises(KeyError, match="no variable 'z'"):
        Moments.of(x=[1, 2]).mean("z")
    with pytest.raises(ValueError, match="named twice"):
        Moments(("x", "x"), 1, np.zeros(2), np.zeros((2, 2)))
