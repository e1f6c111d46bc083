"""An alert as a sensor states it, and a message as a sink receives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

KEYS_SHOWN = 5
MONTHS_SHOWN = 12


class Event(StrEnum):
    """What a message says of its incident."""

    RAISED = "raised"
    SPREAD = "spread"
    """It concerns partitions that it did not concern before."""
    RECOVERED = "recovered"


@dataclass(frozen=True)
class Alert:
    """Something is wrong.

    `incident` is its stable name: the same fault has the same name every time it is seen. `partitions` are those at fault
    (`("",)` where there are none), `rows` counts offending rows, `keys` are a few of theirs, `link` leads to the UI.
    """

    incident: str
    title: str
    text: str
    link: str = ""
    partitions: tuple[str, ...] = ("",)
    rows: int | None = None
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Message:
    """One message for a sink. `id` is the same however often it is delivered: receivers can drop repetitions by it."""

    id: str
    event: Event
    incident: str
    title: str
    text: str
    link: str
    at: str
    months: tuple[str, ...] = ()
    rows: int | None = None
    keys: tuple[str, ...] = ()
    repeats: int = 0
    """How often the fault was seen again, without a message, before it recovered."""

    def lines(self) -> list[str]:
        """The message for a person, a line a fact, without its title."""
        facts: Mapping[str, object] = {
            "months": _shortened(self.months, MONTHS_SHOWN),
            "rows": None if self.rows is None else f"{self.rows:,}",
            "example keys": _shortened(self.keys, KEYS_SHOWN),
            "seen again meanwhile": self.repeats or None,
        }
        return [self.text, *(f"{name}: {value}" for name, value in facts.items() if value), *filter(None, [self.link])]

    def json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True)
class Seen:
    """Whether a fault is there in the partitions that were looked at; `occurrence` names this one look.

    `alert` is None when none of them is at fault. `order` (seconds) puts the looks at an incident in their order, in
    which they need not arrive.
    """

    occurrence: str
    incident: str
    looked_at: tuple[str, ...]
    alert: Alert | None
    title: str = ""
    link: str = ""
    order: float = 0.0


def _shortened(values: tuple[str, ...], most: int) -> str:
    shown = ", ".join(value for value in values[:most] if value)
    return f"{shown} and {len(values) - most} more" if len(values) > most else shown
