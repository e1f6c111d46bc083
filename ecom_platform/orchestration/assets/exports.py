"""What other tools read of the platform: the Tableau workbook, the semantic model and the data contracts."""

from collections.abc import Mapping

import dagster as dg

from ecom_platform.dashboard.contracts import LAYER as CONTRACTED
from ecom_platform.dashboard.files import FOLDER
from ecom_platform.dashboard.tableau.extracts import INSTALL, available
from ecom_platform.dashboard.tableau.sheets import BOARDS, SHEETS, TABLES
from ecom_platform.orchestration.assets.dashboard import LAYER
from ecom_platform.orchestration.assets.vocabulary import asset_key, pool
from ecom_platform.orchestration.claimed import claimed
from ecom_platform.orchestration.resources import WarehouseResource
from ecom_platform.settings import Settings
from ecom_platform.tables import CATALOG, Table

WORKBOOK = dg.AssetKey([LAYER, "workbook"])
SEMANTIC_MODEL = dg.AssetKey([LAYER, "semantic_model"])
CONTRACTS = dg.AssetKey([LAYER, "contracts"])
MODEL_FILE, CONTRACT_FOLDER = "semantic_model.yaml", "contracts"
SPECIFICATIONS = "the specifications in ecom_platform/tables"


def export_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    return [_workbook(settings), _semantic_model(settings), _contracts(settings)]


def _workbook(settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        key=WORKBOOK,
        deps=[asset_key(table) for table in TABLES],
        description="The four dashboards in Tableau, of the registry's metrics: "
        f"`{FOLDER}/workbook.twbx` under ECOM_HOME with the data in it, and `workbook.twb` with a live connection to "
        "BigQuery. `ecom tableau publish` brings it to a server; docs/tableau.md says what was tried.",
        kinds={"tableau", "file"},
        pool=pool(settings),
    )
    def workbook(context: dg.AssetExecutionContext, warehouse: WarehouseResource) -> dg.MaterializeResult[None]:
        from dataclasses import replace

        from ecom_platform.dashboard.files import replaced
        from ecom_platform.dashboard.tableau.connections import in_bigquery
        from ecom_platform.dashboard.tableau.package import LIVE, PACKAGE, write_package
        from ecom_platform.dashboard.tableau.workbook import members_of
        from ecom_platform.dashboard.tableau.workbook import workbook as written

        folder, store = settings.home / FOLDER, claimed(warehouse, settings)
        live, package = folder / LIVE, folder / PACKAGE
        project = warehouse.server(LAYER).get("project", settings.bigquery.project)
        with store.session():
            members = members_of(store)
            with replaced(live) as part:
                part.write_bytes(written(in_bigquery(replace(settings.bigquery, project=project)), members))
            if available():
                with replaced(package) as part:
                    write_package(part, ((table, store.read(table)) for table in TABLES), members)
            else:
                # What an earlier run packed is older than what this one writes.
                package.unlink(missing_ok=True)
                context.log.info(f"There is no workbook with extracts: {INSTALL} brings what makes them.")
        return dg.MaterializeResult(
            metadata={
                "file": dg.MetadataValue.path(str(package if available() else live)),
                "live": dg.MetadataValue.path(str(live)),
                "extracts": "packed" if available() else f"none: {INSTALL}",
                "dashboards": len(BOARDS),
                "sheets": len(SHEETS),
                "metrics": len({sheet.figure.metric.name for sheet in SHEETS}),
            }
        )

    return workbook


def _semantic_model(settings: Settings) -> dg.AssetsDefinition:
    from ecom_platform.dashboard.semantic_model import described

    @dg.asset(
        key=SEMANTIC_MODEL,
        deps=[asset_key(table) for table in described(CATALOG)],
        description="Tables, how they relate, and every metric in GoogleSQL and as a formula of Tableau, for tools that read "
        f"Apache Ossie: `{FOLDER}/{MODEL_FILE}` under ECOM_HOME.",
        kinds={"yaml", "file"},
        pool=pool(settings),
    )
    def semantic_model(warehouse: WarehouseResource) -> dg.MaterializeResult[None]:
        from ecom_platform.dashboard.documents import to_yaml
        from ecom_platform.dashboard.files import replaced
        from ecom_platform.dashboard.semantic_model import datasets, metrics
        from ecom_platform.dashboard.semantic_model import semantic_model as made

        model = made(CATALOG, lambda table: _located(table, warehouse.server(table.layer)))
        path = settings.home / FOLDER / MODEL_FILE
        with replaced(path) as part:
            part.write_text(to_yaml(model, SPECIFICATIONS), encoding="utf-8")
        counts = {"datasets": len(list(datasets(model))), "metrics": len(list(metrics(model)))}
        return dg.MaterializeResult(metadata={"file": dg.MetadataValue.path(str(path)), **counts})

    return semantic_model


def _located(table: Table, server: Mapping[str, str]) -> str:
    places = (server.get("project"), server.get("dataset") or server.get("schema"), table.name)
    return ".".join(filter(None, places))


def _contracts(settings: Settings) -> dg.AssetsDefinition:
    @dg.asset(
        key=CONTRACTS,
        deps=[asset_key(table) for table in CATALOG.layer(CONTRACTED)],
        description="What whoever reads a mart can rely on, a file a mart, in the Open Data Contract Standard: "
        f"`{FOLDER}/{CONTRACT_FOLDER}/<mart>.yaml` under ECOM_HOME.",
        kinds={"yaml", "file"},
        pool=pool(settings),
    )
    def contracts(warehouse: WarehouseResource) -> dg.MaterializeResult[None]:
        from ecom_platform.dashboard.contracts import contracts as made
        from ecom_platform.dashboard.documents import to_yaml
        from ecom_platform.dashboard.files import replaced

        folder = settings.home / FOLDER / CONTRACT_FOLDER
        documents = made(warehouse.server(CONTRACTED))
        for name, document in documents.items():
            with replaced(folder / f"{name}.yaml") as part:
                part.write_text(to_yaml(document, SPECIFICATIONS), encoding="utf-8")
        for stale in set(folder.glob("*.yaml")) - {folder / f"{name}.yaml" for name in documents}:
            stale.unlink()
        return dg.MaterializeResult(metadata={"folder": dg.MetadataValue.path(str(folder)), "contracts": len(documents)})

    return contracts
