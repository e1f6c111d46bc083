"""How a page is declared: which sums it carries, and the cards and charts that show them. Its author writes no JavaScript.

A *view* rolls a cube up over the customers that the filters leave, by some axes; its *figures* divide the sums. A chart is a
view and a function that draws the view's rows with Altair; a card is one figure with its comparison and history.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ecom_platform.dashboard.cube import CubeSpec, Value
from ecom_platform.dashboard.words import Text
from ecom_platform.tables.metrics import Metric, Total
from ecom_platform.tables.spec import Table

if TYPE_CHECKING:
    from ecom_platform.dashboard.canvas import Canvas


class IntervalKind(StrEnum):
    """How a figure's 95 % interval is computed in the page."""

    NONE = ""
    SHARE = "share"
    """Wilson's, of a share."""
    MEAN = "mean"
    """Student's with the normal quantile, of a mean over users, from their sum of squares."""


class Against(StrEnum):
    """Which row's denominator a figure is divided by, along the last axis of its view."""

    SAME = ""
    FIRST = "first"
    PREVIOUS = "previous"
    LOST = "lost"
    """The row's own, of what is not in the next row: the share that goes no further."""


@dataclass(frozen=True)
class Figure:
    """A number of a row: the sum of `numerator` over that of `denominator`, or the sum alone.

    `months_back` makes it a change: the figure against its own so many months before, less 1. Below `at_least` in the
    denominator it is left out. `metric` is its definition; None for what only supports another figure.
    """

    name: str
    numerator: str
    denominator: str = ""
    metric: Metric | Total | None = None
    interval: IntervalKind = IntervalKind.NONE
    squares: str = ""
    months_back: int = 0
    at_least: int = 0
    against: Against = Against.SAME

    def __post_init__(self) -> None:
        if (self.interval is IntervalKind.MEAN) != bool(self.squares):
            raise ValueError(f"the figure {self.name} needs a sum of squares for the interval of a mean, and for no other")


@dataclass(frozen=True)
class Grouping:
    """An axis with its values put together in groups, each a label with the values in it; the other values are left out."""

    name: str
    axis: str
    groups: tuple[tuple[Text, tuple[Value, ...]], ...]
    cumulative: bool = False
    """Whether the groups overlap: then a value counts in each that has it."""


@dataclass(frozen=True)
class View:
    """Rows of a cube: one per combination of `by`, over the values of other axes that `where` names (all by default).

    With `whole_clock`, the page's choice of months does not apply. `segments` are dimensions of customers, each of which
    gives rows of its own: `segment_dimension` and `segment_value`.
    """

    cube: str
    by: tuple[str | Grouping, ...]
    figures: tuple[Figure, ...]
    where: Mapping[str, tuple[Value, ...]] = field(default_factory=dict, hash=False)
    whole_clock: bool = False
    segments: tuple[str, ...] = ()
    beside: View | None = None
    """Another view by the same axes, whose figures stand in the same rows."""


@dataclass(frozen=True)
class Fixed:
    """Rows that no filter changes: what a GoogleSQL SELECT over `reads` gives, as it was when the page was made."""

    sql: str
    reads: tuple[Table, ...]
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Chart:
    """A chart: `draw` makes it of the rows of `rows`. `span` is its width in twelfths; a `tall` one
    has two others beside it. Where `hatched`, the ground on which nothing is drawn is what has not been observed yet.
    Rows without a value of the figures that it `needs`, by default the first, are in the table but not drawn.

    The title says what is shown, and never a conclusion that other data would contradict.
    """

    name: str
    title: Text
    subtitle: Text
    rows: View | Fixed
    draw: Callable[[Canvas], Any]
    span: int = 6
    tall: bool = False
    hatched: bool = False
    needs: tuple[str, ...] = ()
    needs_events: bool = False
    """Whether it rests on sessions or activation, which a shop without an event log does not have."""

    @property
    def metrics(self) -> tuple[Metric | Total, ...]:
        beside = self.rows.beside.figures if isinstance(self.rows, View) and self.rows.beside else ()
        return tuple(dict.fromkeys(figure.metric for figure in (*self.rows.figures, *beside) if figure.metric))


@dataclass(frozen=True)
class Card:
    """One figure over the chosen months, with its history by month.

    `good` is 1 where more is better, -1 where less is, 0 where neither. `days_needed` is how many days after signup the
    figure needs: cohorts that have not been observed so long are in no comparison.
    """

    name: str
    cube: str
    figure: Figure
    where: Mapping[str, tuple[Value, ...]] = field(default_factory=dict, hash=False)
    title: Text | None = None
    good: int = 1
    days_needed: int = 0
    needs_events: bool = False


@dataclass(frozen=True)
class Clock:
    """The months that a page lets people choose: signup months, calendar months, or with `single` one calendar month.

    At first they are the `latest` complete ones; all of them with 0.
    """

    axis: str
    label: Text
    single: bool = False
    latest: int = 0


@dataclass(frozen=True)
class Page:
    """A page of the dashboard. `name` is its file's; `central` puts the answer to the central question on it."""

    name: str
    title: Text
    question: Text
    clock: Clock
    cubes: Mapping[str, CubeSpec]
    cards: tuple[Card, ...]
    charts: tuple[Chart, ...]
    central: bool = False
    picture: str = ""
    """The chart that Dagster's UI shows; the first by default."""

    @property
    def metrics(self) -> tuple[Metric | Total, ...]:
        """Every figure it shows, in the order of appearance."""
        cards = (card.figure.metric for card in self.cards if card.figure.metric)
        return tuple(dict.fromkeys((*cards, *(metric for chart in self.charts for metric in chart.metrics))))
