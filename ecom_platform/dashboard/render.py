"""A page as one HTML file that needs nothing else: its cubes, its charts compiled to Vega, the script that draws them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from ecom_platform.dashboard.canvas import Canvas, config
from ecom_platform.dashboard.cube import Cube, CubeSpec, Value, read_cubes
from ecom_platform.dashboard.edition import Edition
from ecom_platform.dashboard.page import Card, Chart, Figure, Fixed, Grouping, Page, View
from ecom_platform.dashboard.vega import bundle
from ecom_platform.dashboard.words import KINDS, KOREAN, NAMES, UI, VALUES, Text, name_of
from ecom_platform.tables import CATALOG
from ecom_platform.tables.dashboard.customers import DIMENSIONS
from ecom_platform.tables.metrics import Metric, Total, Unit
from ecom_platform.tables.spec import Table, Type
from ecom_platform.warehouse.contract import Warehouse

ANSWERS = CATALOG["insights.answers"]
KPIS = CATALOG["dashboard.kpis_by_month"]
CENTRAL = ("4.1", "late_relative")
"""The question and the effect that the central answer is."""
STALE_DAYS = 3
"""Days after the last observed day from which a page says that its data are old: the daily run has failed at least once."""
MONTH_AXES = ("signup_month", "calendar_month")


@dataclass(frozen=True)
class Contents:
    """What a page is made of, read once for all languages."""

    page: Page
    edition: Edition
    cubes: Mapping[str, Cube]
    fixed: Mapping[str, Sequence[Mapping[str, Any]]]
    central: Mapping[str, Any] | None
    has_events: bool

    @staticmethod
    def of(store: Warehouse, page: Page, edition: Edition) -> Contents:
        """Reads what the page shows from the warehouse."""
        found = store.query(f"SELECT SUM(session_count) AS n FROM {KPIS}", [KPIS])
        fixed = {
            chart.name: store.query(chart.rows.sql, chart.rows.reads).to_pylist()
            for chart in page.charts
            if isinstance(chart.rows, Fixed)
        }
        return Contents(
            page=page,
            edition=edition,
            cubes=read_cubes(store, page.cubes),
            fixed=fixed,
            central=_central(store) if page.central else None,
            has_events=bool(found["n"][0].as_py()),
        )

    @property
    def kinds(self) -> Sequence[tuple[str, ...]]:
        return next(iter(self.cubes.values())).kinds

    @property
    def months(self) -> Sequence[Value]:
        """The values of the page's clock."""
        return next(cube.axes[self.page.clock.axis] for cube in self.cubes.values() if self.page.clock.axis in cube.axes)

    def last_month(self, days_needed: int = 0) -> int:
        """The place of the last month that ended so many days before what has been observed of all; -1 where none has."""
        until = self.edition.complete_until
        ended = [until is not None and _last_day(str(month)) + timedelta(days_needed) <= until for month in self.months]
        return max((at for at, done in enumerate(ended) if done), default=-1)

    @property
    def cards(self) -> Sequence[Card]:
        return [card for card in self.page.cards if self.kinds and (self.has_events or not card.needs_events)]

    @property
    def charts(self) -> Sequence[Chart]:
        return [chart for chart in self.page.charts if self.kinds and (self.has_events or not chart.needs_events)]


def tables_read(page: Page) -> tuple[Table, ...]:
    """The tables that a page shows."""
    cubes = (spec.table for spec in page.cubes.values())
    fixed = (table for chart in page.charts if isinstance(chart.rows, Fixed) for table in chart.rows.reads)
    return tuple(dict.fromkeys((KPIS, *cubes, *fixed, *((ANSWERS,) if page.central else ()))))


