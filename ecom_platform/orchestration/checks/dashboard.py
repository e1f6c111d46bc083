"""Checks of the written pages: what people open is taken apart again and held against the marts."""

from collections.abc import Iterator, Mapping

import dagster as dg

from ecom_platform.dashboard.page import Page
from ecom_platform.dashboard.words import LANGUAGES
from ecom_platform.orchestration.checks.evaluation import CheckFinding, Reported, evaluate
from ecom_platform.orchestration.resources import WarehouseResource
from ecom_platform.settings import Settings

FIGURES, SELF_CONTAINED = "figures", "self_contained"
COMBINATIONS = 5
"""Random combinations of filters that every run tries, beside everybody and each value alone; the tests try 200."""
SHOWN = 3


def page_checks(settings: Settings) -> list[dg.AssetChecksDefinition]:
    from ecom_platform.dashboard.pages import PAGES

    return [_checks(settings, page) for page in PAGES]


def _checks(settings: Settings, page: Page) -> dg.AssetChecksDefinition:
    key = dg.AssetKey(["dashboard", f"{page.name}_page"])
    specs = [
        dg.AssetCheckSpec(
            FIGURES,
            asset=key,
            description="The sums inside the written page equal SQL over the marts, and so does every figure on a card: for "
            "all customers, for each value of each filter, and for random combinations of filters and months.",
        ),
        dg.AssetCheckSpec(
            SELF_CONTAINED,
            asset=key,
            description="The page in every language names no other host, holds the same numbers, and is below 2 MB.",
        ),
    ]

    @dg.multi_asset_check(name=f"dashboard__{page.name}_page__checks", specs=specs)
    def checks(context: dg.AssetCheckExecutionContext, warehouse: WarehouseResource) -> Iterator[Reported]:
        def find(_: list[str] | None) -> Mapping[str, CheckFinding]:
            return {FIGURES: _figures(settings, page, warehouse), SELF_CONTAINED: _self_contained(settings, page)}

        yield from evaluate(context, specs, False, dg.AssetCheckSeverity.ERROR, find)

    return checks


def _figures(settings: Settings, page: Page, warehouse: WarehouseResource) -> CheckFinding:
    from ecom_platform.dashboard.files import page_path
    from ecom_platform.dashboard.verification import compare

    store = warehouse.open()
    with store.session():
        found = compare(store, page_path(settings.home, page.name, LANGUAGES[0]), COMBINATIONS)
    words = f"The page differs from the marts: {'; '.join(found.differences[:SHOWN])}." if found.differences else ""
    bad = {"": len(found.differences)} if found.differences else {}
    return CheckFinding(bad, {"": found.figures}, words)


def _self_contained(settings: Settings, page: Page) -> CheckFinding:
    from ecom_platform.dashboard.files import page_path
    from ecom_platform.dashboard.rollup import model_in
    from ecom_platform.dashboard.verification import SIZE_LIMIT, outside

    wrong, sizes, cubes = [], {}, []
    for language in LANGUAGES:
        path = page_path(settings.home, page.name, language)
        sizes[f"bytes_{language}"] = path.stat().st_size
        cubes.append(model_in(path)["cubes"])
        wrong += [f"{path.name} names another host: {text}" for text in outside(path)]
        if sizes[f"bytes_{language}"] > SIZE_LIMIT:
            wrong.append(f"{path.name} has {sizes[f'bytes_{language}']:,} bytes, above {SIZE_LIMIT:,}")
    if any(each != cubes[0] for each in cubes):
        wrong.append("the languages hold different numbers")
    words = f"{'; '.join(wrong[:SHOWN])}." if wrong else ""
    return CheckFinding({"": len(wrong)} if wrong else {}, words=words, details=sizes)
