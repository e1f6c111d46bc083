"""Many hypotheses at once: p-values adjusted so that the share of false discoveries is controlled."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from scipy import stats

from ecom_platform.stats.aggregates import Floats, Numbers


def false_discovery_adjusted(p_values: Numbers, dependence: Literal["positive", "any"] = "positive") -> Floats:
    """Adjusted p-values, in the given order: those at most q are the discoveries with a false discovery rate of q.

    Args:
        p_values: The p-values of one family. A NaN (a test that could not be made) stays NaN and does not count.
        dependence: `positive` (or independent) tests: Benjamini & Hochberg (1995), JRSS B 57. `any`: Benjamini & Yekutieli
            (2001), Annals of Statistics 29, which holds under every dependence and costs a factor of 1 + 1/2 + ... + 1/m.
    """
    values = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(values.shape, math.nan)
    tested = ~np.isnan(values)
    if tested.any():
        adjusted[tested] = stats.false_discovery_control(values[tested], method="bh" if dependence == "positive" else "by")
    return adjusted
