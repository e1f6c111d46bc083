"""`ecom run` and `ecom query`: a whole platform, seen from the terminal and in the instance."""

import csv
import errno
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from ecom_platform.cli.execution import RunSummary, show_run
from ecom_platform.tables import CATALOG
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform.warehouse.errors import WarehouseError
from ecom_platform_tests.cli.conftest import Ecom
from ecom_platform_tests.conftest import Built

MONTHS = ["2026-01-01", "2026-02-01", "2026-03-01"]
DATA = '+key:"marts/dm_user_purchase_summary"'
"""From the raw tables to a mart."""


def hashes(home: Path) -> dict[str, int]:
    """A hash of every table's rows, whatever their order."""
    warehouse = DuckDBWarehouse(home / "warehouse.duckdb")
    found = {}
    for name in warehouse.tables():
        rows = warehouse.query_native(f"SELECT bit_xor(hash(t)) AS h, count(*) AS n FROM {name} AS t").to_pylist()[0]
        found[name] = hash((rows["h"], rows["n"]))
    return found


def test_a_run_materialises_every_table_and_says_so(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    warehouse = DuckDBWarehouse(built.home / "warehouse.duckdb")
    assert set(warehouse.tables()) == set(CATALOG)
    for name in CATALOG:
        assert name.replace(".", "/") in built.out
    users = sum(warehouse.row_counts(CATALOG["raw.users"]).values())
    assert users > 0
    assert any(line.split()[:2] == ["raw/users", f"{users:,}"] for line in built.out.splitlines())
    assert "ecom ui" in built.out

    monkeypatch.setenv("DAGSTER_HOME", str(built.home / "dagster"))
    with dg.DagsterInstance.from_config(str(built.home / "dagster")) as instance:
        (run,) = instance.get_runs()
        assert run.status is dg.DagsterRunStatus.SUCCESS
        counts = warehouse.row_counts(CATALOG["clean.orders"])
        for month in MONTHS:
            records = instance.fetch_materializations(
                dg.AssetRecordsFilter(dg.AssetKey(["clean", "orders"]), asset_partitions=[month]), limit=1
            ).records
            assert records[0].asset_materialization is not None
            assert records[0].asset_materialization.metadata["dagster/partition_row_count"].value == counts.get(month, 0)
        for name in ("products", "orders"):
            written = instance.get_latest_materialization_event(dg.AssetKey(["raw", name]))
            assert written is not None
            assert written.asset_materialization is not None
            assert written.asset_materialization.metadata["currency"].value == "KRW"


def test_a_second_run_changes_no_row(ecom: Ecom, built: Built, tmp_path: Path) -> None:
    shutil.copytree(built.home, tmp_path / "home")
    assert ecom("run", "--select", DATA).exit_code == 0
    assert hashes(tmp_path / "home") == hashes(built.home)


def test_partitions_built_one_at_a_time_in_another_order_give_the_same_tables(
    ecom: Ecom, built: Built, tmp_path: Path
) -> None:
    for month in ("2026-03", "2026-01", "2026-02"):
        assert ecom("run", "--months", month, "--select", DATA).exit_code == 0
    one_by_one, whole = hashes(tmp_path / "home"), hashes(built.home)
    assert one_by_one == {name: whole[name] for name in one_by_one}
    assert {"raw.user_events", "clean.orders", "marts.dm_user_purchase_summary"} <= one_by_one.keys()


def runs(home: Path) -> int:
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        return instance.get_runs_count()


def test_another_world_is_refused_before_anything_runs_whatever_is_selected(
    ecom: Ecom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home" / "dagster"))
    assert ecom("run", "--select", "group:raw").exit_code == 0
    before = hashes(tmp_path / "home")
    for what in (("--select", "group:raw"), ("--select", "group:marts"), ("--job", "refresh_data_mart"), ()):
        answer = ecom("run", "--seed", "8", *what)
        assert answer.exit_code == 1
        (line,) = answer.err.splitlines()
        assert "holds the data of another world: seed is 7 there and 8 here; use another ECOM_HOME" in line
        assert "Traceback" not in answer.out
    assert hashes(tmp_path / "home") == before
    assert runs(tmp_path / "home") == 1


def test_tables_do_not_go_back_in_time(ecom: Ecom, tmp_path: Path) -> None:
    assert ecom("run", "--select", "group:raw").exit_code == 0
    before = hashes(tmp_path / "home")
    for what in ((), ("--months", "2026-02"), ("--select", "group:raw")):
        answer = ecom("run", "--as-of", "2026-03-19", *what)
        assert answer.exit_code == 1
        (line,) = answer.err.splitlines()
        assert "holds what happened up to 2026-03-20, and the as-of date is 2026-03-19" in line
        assert "set ECOM_AS_OF to 2026-03-20 or later" in line
    assert hashes(tmp_path / "home") == before
    assert ecom("run", "--as-of", "2026-03-21", "--select", "group:raw").exit_code == 0


def test_a_day_of_history_is_put_right_by_the_job_that_adds_days(ecom: Ecom, tmp_path: Path) -> None:
    assert ecom("run", "--select", "group:raw").exit_code == 0
    before = hashes(tmp_path / "home")
    assert ecom("run", "--as-of", "2026-03-19", "--job", "generate_synthetic_data_daily").exit_code == 0
    assert before.items() <= hashes(tmp_path / "home").items()


def test_a_selection_runs_alone(ecom: Ecom, tmp_path: Path) -> None:
    assert ecom("run", "--select", 'key:"raw/products"').exit_code == 0
    assert set(DuckDBWarehouse(tmp_path / "home" / "warehouse.duckdb").tables()) == {"raw.products"}


def test_a_table_that_is_written_together_with_others_brings_them(ecom: Ecom, tmp_path: Path) -> None:
    assert ecom("run", "--select", 'key:"raw/products" or key:"raw/users"').exit_code == 0
    tables = set(DuckDBWarehouse(tmp_path / "home" / "warehouse.duckdb").tables())
    assert {"raw.users", "raw.orders", "raw.observation_windows"} <= tables


def test_of_a_failure_the_sentence_that_says_what_to_do_is_told_whole() -> None:
    @dg.asset
    def broken() -> None:
        try:
            raise OSError("Could not write file: No space left on device")
        except OSError as error:
            raise WarehouseError("replacing raw.users failed: No space left on device; free some space.") from error

    @dg.asset
    def foreign() -> None:
        try:
            raise ValueError("something: else")
        except ValueError as error:
            raise RuntimeError("it went wrong") from error

    @dg.asset
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "report.html")

    summary = RunSummary()
    for event in dg.materialize([broken, foreign, full], raise_on_error=False).all_events:
        summary.add(event)
    assert summary.errors["broken"] == "replacing raw.users failed: No space left on device; free some space."
    assert summary.errors["foreign"] == "something: else"
    assert summary.errors["full"].startswith("[Errno 28] No space left on device: 'report.html'; the disk takes no more")


def test_every_warning_and_failed_check_is_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    @dg.asset(check_specs=[dg.AssetCheckSpec(name, asset="thing") for name in ("odd", "bad", "good")])
    def thing() -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]:
        yield dg.MaterializeResult()
        warn = dg.AssetCheckSeverity.WARN
        yield dg.AssetCheckResult(check_name="odd", passed=False, severity=warn, description="3 rows are odd.\nAnd more.")
        yield dg.AssetCheckResult(check_name="bad", passed=False)
        yield dg.AssetCheckResult(check_name="good", passed=True, description="All is well.")

    summary = RunSummary()
    for event in dg.materialize([thing]).all_events:
        summary.add(event)
    show_run(Console(width=100), summary, True, "1234-5", 1.0)
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert "warned: thing, odd: 3 rows are odd." in lines
    assert "failed: thing, bad: it did not pass" in lines
    assert not any("well" in line or "And more" in line for line in lines)


