"""What other questions have found, read from the tables of their answers and quoted with the kind that it has there."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ecom_platform.insights.effect import Effect, Kind, declined

if TYPE_CHECKING:
    import pandas as pd

_TEXTS = ("effect", "estimand", "population", "unit", "scale", "window", "method", "sentence", "assumptions", "caveats")
_NUMBERS = ("estimate", "ci_low", "ci_high", "null_value", "p_adjusted", "naive_estimate")


def found_by(answers: pd.DataFrame) -> dict[str, Effect]:
    """The effects that the answers to one question hold, by name, as they were found."""
    return {str(row["effect"]): _effect(row) for row in answers.to_dict("records")}


def quoted(answers: pd.DataFrame, number: str, names: Sequence[str]) -> list[Effect]:
    """These effects of question `number`, with a note of where they are from; one that it has not found is declined."""
    found = found_by(answers)
    return [_quote(found[name], number) if name in found else _missing(name, number) for name in names]


def is_claimed(effect: Effect, kind: Kind | None = None) -> bool:
    """Whether the effect has a point estimate with an interval, of that kind if one is given."""
    has_numbers = effect.estimate is not None and effect.ci_low is not None and effect.ci_high is not None
    return has_numbers and (kind is None or effect.kind is kind)


def _quote(effect: Effect, number: str) -> Effect:
    return replace(effect, caveats=f"Quoted from question {number}. {effect.caveats}".rstrip())


def _missing(name: str, number: str) -> Effect:
    return declined(
        name,
        f"Question {number} has found no {name.replace('_', ' ')} to build on.",
        estimand=f"{name.replace('_', ' ')} of question {number}",
        population=f"that of question {number}",
    )


def _effect(row: Mapping[Hashable, Any]) -> Effect:
    n = _number(row["n"])
    fields: dict[str, Any] = {name: _number(row[name]) for name in _NUMBERS} | {name: str(row[name]) for name in _TEXTS}
    return Effect(kind=Kind(row["kind"]), n=None if n is None else int(n), **fields)


def _number(value: Any) -> float | None:
    return None if value is None or math.isnan(value) else float(value)
