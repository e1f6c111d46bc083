"""Checks of the files that other tools read: each is taken as it was written, and held to what it must be."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import dagster as dg

from ecom_platform.dashboard.files import FOLDER
from ecom_platform.dashboard.tableau.extracts import available
from ecom_platform.orchestration.assets.exports import (
    CONTRACT_FOLDER,
    CONTRACTS,
    MODEL_FILE,
    SEMANTIC_MODEL,
    WORKBOOK,
)
from ecom_platform.orchestration.checks.evaluation import CheckFinding, Reported, evaluate
from ecom_platform.orchestration.resources import WarehouseResource
from ecom_platform.settings import Settings

REFERENCES, SCHEMA, EXTRACTS = "references", "schema", "extracts"
SHOWN, LISTED = 3, 50
"""Offences in the words of a finding, and in its list."""

Finder = Callable[[WarehouseResource], CheckFinding]


def export_checks(settings: Settings) -> list[dg.AssetChecksDefinition]:
    """The checks of the workbook, the semantic model and the contracts.

    The workbook is validated against Tableau's schemas where the settings say where those are, and its extracts are read
    back where they can be made.
    """
    folder = settings.home / FOLDER
    of_workbook: dict[str, tuple[str, Finder]] = {
        REFERENCES: (
            "Everything in the written workbooks refers to something that is there and fits: sheets, fields, formulas, "
            "connections, ids.",
            lambda _: _references(folder),
        )
    }
    if schemas := settings.tableau.schemas:
        of_workbook[SCHEMA] = (
            f"The written workbooks are valid by each of Tableau's published schemas in {schemas}.",
            lambda _: _workbook_schema(folder, schemas),
        )
    if available():
        of_workbook[EXTRACTS] = (
            "The rows and the sums of every numeric column of the packed extracts, read back, are those of the warehouse.",
            lambda warehouse: _extracts(folder, warehouse),
        )
    return [
        _checks(WORKBOOK, of_workbook),
        _checks(
            SEMANTIC_MODEL,
            {SCHEMA: ("The written model is valid by the published schema of Apache Ossie.", lambda _: _model(folder))},
        ),
        _checks(
            CONTRACTS,
            {
                SCHEMA: (
                    "Every mart has a contract, valid by the published schema of the Open Data Contract Standard.",
                    lambda _: _documents(folder),
                )
            },
        ),
    ]


def _checks(key: dg.AssetKey, finders: Mapping[str, tuple[str, Finder]]) -> dg.AssetChecksDefinition:
    specs = [dg.AssetCheckSpec(name, asset=key, description=words) for name, (words, _) in finders.items()]

    @dg.multi_asset_check(name=f"{'__'.join(key.path)}__checks", specs=specs)
    def checks(context: dg.AssetCheckExecutionContext, warehouse: WarehouseResource) -> Iterator[Reported]:
        def find(_: list[str] | None) -> Mapping[str, CheckFinding]:
            return {name: finder(warehouse) for name, (_, finder) in finders.items()}

        yield from evaluate(context, specs, False, dg.AssetCheckSeverity.ERROR, find)

    return checks


def _finding(what: str, offences: Sequence[str]) -> CheckFinding:
    if not offences:
        return CheckFinding({})
    others = f" ({len(offences) - SHOWN} more)" if len(offences) > SHOWN else ""
    listed = dg.MetadataValue.md("\n".join(f"- {offence}" for offence in offences[:LISTED]))
    words = f"{what}: {' '.join(offences[:SHOWN])}{others}"
    return CheckFinding({"": len(offences)}, words=words, details={"offences": listed})


def _workbooks(folder: Path) -> dict[str, bytes]:
    """The workbooks that were written, by the names of their files."""
    from ecom_platform.dashboard.tableau.package import LIVE, PACKAGE, inner_workbook

    found = {LIVE: (folder / LIVE).read_bytes()}
    if (folder / PACKAGE).is_file():
        found[PACKAGE] = inner_workbook(folder / PACKAGE)
    return found


def _references(folder: Path) -> CheckFinding:
    from ecom_platform.dashboard.tableau.lint import problems

    offences = [f"{name}: {problem}" for name, text in _workbooks(folder).items() for problem in problems(text)]
    return _finding("Tableau may refuse the workbook or show empty sheets", offences)


def _workbook_schema(folder: Path, schemas: Path) -> CheckFinding:
    from ecom_platform.dashboard.tableau import schema

    published = schema.schemas(schemas)
    offences = [
        f"{name} by {each.name}: {violation}."
        for name, text in _workbooks(folder).items()
        for each in published
        for violation in schema.violations(text, each)
    ]
    if not published:
        offences.append(f"there is no {schema.PATTERN} in {schemas}.")
    return _finding("The workbook is not valid", offences)


def _extracts(folder: Path, warehouse: WarehouseResource) -> CheckFinding:
    from ecom_platform.dashboard.tableau.extracts import disagreements, sums_of_warehouse
    from ecom_platform.dashboard.tableau.package import PACKAGE, sums_of_package

    store = warehouse.open()
    with store.session():
        offences = [
            f"{table}: {each}."
            for table, found in sums_of_package(folder / PACKAGE).items()
            for each in disagreements(found, sums_of_warehouse(store, table))
        ]
    return _finding("The extracts are not what the warehouse holds", offences)


def _model(folder: Path) -> CheckFinding:
    from ecom_platform.dashboard.documents import OSSIE

    return _finding("The semantic model is not valid", _violations(folder / MODEL_FILE, OSSIE))


def _documents(folder: Path) -> CheckFinding:
    from ecom_platform.dashboard.contracts import LAYER
    from ecom_platform.dashboard.documents import DATA_CONTRACT
    from ecom_platform.tables import CATALOG

    offences = []
    for table in CATALOG.layer(LAYER):
        path = folder / CONTRACT_FOLDER / f"{table.name}.yaml"
        found = _violations(path, DATA_CONTRACT) if path.is_file() else ["there is no contract."]
        offences += [f"{table.name}: {each}" for each in found]
    return _finding("A contract is missing or not valid", offences)


def _violations(path: Path, schema: str) -> list[str]:
    import yaml

    from ecom_platform.dashboard.documents import violations

    return [f"{each}." for each in violations(yaml.safe_load(path.read_text(encoding="utf-8")), schema)]
