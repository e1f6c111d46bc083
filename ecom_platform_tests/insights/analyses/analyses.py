"""Analyses of hand-made aggregates, and of shops described in a few lines."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ecom_platform.insights.analysis import AnalysisResult, analysis
from ecom_platform.insights.inquiry import as_frame
from ecom_platform.tables import CATALOG, Table
from ecom_platform_tests.insights.aggregates import SHOP, aggregate
from ecom_platform_tests.marts.shop import Marts


def found(table: Table, **aggregates: pd.DataFrame) -> AnalysisResult:
    """The finding from aggregates by the name of their table; those not given are empty. The chart is drawn, too."""
    declared = analysis(table)
    frames = {name: aggregates.get(name.partition(".")[2], aggregate(name)) for name in declared.reads}
    return _drawn(declared.find(frames, SHOP))


def found_in(marts: Marts, table: Table) -> AnalysisResult:
    """The finding of a shop that was built with what the analysis reads."""
    declared = analysis(table)
    return _drawn(declared.find({name: as_frame(marts.arrow(CATALOG[name])) for name in declared.reads}, SHOP))


def by(finding: AnalysisResult, *names: str) -> dict[Any, Any]:
    """The rows by the values of these columns."""
    rows = {tuple(row[name] for name in names) if len(names) > 1 else row[names[0]]: row for row in finding.rows}
    assert len(rows) == len(finding.rows)
    return rows


def _drawn(finding: AnalysisResult) -> AnalysisResult:
    assert finding.sentence.endswith(".")
    assert finding.chart is None or finding.chart.to_dict()["title"]
    return finding
