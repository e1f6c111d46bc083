"""The wheel: complete, and whole outside the checkout."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]


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


def run(installed: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ECOM_", "DAGSTER_"))}
    environment |= {
        "PYTHONPATH": str(installed),
        "ECOM_START_MONTH": "2026-01",
        "ECOM_AS_OF": "2026-02-10",
        "ECOM_USERS": "1000",
    }
    return subprocess.run([sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_the_sql_files_ship_inside_it(installed: Path) -> None:
    shipped = {path.relative_to(installed / "ecom_platform" / "sql") for path in installed.glob("ecom_platform/sql/*/*.sql")}
    assert shipped == {path.relative_to(CHECKOUT / "sql") for path in CHECKOUT.glob("sql/*/*.sql")}
    assert shipped


def test_it_runs_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    where = run(installed, tmp_path, "-c", "import ecom_platform; print(ecom_platform.__file__)")
    assert where.stdout.startswith(str(installed))
    answer = run(installed, tmp_path, "-c", "from ecom_platform.cli import main; main()", "run")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert (tmp_path / ".ecom" / "warehouse.duckdb").exists()
