"""An inquiry: how one question is answered, declared in one place and in one form for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from ecom_platform.insights.effect import Effect
from ecom_platform.tables.insights.questions import QUESTIONS, Question

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Aggregates: TypeAlias = "Mapping[str, pd.DataFrame]"
"""The tables that an inquiry reads, by full name: aggregates of bounded size, money as floats."""


def as_frame(rows: pa.Table) -> pd.DataFrame:
    """The rows of a table as inquiries get them: money as floats."""
    import pyarrow as pa

    fields = [pa.field(each.name, pa.float64() if pa.types.is_decimal(each.type) else each.type) for each in rows.schema]
    return rows.cast(pa.schema(fields)).to_pandas()


@dataclass(frozen=True)
class Context:
    """What an inquiry knows beside its aggregates: the currency of amounts (ISO 4217)."""

    currency: str


@dataclass(frozen=True, kw_only=True)
class Inquiry:
    """How a question is answered.

    `reads` are the tables whose whole content `answer` gets: aggregates and other answers, never a row a user. `definition`
    says in markdown what is estimated and how, for a reader who will check it. `chart` gives an Altair chart (or None where
    there is nothing to draw); it shows what was found and draws no conclusion.
    """

    number: str
    reads: tuple[str, ...]
    definition: str
    answer: Callable[[Aggregates, Context], Sequence[Effect]]
    chart: Callable[[Aggregates, Sequence[Effect]], Any] | None = None


def inquiry(question: Question) -> Inquiry:
    """The inquiry of a question: `INQUIRY` of the module under `questions/` that has the question's name.

    Raises ValueError where that module answers another question.
    """
    found: Inquiry = import_module(f"ecom_platform.insights.questions.{question.name}").INQUIRY
    if found.number != question.number:
        raise ValueError(f"ecom_platform/insights/questions/{question.name}.py answers {found.number}, not {question.number}")
    return found


def inquiries() -> dict[Question, Inquiry]:
    """Every question with its inquiry, in the order in which they are asked."""
    return {question: inquiry(question) for question in QUESTIONS}
