"""Instruments from cells: linearmodels on rows, the definitions of Fieller and Anderson-Rubin, and what a simulation knows."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecom_platform.stats.aggregates import Sample
from ecom_platform.stats.estimates import normal_estimate
from ecom_platform.stats.instruments import (
    Cell,
    InstrumentResult,
    exclusion_test,
    naive_difference,
    transported,
    two_stage,
    wald,
)
from ecom_platform.stats.means import welch
from ecom_platform_tests.stats.simulation import as_promised, coverage


def experiment(
    rng: np.random.Generator, n: int, *, push: float = 0.3, effect: float = 0.5, direct: float = 0.0
) -> pd.DataFrame:
    """A nudge drawn within three strata moves `push` of people to an exposure that intent drives too."""
    stratum = rng.integers(0, 3, n)
    arm = rng.random(n) < np.array([0.3, 0.5, 0.6])[stratum]
    intent = rng.normal(0, 1, n)
    base = np.clip(0.35 + 0.2 * intent, 0.02, 0.65)
    draw = rng.random(n)
    exposed = draw < base + push * arm
    outcome = np.maximum(2 + intent + 0.5 * stratum + effect * exposed + direct * arm + rng.normal(0, 1, n), -5)
    return pd.DataFrame(
        {"stratum": stratum, "arm": arm, "exposed": exposed, "y": outcome, "always": draw < base, "base": base}
    )


def cells(rows: pd.DataFrame) -> list[Cell]:
    return [
        Cell(stratum, bool(arm), bool(exposed), Sample.of(part["y"].to_numpy()))
        for (stratum, arm, exposed), part in rows.groupby(["stratum", "arm", "exposed"])
    ]


def rejected(rows: pd.DataFrame, effect: float) -> float:
    """The squared statistic that Anderson-Rubin inverts: of the arm on y - effect x exposure, robust, with stratum effects."""
    from statsmodels.api import OLS

    design = pd.get_dummies(rows["stratum"]).assign(arm=rows["arm"]).astype(float)
    fit = OLS(rows["y"] - effect * rows["exposed"], design).fit(cov_type="HC1")
    return float((fit.params["arm"] / fit.bse["arm"]) ** 2)


def test_two_stage_is_that_of_linearmodels_on_rows() -> None:
    from linearmodels.iv import IV2SLS

    rows = experiment(np.random.default_rng(1), 1500)
    found = two_stage(cells(rows))
    dummies = pd.get_dummies(rows["stratum"]).astype(float)
    known: Any = IV2SLS(rows["y"], dummies, rows[["exposed"]].astype(float), rows[["arm"]].astype(float)).fit(
        cov_type="robust", debiased=True
    )
    assert found.late.estimate == pytest.approx(known.params["exposed"])
    assert found.late.standard_error == pytest.approx(known.std_errors["exposed"])
    first = known.first_stage.individual["exposed"]
    assert found.first_stage.estimate == pytest.approx(first.params["arm"])
    assert found.first_stage_f == pytest.approx(first.tstats["arm"] ** 2)
    assert (found.n, found.strata) == (1500, 3)


def test_the_anderson_rubin_set_ends_where_the_test_on_rows_begins_to_reject() -> None:
    rows = experiment(np.random.default_rng(2), 800)
    found = two_stage(cells(rows)).late_set
    assert found.shape == "interval"
    for end in (found.low, found.high):
        assert rejected(rows, end) == pytest.approx(1.959964**2, rel=1e-5)


def test_without_strata_it_is_walds_ratio_of_differences() -> None:
    rows = experiment(np.random.default_rng(3), 600)
    found = wald(cells(rows))
    in_arm = rows.groupby("arm")[["y", "exposed"]].mean()
    difference = in_arm.loc[True] - in_arm.loc[False]
    assert found.late.estimate == pytest.approx(difference["y"] / difference["exposed"])
    plain = welch(*(Sample.of(rows.loc[rows["arm"] == side, "y"].to_numpy()) for side in (True, False)))
    assert found.intention_to_treat.estimate == pytest.approx(plain.estimate)
    assert found.intention_to_treat.standard_error == pytest.approx(plain.standard_error, rel=0.01)


def test_perfect_compliance_is_the_plain_difference() -> None:
    treatment, control = Sample.from_moments(80, 3.0, 1.0), Sample.from_moments(90, 2.0, 2.0)
    found = wald([Cell(0, True, True, treatment), Cell(0, False, False, control)])
    assert found.late.estimate == pytest.approx(1.0)
    assert found.first_stage.estimate == 1.0
    assert found.first_stage_f == math.inf
    assert found.compliers_mean.estimate == pytest.approx(2.0)
    assert found.relative_late.estimate == pytest.approx(0.5)


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 0.3), st.integers(40, 400))
def test_the_sets_hold_their_estimates(seed: int, push: float, n: int) -> None:
    rows = experiment(np.random.default_rng(seed), n, push=push)
    found = two_stage(cells(rows))
    for estimate, region in ((found.late, found.late_set), (found.relative_late, found.relative_set)):
        near = 1e-6 * (1 + abs(estimate.estimate))
        assert any(low - near <= estimate.estimate <= high + near for low, high in region.parts)
    assert found.late_set.bounded == (found.first_stage_f > 1.959964**2)
    assert found.compliers_mean.estimate * found.relative_late.estimate == pytest.approx(found.late.estimate, rel=1e-6)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.floats(-1000, 1000), st.floats(0.1, 1000))
def test_a_change_of_unit_changes_the_unit_alone(seed: int, shift: float, scale: float) -> None:
    rows = experiment(np.random.default_rng(seed), 300)
    found, moved = two_stage(cells(rows)), two_stage(cells(rows.assign(y=rows["y"] * scale + shift)))
    assert moved.late.estimate == pytest.approx(found.late.estimate * scale, rel=1e-6, abs=1e-6 * scale)
    assert moved.late_set.low == pytest.approx(found.late_set.low * scale, rel=1e-5, abs=1e-5 * scale)
    assert moved.first_stage_f == pytest.approx(found.first_stage_f)


def estimated(rng: np.random.Generator, **settings: float) -> InstrumentResult:
    return two_stage(cells(experiment(rng, 1200, **settings)))


def test_intent_biases_the_naive_difference_and_not_the_instrument() -> None:
    rng = np.random.default_rng(5)
    results = [estimated(rng) for _ in range(200)]
    assert np.mean([r.late.estimate for r in results]) == pytest.approx(0.5, abs=0.06)
    exposed, unexposed = naive_difference(cells(experiment(rng, 20_000)))
    assert exposed.mean - unexposed.mean > 0.9


def test_the_intervals_of_the_effect_cover() -> None:
    runs = 300
    late = coverage(lambda rng: estimated(rng).late[2:4], 0.5, runs=runs, seed=6)
    assert as_promised(late, runs=runs, slack=0.005)
    rng = np.random.default_rng(7)
    held = np.mean([0.5 in estimated(rng, push=0.02).late_set for _ in range(runs)])
    assert as_promised(float(held), runs=runs)


def test_the_relative_effect_is_relative_to_the_compliers_without_it() -> None:
    """With a multiplicative effect of a fifth on everyone, the relative effect is a fifth, whoever complies."""

    def run(rng: np.random.Generator) -> tuple[float, float]:
        rows = experiment(rng, 3000, effect=0.0)
        base = np.exp(rows["y"] / 3)
        found = two_stage(cells(rows.assign(y=base * np.where(rows["exposed"], 1.2, 1.0))))
        return found.relative_set.low, found.relative_set.high

    assert as_promised(coverage(run, 0.2, runs=300, seed=8), runs=300)


def test_the_relative_effect_is_carried_over_to_everyone() -> None:
    """Compliers have less than others; a constant fifth on top is a fifth of everyone's own outcome."""

    def run(rng: np.random.Generator) -> tuple[float, float]:
        rows = experiment(rng, 4000, effect=0.0)
        base = np.exp(rows["y"] / 3)
        found = cells(rows.assign(y=base * np.where(rows["exposed"], 1.2, 1.0)))
        effect = transported(two_stage(found).relative_late, *naive_difference(found))
        truth = 0.2 * base.mean()
        return effect.ci_low / truth, effect.ci_high / truth

    assert as_promised(coverage(run, 1.0, runs=200, seed=9), runs=200, slack=0.01)
    rng = np.random.default_rng(10)
    share = normal_estimate(0.5, 0.0)
    drawn = [transported(share, Sample.of(rng.normal(6, 3, 40)), Sample.of(rng.normal(3, 2, 60))) for _ in range(500)]
    assert drawn[0].standard_error == pytest.approx(np.std([one.estimate for one in drawn]), rel=0.2)
    nobody = Sample.of([])
    with pytest.raises(ValueError, match="cannot be carried over"):
        transported(normal_estimate(-1.0, 0.1), Sample.of([1.0]), nobody)
    assert transported(normal_estimate(0.5, 0.0), Sample.of([3.0, 3.0]), Sample.of([1.0, 1.0])).estimate == pytest.approx(0.75)


