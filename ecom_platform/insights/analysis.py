"""An analysis: aggregates that the warehouse has computed, what is estimated from them, a table, a sentence and a picture.

It is to the layer `analysis` what an inquiry is to a question, but for its result: a table of its own instead of effects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from ecom_platform.insights.effect import Kind, require_fitting
from ecom_platform.insights.inquiry import Aggregates, Context
from ecom_platform.tables.spec import Table


@dataclass(frozen=True)
class AnalysisResult:
    """What an analysis has found: its kind, one sentence with the numbers in it, the rows of its table, an Altair chart.

    One that cannot be made is declined: the sentence is the reason, and there is no row. Raises ValueError for a sentence
    that claims a cause for a kind that knows none, and for rows of what was declined.
    """

    kind: Kind
    sentence: str
    rows: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    chart: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        require_fitting(self.kind, self.sentence, "the finding")
        if (self.kind is Kind.DECLINED) != (not self.rows):
            raise ValueError(f"{len(self.rows)} rows of what is {self.kind}: '{self.sentence}'")


def nothing(reason: str) -> AnalysisResult:
    """The finding that says why there is none; `reason` is a whole sentence."""
    return AnalysisResult(Kind.DECLINED, reason)


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """How an analysis is made.

    `table` holds its rows. `reads` are the tables whose whole content `find` gets: aggregates, never a row a user.
    `definition` says in markdown what is estimated and how, for a reader who will check it.
    """

    table: Table
    title: str
    reads: tuple[str, ...]
    definition: str
    find: Callable[[Aggregates, Context], AnalysisResult]


def analysis(table: Table) -> Analysis:
    """The analysis of a table: `ANALYSIS` of the module under `analyses/` that has the table's name."""
    found: Analysis = import_module(f"ecom_platform.insights.analyses.{table.name}").ANALYSIS
    return found
