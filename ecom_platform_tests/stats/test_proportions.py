"""Score intervals of shares, their difference and ratio."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ecom_platform.stats.proportions import newcombe, risk_ratio, wilson

counts = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(max_examples=60)
@given(counts, st.sampled_from([0.9, 0.95]))
def test_wilson_is_that_of_scipy(count: tuple[int, int], confidence: float) -> None:
    events, n = count
    found = wilson(events, n, confidence=confidence)
    known = stats.binomtest(events, n).proportion_ci(confidence, method="wilson")
    assert (found.ci_low, found.ci_high) == pytest.approx((known.low, known.high), abs=1e-12)
    assert 0 <= found.ci_low <= found.estimate <= found.ci_high <= 1


@settings(max_examples=60)
@given(counts, counts)
def test_newcombe_is_that_of_statsmodels(treatment: tuple[int, int], control: tuple[int, int]) -> None:
    from statsmodels.stats.proportion import confint_proportions_2indep

    found = newcombe(*treatment, *control)
    known = confint_proportions_2indep(*treatment, *control, method="newcomb", compare="diff")
    assert (found.ci_low, found.ci_high) == pytest.approx(known, abs=1e-9)


def test_newcombes_published_example() -> None:
    """Newcombe (1998), table II: 56 of 70 against 48 of 80, method 10: .0524 to .3339."""
    found = newcombe(56, 70, 48, 80)
    assert (found.ci_low, found.ci_high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    chi_square = stats.chi2_contingency([[56, 14], [48, 32]], correction=False)
    assert found.p_value == pytest.approx(chi_square.pvalue)


def test_the_risk_ratio_is_that_of_statsmodels() -> None:
    from statsmodels.stats.contingency_tables import Table2x2

    table = Table2x2([[30, 70], [20, 130]])
    found = risk_ratio(30, 100, 20, 150)
    assert found.estimate == pytest.approx(table.riskratio)
    assert (found.ci_low, found.ci_high) == pytest.approx(table.riskratio_confint())


def test_nothing_seen_says_nothing() -> None:
    assert wilson(0, 0)[2:4] == (0.0, 1.0)
    assert newcombe(0, 0, 1, 2)[2:4] == (-1.0, 1.0)
    assert math.isnan(wilson(0, 0).estimate)
    with pytest.raises(ValueError, match="3 events among 2"):
        wilson(3, 2)
    with pytest.raises(ValueError, match="needs an event"):
        risk_ratio(0, 5, 1, 5)
