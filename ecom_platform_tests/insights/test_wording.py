"""Numbers in sentences."""

from __future__ import annotations

import pytest

from ecom_platform.insights.wording import (
    listed,
    money_apart,
    money_range,
    number_apart,
    number_range,
    percent,
    percent_apart,
    percent_range,
    points_apart,
)
from ecom_platform.stats.estimates import Estimate


def found(estimate: float, low: float, high: float) -> Estimate:
    return Estimate(estimate, 0.0, low, high, 0.5)


def test_an_interval_follows_its_estimate() -> None:
    assert percent_range(found(0.62, 0.41, 0.86)) == "62 % (41 to 86 %)"
    assert number_range(found(1234.5, 12.345, 9.999)) == "1,234 (12.3 to 10.00)"
    assert money_range(found(104_321.0, 98_123.0, 110_049.0), "KRW") == "104,000 KRW (98,100 to 110,000)"
    assert money_range(found(1.234, 0.0, 12.34), "USD") == "1.23 USD (0 to 12.3)"


def test_a_difference_is_more_or_less_and_its_interval_turns_with_it() -> None:
    assert points_apart(found(0.031, -0.004, 0.066)) == "3.1 percentage points (-0.4 to 6.6) more"
    assert points_apart(found(-0.285, -0.307, -0.262)) == "28.5 percentage points (26.2 to 30.7) less"
    assert number_apart(found(-0.23, -0.52, 0.07), "orders") == "0.23 orders (-0.07 to 0.52) less"
    assert percent_apart(found(0.12, 0.091, 0.149)) == "12 % (9.1 to 15 %) more"
    assert money_apart(found(61_234, 52_012, 69_960), "KRW") == "61,200 KRW (52,000 to 70,000) more"


@pytest.mark.parametrize(("share", "text"), [(0.0994, "9.9 %"), (0.09951, "10 %"), (-0.0001, "0.0 %"), (1.0, "100 %")])
def test_a_percentage_has_a_decimal_below_ten_and_no_negative_zero(share: float, text: str) -> None:
    assert percent(share) == text


def test_a_list_ends_with_and() -> None:
    assert [listed("a"), listed("a", "b"), listed("a", "b", "c")] == ["a", "a and b", "a, b and c"]
