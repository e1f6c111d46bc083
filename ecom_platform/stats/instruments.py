"""The effect of an exposure that an experiment encouraged but did not force: Wald, two-stage least squares, Anderson-Rubin.

Three words are kept apart. The *treatment* is the arm of the experiment (who was nudged), the *exposure* is what the arm made
more likely (who did it), the *stratum* is what both are compared within, fixed before the arms were drawn. Arm, exposure and
stratum cut a sample into cells; a cell's count, mean and scatter of the outcome are all that is read.

What is identified is the effect on *compliers*, those whom the arm moved (LATE), if the arm was drawn at random, moved nobody
the other way, and acts on the outcome through the exposure alone. The last is an assumption; `exclusion_test` can refute it.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ecom_platform.stats.aggregates import Floats, Moments, Sample, pool_moments, pool_samples
from ecom_platform.stats.confidence_sets import ConfidenceSet, fieller
from ecom_platform.stats.estimates import Estimate, critical_value, normal_estimate

WEAK_F = 10.0
"""A first-stage F below this makes the estimate and its interval untrustworthy (Staiger & Stock 1997, Econometrica 65)."""


class Cell(NamedTuple):
    """The outcome of those alike in stratum, arm and exposure."""

    stratum: Hashable
    """What the arms are compared within."""
    treatment: bool
    """Whether the arm is the encouraged one."""
    exposed: bool
    """Whether they did what was encouraged."""
    outcome: Sample
    """Their outcome."""


class InstrumentResult(NamedTuple):
    """The effect of an exposure, with the arm as its instrument."""

    late: Estimate
    """Effect of the exposure on the compliers' outcome (LATE) with the usual interval, which holds if the arm is not weak."""
    late_set: ConfidenceSet
    """Anderson-Rubin confidence set of the same effect: right however weak the arm is, and unbounded when it must be."""
    compliers_mean: Estimate
    """The compliers' mean outcome without the exposure."""
    relative_late: Estimate
    """The effect as a share of that mean (0.2: a fifth more), by the delta method."""
    relative_set: ConfidenceSet
    """Fieller's confidence set of that share: the relative counterpart of `late_set`."""
    first_stage: Estimate
    """Effect of the arm on the exposure: the share of compliers."""
    first_stage_f: float
    """F of the first stage (the squared t of the one instrument), robust; below `WEAK_F` no point claim should be made."""
    intention_to_treat: Estimate
    """Effect of the arm on the outcome."""
    strata: int
    """Strata in which both arms occur; the others say nothing and are left out."""
    n: int
    """Observations in those strata."""

    @property
    def weak(self) -> bool:
        """Whether the instrument is too weak for a point claim."""
        return not self.first_stage_f >= WEAK_F


class ExclusionTest(NamedTuple):
    """What the arm does to those whose exposure it cannot have changed: nothing, if it acts through the exposure alone."""

    effect: Estimate
    """Effect of the arm on their outcome; significantly different from 0, it refutes the exclusion restriction."""
    share_difference: Estimate
    """Difference between the arms in the share that belongs to them. The arm must not choose who belongs: significantly
    different from 0, the test itself is unsound."""
    n: int
    """How many they are."""


def two_stage(cells: Iterable[Cell], *, confidence: float = 0.95) -> InstrumentResult:
    """Two-stage least squares with one instrument, stratum effects and heteroscedasticity-robust errors; one stratum: Wald.

    A stratum counts by its size, the balance of its arms and its share of compliers. The compliers' mean without the exposure
    is that of Abadie (2002), JASA 97. The Anderson-Rubin set (1949, Annals of Mathematical Statistics 20) inverts the robust
    test that the arm does not change outcome - effect x exposure.

    Raises:
        ValueError: there is no stratum in which both arms occur.
    """
    form = _reduced_form(_by_arm(cells))
    outcome, exposure = np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])
    # Encouraged compliers leave the unexposed: what the arm takes from the unexposed's total is their outcome without it.
    without = np.array([0.0, 0.0, -1.0])
    late, late_set = form.ratio(outcome, exposure, confidence)
    compliers_mean, _ = form.ratio(without, exposure, confidence)
    relative_late, relative_set = form.ratio(outcome, without, confidence)
    first_stage = form.estimate(exposure, confidence)
    error = first_stage.standard_error
    return InstrumentResult(
        late,
        late_set,
        compliers_mean,
        relative_late,
        relative_set,
        first_stage,
        (first_stage.estimate / error) ** 2 if error else math.inf if first_stage.estimate else 0.0,
        form.estimate(outcome, confidence),
        form.strata,
        form.n,
    )