def html(contents: Contents, language: str, pages: Sequence[Page]) -> str:
    """The page in a language; `pages` are those that it links to."""
    page, edition = contents.page, contents.edition
    ui = {name: text.of(language) for name, text in UI.items()}
    shown = [*(card.figure.metric for card in contents.cards), *(m for chart in contents.charts for m in chart.metrics)]
    model = model_of(contents, language)
    currency = edition.currency or Text("the shop's currency", "상점 통화").of(language)
    origin = ui["origin"].format(origin=edition.origin) if edition.origin else ""
    text: str = _template().render(
        page=page,
        pages=pages,
        language=language,
        other="en" if language == "ko" else "ko",
        ui=ui,
        edition=edition,
        edition_line=_edition_line(edition, ui),
        notices=list(_notices(contents, language)),
        clock=model["clock"],
        filters=model["filters"],
        central=_answer(contents.central, language) if page.central else None,
        cards=[
            {"name": card.name, "label": _card_label(card, language), "metric": _named(card.figure.metric).name}
            for card in contents.cards
        ],
        charts=[
            {
                "name": chart.name,
                "title": chart.title.of(language),
                "subtitle": chart.subtitle.of(language),
                "span": chart.span,
                "tall": chart.tall,
                "hatched": chart.hatched,
                "fixed": isinstance(chart.rows, Fixed),
                "metrics": [{"name": metric.name, "label": _label(metric, language)} for metric in chart.metrics],
            }
            for chart in contents.charts
        ],
        definitions=[_definition(metric, language) for metric in dict.fromkeys(each for each in shown if each)],
        footer=f"{ui['footer'].format(currency=currency)} {origin}",
        model=_json(model),
        vega=bundle(),
        css=_text("page.css"),
        script=_text("page.js"),
    )
    return text


def model_of(contents: Contents, language: str) -> dict[str, Any]:
    """What the page's script works on."""
    page = contents.page
    labels = labels_of(contents, language)
    values = {name: sorted({kind[i] for kind in contents.kinds}, key=_order(name)) for i, name in enumerate(DIMENSIONS)}
    place = {name: {value: at for at, value in enumerate(found)} for name, found in values.items()}
    last = contents.last_month()
    return {
        "page": page.name,
        "language": language,
        "currency": contents.edition.currency if len(contents.edition.currency) == 3 else "",
        "observed_until": f"{contents.edition.observed_until or ''}",
        "stale_days": STALE_DAYS,
        "words": {name: text.of(language) for name, text in UI.items()},
        "filters": [
            {
                "name": name,
                "label": name_of(name).of(language),
                "values": values[name],
                "labels": [_value(value, language) for value in values[name]],
            }
            for name in DIMENSIONS
        ],
        "kinds": [[place[name][value] for name, value in zip(DIMENSIONS, kind, strict=True)] for kind in contents.kinds],
        "clock": {
            "name": page.clock.axis,
            "axis": page.clock.axis,
            "single": page.clock.single,
            "values": contents.months,
            "initial": _initial(page, len(contents.months), last),
            "complete": last,
        },
        "cubes": {name: cube.encoded(page.cubes[name]) for name, cube in contents.cubes.items()},
        "cards": [
            {
                "name": card.name,
                "cube": card.cube,
                "where": _where(contents.cubes[card.cube], card.where),
                "figure": _figure(card.figure, page.cubes[card.cube]),
                "good": card.good,
                "last": contents.last_month(card.days_needed),
            }
            for card in contents.cards
        ],
        "charts": [_chart(contents, chart, language, labels, values) for chart in contents.charts],
    }


def drawn(chart: Chart, canvas: Canvas) -> dict[str, Any]:
    """The chart as Vega-Lite."""
    spec: dict[str, Any] = chart.draw(canvas).to_dict()
    return spec | {"config": config()}


