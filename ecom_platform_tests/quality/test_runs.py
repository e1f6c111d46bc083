"""Checks in real runs: what each says month by month, what a failing guard stops, and what it leaves alone."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ecom_platform.definitions import build_definitions
from ecom_platform.orchestration.automation.schedules import range_tags
from ecom_platform.orchestration.checks import guards
from ecom_platform.quality.checks.validation import Validation, validate
from ecom_platform.settings import Settings
from ecom_platform.tables import CATALOG, CLEANED, Table
from ecom_platform.warehouse.contract import Content, RowCounts, Warehouse
from ecom_platform.warehouse.duckdb.connections import Mode
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse

MONTHS = ["2026-09-01", "2026-10-01", "2026-11-01"]
FROM_ORDERS = ["clean/orders", "marts/dm_user_purchase_summary", "marts/dm_funnel_events", "marts/dm_subscription_kpis"]

Evaluations = dict[tuple[str, str | None], dg.AssetCheckEvaluation]


class Platform:
    """The platform on a small world, run in this process."""

    def __init__(self, home: Path, users: int = 4000) -> None:
        self.settings = Settings.load(
            {"ECOM_HOME": str(home), "ECOM_USERS": f"{users}", "ECOM_START_MONTH": "2026-09", "ECOM_AS_OF": "2026-11-22"}
        )
        self.instance = dg.DagsterInstance.ephemeral()
        self.warehouse = DuckDBWarehouse(self.settings.warehouse_path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.job = build_definitions(self.settings).resolve_implicit_global_asset_job_def()

    def run(self, *assets: str, month: str | None = None) -> dg.ExecuteInProcessResult:
        return self.job.execute_in_process(
            instance=self.instance,
            asset_selection=[dg.AssetKey(asset.split("/")) for asset in assets] or None,
            partition_key=month,
            tags=None if month else range_tags(MONTHS[0], MONTHS[-1]),
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        )


def evaluations(result: dg.ExecuteInProcessResult) -> Evaluations:
    found = result.get_asset_check_evaluations()
    reported = {(f"{each.asset_key.to_user_string()}:{each.check_name}", each.partition): each for each in found}
    assert len(reported) == len(found), "a check was reported twice"
    return reported


def materialised(result: dg.ExecuteInProcessResult) -> set[str]:
    return {event.asset_key.to_user_string() for event in result.get_asset_materialization_events() if event.asset_key}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    return Platform(tmp_path_factory.mktemp("platform"))


@pytest.fixture(scope="module")
def read() -> dict[str, set[str]]:
    """The tables that the checks of each table have asked the warehouse for."""
    return {}


@pytest.fixture(scope="module")
def healthy(platform: Platform, read: dict[str, set[str]]) -> dg.ExecuteInProcessResult:
    def noted(tables: Iterable[Table]) -> None:
        with suppress(dg.DagsterInvariantViolationError):
            (asset,) = {spec.asset_key for spec in dg.AssetCheckExecutionContext.get().check_specs}
            read.setdefault(".".join(asset.path), set()).update(map(str, tables))

    def watched(name: str, tables: Callable[..., Iterable[Table]]) -> None:
        original = getattr(DuckDBWarehouse, name)

        @wraps(original)
        def method(self: DuckDBWarehouse, *arguments: Any) -> Any:
            noted(tables(*arguments))
            return original(self, *arguments)

        patch.setattr(DuckDBWarehouse, name, method)

    with pytest.MonkeyPatch.context() as patch:
        watched("stored_columns", lambda table: [table])
        watched("query", lambda _, reads=(), *__: reads)
        watched("read", lambda table, *_: [table])
        watched("row_counts", lambda table: [table])
        result = platform.run()
    assert result.success
    return result


def test_a_first_build_of_one_table_and_its_sources_passes_every_guard(tmp_path: Path) -> None:
    platform = Platform(tmp_path, users=300)
    built = dg.AssetSelection.assets("clean/orders").upstream().required_multi_asset_neighbors()
    graph = platform.job.asset_layer.asset_graph
    result = platform.run(*(key.to_user_string() for key in built.resolve(graph)))
    assert result.success
    assert "clean/orders" in materialised(result)
    assert not materialised(result) & {"clean/experiment_assignments", "clean/order_items", "marts/dm_funnel_events"}
    guards = [each for each in evaluations(result).values() if each.check_name in ("contract", "accounting")]
    assert guards
    assert all(each.passed for each in guards)


def test_a_range_run_reports_every_check_once_and_its_months(healthy: dg.ExecuteInProcessResult) -> None:
    reported = evaluations(healthy)
    checks = {check.to_user_string() for check in healthy.job_def.asset_layer.asset_graph.asset_check_keys}
    assert {name for name, partition in reported if partition is None} == checks
    months = Counter(name for name, partition in reported if partition)
    assert set(months.values()) == {len(MONTHS)}
    assert {"clean/orders:contract", "clean/users:accounting", "raw/users:missing_region"} <= set(months)


def test_every_check_reads_the_tables_it_declares_and_no_other(
    healthy: dg.ExecuteInProcessResult, read: Mapping[str, set[str]]
) -> None:
    graph = healthy.job_def.asset_layer.asset_graph
    declared: dict[str, set[str]] = {}
    for check in graph.asset_check_keys:
        tables = {".".join(key.path) for key in graph.get(check).parent_entity_keys if isinstance(key, dg.AssetKey)}
        declared.setdefault(".".join(check.asset_key.path), set()).update(tables)
    files = declared.keys() - CATALOG.keys()
    assert {name: tables for name, tables in read.items() if name not in files} == {
        name: tables for name, tables in declared.items() if name not in files
    }
    for name in files & read.keys():
        built_before = {".".join(key.path) for key in graph.get_ancestor_asset_keys(dg.AssetKey(name.split(".")))}
        assert read[name] <= built_before, name


def test_guards_pass_and_reports_warn_of_what_was_injected(healthy: dg.ExecuteInProcessResult) -> None:
    reported = evaluations(healthy)
    failed = [each for each in reported.values() if not each.passed]
    assert {each.severity for each in failed} == {dg.AssetCheckSeverity.WARN}
    assert {each.asset_key.path[0] for each in failed} == {"raw"}
    assert not reported["raw/user_events:session_id_null", None].passed
    injected = {each.kind for raw in CLEANED for each in raw.remediations if each.injected}
    families = {"missing_values", "accepted_values", "ranges", "references"}
    assert {each.check_name for each in failed} <= injected | families | {"order_quarantined", "consistency"}


def test_a_warning_has_count_rate_and_a_few_keys_and_no_data(healthy: dg.ExecuteInProcessResult) -> None:
    found = evaluations(healthy)["raw/user_events:session_id_null", None]
    values: dict[str, Any] = {name: value.value for name, value in found.metadata.items()}
    assert values["offending_rows"] == values["repaired"] + values["quarantined"] > 0
    assert values["rate"] == values["offending_rows"] / values["rows"]
    keys = str(values["example_keys"]).split(", ")
    assert len(keys) == 3
    assert all(key.startswith("e") for key in keys)
    assert set(values) == {"offending_rows", "rows", "rate", "months", "example_keys", "repaired", "quarantined"}


def test_a_run_of_one_month_reports_that_month(platform: Platform, healthy: dg.ExecuteInProcessResult) -> None:
    assert healthy.success
    reported = evaluations(platform.run("clean/orders", month=MONTHS[1]))
    assert reported["clean/orders:contract", MONTHS[1]].passed
    assert reported["clean/orders:accounting", MONTHS[1]].passed
    assert {partition for (name, partition) in reported if name.startswith("clean/orders")} == {MONTHS[1]}


Replace = Callable[[DuckDBWarehouse, Mapping[Table, Content], Sequence[str] | None], dict[Table, RowCounts]]


def with_a_bug(name: str, sql: str) -> Replace:
    """A warehouse whose writing of one table goes wrong."""
    original = DuckDBWarehouse.replace

    def replace(
        self: DuckDBWarehouse, contents: Mapping[Table, Content], partitions: Sequence[str] | None
    ) -> dict[Table, RowCounts]:
        counts = original(self, contents, partitions)
        if CATALOG[name] in contents:
            with self._connection(Mode.WRITE) as connection:
                connection.execute(sql)
        return counts

    return replace


def test_a_failing_guard_stops_its_marts_and_only_those(
    platform: Platform, healthy: dg.ExecuteInProcessResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert healthy.success
    summary = CATALOG["marts.dm_user_purchase_summary"]
    before = platform.warehouse.read(summary)
    bug = f"UPDATE clean.orders SET payment_status = 'paid' WHERE signup_month = DATE '{MONTHS[1]}'"
    monkeypatch.setattr(DuckDBWarehouse, "replace", with_a_bug("clean.orders", bug))
    result = platform.run(*FROM_ORDERS)
    assert not result.success
    assert materialised(result) == {"clean/orders", "marts/dm_funnel_events"}
    assert platform.warehouse.read(summary).equals(before)

    reported = evaluations(result)
    assert {month: reported["clean/orders:contract", month].passed for month in MONTHS} == {
        MONTHS[0]: True,
        MONTHS[1]: False,
        MONTHS[2]: True,
    }
    assert reported["clean/orders:accounting", None].passed
    verdict = reported["clean/orders:contract", None]
    assert verdict.severity == dg.AssetCheckSeverity.ERROR
    assert verdict.description is not None
    assert "payment_status is one of success, failed" in verdict.description
    assert "Nothing was built from it; what was built before stands." in verdict.description
    assert verdict.metadata["months"].value == MONTHS[1]


def test_a_guard_that_itself_breaks_says_so_and_stops_its_marts_too(
    platform: Platform, healthy: dg.ExecuteInProcessResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert healthy.success

    def validation(warehouse: Warehouse, table: Table, partitions: Sequence[str] | None) -> Validation:
        if str(table) == "clean.orders":
            raise RuntimeError("the catalogue is away")
        return validate(warehouse, table, partitions)

    monkeypatch.setattr(guards, "validate", validation)
    result = platform.run(*FROM_ORDERS)
    assert not result.success
    assert materialised(result) == {"clean/orders", "marts/dm_funnel_events"}
    reported = evaluations(result)
    verdict = reported["clean/orders:contract", None]
    assert not verdict.passed
    assert verdict.severity == dg.AssetCheckSeverity.ERROR
    assert verdict.metadata["check_broke"].value is True
    assert verdict.description == (
        "The check itself failed, so nothing is known about the data. What depends on the table was held back. "
        "The error: RuntimeError: the catalogue is away"
    )
    assert "offending_rows" not in verdict.metadata
    assert not any(reported["clean/orders:contract", month].passed for month in MONTHS)


def test_a_report_that_breaks_is_an_error_not_a_warning_about_the_data(
    platform: Platform, healthy: dg.ExecuteInProcessResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert healthy.success

    def validation(*_: object) -> Validation:
        raise RuntimeError("the catalogue is away")

    monkeypatch.setattr("ecom_platform.orchestration.checks.reports.validate", validation)
    reported = evaluations(platform.run("raw/products"))
    assert {each.severity for each in reported.values()} == {dg.AssetCheckSeverity.ERROR}
    assert all("check_broke" in each.metadata for each in reported.values())
