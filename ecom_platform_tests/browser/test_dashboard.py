"""What a person sees in the pages: drawn without any other host, filtered by keyboard, usable by everybody."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from ecom_platform.dashboard.pages import PAGES
from ecom_platform.dashboard.rollup import Rollup, model_in
from ecom_platform.dashboard.words import LANGUAGES
from ecom_platform_tests.browser.conftest import QUIET

pytestmark = pytest.mark.browser

WIDE, NARROW = ViewportSize(width=1440, height=1000), ViewportSize(width=390, height=844)
EVERY = [(page.name, language) for page in PAGES for language in LANGUAGES]
EACH_PAGE = pytest.mark.parametrize(("name", "language"), EVERY, ids=lambda each: str(each))
DRAWN = "body[data-drawn]"
AS_MONEY = """(n) => new Intl.NumberFormat("en", {
    style: "currency", currency: "KRW", currencyDisplay: "narrowSymbol",
    ...(n >= 1e6 ? { notation: "compact", maximumSignificantDigits: 3 } : { maximumFractionDigits: 0 }),
}).format(n)"""


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        nowhere = "--host-resolver-rules=MAP * ~NOTFOUND"
        browser = playwright.chromium.launch(executable_path=chromium, args=[*QUIET, nowhere])
        yield browser
        browser.close()


@dataclass
class Seen:
    """A page that is open, with what it asked for and what it complained about."""

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def drawn(self) -> int:
        """How often it has been drawn; waits until it has been at all."""
        self.page.wait_for_selector(DRAWN)
        return int(self.page.locator("body").get_attribute("data-drawn") or 0)

    def redrawn(self, before: int) -> None:
        self.page.wait_for_function(f"Number(document.body.dataset.drawn) > {before}")

    def card(self, name: str) -> str:
        return self.page.locator(f"#card-{name} .value").inner_text()


@pytest.fixture
def seen(browser: Browser) -> Iterator[Seen]:
    context = browser.new_context(viewport=WIDE, accept_downloads=True)
    seen = Seen(context.new_page())
    seen.page.on("request", lambda request: seen.requests.append(request.url))
    seen.page.on("console", lambda said: seen.errors.append(said.text) if said.type in ("error", "warning") else None)
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    yield seen
    assert seen.errors == []
    context.close()


def address(home: Path, name: str, language: str = "en") -> str:
    return (home / "dashboard" / f"{name}.{language}.html").as_uri()


def revenue(home: Path, where: str) -> tuple[str, int]:
    """The last complete month and its revenue, of the users of whom the condition holds."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as warehouse:
        (row,) = warehouse.execute(
            "SELECT strftime(date_trunc('month', order_date), '%Y-%m') AS month, sum(total_amount) FROM clean.orders JOIN "
            f"clean.users USING (user_id) WHERE payment_status = 'success' AND {where} AND order_date < (SELECT "
            "date_trunc('month', max(observed_until)) FROM raw.observation_windows) GROUP BY 1 ORDER BY 1 DESC LIMIT 1"
        ).fetchall()
    return row[0], int(row[1])


@EACH_PAGE
def test_a_page_draws_every_chart_and_asks_nobody_else(home: Path, seen: Seen, name: str, language: str) -> None:
    seen.page.goto(address(home, name, language))
    seen.drawn()
    assert [url for url in seen.requests if not url.startswith(("file:", "data:", "blob:"))] == []
    charts = seen.page.locator(".chart")
    assert charts.count() == len(next(page.charts for page in PAGES if page.name == name))
    for chart in charts.all():
        nothing = chart.locator(".none").is_visible()
        assert nothing or chart.locator("svg [role='graphics-symbol'], svg [role='graphics-object']").count() > 0
    assert seen.page.locator("html").get_attribute("lang") == language
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= WIDE["width"]
    seen.page.set_viewport_size(NARROW)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


