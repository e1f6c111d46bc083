"""How often the search of 1.1 names the definition of activation that acts, and how often one where none acts.

`python -m ecom_platform.truth.finder` runs its worlds, or continues them, and writes docs/finder.md.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecom_platform.truth.observation import aggregates
from ecom_platform.truth.suite import Result, results, run
from ecom_platform.truth.worlds import AS_OF, Task

if TYPE_CHECKING:
    from ecom_platform.world import WorldSettings

DEFINITION_DAYS = "insights.definition_days"

NO_EFFECT = "no effect"
KINDS: Mapping[str, Mapping[str, Any]] = {
    "5 sessions, 1 cart, 7 days": {},
    "5 sessions, 2 carts, 7 days": {"activation_carts": 2},
    "5 sessions, 1 cart, 6 days": {"activation_days": 6},
    "4 sessions, 1 cart, 6 days": {"activation_sessions": 4, "activation_days": 6},
    NO_EFFECT: {"activation_effect": 0.0},
}
"""Worlds by what activates there. Each condition sorts users there, and enough of them meet it about the window's end."""

FIRST_SEED, SEEDS_PER_KIND = 930_000, 1_000
"""For scoring alone: whoever works on the search takes others."""

RECOVERED, DISCOVERED = 0.95, 0.09
"""What is required: the least share of worlds in which the definition is found, the largest in which one is where none is."""

DOCUMENT = Path(__file__).parents[2] / "docs" / "finder.md"


def settings_of(task: Task) -> WorldSettings:
    from ecom_platform.world import WorldSettings

    seed = FIRST_SEED + SEEDS_PER_KIND * list(KINDS).index(task.kind) + task.number
    return WorldSettings(seed=seed, users=task.users, as_of=AS_OF, **KINDS[task.kind])


def tasks(worlds: int, users: int) -> Iterator[Task]:
    """So many worlds of each definition and twice as many without an effect, the kinds in turn."""
    for number in range(worlds):
        yield from (Task(kind, number, users) for kind in KINDS)
        yield Task(NO_EFFECT, worlds + number, users)


def result(task: Task) -> Result:
    """What the search says of a world: whether it claims a lever, which, and whether that is what acts."""
    from ecom_platform.insights.candidates import Definition, candidates
    from ecom_platform.insights.cliffs import search

    settings = settings_of(task)
    truth = Definition(settings.activation_sessions, "add_to_cart", settings.activation_carts)
    found = search(*candidates(aggregates(settings, [DEFINITION_DAYS])[DEFINITION_DAYS]))
    named = None if found is None or found.refusal else found.named
    return {
        **task._asdict(),
        "claimed": named is not None,
        "named": None if named is None else f"{named.definition.words} in the first {named.end} days",
        "is_true": named is not None and (named.definition, named.end) == (truth, settings.activation_days),
        "refusal": "too little data" if found is None else found.refusal,
        "p_adjusted": None if found is None else found.p_adjusted,
    }


def markdown(found: Sequence[Result]) -> str:
    """The document: a row a kind of world."""
    rows = [_row(kind, [each for each in found if each["kind"] == kind]) for kind in KINDS]
    users = Counter(each["users"] for each in found)
    size = " and ".join(f"{n:,}" for n in sorted(users)) or "no"
    return f"""# Does 1.1 find the activation that acts?

`make finder` draws worlds of {size} users with seeds that nobody has worked with, and asks 1.1 of each which definition of
activation acts. Required: the true one, in counts and days, in at least {RECOVERED:.0%} of the worlds of three definitions
or more; and where activation does nothing, a claim in at most {DISCOVERED:.0%}.

| what activates | worlds | claimed | true | named otherwise | nothing claimed because |
|---|--:|--:|--:|---|---|
{chr(10).join(rows)}

A definition can be found where each of its conditions sorts users and where enough of them meet it on the days about the
window's end. Three sessions, which everybody has within days, or a window that ends when hardly anybody is left to come, leave
no trace: then 1.1 names the definition without them, or says that it cannot tell.
"""


def _row(kind: str, found: Sequence[Result]) -> str:
    claimed, true = (sum(each[name] for each in found) for name in ("claimed", "is_true"))
    others = Counter(each["named"] for each in found if each["claimed"] and not each["is_true"])
    refusals = Counter(each["refusal"] for each in found if not each["claimed"])
    shown = ["–" if kind == NO_EFFECT else f"{true:,}", _listed(others), _listed(refusals)]
    return f"| {kind} | {len(found):,} | {claimed:,} | {' | '.join(shown)} |"


def _listed(counts: Counter[str]) -> str:
    return "; ".join(f"{what} ({n})" for what, n in counts.most_common()) or "–"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m ecom_platform.truth.finder", description=__doc__)
    parser.add_argument(
        "--worlds", type=int, default=100, help="worlds of each definition, twice as many without effect (100)"
    )
    parser.add_argument("--users", type=int, default=100_000, help="users of a world (100,000)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="worlds computed at a time")
    parser.add_argument("--results", type=Path, default=Path("truth_results/finder.jsonl"), help="the file it continues")
    parser.add_argument("--write-only", action="store_true", help="compute nothing: write what the results say so far")
    chosen = parser.parse_args()
    if not chosen.write_only:
        run(tasks(chosen.worlds, chosen.users), chosen.results, chosen.processes, compute=result)
    part = DOCUMENT.with_name(f".{DOCUMENT.name}.part")
    part.write_text(markdown(results(chosen.results)), encoding="utf-8")
    os.replace(part, DOCUMENT)


if __name__ == "__main__":
    main()
