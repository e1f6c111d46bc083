"""The worlds that the methods are scored in: six kinds, and what every question answers in one of them.

The seeds are for scoring alone. Whoever develops an estimator takes others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from ecom_platform.insights.effect import Kind
from ecom_platform.insights.experiments import EXPERIMENTS, NUDGE, encouragement, of_experiment
from ecom_platform.insights.inquiry import Aggregates, Context, as_frame, inquiry
from ecom_platform.tables.insights.answers import ANSWERS_TO
from ecom_platform.tables.insights.questions import QUESTIONS
from ecom_platform.tables.quality.true_effects import TRUE_EFFECTS
from ecom_platform.truth.observation import frames, observed
from ecom_platform.truth.scoring import scores

if TYPE_CHECKING:
    from ecom_platform.world import WorldSettings

ASKED = ("1.4", "4.1", "5.3", "6.2", "F3", "S1", "S3")
"""The questions with a causal answer whose truth the world has on record, in the order in which they build on each other."""

SCORED_KINDS = (Kind.CAUSAL.value, Kind.ASSOCIATION.value, Kind.DECLINED.value)
"""Causal answers; what plain comparisons would have said instead; and what was not claimed."""

AS_OF = date(2026, 11, 22)
FIRST_SEED, SEEDS_PER_KIND = 910_000, 1_000


@dataclass(frozen=True)
class WorldKind:
    """A kind of world: what is different from the calibrated one, and what the answers have to do there."""

    name: str
    text: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    without: str = ""
    """An experiment that leaves no record."""

    def seed(self, number: int) -> int:
        """The seed of the world with this number, counted from 0."""
        if not 0 <= number < SEEDS_PER_KIND:
            raise ValueError(f"There are {SEEDS_PER_KIND} worlds of a kind, numbered from 0: none is {number}.")
        return FIRST_SEED + SEEDS_PER_KIND * KINDS.index(self) + number


KINDS = (
    WorldKind("confounded", "the calibrated world: keen users are activated more often, and buy more anyway"),
    WorldKind(
        "unconfounded",
        "intent drives neither later buying nor plans, and early discounts do nothing: plain comparisons are right",
        {"confounding": 0.0, "discount_effect": 0.0},
    ),
    WorldKind("no effect", "activation does nothing: whatever is found is not there", {"activation_effect": 0.0}),
    WorldKind(
        "direct effect",
        "the nudge itself raises later buying by a tenth: it is no instrument, and the claim must be withdrawn",
        {"nudge_direct_effect": 0.1},
    ),
    WorldKind("weak nudge", "the nudge activates hardly anybody: no point may be claimed", {"nudge_effect": 0.02}),
    WorldKind("no nudge", "there is no onboarding experiment", {"nudge_effect": 0.0}, without=NUDGE),
)


class Task(NamedTuple):
    """One world of the suite."""

    kind: str
    number: int
    users: int

    @property
    def world_kind(self) -> WorldKind:
        return next(each for each in KINDS if each.name == self.kind)

    def settings(self) -> WorldSettings:
        from ecom_platform.world import WorldSettings

        kind = self.world_kind
        return WorldSettings(seed=kind.seed(self.number), users=self.users, as_of=AS_OF, **kind.settings)


def tasks(worlds: int, users: int) -> Iterator[Task]:
    """So many worlds of every kind, the kinds in turn: whenever the suite is stopped, each has about as many."""
    for number in range(worlds):
        for kind in KINDS:
            yield Task(kind.name, number, users)


def result(task: Task) -> dict[str, Any]:
    """What the questions answered in a world, each beside its truth, and how strong the nudge was: a line of the results."""
    import pyarrow as pa

    asked = {question: inquiry(question) for question in QUESTIONS if question.number in ASKED}
    answers = {str(table) for table in ANSWERS_TO.values()}
    aggregates = sorted({name for each in asked.values() for name in each.reads} - answers)
    with observed(task.settings(), (*aggregates, str(TRUE_EFFECTS)), without=task.world_kind.without) as memory:
        read = dict(frames(memory, aggregates))
        true_effects = memory.read(TRUE_EFFECTS).to_pylist()
    rows = []
    for question, each in sorted(asked.items(), key=lambda item: ASKED.index(item[0].number)):
        effects = each.answer(read, Context(currency="KRW"))
        table = ANSWERS_TO[question.number]
        own = [{**effect.row(), "question": question.number} for effect in effects]
        read[str(table)] = as_frame(pa.Table.from_pylist(own, schema=table.arrow_schema))
        rows += own
    return {**task._asdict(), "scores": [*_scored(rows, true_effects)], "nudge": _nudge(read, true_effects)}


def _scored(rows: list[dict[str, Any]], true_effects: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every answer of the scored kinds with its p-value, beside the truth where it is on record."""
    known = {(row["question"], row["effect"]): row for row in scores(rows, true_effects, SCORED_KINDS)}
    names = ("question", "effect", "estimate", "ci_low", "ci_high", "naive_estimate")
    for row in rows:
        if row["kind"] in SCORED_KINDS:
            unknown = {**{name: row[name] for name in names}, "truth": None, "covered": None}
            score = known.get((row["question"], row["effect"]), unknown)
            yield {**score, "kind": row["kind"], "p_value": row["p_adjusted"]}


def _nudge(read: Aggregates, true_effects: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The first-stage F, and whether the Anderson-Rubin set, which answers cannot show whole, covers the truth."""
    found = encouragement(of_experiment(read[EXPERIMENTS], NUDGE))
    truth = next((row["truth"] for row in true_effects if (row["question"], row["effect"]) == ("4.1", "late_orders")), None)
    if found is None:
        return None
    return {
        "first_stage_f": found.orders.first_stage_f,
        "set_covers": None if truth is None else truth in found.orders.late_set,
    }
