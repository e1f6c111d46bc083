"""How strong would an unobserved cause have to be? Bounds and thresholds for a comparison that was not randomised."""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy import optimize, stats

from ecom_platform.stats.aggregates import Sample
from ecom_platform.stats.estimates import Estimate


class EValue(NamedTuple):
    """What an unobserved cause would need to explain an association away."""

    point: float
    """Risk ratio of the cause with both the exposure and the outcome that would move the estimate to 1; at least 1."""
    interval: float
    """The same for the end of the interval nearer to 1; 1 if the interval holds 1."""


class EffectBounds(NamedTuple):
    """What the data say about a mean effect without assuming that the exposed are like the unexposed."""

    low: float
    """The least mean effect that agrees with the data and the assumptions."""
    high: float
    """The greatest."""
    ci_low: float
    """Lower end of a confidence interval of the effect itself, not of the bounds."""
    ci_high: float
    """Its upper end."""


def e_value(risk_ratio: Estimate) -> EValue:
    """The E-value of a risk ratio (VanderWeele & Ding 2017, Annals of Internal Medicine 167).

    It is the bound of Cornfield et al. (1959) turned round. For an odds ratio of a frequent outcome pass its square root, for
    a difference of d standard deviations exp(0.91 d), both with their intervals.
    """
    if not risk_ratio.estimate > 0:
        raise ValueError(f"A risk ratio is positive, not {risk_ratio.estimate}.")
    above = risk_ratio.estimate >= 1
    near = risk_ratio.ci_low if above else risk_ratio.ci_high
    return EValue(_e_value(risk_ratio.estimate), _e_value(near) if (near > 1) == above else 1.0)


def robustness_value(t: float, df: float, *, share: float = 1.0) -> float:
    """The partial R² of an unobserved cause with both exposure and outcome that would take away `share` of a coefficient.

    Cinelli & Hazlett (2020), "Making sense of sensitivity", JRSS B 82.

    Args:
        t: The coefficient's t statistic.
        df: The regression's residual degrees of freedom.
        share: 1 moves the coefficient to 0.
    """
    f = share * abs(t) / math.sqrt(df)
    return (math.sqrt(f**4 + 4 * f**2) - f**2) / 2


def effect_bounds(
    exposed: Sample,
    unexposed: Sample,
    lowest: float,
    highest: float,
    *,
    positive_selection: bool = False,
    never_harmful: bool = False,
    confidence: float = 0.95,
) -> EffectBounds:
    """Bounds of the mean effect on all, the unseen outcomes lying between `lowest` and `highest`.

    Manski (1990), AER 80; with `positive_selection` (those who expose themselves would have had outcomes at least as high
    anyway, so that the plain difference is an upper bound) and `never_harmful` (no one's outcome falls by the exposure),
    Manski & Pepper (2000), Econometrica 68. Interval: Imbens & Manski (2004), Econometrica 72.

    Raises:
        ValueError: a side has fewer than two observations; a mean outside [lowest, highest].
    """
    if exposed.n < 2 or unexposed.n < 2:
        raise ValueError("Bounds need two observations of the exposed and of the unexposed.")
    if not lowest <= min(exposed.mean, unexposed.mean) <= max(exposed.mean, unexposed.mean) <= highest:
        raise ValueError(f"A mean outcome lies outside [{lowest}, {highest}].")
    # A bound is a mean over all: the exposed's outcome less the worst they could have had without, and conversely.
    worst = _shifted(exposed, 1, -highest) + _shifted(unexposed, -1, lowest)
    best = _shifted(exposed, 1, -lowest) + _shifted(unexposed, -1, highest)
    low, low_error = worst.mean, worst.standard_error
    high, high_error = best.mean, best.standard_error
    if positive_selection:
        high, high_error = exposed.mean - unexposed.mean, math.hypot(exposed.standard_error, unexposed.standard_error)
    if never_harmful:
        low, low_error = max(low, 0.0), low_error if low > 0 else 0.0
        high = max(high, low)
    critical = _imbens_manski(high - low, max(low_error, high_error), confidence)
    return EffectBounds(low, high, low - critical * low_error, high + critical * high_error)


def _e_value(ratio: float) -> float:
    ratio = ratio if ratio >= 1 else 1 / ratio
    return ratio + math.sqrt(ratio * (ratio - 1))


def _shifted(sample: Sample, sign: int, by: float) -> Sample:
    return Sample(sample.n, sign * sample.mean + by, sample.scatter)


def _imbens_manski(width: float, error: float, confidence: float) -> float:
    if error == 0:
        return 0.0
    relative = width / error
    return float(optimize.brentq(lambda c: stats.norm.cdf(c + relative) - stats.norm.cdf(-c) - confidence, 0.0, 40.0))