def _chart(
    contents: Contents, chart: Chart, language: str, labels: Mapping[str, Sequence[Any]], values: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    import vl_convert

    spec = drawn(chart, Canvas(language, contents.edition.currency, labels))
    vega = vl_convert.vegalite_to_vega(spec | {"description": chart.title.of(language)})
    del vega["$schema"]
    if isinstance(chart.rows, Fixed):
        rows = [{name: _cell(value, language) for name, value in row.items()} for row in contents.fixed[chart.name]]
        figures = {figure.name for figure in chart.rows.figures}
        keys = [name for name in (rows[0] if rows else {}) if name not in figures]
        view: dict[str, Any] = {"rows": rows}
    else:
        view = _view(contents, chart.rows, language, values)
        keys = [*(["segment_dimension", "segment_value"] if chart.rows.segments else []), *(by["name"] for by in view["by"])]
    needs = list(chart.needs or (chart.rows.figures[0].name,))
    return {"name": chart.name, "view": view, "needs": needs, "vega": vega, "columns": list(_columns(chart, keys, language))}


def _columns(chart: Chart, keys: Sequence[str], language: str) -> Iterator[dict[str, str]]:
    """The columns of the table under a chart: its axes, then each figure with its interval and size."""
    for key in keys:
        yield {"name": key, "label": name_of(key).of(language), "unit": ""}
    beside = chart.rows.beside.figures if isinstance(chart.rows, View) and chart.rows.beside else ()
    for figure in (*chart.rows.figures, *beside):
        label = _label(figure.metric, language) if figure.metric else name_of(figure.name).of(language)
        unit = _unit(figure)
        yield {"name": figure.name, "label": label, "unit": unit}
        if figure.interval:
            yield {"name": f"{figure.name}_low", "label": NAMES["low_end"].of(language), "unit": unit}
            yield {"name": f"{figure.name}_high", "label": NAMES["high_end"].of(language), "unit": unit}
        if figure.denominator and isinstance(chart.rows, View):
            yield {"name": f"{figure.name}_n", "label": NAMES["n"].of(language), "unit": "COUNT"}


def _view(contents: Contents, view: View, language: str, values: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    cube = contents.cubes[view.cube]
    return {
        "cube": view.cube,
        "by": [_by(cube, by, language, values) for by in view.by],
        "where": _where(cube, view.where),
        "whole_clock": view.whole_clock,
        "segments": list(view.segments),
        "figures": [_figure(figure, contents.page.cubes[view.cube]) for figure in view.figures],
        "beside": view.beside and _view(contents, view.beside, language, values),
    }


def _by(cube: Cube, by: str | Grouping, language: str, values: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    axis = by.axis if isinstance(by, Grouping) else by
    own = list(values[axis] if axis in values else cube.axes[axis])
    if isinstance(by, Grouping):
        groups = [[own.index(value) for value in members if value in own] for _, members in by.groups]
        labels: list[Any] = [label.of(language) for label, _ in by.groups]
        return {"name": by.name, "axis": axis, "labels": labels, "groups": groups, "is_month": False}
    return {
        "name": axis,
        "axis": axis,
        "labels": [_value(value, language) for value in own],
        "groups": None,
        "is_month": axis in MONTH_AXES,
    }


def _figure(figure: Figure, spec: CubeSpec) -> dict[str, Any]:
    counts = figure.denominator in spec.computed or (
        bool(figure.denominator) and spec.table.column(figure.denominator).type is Type.INT64
    )
    return {
        "name": figure.name,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "times": figure.metric.times if isinstance(figure.metric, Metric) else 1,
        "interval": figure.interval.value,
        "squares": figure.squares,
        "months_back": figure.months_back,
        "at_least": figure.at_least,
        "against": figure.against.value,
        "counts": counts,
        "unit": _unit(figure),
    }


def _unit(figure: Figure) -> str:
    return (figure.metric.unit if figure.metric else Unit.COUNT).name


def _where(cube: Cube, where: Mapping[str, tuple[Value, ...]]) -> dict[str, list[int]]:
    return {
        axis: [list(cube.axes[axis]).index(value) for value in chosen if value in cube.axes[axis]]
        for axis, chosen in where.items()
    }


def _initial(page: Page, months: int, last: int) -> list[int]:
    if not page.clock.latest:
        return [0, max(months - 1, 0)]
    end = last if last >= 0 else max(months - 1, 0)
    return [max(end - page.clock.latest + 1, 0), end]


def labels_of(contents: Contents, language: str) -> dict[str, list[Any]]:
    """The labels of every axis of the page, in order."""
    own = {axis: list(values) for cube in contents.cubes.values() for axis, values in cube.axes.items()}
    dimensions = {name: sorted({kind[i] for kind in contents.kinds}, key=_order(name)) for i, name in enumerate(DIMENSIONS)}
    every: dict[str, Any] = {**own, **dimensions}
    return {axis: [_value(value, language) for value in found] for axis, found in every.items()}


def _order(dimension: str) -> Any:
    """Values in their own order where they have one, and unknown last."""
    column = KPIS.column(dimension)
    known = list(column.accepted or VALUES)
    return lambda value: (value == "unknown", known.index(value) if value in known else len(known), value)


def _value(value: Value, language: str) -> Any:
    return VALUES[value].of(language) if isinstance(value, str) and value in VALUES else value


def _cell(value: Any, language: str) -> Any:
    if isinstance(value, date):
        return f"{value:%Y-%m}"
    return (
        _value(value, language)
        if isinstance(value, str)
        else value
        if value is None or isinstance(value, int)
        else float(value)
    )


def _last_day(month: str) -> date:
    year, number = map(int, month.split("-"))
    return date(year + number // 12, number % 12 + 1, 1) - timedelta(1)


def _central(store: Warehouse) -> Mapping[str, Any] | None:
    """The answer to the central question; any of its other effects where that one is missing, and None without any."""
    question, effect = CENTRAL
    rows = store.query(f"SELECT * FROM {ANSWERS} WHERE question = '{question}'", [ANSWERS]).to_pylist()
    rows.sort(key=lambda row: (row["effect"] != effect, row["kind"] == "declined", row["effect"]))
    return rows[0] if rows else None


def _answer(row: Mapping[str, Any] | None, language: str) -> dict[str, Any]:
    """The answer in the page's words; without a number, a dash and the reason."""
    if row is None:
        return {"row": None}
    ui = {name: text.of(language) for name, text in UI.items()}
    ends = (_estimate(row["ci_low"], row, "−∞"), _estimate(row["ci_high"], row, "∞"))
    basis = []
    if row["ci_low"] is not None or row["ci_high"] is not None:
        basis.append(ui["interval"].format(low=ends[0], high=ends[1]))
    if row["n"] is not None:
        basis.append(ui["of_n"].format(n=f"{row['n']:,}"))
    naive = row["naive_estimate"]
    return {
        "row": row,
        "value": _estimate(row["estimate"], row, "–"),
        "basis": " · ".join(basis),
        "kind": KINDS[row["kind"]].of(language),
        "naive": ui["naive"].format(value=_estimate(naive, row, "–")) if naive is not None else "",
    }


def _estimate(value: float | None, row: Mapping[str, Any], missing: str) -> str:
    if value is None:
        return missing
    if row["scale"] == "relative":
        return f"{value:+.0%}"
    return (
        f"{value:.1%}" if row["scale"] == "share" else f"{value:,.0f} {row['scale']}" if abs(value) >= 100 else f"{value:,.2f}"
    )


def _edition_line(edition: Edition, ui: Mapping[str, str]) -> str:
    parts = [ui["data_to"].format(day=f"{edition.observed_until:%Y-%m-%d}")] if edition.observed_until else []
    parts.append(ui["made"].format(time=f"{edition.made_at:%Y-%m-%d %H:%M}"))
    return " · ".join((*parts, ui["run"].format(run=edition.run)))


def _notices(contents: Contents, language: str) -> Iterator[str]:
    """What these data do not have, in words."""
    if not contents.kinds:
        yield UI["no_data"].of(language)
        return
    if not contents.has_events:
        yield UI["no_events"].of(language)
    dimensions = DIMENSIONS if contents.has_events else DIMENSIONS[:-1]
    unknown = [
        name_of(name).of(language)
        for i, name in enumerate(DIMENSIONS)
        if name in dimensions and {kind[i] for kind in contents.kinds} == {"unknown"}
    ]
    if unknown:
        yield UI["no_dimension"].of(language).format(names=", ".join(unknown))


def _named(metric: Metric | Total | None) -> Metric | Total:
    if metric is None:
        raise ValueError("a card shows a figure without a definition; give it a metric")
    return metric


def _label(metric: Metric | Total | None, language: str) -> str:
    named = _named(metric)
    return named.korean if language == "ko" else named.label


def _card_label(card: Card, language: str) -> str:
    return card.title.of(language) if card.title else _label(card.figure.metric, language)


def _definition(metric: Metric | Total, language: str) -> dict[str, str]:
    text = {"name": metric.name, "label": _label(metric, language)}
    if language == "ko":
        return text | {"formula": KOREAN[metric.name], "text": ""}
    formula = metric.formula[0].upper() + metric.formula[1:]
    null = f" {metric.null[0].upper()}{metric.null[1:]}." if isinstance(metric, Metric) else ""
    return text | {"formula": f"{formula}.", "text": f"{metric.text}{null}"}


def _json(model: Mapping[str, Any]) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(model, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


@lru_cache
def _template() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("ecom_platform.dashboard", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2")


def _text(name: str) -> str:
    from importlib.resources import files

    return files("ecom_platform.dashboard").joinpath("templates", name).read_text(encoding="utf-8")
