"""What many worlds say of an estimator: bias, error, coverage, and how often it decides."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

SIGNIFICANCE = 0.05


class Share(NamedTuple):
    """A number of worlds out of those that count."""

    events: int
    n: int

    @property
    def value(self) -> float | None:
        return self.events / self.n if self.n else None

    def __str__(self) -> str:
        return "–" if self.value is None else f"{self.value:.1%} ({self.events} of {self.n})"


class Performance(NamedTuple):
    """How an estimator did over the worlds of a kind."""

    claims: str
    """What kind of statement the answer is, where it is not declined."""
    worlds: int
    """Worlds in which the question was answered, or declined."""
    declined: Share
    """Worlds in which the effect was declined or withdrawn."""
    no_point: Share
    """Worlds in which it was answered without a point estimate."""
    truth: float
    """Mean of the truth; NaN where there is none."""
    bias: float
    """Mean of estimate less truth, over the worlds with an estimate; NaN without."""
    bias_error: float
    """Standard error of the bias, from its scatter over the worlds."""
    rmse: float
    """Root of the mean squared error."""
    coverage: Share
    """Worlds whose interval covers the truth, of those with an interval."""
    decided: Share
    """Worlds in which the p-value is below 0.05, of those with one."""
    naive_bias: float
    """Mean of the naive estimate less truth; NaN without a naive estimate."""


Key = tuple[str, str, str]
"""Kind of world, question, effect."""


def performances(results: Iterable[Mapping[str, Any]]) -> dict[Key, Performance]:
    """The estimators by kind of world, question and effect, in the order in which they occur."""
    found: dict[Key, list[Mapping[str, Any]]] = defaultdict(list)
    for world in results:
        for score in world["scores"]:
            found[world["kind"], score["question"], score["effect"]].append(score)
    return {key: performance(rows) for key, rows in found.items()}


def performance(rows: Sequence[Mapping[str, Any]]) -> Performance:
    answered = [row for row in rows if row["kind"] != "declined"]
    with_point = [row for row in answered if row["estimate"] is not None]
    errors = [row["estimate"] - row["truth"] for row in with_point if row["truth"] is not None]
    naive = [
        row["naive_estimate"] - row["truth"]
        for row in answered
        if row.get("naive_estimate") is not None and row["truth"] is not None
    ]
    truths = [row["truth"] for row in rows if row["truth"] is not None]
    intervals = [row["covered"] for row in answered if row["covered"] is not None]
    p_values = [row["p_value"] for row in answered if row["p_value"] is not None]
    bias = _mean(errors)
    return Performance(
        claims=answered[0]["kind"] if answered else "declined",
        worlds=len(rows),
        declined=Share(len(rows) - len(answered), len(rows)),
        no_point=Share(len(answered) - len(with_point), len(answered)),
        truth=_mean(truths),
        bias=bias,
        bias_error=_error(errors),
        rmse=math.sqrt(_mean([e**2 for e in errors])),
        coverage=Share(sum(intervals), len(intervals)),
        decided=Share(sum(p < SIGNIFICANCE for p in p_values), len(p_values)),
        naive_bias=_mean(naive),
    )


def _error(values: list[float]) -> float:
    """Standard error of the mean."""
    n, mean = len(values), _mean(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / (n - 1) / n) if n > 1 else math.nan


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else math.nan
