"""Cubes travel inside a page without losing anything but the last bits of sums of squares."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from ecom_platform.dashboard.cube import Cube, CubeSpec
from ecom_platform.tables.dashboard.customers import DIMENSIONS
from ecom_platform.tables.dashboard.kpis_by_month import KPIS_BY_MONTH
from ecom_platform.tables.dashboard.value_by_window import VALUE_BY_WINDOW

KINDS = [("iOS", "Seoul", "Paid", "Free", "low"), ("Web", "Seoul", "Paid", "Free", "high")]
MONEY = CubeSpec(KPIS_BY_MONTH, ("calendar_month",), ("revenue",))
SQUARES = CubeSpec(VALUE_BY_WINDOW, ("end_day",), ("revenue_squared",))

SHAPES = array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=6)
CENTS = arrays(np.int64, SHAPES, elements=st.integers(0, 10**13))


def cube(spec: CubeSpec, numbers: Any) -> Cube:
    kinds = [(str(at), "", "", "", "") for at in range(numbers.shape[0])]
    (axis,), (measure,) = spec.axes, spec.measures
    return Cube(kinds, {axis: list(range(numbers.shape[1]))}, {measure: numbers})


@given(CENTS)
def test_money_and_counts_come_back_exactly(cents: Any) -> None:
    before = cube(MONEY, cents / 100)
    after = Cube.decoded(before.encoded(MONEY), before.kinds)
    assert (np.rint(after.measures["revenue"] * 100) == cents).all()
    assert after.axes == before.axes


@given(arrays(np.float64, SHAPES, elements=st.floats(0, 1e18)))
def test_squares_come_back_to_a_ten_millionth_of_the_largest(numbers: Any) -> None:
    before = cube(SQUARES, numbers)
    after = Cube.decoded(before.encoded(SQUARES), before.kinds)
    assert np.abs(after.measures["revenue_squared"] - numbers).max() <= max(numbers.max() * 1.2e-7, 0.5)


def test_numbers_with_a_common_divisor_take_fewer_bytes() -> None:
    numbers = np.arange(1, 200, dtype=float).reshape(1, -1) * 10_000
    encoded = cube(MONEY, numbers).encoded(MONEY)
    assert encoded["measures"]["revenue"] == {"planes": 1, "scale": 10_000}


def test_rows_find_their_cells_and_months_without_any_are_zero() -> None:
    rows: dict[str, list[Any]] = {name: [kind[at] for kind in KINDS] for at, name in enumerate(DIMENSIONS)}
    rows |= {"calendar_month": [date(2026, 1, 1), date(2026, 3, 1)], "revenue": [Decimal("1.25"), Decimal(7)]}
    spec = CubeSpec(
        KPIS_BY_MONTH, ("calendar_month",), ("revenue",), values={"calendar_month": ("2026-01", "2026-02", "2026-03")}
    )
    made = Cube.of_rows(spec, rows, KINDS)
    assert made.measures["revenue"].tolist() == [[1.25, 0, 0], [0, 0, 7]]


def test_a_cube_that_was_cut_short_is_refused() -> None:
    encoded = cube(MONEY, np.full((2, 3), 5.0)).encoded(MONEY)
    encoded["measures"]["revenue"]["planes"] = 0
    with pytest.raises(ValueError, match="a cube has 6 bytes, and its measures and axes need 0"):
        Cube.decoded(encoded, KINDS)
