"""How numbers are put into sentences: rounded so that they can be read, with their interval behind them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol


class Interval(Protocol):
    """Whatever has an estimate and the two ends of its interval."""

    @property
    def estimate(self) -> float: ...

    @property
    def ci_low(self) -> float: ...

    @property
    def ci_high(self) -> float: ...


def count(number: float) -> str:
    """`12,345`."""
    return f"{number:,.0f}"


def percent(share: float, digits: int | None = None) -> str:
    """`62 %`; with a decimal below ten, or as many `digits` after the point."""
    return f"{_plain(100 * share)} %" if digits is None else f"{_rounded(100 * share, digits)} %"


def percent_range(found: Interval) -> str:
    """`62 % (41 to 86 %)`."""
    return f"{percent(found.estimate)} ({_plain(100 * found.ci_low)} to {_plain(100 * found.ci_high)} %)"


def points_apart(found: Interval) -> str:
    """A difference of shares: `3.1 percentage points (-0.4 to 6.6) more`, or `less` where it is negative."""
    return _apart(found, lambda share: _rounded(100 * share, 1), "percentage points")


def percent_apart(found: Interval) -> str:
    """A relative difference: `12 % (9.1 to 15 %) more`."""
    return _apart(found, lambda share: _plain(100 * share), "%", "%")


def number(value: float) -> str:
    """Two decimals below ten, one below a hundred, thousands separated above."""
    return _rounded(value, 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0)


def number_range(found: Interval) -> str:
    """`2.41 (2.30 to 2.52)`."""
    return f"{number(found.estimate)} ({number(found.ci_low)} to {number(found.ci_high)})"


def number_apart(found: Interval, unit: str = "") -> str:
    """A difference: `0.23 paid orders (-0.07 to 0.52) less`."""
    return _apart(found, number, unit)


def money_range(found: Interval, currency: str) -> str:
    """`104,000 KRW (98,100 to 110,000)`, to three figures."""
    low, value, high = (_figures(amount) for amount in (found.ci_low, found.estimate, found.ci_high))
    return f"{value} {currency} ({low} to {high})"


def money_apart(found: Interval, currency: str) -> str:
    """A difference of amounts: `61,000 KRW (52,000 to 70,000) more`."""
    return _apart(found, _figures, currency)


def listed(*items: str) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *before, last = items
    return f"{', '.join(before)} and {last}" if before else last


def _apart(found: Interval, put: Callable[[float], str], unit: str = "", unit_of_ends: str = "") -> str:
    less = found.estimate < 0
    low, high = (-found.ci_high, -found.ci_low) if less else (found.ci_low, found.ci_high)
    value, ends = f"{put(abs(found.estimate))} {unit}".rstrip(), f"{put(low)} to {put(high)} {unit_of_ends}".rstrip()
    return f"{value} ({ends}) {'less' if less else 'more'}"


def _plain(value: float) -> str:
    return _rounded(value, 0 if abs(value) >= 9.95 else 1)


def _rounded(value: float, digits: int) -> str:
    # Adding 0 makes minus zero plain.
    return f"{round(value, digits) + 0.0:,.{digits}f}"


def _figures(amount: float, figures: int = 3) -> str:
    if amount == 0:
        return "0"
    digits = figures - 1 - math.floor(math.log10(abs(amount)))
    return f"{round(amount, digits):,.{max(digits, 0)}f}"
