"""An effect: one number that answers a question, with all that a sceptic asks about it.

Three kinds of statement are never mixed: what was caused, what goes together, and what is. The words of the sentence follow
from the kind, and are checked against it here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

CONFIDENCE = 0.95


class Kind(StrEnum):
    CAUSAL = "causal"
    """An experiment, or a design whose assumption is named and tested."""
    ASSOCIATION = "association"
    DESCRIPTION = "description"
    PREDICTION = "prediction"
    DECLINED = "declined"
    """What cannot be known from this data, and why."""


RELATIVE, ORDERS, SHARE, SCORE = "relative", "orders", "share", "score"
"""Scales of an effect beside currencies."""

_CAUSAL_WORDS = re.compile(
    r"\b(raises?|raised|increases|lowers|reduces|causes?|caused|leads? to|led to|drives?|drove|boosts?|boosted|lifts?|lifted|"
    r"improves?|prevents?|prevented|determines?|brings about|because of|thanks to|due to)\b",
    re.IGNORECASE,
)
"""Verbs that only an experiment, or a design as good as one, may use."""


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One row of `insights.answers`, but for what the platform knows of itself (question, tables read, coverage).

    An effect without an `estimate` claims no point, and may still have an interval; a side without an end is None. Raises
    ValueError for a declined one that has numbers, an estimate outside its interval, a number that is not finite, and a
    sentence that claims a cause for a kind that knows none.
    """

    effect: str
    kind: Kind
    estimand: str
    population: str
    unit: str
    scale: str
    window: str
    method: str
    sentence: str
    n: int | None = None
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    null_value: float | None = None
    p_adjusted: float | None = None
    naive_estimate: float | None = None
    assumptions: str = ""
    caveats: str = ""

    def __post_init__(self) -> None:
        numbers = (self.estimate, self.ci_low, self.ci_high, self.null_value, self.p_adjusted, self.naive_estimate)
        if any(number is not None and not math.isfinite(number) for number in numbers):
            raise ValueError(f"{self.effect}: a number is not finite")
        if self.kind is Kind.DECLINED and any(number is not None for number in (*numbers, self.n)):
            raise ValueError(f"{self.effect} is declined and has numbers")
        if self.kind is not Kind.DECLINED and not self.n:
            raise ValueError(f"{self.effect} rests on nothing: decline it instead")
        if self.estimate is not None:
            low, high = self.ci_low, self.ci_high
            if (low is not None and self.estimate < low) or (high is not None and self.estimate > high):
                raise ValueError(f"{self.effect}: the estimate {self.estimate} is outside its interval")
        require_fitting(self.kind, self.sentence, self.effect)

    def row(self) -> dict[str, Any]:
        return {**asdict(self), "kind": self.kind.value}

    @staticmethod
    def of(row: Mapping[str, Any]) -> Effect:
        """The effect of a row, whatever else the row has."""
        known = {each.name: row[each.name] for each in fields(Effect)}
        return Effect(**known | {"kind": Kind(row["kind"])})


def require_fitting(kind: Kind, sentence: str, name: str) -> None:
    """Raises ValueError where the sentence of `name` claims a cause that statements of its kind know nothing of."""
    if kind not in {Kind.CAUSAL, Kind.DECLINED} and (word := _CAUSAL_WORDS.search(sentence)):
        raise ValueError(f"{name} is an {kind}, and its sentence claims a cause: '{word[0]}'")


def declined(effect: str, reason: str, *, estimand: str, population: str, unit: str = "user", window: str = "") -> Effect:
    """The answer that says why there is none; `reason` is a whole sentence."""
    return Effect(
        effect=effect,
        kind=Kind.DECLINED,
        estimand=estimand,
        population=population,
        unit=unit,
        scale="",
        window=window,
        method="none",
        sentence=reason,
    )
