"""The report: every answer on one page, for a manager in five minutes and for an analyst who checks it.

It puts the rows of `insights.answers` into words and order, and computes nothing: a number that is shown stands in a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ecom_platform.tables.insights.questions import QUESTIONS, TOPICS, Question

CENTRAL = "4.1"
"""The question that the platform is there for."""
HEADLINE = ("late_relative", "late_orders", "late_revenue", "ate_transported")
"""Its effects that stand on the first screen, in this order; the others follow under the question."""
ADOPTED = ("1.1", "adopted")
"""Question and effect that say whether the data bear out the adopted activation, or what they would adopt."""
KINDS = {
    "causal": "an experiment, or a design whose assumption is named and tested",
    "association": "what goes together, and may have another cause",
    "description": "what is, counted",
    "prediction": "what can be foreseen, judged on later cohorts",
    "declined": "what this data cannot tell, and why",
}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Answered:
    """A question with its answers: their rows, the chart as SVG (empty without one) and how it is estimated."""

    question: Question
    rows: Sequence[Row]
    chart: str = ""
    definition: str = ""

    @property
    def kinds(self) -> list[str]:
        return list(dict.fromkeys(row["kind"] for row in self.rows))


@dataclass(frozen=True)
class Report:
    """What the report is about: whose data, observed until when, written by which run; and the answers by question."""

    origin: str
    observed_until: str
    run: str
    answered: Sequence[Answered]
    truths: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """The true values, by question and effect, where the world is known."""

    @property
    def central(self) -> Answered | None:
        return next((each for each in self.answered if each.question.number == CENTRAL), None)

    @property
    def headline(self) -> list[Row]:
        """What the first screen shows of the central question: its main effects, or all it has where those are missing."""
        rows = {row["effect"]: row for row in self.central.rows} if self.central else {}
        return [rows[effect] for effect in HEADLINE if effect in rows] or list(rows.values())

    @property
    def adopted(self) -> Row | None:
        """What the first screen says of the definition of activation; None where it was not asked."""
        rows = [row for each in self.answered if each.question.number == ADOPTED[0] for row in each.rows]
        return next((row for row in rows if row["effect"] == ADOPTED[1]), None)

    @property
    def topics(self) -> dict[str, list[Answered]]:
        """The answers under the headings of their topics; questions without any row are not there."""
        by_number = {each.question.number: each for each in self.answered if each.rows}
        ordered = [by_number[question.number] for question in QUESTIONS if question.number in by_number]
        return {topic: found for topic in TOPICS.values() if (found := [a for a in ordered if a.question.topic == topic])}

    def truth(self, row: Row) -> float | None:
        return self.truths.get((row["question"], row["effect"]))


def html(report: Report) -> str:
    """The report as one HTML page that needs nothing else."""
    return _render("report.html.j2", report)


def markdown(report: Report) -> str:
    return _render("report.md.j2", report)


def number(value: float | None, scale: str) -> str:
    """A value of an answer as people write it, by its scale; a dash where there is none."""
    if value is None:
        return "–"
    if scale == "relative":
        return f"{value:+.1%}"
    if scale == "share":
        return f"{value:.1%}"
    if scale in {"orders", "score"}:
        return f"{value:,.3f}"
    return f"{value:,.0f} {scale}" if abs(value) >= 100 else f"{value:,.2f} {scale}"


def interval(row: Row) -> str:
    """The interval of an answer; a side that is open is said to be."""
    low, high = row["ci_low"], row["ci_high"]
    if low is None and high is None:
        return "–"
    ends = ("−∞" if low is None else number(low, row["scale"]), "∞" if high is None else number(high, row["scale"]))
    return " to ".join(ends)


def _render(template: str, report: Report) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("ecom_platform.insights", "templates"),
        autoescape=template.endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = number
    return environment.get_template(template).render(report=report, interval=interval, kinds=KINDS)
