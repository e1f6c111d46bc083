"""A written page says what the marts hold, for every choice of filters, and a page that does not is caught."""

from __future__ import annotations

import base64
import gzip
import threading
from datetime import date
from math import prod
from pathlib import Path
from typing import Any

import pytest

from ecom_platform.dashboard.files import replaced
from ecom_platform.dashboard.page import Page
from ecom_platform.dashboard.pages import PAGES
from ecom_platform.dashboard.preview import INLINE_LIMIT, preview
from ecom_platform.dashboard.render import Contents
from ecom_platform.dashboard.rollup import Rollup, model_in
from ecom_platform.dashboard.verification import RECOUNTS, SIZE_LIMIT, compare, outside
from ecom_platform.tables import CATALOG
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform.warehouse.errors import WarehouseError
from ecom_platform_tests.dashboard.written import changed, edition, write
from ecom_platform_tests.marts.random_shop import OBSERVED_UNTIL, random_shop
from ecom_platform_tests.marts.shop import Marts, Shop

EACH_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
COMBINATIONS = 15


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    shop = random_shop(3)
    shop.user("late", OBSERVED_UNTIL, device=None, region=None)
    return shop.build(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
def folder(marts: Marts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every page of the shop, in both languages."""
    folder = tmp_path_factory.mktemp("pages")
    for page in PAGES:
        write(marts.warehouse, folder, page, ("en", "ko"))
    return folder


@EACH_PAGE
@pytest.mark.parametrize("combinations", [COMBINATIONS, pytest.param(200, marks=pytest.mark.slow)])
def test_every_sum_and_card_is_that_of_the_marts(marts: Marts, folder: Path, page: Page, combinations: int) -> None:
    found = compare(marts.warehouse, folder / f"{page.name}.en.html", combinations, seed=1)
    assert found.differences == []
    assert found.figures > combinations


@EACH_PAGE
def test_a_corrupted_cube_is_caught_whichever_measure_it_is(marts: Marts, folder: Path, tmp_path: Path, page: Page) -> None:
    corrupted = []

    def corrupt(model: dict[str, Any]) -> None:
        for name, cube in model["cubes"].items():
            data = bytearray(gzip.decompress(base64.b64decode(cube["data"])))
            cells = len(model["kinds"]) * prod(map(len, cube["axes"].values()))
            begin = 0
            for measure, how in cube["measures"].items():
                end = begin + cells * how["planes"]
                # The highest bits: a sum of squares is held to no more than a millionth of the largest.
                at = max(range(end - cells, end), key=data.__getitem__)
                data[at] ^= 1
                corrupted.append(f"{name}.{measure}")
                begin = end
            cube["data"] = base64.b64encode(gzip.compress(bytes(data))).decode()

    found = compare(marts.warehouse, changed(folder / f"{page.name}.en.html", tmp_path, corrupt), 0)
    caught = {difference.split(" ")[0] for difference in found.differences}
    assert set(corrupted) <= caught
    assert corrupted


def test_kinds_of_customers_that_are_mixed_up_are_caught(marts: Marts, folder: Path, tmp_path: Path) -> None:
    def swap(model: dict[str, Any]) -> None:
        model["filters"][0]["values"].reverse()

    found = compare(marts.warehouse, changed(folder / "kpi.en.html", tmp_path, swap), 0)
    assert any("device" in difference for difference in found.differences)


def test_a_card_that_shows_something_else_is_caught(marts: Marts, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = Rollup.rows

    def off(self: Rollup, *arguments: Any) -> list[dict[str, Any]]:
        return [
            {name: value * 1.01 if isinstance(value, float) else value for name, value in row.items()}
            for row in rows(self, *arguments)
        ]

    monkeypatch.setattr(Rollup, "rows", off)
    found = compare(marts.warehouse, folder / "kpi.en.html", 0)
    assert any(difference.startswith("order_value of all customers") for difference in found.differences)


def test_a_renamed_mart_column_is_caught(marts: Marts, folder: Path, tmp_path: Path) -> None:
    import shutil

    import duckdb

    copy = tmp_path / "renamed.duckdb"
    shutil.copy(marts.warehouse.path, copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute("ALTER TABLE marts.dm_funnel_events RENAME COLUMN cart_count TO carts")
    with pytest.raises(WarehouseError, match="dm_funnel_events"):
        compare(DuckDBWarehouse(copy), folder / "funnel.en.html", 0)


def test_every_cube_of_every_page_is_counted_again() -> None:
    assert set(RECOUNTS) == {(page.name, cube) for page in PAGES for cube in page.cubes}
    for page in PAGES:
        for name, spec in page.cubes.items():
            recounted = {measure for recount in RECOUNTS[page.name, name] for measure in recount.measures}
            assert set(spec.measures) == recounted


@EACH_PAGE
def test_a_page_needs_no_other_host_and_holds_the_same_numbers_in_both_languages(folder: Path, page: Page) -> None:
    models = []
    for language in ("en", "ko"):
        path = folder / f"{page.name}.{language}.html"
        assert outside(path) == []
        assert path.stat().st_size < SIZE_LIMIT
        assert "default-src 'none'" in path.read_text(encoding="utf-8")
        models.append(model_in(path))
    assert models[0]["cubes"] == models[1]["cubes"]
    assert models[0]["words"] != models[1]["words"]


@pytest.mark.parametrize(
    "added",
    [
        '<img src="//cdn.example/x.png">',
        "<link href=https://fonts.example/a.css>",
        "<style>a{background:url(http://x)}</style>",
    ],
)
def test_a_page_that_reaches_for_another_host_is_caught(folder: Path, tmp_path: Path, added: str) -> None:
    copy = tmp_path / "kpi.en.html"
    copy.write_text(
        (folder / "kpi.en.html").read_text(encoding="utf-8").replace("</body>", f"{added}</body>"), encoding="utf-8"
    )
    assert outside(copy)


def test_a_shop_s_own_words_stay_words(tmp_path: Path) -> None:
    hostile = "</script><script>alert(1)</script>"
    shop = Shop(date(2026, 3, 31))
    shop.product("odd", category=hostile, price="5.00", price_tier=None)
    shop.user("eve", date(2026, 1, 5), region=hostile)
    shop.order("eve", date(2026, 1, 6), "odd")
    marts = shop.build(tmp_path)
    for page in PAGES:
        path = write(marts.warehouse, tmp_path, page, origin=hostile)
        text = path.read_text(encoding="utf-8")
        assert hostile not in text
        assert text.count("<script") == 3
        assert compare(marts.warehouse, path, 2).differences == []


def test_a_shop_without_an_event_log_says_so_and_shows_the_rest(tmp_path: Path) -> None:
    shop = Shop(date(2026, 3, 31))
    shop.user("anna", date(2026, 1, 5), region=None, subscription_type=None)
    shop.order("anna", date(2026, 1, 6), "sofa")
    marts = shop.build(tmp_path)
    for page in PAGES:
        text = write(marts.warehouse, tmp_path, page).read_text(encoding="utf-8")
        assert "no event log" in text
        assert "Not recorded for this shop: Region, Subscription." in text
        shown = {chart["name"] for chart in model_in(tmp_path / f"{page.name}.en.html")["charts"]}
        assert shown == {chart.name for chart in page.charts if not chart.needs_events}
    assert "has not been answered yet" in (tmp_path / "kpi.en.html").read_text(encoding="utf-8")


def test_a_platform_without_data_says_what_to_do(tmp_path: Path) -> None:
    store = DuckDBWarehouse(tmp_path / "empty.duckdb")
    store.replace({CATALOG["clean.products"]: CATALOG["clean.products"].arrow_schema.empty_table()}, None)
    for page in PAGES:
        path = write(store, tmp_path, page)
        assert "There are no data yet. Run `ecom run`" in path.read_text(encoding="utf-8")
        assert model_in(path)["charts"] == []
        assert compare(store, path, 3).figures == 0


@EACH_PAGE
def test_the_ui_shows_a_line_that_fits_and_a_picture(marts: Marts, page: Page) -> None:
    shown = preview(Contents.of(marts.warehouse, page, edition(marts.warehouse)))
    assert len(shown["trend"]) < INLINE_LIMIT
    assert shown["figures"].count("\n") == len(page.cards) - 1
    picture = base64.b64decode(shown["picture"].split("base64,")[1].rstrip(")"))
    assert picture.startswith(b"\x89PNG")


def test_a_page_is_whole_while_it_is_written_again_and_again(folder: Path, tmp_path: Path) -> None:
    text = (folder / "kpi.en.html").read_text(encoding="utf-8")
    path, done = tmp_path / "kpi.en.html", threading.Event()
    path.write_text(text, encoding="utf-8")

    def writes() -> None:
        for _ in range(60):
            with replaced(path) as part:
                part.write_text(text, encoding="utf-8")
        done.set()

    writer = threading.Thread(target=writes)
    writer.start()
    read = 0
    while not done.is_set() or read == 0:
        assert path.read_text(encoding="utf-8") == text
        read += 1
    writer.join()
    assert [each.name for each in tmp_path.iterdir()] == ["kpi.en.html"]


def test_a_write_that_fails_leaves_the_old_page(tmp_path: Path) -> None:
    path = tmp_path / "kpi.en.html"
    path.write_text("old")

    def breaks() -> None:
        with replaced(path) as part:
            part.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        breaks()
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["kpi.en.html"]
