"""What is done about an error: the declaration that stands with a raw table's specification, a kind of error each.

What belongs here is how a remediation is declared. A kind whose fault follows from the column's specification (a missing
value, one that is not accepted, a reference to nothing) names that fault, and its rule is generated; the rule of every
other kind is written by hand in `sql/violations/<table>.sql`. `docs/remediations.md` lists all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Decision = Literal["repair", "quarantine"]


class Fault(StrEnum):
    """What a column's specification alone says is wrong with a value."""

    MISSING = "missing"
    """Null, or an empty text that refers to nothing."""
    NOT_ACCEPTED = "not accepted"
    """None of the accepted values. Null is one of the faults where the column requires a value."""
    OUT_OF_RANGE = "out of range"
    """Below the minimum or above the maximum."""
    ORPHAN = "orphan"
    """It refers to a row that is nowhere: not in the same signup month, where both tables have months."""
    PARENT_QUARANTINED = "parent quarantined"
    """It refers to a row that is in quarantine."""


@dataclass(frozen=True)
class Remediation:
    """What is done about one kind of error in one table.

    `columns` are those that a violation may name as at fault. `decisions` has both values where a repair needs evidence
    that not every row has. `done` says what happens to the value or the row, `why` for what reason. `injected` marks the
    kinds that the synthetic world injects, with labels to score against.

    With a `fault` the rule is generated: it looks for that fault in the one column, and repairs with `value` (as text; None
    empties the column) where the decision is repair.
    """

    kind: str
    columns: tuple[str, ...]
    decisions: tuple[Decision, ...]
    done: str
    why: str
    injected: bool = False
    fault: Fault | None = None
    value: str | None = None


REPAIR: tuple[Decision, ...] = ("repair",)
QUARANTINE: tuple[Decision, ...] = ("quarantine",)
EITHER: tuple[Decision, ...] = ("repair", "quarantine")


def quarantined(kind: str, column: str, fault: Fault, why: str, injected: bool = False) -> Remediation:
    """Rows with that fault in the column are quarantined, by a generated rule."""
    return Remediation(kind, (column,), QUARANTINE, "quarantined", why, injected, fault)


def replaced(kind: str, column: str, fault: Fault, value: str, why: str, injected: bool = False) -> Remediation:
    """A value with that fault is replaced by another, written as text, by a generated rule."""
    return Remediation(kind, (column,), REPAIR, f"replaced by '{value}'", why, injected, fault, value)


def emptied(kind: str, column: str, fault: Fault, why: str, injected: bool = False) -> Remediation:
    """A value with that fault is emptied, by a generated rule."""
    return Remediation(kind, (column,), REPAIR, "emptied", why, injected, fault)
