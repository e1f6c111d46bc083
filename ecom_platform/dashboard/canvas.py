"""What a chart is drawn on: the page's language, colours and labels, and the marks that several charts share.

Colours are those that the colour-blind tell apart (Okabe and Ito 2008), and never stand alone: a level has a shape of its own
and its label stands at its line. The page recolours text, axes and lines for a dark screen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecom_platform.dashboard.words import VALUES, Text, name_of

if TYPE_CHECKING:
    import altair as alt

BLUE, ORANGE, SKY, GREEN, VERMILION, PURPLE, GREY = "#0072B2", "#E69F00", "#56B4E9", "#009E73", "#D55E00", "#CC79A7", "#8A929C"
SERIES = (BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, GREY)
LEVELS = {"none": (GREY, "diamond"), "low": (SKY, "circle"), "medium": (ORANGE, "square"), "high": (BLUE, "triangle-up")}
RAMP = ("#eef4fa", "#c5dcee", "#86b9dc", "#3f8fc4", "#0067a5", "#003f6b")
DIVERGING = ("#b35806", "#f1a340", "#f3f4f6", "#67a9cf", "#0a5a94")
ROWS = "rows"
FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans KR', 'Apple SD Gothic Neo', sans-serif"


@dataclass(frozen=True)
class Canvas:
    """`labels` are the values of each axis in order, as the rows have them. A preview is drawn without the page's script."""

    language: str
    currency: str
    labels: Mapping[str, Sequence[Any]]
    preview: bool = False

    def say(self, en: str, ko: str) -> str:
        return Text(en, ko).of(self.language)

    def name(self, field_name: str) -> str:
        return name_of(field_name).of(self.language)

    def value(self, code: str) -> str:
        return VALUES.get(code, Text(code, code)).of(self.language)

    def chart(self) -> alt.Chart:
        """An empty chart over the view's rows, as wide as its place in the page."""
        import altair as alt

        return alt.Chart(alt.NamedData(ROWS))

    def share_axis(self, title: str | None = None, **options: Any) -> alt.Axis:
        import altair as alt

        return alt.Axis(title=title, format="~%", **options)

    def money_axis(self, title: str | None = None, **options: Any) -> alt.Axis:
        import altair as alt

        return alt.Axis(title=title, **self._labels("money"), **options)

    def count_axis(self, title: str | None = None, **options: Any) -> alt.Axis:
        import altair as alt

        return alt.Axis(title=title, **self._labels("count"), **options)

    def _labels(self, function: str) -> dict[str, Any]:
        return {"format": "~s"} if self.preview else {"labelExpr": f"{function}(datum.value)"}

    def months(self, field_name: str, **options: Any) -> alt.X:
        """A month (`YYYY-MM`) on a continuous axis of time."""
        import altair as alt

        axis = alt.Axis(
            title=None, format="%Y-%m", labelOverlap="greedy", labelSeparation=12, tickCount=8, grid=False, **options
        )
        return alt.X(f"{field_name}_date:T", scale=alt.Scale(type="utc"), axis=axis)

    def room(self, pixels: int) -> alt.Scale:
        """A horizontal scale from 0 that leaves room for a label at the end of the longest bar."""
        import altair as alt

        return alt.Scale(domainMin=0, range=[0, {"expr": f"width - {pixels}"}])

    def text(self, field_name: str, unit: str) -> str:
        """An expression that writes a figure of a row as the page writes numbers; for labels at marks."""
        return f"format(datum.{field_name}, '.3~s')" if self.preview else f"shown(datum.{field_name}, '{unit}')"

    def level_colours(self, domain_axis: str = "activation_level", **options: Any) -> alt.Color:
        import altair as alt

        known = [(self.value(code), colour) for code, (colour, _) in LEVELS.items()]
        scale = alt.Scale(domain=[label for label, _ in known], range=[colour for _, colour in known])
        given: dict[str, Any] = {"legend": None} | options
        return alt.Color(f"{domain_axis}:N", scale=scale, **given)

    def level_shapes(self) -> alt.Shape:
        import altair as alt

        known = [(self.value(code), shape) for code, (_, shape) in LEVELS.items()]
        scale = alt.Scale(domain=[label for label, _ in known], range=[shape for _, shape in known])
        return alt.Shape("activation_level:N", scale=scale, legend=None)


def config() -> dict[str, Any]:
    """The look that all charts share, as Vega-Lite's config."""
    return {
        "font": FONT,
        "background": "transparent",
        "view": {"stroke": None},
        "axis": {
            "labelFontSize": 11.5,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "labelColor": "#5b6673",
            "titleColor": "#5b6673",
            "gridColor": "#e6eaef",
            "domainColor": "#c5ccd4",
            "tickColor": "#c5ccd4",
            "labelPadding": 6,
            "titlePadding": 8,
        },
        "axisY": {"domain": False, "ticks": False, "tickCount": 5},
        "legend": {
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "labelColor": "#3c4650",
            "titleColor": "#5b6673",
            "orient": "top",
            "symbolSize": 90,
            "offset": 8,
        },
        "text": {"fontSize": 11.5, "fill": "#3c4650"},
        "line": {"strokeWidth": 2, "strokeCap": "round", "strokeJoin": "round"},
        "range": {"category": list(SERIES)},
    }
