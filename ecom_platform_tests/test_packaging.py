"""The wheel: complete, and whole outside the checkout."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
UP_TO_CLEAN = "group:raw or group:clean"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing but the installed wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(CHECKOUT)]
    subprocess.run(build, check=True, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", str(folder / "site"), str(wheel)], check=True, cwd=folder)
    return folder / "site"


def run(installed: Path, cwd: Path, *arguments: str, own: bool = False) -> subprocess.CompletedProcess[str]:
    """Runs Python with nothing but the wheel, and, where `own`, the project in the folder beside it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ECOM_", "DAGSTER_"))}
    environment |= {
        "PYTHONPATH": f"{installed}{os.pathsep}{cwd}" if own else str(installed),
        "ECOM_START_MONTH": "2026-01",
        "ECOM_AS_OF": "2026-02-10",
        "ECOM_USERS": "1000",
    }
    return subprocess.run([sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_the_sql_files_ship_inside_it(installed: Path) -> None:
    shipped = {path.relative_to(installed / "ecom_platform" / "sql") for path in installed.glob("ecom_platform/sql/*/*.sql")}
    assert shipped == {path.relative_to(CHECKOUT / "sql") for path in CHECKOUT.glob("sql/*/*.sql")}
    assert shipped


def test_templates_and_schemas_ship_inside_it(installed: Path) -> None:
    own = CHECKOUT / "ecom_platform"
    kept = {
        path.relative_to(own) for path in own.rglob("*") if path.is_file() and path.suffix in {".j2", ".js", ".css", ".json"}
    }
    assert len(kept) > 5
    assert kept <= {path.relative_to(installed / "ecom_platform") for path in (installed / "ecom_platform").rglob("*")}


def test_it_runs_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    where = run(installed, tmp_path, "-c", "import ecom_platform; print(ecom_platform.__file__)")
    assert where.stdout.startswith(str(installed))
    answer = run(installed, tmp_path, "-c", "from ecom_platform.cli import main; main()", "run", "--select", UP_TO_CLEAN)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert (tmp_path / ".ecom" / "warehouse.duckdb").exists()


PROJECT = """\
[tool.dg]
directory_type = "project"

[tool.dg.project]
root_module = "my_shop"
"""
DEFINITIONS = """\
from pathlib import Path

import dagster as dg

from ecom_platform.definitions import resources
from ecom_platform.settings import Settings


@dg.definitions
def defs() -> dg.Definitions:
    own = dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
    return dg.Definitions.merge(own, dg.Definitions(resources=resources(Settings.load())))
"""
OWN_SQL = """\
-- How many users signed up on each day?
SELECT signup_date, MIN(signup_month) AS cohort, COUNT(*) AS user_count
FROM clean.users
GROUP BY signup_date
"""
OWN_YAML = """\
type: ecom_platform.components.SqlAssets
attributes:
  layer: my_reports
  tables:
    signups:
      key: [signup_date]
"""
BUILD = """\
import datetime, json, pathlib
import dagster as dg
import pyarrow as pa
import ecom_platform
from ecom_platform.tables import CATALOG
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from my_shop.definitions import defs

store, users = DuckDBWarehouse(pathlib.Path(".ecom/warehouse.duckdb")), CATALOG["clean.users"]
row = {name: None for name in users.column_names} | {
    "signup_date": datetime.date(2026, 1, 7), "signup_month": datetime.date(2026, 1, 1)
}
rows = [row | {"user_id": user_id} for user_id in ("a", "b")]
store.replace({users: pa.Table.from_pylist(rows, users.arrow_schema)}, ["2026-01-01"])

definitions = defs()
run = definitions.resolve_implicit_global_asset_job_def().execute_in_process()
node = definitions.resolve_asset_graph().get(dg.AssetKey(["my_reports", "signups"]))
deps = node.metadata["dagster/column_lineage"].deps_by_column["user_count"]
print(json.dumps({
    "platform": ecom_platform.__file__,
    "rows": store.query_native("SELECT user_count FROM my_reports.signups").to_pylist(),
    "lineage": [[dep.asset_key.to_user_string(), dep.column_name] for dep in deps],
    "checks": [[check.check_name, check.passed] for check in run.get_asset_check_evaluations()],
}))
"""


def test_a_project_that_has_it_installed_makes_assets_of_its_own_sql(installed: Path, tmp_path: Path) -> None:
    def dg(*arguments: str) -> subprocess.CompletedProcess[str]:
        return run(installed, tmp_path, "-m", "dagster_dg_cli.cli", *arguments, own=True)

    package = tmp_path / "my_shop"
    (package / "defs").mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    for folder in (package, package / "defs"):
        (folder / "__init__.py").touch()
    (package / "definitions.py").write_text(DEFINITIONS)
    scaffolded = dg("scaffold", "defs", "ecom_platform.components.SqlAssets", "reports")
    assert scaffolded.returncode == 0, scaffolded.stdout + scaffolded.stderr
    own = package / "defs" / "reports"
    for file in own.glob("*.sql"):
        file.unlink()
    (own / "signups.sql").write_text(OWN_SQL)
    (own / "defs.yaml").write_text(OWN_YAML)

    checked = dg("check", "defs")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    listed = json.loads(dg("list", "defs", "--json").stdout)
    assert {asset["asset_key"]: asset["dependency_keys"] for asset in listed["assets"]} == {
        "clean/users": [],
        "my_reports/signups": ["clean/users"],
    }
    built = run(installed, tmp_path, "-c", BUILD, own=True)
    assert built.returncode == 0, built.stderr
    assert json.loads(built.stdout.splitlines()[-1]) == {
        "platform": str(installed / "ecom_platform" / "__init__.py"),
        "rows": [{"user_count": 2}],
        "lineage": [["clean/users", "user_id"]],
        "checks": [["contract", True]],
    }
