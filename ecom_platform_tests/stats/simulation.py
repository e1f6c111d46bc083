"""Coverage of intervals in simulations: how often they must hold the truth to be called right."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np


def coverage(interval: Callable[[np.random.Generator], tuple[float, float]], truth: float, *, runs: int, seed: int) -> float:
    """Share of seeded runs in which the interval holds the truth."""
    rng = np.random.default_rng(seed)
    held = 0
    for _ in range(runs):
        low, high = interval(rng)
        held += low <= truth <= high
    return held / runs


def as_promised(share: float, *, runs: int, confidence: float = 0.95, slack: float = 0.0) -> bool:
    """Whether the share is within 3 standard errors of the confidence level, `slack` for what is only asymptotic."""
    return abs(share - confidence) <= 3 * math.sqrt(confidence * (1 - confidence) / runs) + slack
