"""Mantel-Haenszel against statsmodels and simulation; standardisation against its definition."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable

from ecom_platform.stats.aggregates import Sample
from ecom_platform.stats.means import welch
from ecom_platform.stats.proportions import newcombe, risk_ratio
from ecom_platform.stats.stratified import Stratum, mantel_haenszel, standardised_difference, standardised_mean
from ecom_platform_tests.stats.simulation import as_promised, coverage

arm = st.integers(3, 60).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n)))
stratum = st.tuples(arm, arm).map(lambda arms: Stratum(*arms[0], *arms[1]))


def tables(strata: list[Stratum]) -> StratifiedTable:
    return StratifiedTable([np.array([[a, n1 - a], [c, n0 - c]], dtype=float) for a, n1, c, n0 in strata])


@settings(max_examples=60)
@given(st.lists(stratum, min_size=2, max_size=6))
def test_the_common_ratios_and_tests_are_those_of_statsmodels(strata: list[Stratum]) -> None:
    found, known = mantel_haenszel(strata), tables(strata)
    assert found.odds_ratio.estimate == pytest.approx(known.oddsratio_pooled)
    assert (found.odds_ratio.ci_low, found.odds_ratio.ci_high) == pytest.approx(known.oddsratio_pooled_confint())
    assert found.risk_ratio.estimate == pytest.approx(known.riskratio_pooled)
    null = known.test_null_odds(correction=False)
    assert (found.chi_square, found.p_value) == pytest.approx((null.statistic, null.pvalue))
    if found.odds_ratio.estimate != pytest.approx(1):
        # At a common ratio of 1 statsmodels divides by 0.
        assert found.homogeneity_p == pytest.approx(known.test_equal_odds(adjust=True).pvalue, abs=1e-9)


@given(stratum)
def test_one_stratum_is_the_plain_table(one: Stratum) -> None:
    found = mantel_haenszel([one])
    assert found.risk_ratio == pytest.approx(risk_ratio(*one))
    assert found.risk_difference.estimate == pytest.approx(
        one.treatment_events / one.treatment_n - one.control_events / one.control_n
    )
    assert found.risk_difference.standard_error == pytest.approx(newcombe(*one).standard_error)
    assert math.isnan(found.homogeneity_p)


def test_the_intervals_of_the_common_effects_cover_in_sparse_strata() -> None:
    base = np.linspace(0.1, 0.5, 40)

    def strata(rng: np.random.Generator, risk: np.ndarray) -> list[Stratum]:
        n1, n0 = rng.integers(2, 12, 40), rng.integers(2, 12, 40)
        return [Stratum(*row) for row in zip(rng.binomial(n1, risk), n1, rng.binomial(n0, base), n0, strict=True)]

    def difference(rng: np.random.Generator) -> tuple[float, float]:
        found = mantel_haenszel(strata(rng, base + 0.1)).risk_difference
        return found.ci_low, found.ci_high

    def ratio(rng: np.random.Generator) -> tuple[float, float]:
        found = mantel_haenszel(strata(rng, base * 1.5)).risk_ratio
        return found.ci_low, found.ci_high

    assert as_promised(coverage(difference, 0.1, runs=600, seed=1), runs=600, slack=0.005)
    assert as_promised(coverage(ratio, 1.5, runs=600, seed=2), runs=600, slack=0.005)


def test_simpsons_paradox_is_undone() -> None:
    """Charig et al. (1986): open surgery of kidney stones does better on small and on large ones, and worse together."""
    small, large = Stratum(81, 87, 234, 270), Stratum(192, 263, 55, 80)
    assert (81 + 192) / (87 + 263) < (234 + 55) / (270 + 80)
    assert mantel_haenszel([small, large]).risk_difference.estimate > 0


def test_strata_with_one_group_say_nothing() -> None:
    one = Stratum(3, 10, 2, 10)
    assert repr(mantel_haenszel([one, Stratum(5, 9, 0, 0)])) == repr(mantel_haenszel([one]))
    with pytest.raises(ValueError, match="no stratum"):
        mantel_haenszel([Stratum(1, 2, 0, 0)])
    with pytest.raises(ValueError, match="more events"):
        mantel_haenszel([Stratum(3, 2, 0, 1)])


def test_one_stratum_standardised_is_the_difference() -> None:
    treatment, control = Sample.from_moments(50, 3.0, 2.0), Sample.from_moments(70, 1.0, 4.0)
    found = standardised_difference([treatment], [control], [1.0])
    plain = welch(treatment, control)
    assert (found.estimate, found.standard_error) == pytest.approx((plain.estimate, plain.standard_error))


def test_standardising_takes_composition_away() -> None:
    """The groups differ in composition alone: crude means 1.8 and 1.2, standardised ones equal."""
    inside = (Sample.from_moments(80, 2.0, 1.0), Sample.from_moments(20, 1.0, 1.0))
    outside = (Sample.from_moments(20, 2.0, 1.0), Sample.from_moments(80, 1.0, 1.0))
    found = standardised_difference(inside, outside, [100, 100])
    assert (found.treatment_mean, found.control_mean, found.estimate) == pytest.approx((1.5, 1.5, 0.0))
    assert standardised_mean(inside, [0.5, 0.5]).estimate == pytest.approx(1.5)


def test_what_cannot_be_compared_is_counted() -> None:
    some, single = Sample.from_moments(10, 1.0, 1.0), Sample.of([1.0])
    found = standardised_difference([some, some], [some, single], [3, 1])
    assert (found.weight_compared, found.n) == (0.75, 20)
    assert math.isnan(standardised_mean([some, Sample.of([])], [1, 1]).estimate)
    with pytest.raises(ValueError, match="two observations"):
        standardised_difference([single], [single], [1])
