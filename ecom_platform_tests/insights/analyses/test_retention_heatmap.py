"""retention_heatmap: cells that a whole cohort has completed, and what they are compared with."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from ecom_platform.insights.effect import Kind
from ecom_platform.tables.analysis.retention_heatmap import RETENTION_HEATMAP
from ecom_platform_tests.insights.aggregates import aggregate
from ecom_platform_tests.insights.analyses.analyses import by, found

JANUARY, FEBRUARY = date(2024, 1, 1), date(2024, 2, 1)


def cells(*rows: tuple[date, int, int, int, int | None], level: str = "all") -> pd.DataFrame:
    """Cohort, month, users, eligible users and active ones."""
    names = ("cohort_month", "months_since_signup", "user_count", "eligible_user_count", "active_user_count")
    return aggregate(
        "analysis.cohort_retention",
        [dict(zip(names, row, strict=True)) | {"is_complete_cohort": row[2] == row[3]} for row in rows],
        activation_level=level,
    )


KNOWN = cells(
    (JANUARY, 0, 100, 100, 100),
    (JANUARY, 1, 100, 100, 40),
    (FEBRUARY, 0, 300, 300, 300),
    (FEBRUARY, 1, 300, 300, 60),
    (FEBRUARY, 2, 300, 299, 90),
)


def test_only_cells_that_the_whole_cohort_has_completed_are_there() -> None:
    rows = by(found(RETENTION_HEATMAP, cohort_retention=KNOWN), "cohort_month", "months_since_signup")
    assert set(rows) == {(JANUARY, 0), (JANUARY, 1), (FEBRUARY, 0), (FEBRUARY, 1)}


def test_a_cell_has_its_share_with_wilsons_interval_beside_the_pooled_one() -> None:
    row = by(found(RETENTION_HEATMAP, cohort_retention=KNOWN), "cohort_month", "months_since_signup")[JANUARY, 1]
    assert (row["retention"], row["pooled_retention"], row["difference"]) == (0.4, 0.25, pytest.approx(0.2))
    # Wilson's interval of 40 of 100, as Newcombe (1998) gives the method.
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((0.3094, 0.4980), abs=5e-5)
    assert row["p_adjusted"] < 0.001


def test_the_sentence_pools_cohorts_sum_over_sum() -> None:
    finding = found(RETENTION_HEATMAP, cohort_retention=KNOWN)
    assert finding.kind is Kind.DESCRIPTION
    assert "25 % (21 to 29 %) in month 1" in finding.sentence


def test_a_cohort_of_one_month_tells_of_that_month() -> None:
    finding = found(RETENTION_HEATMAP, cohort_retention=cells((JANUARY, 0, 100, 100, 80)))
    assert finding.sentence.startswith("Of 100 users 80 % (71 to 87 %) were active in their first 30 days")
    (row,) = finding.rows
    assert row["difference"] is None


def test_levels_are_not_counted_again() -> None:
    more = pd.concat([KNOWN, cells((JANUARY, 1, 60, 60, 30), level="high")])
    assert found(RETENTION_HEATMAP, cohort_retention=more).rows == found(RETENTION_HEATMAP, cohort_retention=KNOWN).rows