@EACH_PAGE
def test_nothing_serious_stands_in_anybody_s_way(home: Path, seen: Seen, name: str, language: str) -> None:
    for size, scheme in ((WIDE, "light"), (NARROW, "dark")):
        seen.page.set_viewport_size(size)
        seen.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        seen.page.goto(address(home, name, language))
        seen.drawn()
        found = Axe().run(seen.page).response["violations"]
        serious = [
            (each["id"], each["nodes"][0]["html"][:160], each["nodes"][0]["failureSummary"][:300])
            for each in found
            if each["impact"] in ("serious", "critical")
        ]
        assert serious == [], f"{size['width']} px, {scheme}"


def test_a_filter_set_by_keyboard_changes_the_figures_to_those_of_sql(home: Path, seen: Seen) -> None:
    seen.page.goto(address(home, "kpi"))
    before = seen.drawn()
    month, everybody = revenue(home, "TRUE")
    assert seen.page.locator("select").input_value() == month
    assert seen.card("revenue") == seen.page.evaluate(AS_MONEY, everybody)
    shown = model_in(home / "dashboard" / "kpi.en.html")
    device = shown["filters"][0]["values"][0]
    seen.page.locator('details[data-filter="device"] summary').focus()
    seen.page.keyboard.press("Enter")
    seen.page.keyboard.press("Tab")
    seen.page.keyboard.press("Space")
    seen.redrawn(before)
    _, others = revenue(home, f"coalesce(device, 'unknown') <> '{device}'")
    written = seen.page.evaluate(AS_MONEY, others)
    assert others < everybody
    assert seen.card("revenue") == written
    seen.page.keyboard.press("Escape")
    assert not seen.page.locator('details[data-filter="device"]').get_attribute("open")
    assert device not in seen.page.url
    filtered = seen.card("revenue")

    seen.page.reload()
    seen.drawn()
    assert seen.card("revenue") == filtered
    seen.page.get_by_role("link", name="Funnel & Drop-off").click()
    seen.drawn()
    assert "device=" in seen.page.url
    seen.page.get_by_role("link", name="한국어").click()
    before = seen.drawn()
    assert "device=" in seen.page.url
    seen.page.get_by_role("button", name="초기화").click()
    seen.redrawn(before)
    assert "device=" not in seen.page.url


def test_nobody_left_is_said(home: Path, seen: Seen) -> None:
    seen.page.goto(f"{address(home, 'cohort')}#region=")
    seen.drawn()
    assert seen.page.get_by_text("No customers match these filters.").is_visible()
    assert seen.card("d7") == "–"
    assert seen.page.locator(".chart .none:visible").count() > 0


def test_old_data_are_said_to_be_old(home: Path, seen: Seen) -> None:
    seen.page.goto(address(home, "kpi"))
    seen.drawn()
    # The world of the tests ends in March.
    assert seen.page.get_by_text("These data end").is_visible()


@pytest.mark.parametrize("name", [page.name for page in PAGES])
def test_the_page_and_its_csv_hold_what_the_cubes_give(home: Path, seen: Seen, name: str) -> None:
    path = home / "dashboard" / f"{name}.en.html"
    model = model_in(path)
    chosen = {"device": model["filters"][0]["values"][:2], "activation_level": model["filters"][4]["values"][1:]}
    hash_ = "&".join(f"{dimension}={','.join(values)}" for dimension, values in chosen.items())
    seen.page.goto(f"{path.as_uri()}#{hash_}")
    seen.drawn()
    rollup = Rollup(model)
    for chart in model["charts"]:
        rows = rollup.rows(chart["view"], chosen, tuple(model["clock"]["initial"]))
        section = seen.page.locator(f"#chart-{chart['name']}")
        section.locator("summary").click()
        with seen.page.expect_download() as download:
            section.locator("button.csv").click()
        text = Path(download.value.path()).read_text(encoding="utf-8-sig")
        header, *lines = csv.reader(io.StringIO(text))
        assert header == [column["label"] for column in chart["columns"]]
        assert len(lines) == len(rows) == section.locator("tbody tr").count()
        for line, row in zip(lines, rows, strict=True):
            for cell, column in zip(line, chart["columns"], strict=True):
                _same(cell, row.get(column["name"]), column["unit"])


def _same(cell: str, value: Any, unit: str) -> None:
    if value is None:
        assert cell == ""
    elif unit:
        assert float(cell) == pytest.approx(value, rel=1e-9, abs=1e-9)
    else:
        assert cell == str(value)