def test_a_weak_arm_is_called_weak_and_its_set_is_not_an_interval() -> None:
    found = two_stage(cells(experiment(np.random.default_rng(11), 300, push=0.0)))
    assert found.weak
    assert not found.late_set.bounded


def members(rows: pd.DataFrame) -> tuple[dict[tuple[Hashable, bool], Sample], dict[tuple[Hashable, bool], int]]:
    outcomes = {
        (stratum, bool(arm)): Sample.of(part["y"].to_numpy())
        for (stratum, arm), part in rows[rows["always"]].groupby(["stratum", "arm"])
    }
    arms = {(stratum, bool(arm)): len(part) for (stratum, arm), part in rows.groupby(["stratum", "arm"])}
    return outcomes, arms


def test_a_direct_effect_of_the_arm_is_found_out_and_its_absence_is_not_accused() -> None:
    rng = np.random.default_rng(12)
    valid = [exclusion_test(*members(experiment(rng, 1500))) for _ in range(200)]
    assert np.mean([test.effect.p_value < 0.05 for test in valid]) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 200)
    assert np.mean([test.share_difference.p_value < 0.05 for test in valid]) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 200)
    broken = [exclusion_test(*members(experiment(rng, 1500, direct=0.5))) for _ in range(40)]
    assert np.mean([test.effect.p_value < 0.05 for test in broken]) > 0.9


def test_an_arm_that_chooses_the_members_makes_the_test_unsound() -> None:
    rows = experiment(np.random.default_rng(13), 3000)
    outcomes, arms = members(rows.assign(always=rows["exposed"]))
    assert exclusion_test(outcomes, arms).share_difference.p_value < 1e-6


def test_without_both_arms_there_is_nothing_to_compare() -> None:
    sample = Sample.of([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="no stratum in which both arms"):
        two_stage([Cell(0, True, True, sample), Cell(1, False, False, sample)])
    with pytest.raises(ValueError, match="without observations"):
        exclusion_test({(0, True): sample, (0, False): sample}, {(0, True): 5})
    paired = [Cell(0, True, True, sample), Cell(0, False, False, sample)]
    assert two_stage([*paired, Cell(1, True, True, sample)]).n == 6
