"""Every fact about a layer, once: what it is, who owns it, what writes it, which checks its tables get.

The order of the registry is the order in which data flows. A layer's name is its schema in DuckDB, the end of its
dataset's name in BigQuery, its folder under `sql/`, and the first part of its assets' keys. Jobs, automation conditions,
checks and the UI's groups all ask here; none of them names a layer. Nothing here knows Dagster or a particular table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum


class Written(Enum):
    """What starts the runs that write a layer."""

    ON_ARRIVAL = "lands when rows arrive: the daily run and the source sensor write it"
    WITH_ARRIVALS = "computed in the run in which rows arrive"
    FOLLOWING = "rebuilt by its automation condition whenever something it is computed from was updated"
    ON_REQUEST = "rebuilt when somebody asks"


class Checks(Enum):
    """What is asserted of a layer's tables."""

    REPORTED = "errors are expected: those of tables that get cleaned are warnings; other tables are guarded"
    GUARDED = "a breach is an error and blocks whatever reads the table"
    NONE = "no checks"


@dataclass(frozen=True)
class Freshness:
    """How old a table may get before the UI shows a warning, and a failure."""

    warn: timedelta
    fail: timedelta


@dataclass(frozen=True)
class Balance:
    """No row is dropped silently: the rows in `source` are the rows in this layer plus those in `rejects`, table by table."""

    source: str
    rejects: str


@dataclass(frozen=True)
class Layer:
    """A layer of tables.

    `owner` is a team as Dagster spells it. `group` is the layer's group in the UI: its own, unless it is shown with
    another layer's tables. Where `rejected`, the rows are there because they violate their specification, so only the
    columns that rejecting them added are held to it.
    """

    name: str
    doc: str
    owner: str
    written: Written
    checks: Checks = Checks.GUARDED
    group: str = ""
    freshness: Freshness | None = None
    balance: Balance | None = None
    rejected: bool = False

    def __post_init__(self) -> None:
        if not self.group:
            object.__setattr__(self, "group", self.name)


class Layers(Mapping[str, Layer]):
    """Layers by name, in the order of the flow of data."""

    def __init__(self, layers: tuple[Layer, ...]) -> None:
        self._layers = {layer.name: layer for layer in layers}
        if len(self._layers) != len(layers):
            raise ValueError("two layers share a name")

    def __getitem__(self, name: str) -> Layer:
        if name not in self._layers:
            raise KeyError(f"there is no layer {name}: ecom_platform/tables/layers.py has {', '.join(self._layers)}")
        return self._layers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._layers)

    def __len__(self) -> int:
        return len(self._layers)

    def order(self, name: str) -> int:
        """The place of a layer in the flow of data, counted from 0."""
        return list(self._layers).index(self[name].name)

    def written(self, *how: Written) -> tuple[Layer, ...]:
        """The layers that are written in one of these ways."""
        return tuple(layer for layer in self._layers.values() if layer.written in how)


LAYERS = Layers(
    (
        Layer(
            "raw",
            "Rows as they arrive, from the synthetic world or from a source's files.",
            owner="team:data-platform",
            written=Written.ON_ARRIVAL,
            checks=Checks.REPORTED,
        ),
        Layer(
            "violations",
            "A row for every rule that a raw row violates, and what is done about it.",
            owner="team:data-quality",
            written=Written.WITH_ARRIVALS,
            group="clean",
        ),
        Layer(
            "quarantine",
            "Raw rows that no repair makes sound, as they arrived, with the reasons.",
            owner="team:data-quality",
            written=Written.WITH_ARRIVALS,
            group="clean",
            rejected=True,
        ),
        Layer(
            "clean",
            "Sound rows, repaired where a repair is declared.",
            owner="team:data-platform",
            written=Written.WITH_ARRIVALS,
            balance=Balance(source="raw", rejects="quarantine"),
        ),
        Layer(
            "marts",
            "Facts per user, product or event that analyses share.",
            owner="team:analytics-engineering",
            written=Written.FOLLOWING,
            # A mart is rebuilt within minutes of the daily run: two hours late is a warning, half a day is a failure.
            freshness=Freshness(warn=timedelta(hours=26), fail=timedelta(hours=36)),
        ),
        Layer(
            "analysis",
            "Answers to one question each, computed from the marts.",
            owner="team:product-analytics",
            written=Written.FOLLOWING,
        ),
        Layer(
            "insights",
            "The questions, each answered with its estimate, interval, method and caveats, and the aggregates they rest on.",
            owner="team:product-analytics",
            written=Written.FOLLOWING,
        ),
        Layer(
            "dashboard",
            "What people look at: aggregates, pages and a workbook.",
            owner="team:product-analytics",
            written=Written.FOLLOWING,
        ),
        Layer(
            "quality",
            "How well the rules find and repair errors, scored against what only the synthetic world knows.",
            owner="team:data-quality",
            written=Written.ON_REQUEST,
        ),
    )
)
