"""Pages written from a shop described in a few lines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ecom_platform.dashboard.edition import Edition
from ecom_platform.dashboard.page import Page
from ecom_platform.dashboard.pages import PAGES
from ecom_platform.dashboard.render import Contents, html
from ecom_platform.warehouse.contract import Warehouse

MODEL = re.compile(r'(<script type="application/json" id="model">)(.*?)(</script>)', re.DOTALL)


def edition(store: Warehouse, **provenance: str) -> Edition:
    return Edition.of(store, {"origin": "a shop", "currency": "KRW"} | provenance, "0123456789abcdef")


def of_nothing() -> Edition:
    return Edition("a shop", "KRW", date(2026, 1, 1), date(2026, 1, 1), datetime(2026, 1, 2, tzinfo=UTC), "01234567")


def write(store: Warehouse, folder: Path, page: Page, languages: tuple[str, ...] = ("en",), **provenance: str) -> Path:
    """The page in a file; the path of the first language's."""
    contents = Contents.of(store, page, edition(store, **provenance))
    for language in languages:
        (folder / f"{page.name}.{language}.html").write_text(html(contents, language, PAGES), encoding="utf-8")
    return folder / f"{page.name}.{languages[0]}.html"


def changed(path: Path, folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """A copy of a page whose model is changed."""
    text = path.read_text(encoding="utf-8")
    found = MODEL.search(text)
    assert found
    model: dict[str, Any] = json.loads(found[2])
    change(model)
    copy = folder / path.name
    copy.write_text(MODEL.sub(lambda _: f"{found[1]}{json.dumps(model)}{found[3]}", text), encoding="utf-8")
    return copy


def page_named(name: str) -> Page:
    (page,) = (page for page in PAGES if page.name == name)
    return page


def texts(contents: Mapping[str, Any]) -> list[str]:
    return [str(value) for value in contents.values()]
