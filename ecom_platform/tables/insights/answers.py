"""Answers: a row per effect. Every question has a table of its own answers; `answers` has them all."""

from __future__ import annotations

from ecom_platform.tables.insights.questions import QUESTIONS, Question
from ecom_platform.tables.spec import Column, Table, Type

KINDS = ("causal", "association", "description", "prediction", "declined")

_COLUMNS = (
    Column("question", Type.STRING, "Number of the question.", accepted=tuple(each.number for each in QUESTIONS)),
    Column("effect", Type.STRING, "Short name of the effect, unique within the question."),
    Column(
        "kind",
        Type.STRING,
        "What sort of statement it is: causal (an experiment, or a design whose assumption is named and tested), association, "
        "description, prediction, or declined (the reason is the sentence, and there are no numbers).",
        accepted=KINDS,
    ),
    Column("estimand", Type.STRING, "What is estimated."),
    Column("population", Type.STRING, "Whom it is estimated for."),
    Column("unit", Type.STRING, "What is counted once."),
    Column("scale", Type.STRING, "What the numbers are in: an ISO 4217 currency, relative, orders, share or score."),
    Column("window", Type.STRING, "Days after signup in which it is decided, and in which it is measured."),
    Column("method", Type.STRING, "How it is estimated."),
    Column("estimate", Type.FLOAT64, "The estimate; null where no point is claimed.", True),
    Column("ci_low", Type.FLOAT64, "Lower end of the 95 % interval; null where it has none.", True),
    Column("ci_high", Type.FLOAT64, "Upper end of the 95 % interval; null where it has none.", True),
    Column("n", Type.INT64, "Units it was estimated from; null where declined.", True, minimum=0),
    Column("null_value", Type.FLOAT64, "The value it is compared with: that of no effect; null where there is none.", True),
    Column(
        "p_adjusted",
        Type.FLOAT64,
        "p-value against null_value, adjusted for the family of tests it belongs to; null where nothing was tested.",
        True,
        minimum=0,
    ),
    Column(
        "naive_estimate", Type.FLOAT64, "What a plain comparison of groups would have said; null where it is the same.", True
    ),
    Column(
        "coverage",
        Type.FLOAT64,
        "Share of synthetic worlds in which such an interval covered the truth; null where that was not measured.",
        True,
        minimum=0,
    ),
    Column("assumptions", Type.STRING, "What must hold for the estimate to be what it is called."),
    Column("caveats", Type.STRING, "What it does not say."),
    Column("tables_read", Type.STRING, "The tables it was computed from, comma-separated."),
    Column("sentence", Type.STRING, "The answer in one sentence, whose verb follows from the kind."),
)


def answers_to(question: Question) -> Table:
    """The table of one question's answers."""
    return Table(
        layer="insights",
        name=question.name,
        doc=f"One row per effect that answers question {question.number}: {question.title}",
        columns=_COLUMNS,
        key=("question", "effect"),
    )


ANSWERS = Table(
    layer="insights",
    name="answers",
    doc="One row per effect of any question: the estimate with its kind, interval, size, method, assumptions and sentence.",
    columns=_COLUMNS,
    key=("question", "effect"),
)

ANSWERS_TO = {question.number: answers_to(question) for question in QUESTIONS}
