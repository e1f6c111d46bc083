"""What Dagster's UI shows of a page: a line of its first figure, and one chart as a picture."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from ecom_platform.dashboard.canvas import ROWS, Canvas
from ecom_platform.dashboard.page import Chart
from ecom_platform.dashboard.render import Contents, drawn, labels_of, model_of
from ecom_platform.dashboard.rollup import Rollup
from ecom_platform.tables.metrics import Metric, Total, Unit

INLINE_LIMIT = 1000
"""Characters of Markdown above which Dagster hides it behind a link."""
POINTS = 30
WIDTH, HEIGHT = 120, 28
PICTURE_WIDTH = 460


def preview(contents: Contents) -> dict[str, str]:
    """`figures`, Markdown with the cards' values, `trend`, an inline line of the first, and `picture`, a PNG in Markdown."""
    model = model_of(contents, "en")
    rollup, span = Rollup(model), tuple(model["clock"]["initial"])
    shown = {"figures": "\n".join(_cards(contents, model, rollup, span))}
    if contents.cards:
        card = model["cards"][0]
        by = {
            "name": "m",
            "axis": model["clock"]["axis"],
            "labels": model["clock"]["values"],
            "groups": None,
            "is_month": True,
        }
        rows = rollup.rows(_view(card) | {"by": [by], "whole_clock": True}, None, span)
        values = [row[card["figure"]["name"]] for row in rows if row["complete"] and row[card["figure"]["name"]] is not None]
        shown["trend"] = f"![trend](data:image/svg+xml;base64,{base64.b64encode(sparkline(values).encode()).decode()})"
    names = [chart.name for chart in contents.charts]
    if names:
        at = names.index(contents.page.picture) if contents.page.picture in names else 0
        picture = _picture(contents, contents.charts[at], model["charts"][at]["view"], rollup, span)
        shown["picture"] = f"![{contents.charts[at].title.en}](data:image/png;base64,{picture})"
    return shown


def sparkline(values: list[float]) -> str:
    """The last values as a small SVG."""
    values = values[-POINTS:]
    low, high = min(values, default=0), max(values, default=0)
    step = WIDTH / max(len(values) - 1, 1)
    points = " ".join(
        f"{at * step:.0f},{HEIGHT - 2 - (HEIGHT - 4) * (value - low) / ((high - low) or 1):.0f}"
        for at, value in enumerate(values)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">'
        f'<polyline points="{points}" fill="none" stroke="#0072B2" stroke-width="1.5"/></svg>'
    )


def _view(card: Mapping[str, Any]) -> dict[str, Any]:
    whole = {"by": [], "whole_clock": False, "segments": [], "beside": None}
    return {"cube": card["cube"], "where": card["where"], "figures": [card["figure"]], **whole}


def _cards(contents: Contents, model: Mapping[str, Any], rollup: Rollup, span: Any) -> list[str]:
    lines = []
    for card, declared in zip(model["cards"], contents.cards, strict=True):
        metric = declared.figure.metric
        rows = rollup.rows(_view(card), None, span)
        value = rows[0][card["figure"]["name"]] if rows else None
        label = declared.title.en if declared.title else metric.label if metric else declared.name
        lines.append(f"- {label}: {_written(value, metric)}")
    return lines


def _written(value: float | None, metric: Metric | Total | None) -> str:
    if value is None or metric is None:
        return "–"
    return format(value, ",.0f" if metric.unit is Unit.COUNT else metric.unit.pattern)


def _picture(contents: Contents, chart: Chart, view: Mapping[str, Any], rollup: Rollup, span: Any) -> str:
    import vl_convert

    spec = drawn(chart, Canvas("en", contents.edition.currency, labels_of(contents, "en"), preview=True))
    rows = rollup.rows(view, None, span)
    return base64.b64encode(
        vl_convert.vegalite_to_png(spec | {"datasets": {ROWS: rows}, "width": PICTURE_WIDTH, "background": "white"})
    ).decode()
