"""The files that other tools read, as assets: written whole, checked as written, and complete without the optional extra."""

from __future__ import annotations

import shutil
from pathlib import Path
from zipfile import ZipFile

import dagster as dg
import pytest
import yaml

from ecom_platform.dashboard.tableau.options import TableauOptions
from ecom_platform.dashboard.tableau.package import inner_workbook
from ecom_platform.dashboard.tableau.sheets import TABLES
from ecom_platform.orchestration.assets import exports
from ecom_platform.orchestration.assets.exports import export_assets
from ecom_platform.orchestration.checks.exports import export_checks
from ecom_platform.orchestration.resources import BigQueryResource, DuckDBResource
from ecom_platform.settings import Settings
from ecom_platform.tables import DASHBOARD, MARTS
from ecom_platform_tests.marts.random_shop import random_shop
from ecom_platform_tests.marts.shop import Marts

Results = dict[tuple[str, str], dg.AssetCheckEvaluation]


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    return random_shop(9, users=30).build(tmp_path_factory.mktemp("shop"), *TABLES)


@pytest.fixture(scope="module")
def published() -> Path | None:
    """The folder of Tableau's schemas, where it is there."""
    folders = (parent / "shared" / "schemas" for parent in Path(__file__).parents)
    return next((folder for folder in folders if folder.is_dir()), None)


def run(home: Path, warehouse: Path, schemas: Path | None, only_checks: bool = False) -> dg.ExecuteInProcessResult:
    settings = Settings(home=home, tableau=TableauOptions(schemas=schemas))
    return dg.materialize(
        [*export_assets(settings), *export_checks(settings)],
        resources={"warehouse": DuckDBResource(path=str(warehouse))},
        selection=dg.AssetSelection.all_asset_checks() if only_checks else None,
        raise_on_error=False,
    )


def checked(result: dg.ExecuteInProcessResult) -> Results:
    return {(each.asset_key.path[-1], each.check_name): each for each in result.get_asset_check_evaluations()}


@pytest.fixture(scope="module")
def warehouse(marts: Marts) -> Path:
    return marts.warehouse.path


@pytest.fixture(scope="module")
def made(
    warehouse: Path, published: Path | None, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dg.ExecuteInProcessResult]:
    home = tmp_path_factory.mktemp("home")
    return home, run(home, warehouse, published)


@pytest.fixture
def home(made: tuple[Path, dg.ExecuteInProcessResult], tmp_path: Path) -> Path:
    """A copy of what was written, to be damaged."""
    shutil.copytree(made[0] / "dashboard", tmp_path / "dashboard")
    return tmp_path


def test_everything_is_written_and_passes_its_checks(
    made: tuple[Path, dg.ExecuteInProcessResult], published: Path | None
) -> None:
    home, result = made
    assert result.success
    written = {str(path.relative_to(home / "dashboard")) for path in home.glob("dashboard/**/*") if path.is_file()}
    contracts = {f"contracts/{table.name}.yaml" for table in MARTS}
    assert written == {"workbook.twb", "workbook.twbx", "semantic_model.yaml", *contracts}
    results = checked(result)
    expected = {("workbook", "references"), ("workbook", "extracts"), ("semantic_model", "schema"), ("contracts", "schema")}
    assert set(results) == expected | ({("workbook", "schema")} if published else set())
    assert all(each.passed for each in results.values()), results


def test_the_ui_shows_where_they_are_and_what_is_in_them(made: tuple[Path, dg.ExecuteInProcessResult]) -> None:
    home, result = made
    (workbook,) = result.asset_materializations_for_node("dashboard__workbook")
    assert workbook.metadata["file"].value == str(home / "dashboard" / "workbook.twbx")
    assert workbook.metadata["dashboards"].value == 4
    assert workbook.metadata["sheets"].value == 28
    (model,) = result.asset_materializations_for_node("dashboard__semantic_model")
    on_file = yaml.safe_load((home / "dashboard" / "semantic_model.yaml").read_text())["semantic_model"][0]
    assert model.metadata["metrics"].value == len(on_file["metrics"])
    assert "marts.dm_funnel_events" in {dataset["source"] for dataset in on_file["datasets"]}


