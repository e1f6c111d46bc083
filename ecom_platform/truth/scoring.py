"""Answers beside the truth: which are about an effect that the world has on record, and whether their interval covers it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ecom_platform.tables.quality.truth import TRUTH

if TYPE_CHECKING:
    import pyarrow as pa

UNKNOWN_TRUTH = (
    "The truth about this data is unknown: it does not come from a synthetic world, so nothing says how right the answers "
    "are. docs/truth.md says how often such intervals covered the truth where it is known."
)

COVERED = {True: "yes", False: "no", None: ""}

Row = Mapping[str, Any]


def scores(answers: Iterable[Row], true_effects: Iterable[Row], kinds: Sequence[str] = ("causal",)) -> list[dict[str, Any]]:
    """The rows of `quality.truth`: answers of these kinds, each with the truth on record; others are left out."""
    truths = {(row["question"], row["effect"]): row["truth"] for row in true_effects}
    return [
        {name: row.get(name) for name in TRUTH.column_names}
        | {"truth": (truth := truths[row["question"], row["effect"]]), "covered": covers(row, truth)}
        for row in answers
        if row["kind"] in kinds and (row["question"], row["effect"]) in truths
    ]


def scored(answers: pa.Table, true_effects: pa.Table) -> pa.Table:
    """`quality.truth` from the answers of this world and its true effects: the causal answers."""
    import pyarrow as pa

    return pa.Table.from_pylist(scores(answers.to_pylist(), true_effects.to_pylist()), schema=TRUTH.arrow_schema)


def headline(rows: pa.Table) -> dict[str, int]:
    """How many intervals there are and how many cover the truth, for plots over time; empty where it is unknown."""
    covered = [each for each in rows["covered"].to_pylist() if each is not None]
    return {"intervals": len(covered), "covered": sum(covered)} if rows.num_rows else {}


def covers(answer: Row, truth: float) -> bool | None:
    """Whether the interval covers the truth: a side without an end bounds nothing, and without any there is no interval."""
    low, high = answer["ci_low"], answer["ci_high"]
    if low is None and high is None:
        return None
    return (low is None or low <= truth) and (high is None or truth <= high)


def truth_markdown(rows: pa.Table) -> str:
    """The scores for people."""
    if not rows.num_rows:
        return UNKNOWN_TRUTH
    lines = ["| question | effect | estimate | 95 % interval | truth | covered | naive |", "|---|---|--:|--:|--:|---|--:|"]
    lines += [
        f"| {row['question']} | {row['effect']} | {number(row['estimate'])} "
        f"| {number(row['ci_low'])} to {number(row['ci_high'])} | {number(row['truth'])} "
        f"| {COVERED[row['covered']]} | {number(row['naive_estimate'])} |"
        for row in rows.to_pylist()
    ]
    return "\n".join(lines)


def number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.4f}"
