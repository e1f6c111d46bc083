"""docs/truth.md and the coverage that intervals quote: what the suite of worlds says, as a document and as numbers."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ecom_platform.truth.criteria import criteria
from ecom_platform.truth.summary import Key, Performance, Share, performances
from ecom_platform.truth.worlds import KINDS

World = Mapping[str, Any]

CALIBRATED = KINDS[0].name
"""The kind of world whose coverage is quoted beside intervals."""

ENOUGH = 50
"""Coverage of fewer worlds is too rough to be quoted: of 50 it has an error of 3 points."""

INTRODUCTION = """# How right are the answers?

Every method that answers a causal question was put to worlds whose truth is on record ([world.md](world.md)): generated,
run through the platform's own SQL, answered by the same code that answers for you, and scored. This file is generated
(`make truth`, which continues where it was stopped); every share says of how many worlds it is. The report quotes beside each
interval its coverage in the calibrated worlds, once there are 50 of them.
"""

HOW_TO_READ = """## How to read it

- **Truth**: the effect on the users whom the answer is about, from what each would have done otherwise, averaged over worlds.
- **Bias**: mean of estimate less truth, in % of the truth (of the estimate's unit where the truth is 0), with its own standard
  error. **RMSE**: in the same unit. **Covered**: worlds whose 95 % interval holds the truth.
- **Decided**: worlds with p < 0.05. Where the truth is 0 this is the rate of false claims, elsewhere the power.
- **Naive bias**: that of the plain comparison which stands beside the answer.
- **Declined**: worlds in which the answer was refused or withdrawn. **No point**: answered with an interval alone.
- *Association* is what a plain comparison says. It is never called an effect, and is here to show what it would have cost.
- The seeds are for scoring alone; no estimator was developed on them.
"""


def markdown(results: Sequence[World]) -> str:
    """The document."""
    found = performances(results)
    tables = [part for kind in KINDS for part in _table(kind.name, kind.text, found)]
    return "\n".join((INTRODUCTION, *_worlds(results), *_criteria(results), HOW_TO_READ, *tables))


def coverage_json(results: Sequence[World]) -> str:
    """Coverage by `question/effect` in calibrated worlds, of causal answers with enough worlds."""
    measured = {
        f"{question}/{effect}": found.coverage.events / found.coverage.n
        for (kind, question, effect), found in performances(results).items()
        if kind == CALIBRATED and found.claims == "causal" and found.coverage.n >= ENOUGH
    }
    return json.dumps(dict(sorted(measured.items())), indent=2) + "\n"


def _worlds(results: Sequence[World]) -> Iterator[str]:
    counts = Counter(world["kind"] for world in results)
    users = sorted({world["users"] for world in results})
    yield "## The worlds\n"
    yield "| kind | worlds | first seed | what it is |\n|---|--:|--:|---|"
    yield from (f"| {kind.name} | {counts[kind.name]} | {kind.seed(0)} | {kind.text} |" for kind in KINDS)
    size = " or ".join(f"{n:,}" for n in users) or "no"
    yield f"\nEach has {size} users, of whom about two thirds were observed for 360 days.\n"


def _criteria(results: Sequence[World]) -> Iterator[str]:
    yield "## What must hold\n"
    yield "*Within chance*: outside the bounds by no more than so few worlds may be (binomial, p >= 0.01).\n"
    yield "| | what | worlds | required | verdict |\n|---|---|--:|--:|---|"
    for each in criteria(results):
        yield f"| {each.name} | {each.text} | {each.share} | {each.required} | {each.verdict} |"
    yield ""


def _table(kind: str, text: str, found: Mapping[Key, Performance]) -> Iterator[str]:
    rows = {(question, effect): each for (of, question, effect), each in found.items() if of == kind}
    if not rows:
        return
    yield f"## {kind.capitalize()}: {text}\n"
    yield "| question | effect | claims | truth | bias | RMSE | covered | decided | declined | no point | naive bias |"
    yield "|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    for (question, effect), each in sorted(rows.items()):
        yield (
            f"| {question} | {effect} | {each.claims} | {number(each.truth)} | {_relative(each.bias, each.truth)} "
            f"± {_relative(each.bias_error, each.truth, signed=False)} | {_relative(each.rmse, each.truth, signed=False)} "
            f"| {each.coverage} | {each.decided} | {_some(each.declined)} | {_some(each.no_point)} "
            f"| {_relative(each.naive_bias, each.truth)} |"
        )
    yield ""


def _some(share: Share) -> str:
    return str(share) if share.events else ""


def _relative(value: float, truth: float, *, signed: bool = True) -> str:
    """In % of the truth, or as it is where there is none or it is 0."""
    if math.isnan(value):
        return "–"
    if truth and not math.isnan(truth):
        return f"{value / abs(truth):{'+' if signed else ''}.1%}"
    return number(value)


def number(value: float) -> str:
    """A value of any scale, in four significant digits."""
    return "–" if math.isnan(value) else f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"
