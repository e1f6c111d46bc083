"""`dg` in a fresh clone: it lists, checks, scaffolds, launches and serves the platform together with a user's own assets."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from ecom_platform.components.sql_assets import EXAMPLE

CHECKOUT = Path(__file__).parents[1]
DG = str(Path(sys.executable).parent / "dg")
START_SECONDS = 300


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What somebody who clones the checkout as it stands gets, with an asset and a folder of SQL files scaffolded in it."""
    folder = tmp_path_factory.mktemp("clone") / "ecom_platform"
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listed, cwd=CHECKOUT, check=True, capture_output=True, text=True).stdout.split("\0"):
        if name and (CHECKOUT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, folder / name)
    for scaffold in (("dagster.asset", "mine/extra.py"), ("ecom_platform.components.SqlAssets", "mine_sql")):
        done = dg(folder, "scaffold", "defs", *scaffold)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


def environment(clone: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ECOM_", "DAGSTER_"))}
    world = {"ECOM_START_MONTH": "2026-01", "ECOM_AS_OF": "2026-02-10", "ECOM_USERS": "1000"}
    return kept | world | {"PYTHONPATH": str(clone), "DAGSTER_DISABLE_TELEMETRY": "true"}


def dg(clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([DG, *arguments], cwd=clone, env=environment(clone), capture_output=True, text=True, check=False)


def test_a_scaffold_lands_in_the_folder_of_own_assets(clone: Path) -> None:
    own = clone / "ecom_platform" / "defs"
    written = {str(path.relative_to(own)) for path in own.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert written == {"__init__.py", "mine/extra.py", "mine_sql/defs.yaml", f"mine_sql/{EXAMPLE}.sql"}


def test_own_assets_are_listed_beside_the_platforms(clone: Path) -> None:
    listed = dg(clone, "list", "defs", "--json")
    assert listed.returncode == 0, listed.stderr
    assets = {asset["asset_key"]: asset for asset in json.loads(listed.stdout)["assets"]}
    assert {"extra", f"mine_sql/{EXAMPLE}", "marts/dm_user_purchase_summary"} <= assets.keys()
    assert assets[f"mine_sql/{EXAMPLE}"]["dependency_keys"] == ["marts/dm_user_purchase_summary"]


def test_the_definitions_and_the_yaml_are_sound_as_scaffolded(clone: Path) -> None:
    checked = dg(clone, "check", "defs")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "All component YAML validated successfully." in checked.stdout
    assert "All definitions loaded successfully." in checked.stdout


def test_a_mistake_in_own_sql_is_told_with_file_and_line(clone: Path) -> None:
    file = clone / "ecom_platform" / "defs" / "mine_sql" / f"{EXAMPLE}.sql"
    text = file.read_text()
    file.write_text(text.replace("successful_order_count", "successful_order_cuont"))
    try:
        checked = dg(clone, "check", "defs")
    finally:
        file.write_text(text)
    assert checked.returncode == 1
    said = " ".join((checked.stdout + checked.stderr).split())
    place = f"ecom_platform/defs/mine_sql/{EXAMPLE}.sql:8"
    assert f"{place}: there is no column successful_order_cuont; did you mean successful_order_count?" in said


def test_an_own_asset_is_launched_for_a_month(clone: Path) -> None:
    launched = dg(clone, "launch", "--assets", f"mine_sql/{EXAMPLE}", "--partition", "2026-01-01")
    said = launched.stdout + launched.stderr
    assert launched.returncode == 0, said
    assert f"Materialized value mine_sql {EXAMPLE}" in said
    assert (clone / ".ecom" / "warehouse.duckdb").exists()


@pytest.fixture
def served(clone: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """`dg dev` in the clone, and the address that it serves on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = [DG, "dev", "--host", "127.0.0.1", "--port", str(port)]
    with (clone / "dev.log").open("wb") as log:
        process = subprocess.Popen(
            arguments, cwd=clone, env=environment(clone), stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_it_serves_them_all_and_stops_when_asked_to(clone: Path, served: tuple[subprocess.Popen[bytes], str]) -> None:
    process, address = served
    query = json.dumps({"query": "{ assetNodes { assetKey { path } } }"}).encode()
    request = Request(f"{address}/graphql", query, {"Content-Type": "application/json"})
    answer, deadline = None, time.monotonic() + START_SECONDS
    while answer is None and process.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(request) as response:
                answer = json.load(response)
        except (URLError, ConnectionError):
            time.sleep(0.2)
    assert answer is not None, (clone / "dev.log").read_text()
    shown = {"/".join(node["assetKey"]["path"]) for node in answer["data"]["assetNodes"]}
    assert {"extra", f"mine_sql/{EXAMPLE}", "analysis/cohort_retention"} <= shown
    process.send_signal(signal.SIGINT)
    process.wait(timeout=60)