@pytest.mark.parametrize("form", ["table", "csv", "parquet"])
def test_a_query_comes_out_in_the_form_asked_for(ecom: Ecom, tmp_path: Path, form: str) -> None:
    assert ecom("run", "--select", 'key:"raw/products"').exit_code == 0
    sql = "SELECT category, count(*) AS products FROM raw.products GROUP BY ALL ORDER BY ALL"
    file = tmp_path / "answer"
    answer = ecom("query", sql, "--format", form, *(("--out", str(file)) if form == "parquet" else ()))
    assert answer.exit_code == 0
    if form == "parquet":
        rows = [(row["category"], row["products"]) for row in pq.read_table(file).to_pylist()]
    elif form == "csv":
        rows = [(row["category"], int(row["products"])) for row in csv.DictReader(io.StringIO(answer.out))]
    else:
        rows = [(line.split()[0], int(line.split()[1])) for line in answer.out.splitlines()[1:]]
    assert len(rows) == 7
    assert sum(count for _, count in rows) == 300
    assert [category for category, _ in rows] == sorted(category for category, _ in rows)


def test_every_command_has_help_with_an_example(ecom: Ecom) -> None:
    answer = ecom("--help")
    commands = [line.split()[0] for line in answer.out.partition("Commands:")[2].strip().splitlines()]
    assert {"run", "ui", "query", "import", "world"} <= set(commands)
    for command in commands:
        answer = ecom(command, "--help")
        assert answer.exit_code == 0
        assert "Example" in answer.out, command
        assert f"ecom {command}" in answer.out, command
