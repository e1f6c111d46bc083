"""The report on all answers: two files under ECOM_HOME, replaced whole."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg

from ecom_platform.insights.inquiry import Inquiry, inquiries
from ecom_platform.orchestration.assets.insights import aggregates_of
from ecom_platform.orchestration.assets.vocabulary import asset_key, pool
from ecom_platform.orchestration.claimed import claimed
from ecom_platform.orchestration.resources import WarehouseResource
from ecom_platform.origins.origin import provenance
from ecom_platform.settings import Settings
from ecom_platform.tables import CATALOG
from ecom_platform.tables.insights.answers import ANSWERS
from ecom_platform.tables.quality.truth import TRUTH
from ecom_platform.warehouse.contract import Warehouse

OBSERVATION_WINDOWS = CATALOG["raw.observation_windows"]
FOLDER = "insights"
KEY = dg.AssetKey([ANSWERS.layer, "report"])


def report_asset(settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        key=KEY,
        deps=[asset_key(ANSWERS)],
        description="Every answer on one page, with its kind, numbers, method and caveats: `insights/report.html` and "
        "`report.md` under ECOM_HOME. The central question stands first.",
        kinds={"html", "markdown"},
        pool=pool(settings),
    )
    def report(context: dg.AssetExecutionContext, warehouse: WarehouseResource) -> dg.MaterializeResult[None]:
        written = write_report(claimed(warehouse, settings), settings, context.run.run_id)
        return dg.MaterializeResult(
            metadata={
                "report": dg.MetadataValue.path(str(written.page)),
                "text": dg.MetadataValue.md(written.text),
                "answers": written.answers,
            }
        )

    return report


class WrittenReport(NamedTuple):
    """Where the page is, the report as markdown, and how many answers it has."""

    page: Path
    text: str
    answers: int


def write_report(store: Warehouse, settings: Settings, run: str) -> WrittenReport:
    """Writes both files from the answers that the warehouse holds, and the truth beside those that were scored."""
    from ecom_platform.insights.report import Answered, Report, html, markdown

    with store.session():
        rows = store.read(ANSWERS).to_pylist()
        answered = [
            Answered(question, own, _chart(store, inquiry, own), inquiry.definition)
            for question, inquiry in inquiries().items()
            if (own := [row for row in rows if row["question"] == question.number])
        ]
        found = store.query(f"SELECT MAX(observed_until) AS day FROM {OBSERVATION_WINDOWS}", [OBSERVATION_WINDOWS]).to_pylist()
        truths = _truths(rows, store.read(TRUTH).to_pylist())
    made = Report(provenance(settings)["origin"], f"{found[0]['day']}", run[:8], answered, truths)
    folder, text = settings.home / FOLDER, markdown(made)
    for name, content in (("report.html", html(made)), ("report.md", text)):
        _replace(folder / name, content)
    return WrittenReport(folder / "report.html", text, len(rows))


def _truths(answers: Sequence[Mapping[str, Any]], scores: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], float]:
    """The truths of these very answers: a score of an earlier answer may be about other users."""
    compared = ("question", "effect", "estimate", "ci_low", "ci_high")
    known = {tuple(score[name] for name in compared): score["truth"] for score in scores}
    keys = {(row["question"], row["effect"]): tuple(row[name] for name in compared) for row in answers}
    return {name: known[key] for name, key in keys.items() if key in known}


def _chart(store: Warehouse, inquiry: Inquiry, rows: Sequence[Mapping[str, Any]]) -> str:
    """The chart of an answer as SVG; empty where there is none."""
    from ecom_platform.insights.effect import Effect
    from ecom_platform.insights.pictures import svg

    if inquiry.chart is None:
        return ""
    aggregates, _ = aggregates_of(store, [CATALOG[name] for name in inquiry.reads])
    picture = inquiry.chart(aggregates, [Effect.of(row) for row in rows])
    return "" if picture is None else svg(picture)


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)
