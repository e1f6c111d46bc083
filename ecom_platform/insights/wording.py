"""How numbers are put into sentences: rounded so that they can be read, with their interval behind them."""

from __future__ import annotations

import math
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
    return f"{_plain(100 * share)} %" if digits is None else f"{100 * share:.{digits}f} %"


def percent_range(found: Interval) -> str:
    """`62 % (41 to 86 %)`."""
    return f"{percent(found.estimate)} ({_plain(100 * found.ci_low)} to {_plain(100 * found.ci_high)} %)"


def points_range(found: Interval) -> str:
    """A difference of shares: `3.1 percentage points (-0.4 to 6.6)`."""
    low, value, high = (f"{100 * number:.1f}" for number in (found.ci_low, found.estimate, found.ci_high))
    return f"{value} percentage points ({low} to {high})"


def number(value: float) -> str:
    """Two decimals below ten, one below a hundred, thousands separated above."""
    return f"{value:,.{2 if abs(value) < 10 else 1 if abs(value) < 100 else 0}f}"


def number_range(found: Interval, unit: str = "") -> str:
    """`2.41 (2.30 to 2.52)`, the unit behind the estimate."""
    return f"{number(found.estimate)}{unit and ' '}{unit} ({number(found.ci_low)} to {number(found.ci_high)})"


def money_range(found: Interval, currency: str) -> str:
    """`104,000 KRW (98,100 to 110,000)`, to three figures."""
    low, value, high = (_figures(amount) for amount in (found.ci_low, found.estimate, found.ci_high))
    return f"{value} {currency} ({low} to {high})"


def listed(*items: str) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *before, last = items
    return f"{', '.join(before)} and {last}" if before else last


def _plain(value: float) -> str:
    return f"{value:.{0 if abs(value) >= 9.95 else 1}f}"


def _figures(amount: float, figures: int = 3) -> str:
    if amount == 0:
        return "0"
    digits = figures - 1 - math.floor(math.log10(abs(amount)))
    return f"{round(amount, digits):,.{max(digits, 0)}f}"