def wald(cells: Iterable[Cell], *, confidence: float = 0.95) -> InstrumentResult:
    """The Wald estimator: two-stage least squares with the strata pooled (Wald 1940, Annals of Mathematical Statistics 11)."""
    return two_stage((cell._replace(stratum=None) for cell in cells), confidence=confidence)


def exclusion_test(
    outcomes: Mapping[tuple[Hashable, bool], Sample], arms: Mapping[tuple[Hashable, bool], int], *, confidence: float = 0.95
) -> ExclusionTest:
    """Refute the exclusion restriction: the effect of the arm on those who are exposed (or unexposed) whatever the arm.

    It is the zero-first-stage test of van Kippersluis & Rietveld (2018), "Beyond plausibly exogenous", Econometrics J. 21.
    As membership is seen after the arms were drawn, it comes with the balance of membership between the arms.

    Args:
        outcomes: The members' outcome by (stratum, treatment).
        arms: All observations by (stratum, treatment), members or not; every key of `outcomes` must occur.
        confidence: Confidence level of the intervals.

    Raises:
        ValueError: there is no stratum in which both arms have members; more members than observations.
    """
    if not outcomes.keys() <= arms.keys():
        raise ValueError("There are members in a stratum and arm without observations.")
    nobody = Sample(0, 0.0, 0.0)
    belonging = {key: Sample.of_events(outcomes.get(key, nobody).n, n) for key, n in arms.items()}
    effect, balance = _reduced_form(_alone(outcomes)), _reduced_form(_alone(belonging))
    return ExclusionTest(effect.estimate(np.ones(1), confidence), balance.estimate(np.ones(1), confidence), effect.n)


def transported(relative: Estimate, exposed: Sample, unexposed: Sample, *, confidence: float = 0.95) -> Estimate:
    """The mean effect on everyone of being exposed, if it is the same share of everyone's outcome as it is of the compliers'.

    The exposed's outcome without the exposure is then theirs over 1 + share. The share may come from another outcome (orders)
    than the one it is carried over to (revenue), if the exposure does not change their quotient. Errors by the delta method,
    the share's taken as independent of the means', beside which it is large.

    Args:
        relative: The effect as a share, `InstrumentResult.relative_late`; above -1.
        exposed: The outcome of those who were exposed, arms and strata pooled.
        unexposed: The outcome of the others.
        confidence: Confidence level of the interval.

    Raises:
        ValueError: a share of -1 or less; nobody.
    """
    n, share = exposed.n + unexposed.n, relative.estimate
    if not n or not share > -1:
        raise ValueError(f"A relative effect of {share} cannot be carried over to {n} observations.")
    untouched, raised = unexposed.total / n, exposed.total / n
    slope = untouched + raised / (1 + share) ** 2
    means_error = math.hypot(
        share * unexposed.n / n * _error(unexposed), share / (1 + share) * exposed.n / n * _error(exposed)
    )
    error = math.hypot(slope * relative.standard_error, means_error)
    return normal_estimate(share * (untouched + raised / (1 + share)), error, confidence=confidence)


def _error(sample: Sample) -> float:
    return sample.standard_error if sample.n > 1 else 0.0


