"""Ratios of means and other smooth functions of means, by the delta method.

The unit of observation is the unit that was sampled, as a rule the user: a user's orders and revenue are two variables of one
observation. So a ratio of sums (revenue over orders) has an error that is clustered by user, and so has any function of user
totals: `smooth_function` is the general case, where one user may contribute to both sides of a comparison.
Deng, Knoblich & Lu (2018), "Applying the delta method in metric analytics", KDD.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ecom_platform.stats.aggregates import Floats, Moments, Sample
from ecom_platform.stats.confidence_sets import ConfidenceSet
from ecom_platform.stats.confidence_sets import fieller as fieller_set
from ecom_platform.stats.estimates import Estimate, critical_value, log_estimate, normal_estimate


def ratio_of_means(moments: Moments, numerator: str, denominator: str, *, confidence: float = 0.95) -> Estimate:
    """The sum of one variable over the sum of another in the same sample; NaN where the denominator's mean is 0."""
    ratio, variance = _ratio(moments, numerator, denominator)
    return normal_estimate(ratio, math.sqrt(variance), confidence=confidence)


def ratio_difference(
    treatment: Moments, control: Moments, numerator: str, denominator: str, *, confidence: float = 0.95
) -> Estimate:
    """The difference of that ratio between two independent samples, treatment less control."""
    ratio, variance = _ratio(treatment, numerator, denominator)
    base, base_variance = _ratio(control, numerator, denominator)
    return normal_estimate(ratio - base, math.sqrt(variance + base_variance), confidence=confidence)


def means_ratio(treatment: Sample, control: Sample, *, confidence: float = 0.95) -> Estimate:
    """The ratio of the means of two independent samples, its interval on the log scale. Less 1, it is the relative lift.

    Raises:
        ValueError: a mean is not positive; Fieller's set (`means_ratio_set`) needs no such thing.
    """
    if not (treatment.mean > 0 and control.mean > 0):
        raise ValueError(f"A ratio of means on the log scale needs positive means, not {treatment.mean} and {control.mean}.")
    error = math.hypot(treatment.standard_error / treatment.mean, control.standard_error / control.mean)
    return log_estimate(math.log(treatment.mean / control.mean), error, confidence=confidence)


def means_ratio_set(treatment: Sample, control: Sample, *, confidence: float = 0.95) -> ConfidenceSet:
    """Fieller's confidence set of the ratio of the means of two independent samples; unbounded if the second may be 0."""
    return fieller_set(
        treatment.mean, control.mean, treatment.standard_error**2, control.standard_error**2, 0.0, critical_value(confidence)
    )


def smooth_function(
    samples: Moments | tuple[Moments, ...],
    function: Callable[..., float],
    *,
    confidence: float = 0.95,
    null: float = 0.0,
) -> Estimate:
    """Any smooth function of the means of one or more independent samples, by the delta method.

    The gradient is taken by central differences, a step of a hundredth of each mean's standard error; a function that is
    smooth at the scale of the sampling error is all that the delta method is good for.

    Args:
        samples: One sample, or several independent ones.
        function: Takes the array of means of each sample, shape (k,), in the order of its names; returns a number.
        confidence: Confidence level of the interval.
        null: The value that is tested.
    """
    several = samples if isinstance(samples, tuple) else (samples,)
    means = [sample.means for sample in several]
    variance = 0.0
    for position, sample in enumerate(several):
        covariance = sample.mean_covariance
        gradient = np.zeros(len(sample.names))
        for i, step in enumerate(np.sqrt(np.diag(covariance)) / 100):
            if step > 0:
                ends = []
                for direction in (1, -1):
                    moved = list(means)
                    moved[position] = _moved(sample.means, i, direction * step)
                    ends.append(function(*moved))
                gradient[i] = (ends[0] - ends[1]) / (2 * step)
        variance += float(gradient @ covariance @ gradient)
    return normal_estimate(float(function(*means)), math.sqrt(max(variance, 0.0)), confidence=confidence, null=null)


def _moved(means: Floats, i: int, by: float) -> Floats:
    moved = means.copy()
    moved[i] += by
    return moved


def _ratio(moments: Moments, numerator: str, denominator: str) -> tuple[float, float]:
    top, bottom = moments.mean(numerator), moments.mean(denominator)
    if bottom == 0:
        return math.nan, math.nan
    ratio = top / bottom
    residual = (
        moments.covariance(numerator, numerator)
        - 2 * ratio * moments.covariance(numerator, denominator)
        + ratio * ratio * moments.covariance(denominator, denominator)
    )
    return ratio, max(residual, 0.0) / (bottom * bottom * moments.n) if moments.n > 1 else math.nan
