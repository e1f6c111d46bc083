"""Adjusted p-values are those of the papers, keep their order, and keep false discoveries down."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecom_platform.stats.multiplicity import false_discovery_adjusted

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=30)

PUBLISHED = [
    0.0001,
    0.0004,
    0.0019,
    0.0095,
    0.0201,
    0.0278,
    0.0298,
    0.0344,
    0.0459,
    0.3240,
    0.4262,
    0.5719,
    0.6528,
    0.7590,
    1.0,
]


def test_the_published_example_has_four_discoveries() -> None:
    """Benjamini & Hochberg (1995), section 4: four of fifteen at 5 %, where Bonferroni finds three."""
    adjusted = false_discovery_adjusted(PUBLISHED)
    assert (adjusted <= 0.05).sum() == 4
    assert (np.array(PUBLISHED) * 15 <= 0.05).sum() == 3


@given(p_values, st.sampled_from(["positive", "any"]))
def test_adjusting_keeps_the_order_and_lowers_nothing(values: list[float], dependence: str) -> None:
    adjusted = false_discovery_adjusted(values, dependence)  # type: ignore[arg-type]
    assert (adjusted >= np.array(values) - 1e-12).all()
    assert (adjusted <= 1).all()
    assert (np.diff(adjusted[np.argsort(values, kind="stable")]) >= -1e-12).all()


@given(p_values)
def test_any_dependence_costs_more_and_adjusted_values_are_those_of_statsmodels(values: list[float]) -> None:
    from statsmodels.stats.multitest import multipletests

    positive, any_kind = false_discovery_adjusted(values), false_discovery_adjusted(values, "any")
    assert (any_kind >= positive - 1e-12).all()
    assert positive == pytest.approx(multipletests(values, method="fdr_bh")[1])
    assert any_kind == pytest.approx(multipletests(values, method="fdr_by")[1])


def test_what_was_not_tested_does_not_count() -> None:
    assert false_discovery_adjusted([0.01, np.nan, 0.04])[[0, 2]] == pytest.approx(false_discovery_adjusted([0.01, 0.04]))
    assert np.isnan(false_discovery_adjusted([np.nan])).all()
    assert len(false_discovery_adjusted([])) == 0