class _ReducedForm(NamedTuple):
    """Effects of the arm on some variables, and their covariance."""

    effects: Floats
    covariance: Floats
    strata: int
    n: int

    def estimate(self, of: Floats, confidence: float) -> Estimate:
        """The effect on a linear combination of the variables."""
        return normal_estimate(float(of @ self.effects), math.sqrt(of @ self.covariance @ of), confidence=confidence)

    def ratio(self, top: Floats, bottom: Floats, confidence: float) -> tuple[Estimate, ConfidenceSet]:
        """The ratio of the effects on two linear combinations, by the delta method and as Fieller's set."""
        numerator, denominator = float(top @ self.effects), float(bottom @ self.effects)
        region = fieller(
            numerator,
            denominator,
            float(top @ self.covariance @ top),
            float(bottom @ self.covariance @ bottom),
            float(top @ self.covariance @ bottom),
            critical_value(confidence),
        )
        if denominator == 0:
            return Estimate(math.nan, math.nan, -math.inf, math.inf, math.nan), region
        residual = top - numerator / denominator * bottom
        error = math.sqrt(max(float(residual @ self.covariance @ residual), 0.0)) / abs(denominator)
        return normal_estimate(numerator / denominator, error, confidence=confidence), region


def _alone(samples: Mapping[tuple[Hashable, bool], Sample]) -> dict[tuple[Hashable, bool], Moments]:
    """Samples of one variable as moments."""
    return {
        key: Moments(("y",), sample.n, np.array([sample.mean]), np.array([[sample.scatter]]))
        for key, sample in samples.items()
    }


def _by_arm(cells: Iterable[Cell]) -> dict[tuple[Hashable, bool], Moments]:
    """Moments of outcome, exposure and outcome-if-unexposed by (stratum, arm)."""
    found: dict[tuple[Hashable, bool], list[Moments]] = {}
    for cell in cells:
        mean, scatter = cell.outcome.mean, cell.outcome.scatter
        also = 0.0 if cell.exposed else 1.0
        direction = np.array([1.0, 0.0, also])
        moments = Moments(
            ("y", "exposure", "unexposed_y"),
            cell.outcome.n,
            np.array([mean, float(cell.exposed), mean * also]),
            scatter * np.outer(direction, direction),
        )
        found.setdefault((cell.stratum, bool(cell.treatment)), []).append(moments)
    return {key: pool_moments(parts) for key, parts in found.items()}


def _reduced_form(groups: Mapping[tuple[Hashable, bool], Moments]) -> _ReducedForm:
    """Effect of the arm on each variable with stratum effects, and the robust (HC1) covariance of these effects."""
    strata = sorted({stratum for stratum, _ in groups}, key=repr)
    pairs: list[tuple[Moments, Moments]] = []
    for stratum in strata:
        treated, control = groups.get((stratum, True)), groups.get((stratum, False))
        if treated is not None and control is not None and treated.n and control.n:
            pairs.append((treated, control))
    if not pairs:
        raise ValueError("There is no stratum in which both arms occur.")
    weight = sum(t.n * c.n / (t.n + c.n) for t, c in pairs)
    effects = np.asarray(sum(t.n * c.n / (t.n + c.n) * (t.means - c.means) for t, c in pairs)) / weight
    meat = np.zeros((len(effects), len(effects)))
    for treated, control in pairs:
        n = treated.n + control.n
        share = treated.n / n
        level = (treated.n * treated.means + control.n * control.means) / n
        meat += (1 - share) ** 2 * treated.scatter_about(level + (1 - share) * effects)
        meat += share**2 * control.scatter_about(level - share * effects)
    total = sum(t.n + c.n for t, c in pairs)
    freedom = total - len(pairs) - 1
    correction = total / freedom if freedom > 0 else math.nan
    return _ReducedForm(effects, meat / weight**2 * correction, len(pairs), total)


def naive_difference(cells: Sequence[Cell]) -> tuple[Sample, Sample]:
    """The exposed and the unexposed, arms and strata pooled: what one would compare without the experiment."""
    exposed, unexposed = (pool_samples(c.outcome for c in cells if bool(c.exposed) is side) for side in (True, False))
    return exposed, unexposed