def misspelt(home: Path) -> None:
    path = home / "dashboard" / "workbook.twb"
    path.write_bytes(path.read_bytes().replace(b"SUM([order_count])", b"SUM([ordercount])"))


def sheet_gone(home: Path) -> None:
    path = home / "dashboard" / "workbook.twbx"
    inner = inner_workbook(path).replace(b'<zone name="Revenue by month"', b'<zone name="Revenue"')
    with ZipFile(path) as old:
        kept = {name: old.read(name) for name in old.namelist() if name != "workbook.twb"}
    with ZipFile(path, "w") as new:
        for name, content in {"workbook.twb": inner, **kept}.items():
            new.writestr(name, content)


def unknown_dialect(home: Path) -> None:
    path = home / "dashboard" / "semantic_model.yaml"
    path.write_text(path.read_text().replace("dialect: BIGQUERY", "dialect: GOOGLE", 1))


def contract_gone(home: Path) -> None:
    (home / "dashboard" / "contracts" / "dm_rfm.yaml").unlink()


SAID = {
    ("workbook", "references"): (
        "workbook.twb: the data source federated.kpis_by_month: the formula of [Calculation_average_order_value] names "
        "[ordercount], which is no field",
        "workbook.twbx: the dashboard 'KPI Overview' has a zone for 'Revenue', which is no sheet",
    ),
    ("workbook", "schema"): ("there is no twb_*.xsd in",),
    ("semantic_model", "schema"): ("'GOOGLE' is not one of",),
    ("contracts", "schema"): ("dm_rfm: there is no contract",),
}


def test_damaged_files_and_a_folder_without_schemas_are_found_and_named(home: Path, warehouse: Path, tmp_path: Path) -> None:
    for damage in (misspelt, sheet_gone, unknown_dialect, contract_gone):
        damage(home)
    (tmp_path / "empty").mkdir()
    results = checked(run(home, warehouse, tmp_path / "empty", only_checks=True))
    assert {name for name, result in results.items() if not result.passed} == set(SAID)
    for name, words in SAID.items():
        for said in words:
            assert said in str(results[name].metadata["offences"].value)
        assert words[0] in str(results[name].description)


def test_extracts_of_another_day_are_found(home: Path, marts: Marts, tmp_path: Path) -> None:
    later = tmp_path / "later.duckdb"
    shutil.copy(marts.warehouse.path, later)
    from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse

    kpis = next(table for table in DASHBOARD if table.name == "kpis_by_month")
    rows = marts.arrow(kpis)
    DuckDBWarehouse(later).replace({kpis: rows.slice(1)}, marts.months)
    results = checked(run(home, later, None, only_checks=True))
    assert "kpis_by_month: rows_there is" in str(results["workbook", "extracts"].description)


def test_without_the_extra_there_is_the_live_workbook_and_a_word_on_what_to_install(
    home: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "available", lambda: False)
    monkeypatch.setattr("ecom_platform.orchestration.checks.exports.available", lambda: False)
    result = run(home, warehouse, None)
    assert result.success
    assert not (home / "dashboard" / "workbook.twbx").exists(), "an earlier run's is out of date"
    (workbook,) = result.asset_materializations_for_node("dashboard__workbook")
    assert workbook.metadata["extracts"].value == "none: pip install 'ecom-platform[tableau]'"
    assert all(each.passed for each in checked(result).values())
    assert ("workbook", "extracts") not in checked(result)


def test_bigquery_tables_are_named_with_their_project_and_dataset() -> None:
    server = BigQueryResource.of(Settings.load({"ECOM_BIGQUERY_PROJECT": "my-project"}).bigquery).server("marts")
    assert server == {"type": "bigquery", "project": "my-project", "dataset": "ecom_marts"}
    assert exports._located(MARTS[0], server) == f"my-project.ecom_marts.{MARTS[0].name}"
