"""The dashboard layer's files: the published aggregates, and the pages."""

import dagster as dg

from ecom_platform.dashboard.files import ADDRESS, FOLDER, page_path
from ecom_platform.dashboard.page import Page
from ecom_platform.orchestration.assets.vocabulary import asset_key, pool
from ecom_platform.orchestration.claimed import claimed
from ecom_platform.orchestration.resources import WarehouseResource
from ecom_platform.origins.origin import provenance
from ecom_platform.settings import LOCAL_TARGET, Settings

LAYER = "dashboard"


def dashboard_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    from ecom_platform.dashboard.pages import PAGES

    return [_published(settings), *(_page(settings, page) for page in PAGES)]


def page_key(page: Page) -> dg.AssetKey:
    return dg.AssetKey([LAYER, f"{page.name}_page"])


def _page(settings: Settings, page: Page) -> dg.AssetsDefinition:
    from ecom_platform.dashboard.render import tables_read

    @dg.asset(
        key=page_key(page),
        deps=[asset_key(table) for table in tables_read(page)],
        description=f"**{page.title.en}**: {page.question.en}\n\nA page that opens in any browser and needs nothing else: "
        f"`{FOLDER}/{page.name}.en.html`, and `.ko.html` in Korean, under ECOM_HOME. `ecom dashboard` serves it.",
        kinds={"html", "vega"},
        pool=pool(settings),
    )
    def written(context: dg.AssetExecutionContext, warehouse: WarehouseResource) -> dg.MaterializeResult[None]:
        from ecom_platform.dashboard.edition import Edition
        from ecom_platform.dashboard.files import replaced
        from ecom_platform.dashboard.pages import PAGES
        from ecom_platform.dashboard.preview import preview
        from ecom_platform.dashboard.render import Contents, html
        from ecom_platform.dashboard.words import LANGUAGES

        store = claimed(warehouse, settings)
        with store.session():
            edition = Edition.of(store, provenance(settings), context.run.run_id)
            contents = Contents.of(store, page, edition)
        size = 0
        for language in LANGUAGES:
            with replaced(page_path(settings.home, page.name, language)) as part:
                part.write_text(html(contents, language, PAGES), encoding="utf-8")
                size = max(size, part.stat().st_size)
        shown = {name: dg.MetadataValue.md(text) for name, text in preview(contents).items()}
        return dg.MaterializeResult(
            metadata={
                **shown,
                "page": dg.MetadataValue.url(f"{ADDRESS}/{FOLDER}/{page.name}.en.html"),
                "file": dg.MetadataValue.path(str(page_path(settings.home, page.name, "en"))),
                "bytes": size,
            }
        )

    return written


def _published(settings: Settings) -> dg.AssetsDefinition:
    from ecom_platform.dashboard.published import FILE, PUBLISHED

    @dg.asset(
        key=dg.AssetKey([LAYER, "published"]),
        deps=[asset_key(table) for table in PUBLISHED],
        description="The aggregates that the pages show, and the answers, as a DuckDB file of their own for analysts: "
        f"`{FOLDER}/{FILE}` under ECOM_HOME. It is swapped in whole, and can be read while runs write the warehouse.",
        kinds={LOCAL_TARGET, "file"},
        pool=pool(settings),
    )
    def published(context: dg.AssetExecutionContext, warehouse: WarehouseResource) -> dg.MaterializeResult[None]:
        from ecom_platform.dashboard.edition import Edition
        from ecom_platform.dashboard.published import publish

        store, path = claimed(warehouse, settings), settings.home / FOLDER / FILE
        with store.session():
            edition = Edition.of(store, provenance(settings), context.run.run_id)
            counts = publish(store, edition, path)
        return dg.MaterializeResult(
            metadata={
                "file": dg.MetadataValue.path(str(path)),
                "bytes": path.stat().st_size,
                "rows": dg.MetadataValue.md("\n".join(f"- `{name}`: {rows:,}" for name, rows in counts.items())),
            }
        )

    return published
