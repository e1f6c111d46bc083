"""Every managed table has its checks, and each says what it checks."""

from __future__ import annotations

import subprocess
import sys

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

from ecom_platform.definitions import build_definitions
from ecom_platform.orchestration.checks.factory import asset_checks
from ecom_platform.orchestration.partitions import signup_months
from ecom_platform.orchestration.previews import knowingly
from ecom_platform.quality.checks.invariants import demands
from ecom_platform.settings import Settings
from ecom_platform.tables import CATALOG, CLEANED, Table
from ecom_platform.tables.cleaning import remediations_of

SETTINGS = Settings.load({"ECOM_AS_OF": "2026-11-22"})
with knowingly():
    CHECKS = asset_checks(SETTINGS, signup_months(SETTINGS.start_month, SETTINGS.as_of), CATALOG)
GUARDED = [table for table in CATALOG.values() if table not in CLEANED]


@pytest.fixture(scope="module")
def graph() -> AssetGraph:
    return build_definitions(SETTINGS).resolve_asset_graph()


def specs(table: Table) -> dict[str, dg.AssetCheckSpec]:
    key = dg.AssetKey([table.layer, table.name])
    return {spec.name: spec for checks in CHECKS for spec in checks.check_specs if spec.asset_key == key}


@pytest.mark.parametrize("table", CATALOG.values(), ids=str)
def test_every_table_has_checks_in_one_step_of_its_own(table: Table) -> None:
    key = dg.AssetKey([table.layer, table.name])
    steps = [checks for checks in CHECKS if any(spec.asset_key == key for spec in checks.check_specs)]
    assert len(steps) == 1
    assert {spec.asset_key for spec in steps[0].check_specs} == {key}


@pytest.mark.parametrize("table", GUARDED, ids=str)
def test_what_others_build_on_is_guarded_by_its_contract(table: Table) -> None:
    assert specs(table)["contract"].blocking


@pytest.mark.parametrize("table", CLEANED, ids=str)
def test_a_clean_table_is_guarded_by_the_accounting_too(table: Table) -> None:
    found = specs(CATALOG[f"clean.{table.name}"])
    assert set(found) == {"contract", "accounting"}
    assert all(spec.blocking for spec in found.values())


@pytest.mark.parametrize("table", CLEANED, ids=str)
def test_a_raw_table_is_reported_on_by_kind_and_by_family_and_stops_nothing(table: Table) -> None:
    found = specs(table)
    families = {rule.family.value for rule in demands(table)}
    kinds = {remediation.kind for remediation in remediations_of(table)}
    assert set(found) >= families | kinds | {"schema"}
    assert not any(spec.blocking for spec in found.values())


@pytest.mark.parametrize("table", CATALOG.values(), ids=str)
def test_whatever_has_months_is_reported_month_by_month(table: Table) -> None:
    whole = {name for name, spec in specs(table).items() if spec.partitions_def is None}
    assert whole == (set(specs(table)) & {"schema", "freshness", "drift"} if table.partitioned else set(specs(table)))


def test_what_arrives_is_compared_with_what_usually_does() -> None:
    assert {"volume", "freshness", "drift"} <= set(specs(CATALOG["raw.users"]))
    assert {"volume", "freshness"} <= set(specs(CATALOG["raw.user_events"]))
    assert {"volume", "drift"} <= set(specs(CATALOG["raw.order_items"]))


def test_ones_own_data_drift_from_no_declared_shares() -> None:
    with knowingly():
        own = asset_checks(
            Settings.load({"ECOM_SOURCE": "examples/online_retail"}),
            signup_months(SETTINGS.start_month, SETTINGS.as_of),
            CATALOG,
        )
    assert "drift" not in {spec.name for checks in own for spec in checks.check_specs}


def declared(spec: dg.AssetCheckSpec) -> set[str]:
    """The tables that a check declares to read besides its own."""
    return {".".join(dep.asset_key.path) for dep in spec.additional_deps}


@pytest.mark.parametrize("table", CATALOG.values(), ids=str)
def test_a_check_declares_exactly_the_tables_that_its_rules_read(table: Table) -> None:
    rules = demands(table)
    kinds = {each.kind for each in remediations_of(table)}
    for name, spec in specs(table).items():
        if name in ("contract", "schema"):
            expected = {read for rule in rules for read in rule.reads}
        elif name == "accounting":
            expected = {f"raw.{table.name}", f"quarantine.{table.name}"}
        elif name in ("volume", "freshness", "drift"):
            expected = {"raw.observation_windows"}
        elif name in kinds:
            expected = {f"violations.{table.name}"}
        else:
            expected = {read for rule in rules if rule.family.value == name for read in rule.reads}
        assert declared(spec) == expected - {str(table)}, name


def test_foreign_keys_and_invariants_are_among_what_a_contract_reads() -> None:
    assert declared(specs(CATALOG["clean.order_items"])["contract"]) == {"clean.orders", "clean.products"}
    assert declared(specs(CATALOG["marts.dm_funnel_events"])["contract"]) == {"clean.users"}


@pytest.mark.parametrize("table", GUARDED, ids=str)
def test_whoever_builds_a_table_with_its_sources_has_all_that_its_guard_reads(graph: AssetGraph, table: Table) -> None:
    key = dg.AssetKey([table.layer, table.name])
    upstream = graph.get_ancestor_asset_keys(key)
    read = {dg.AssetKey(name.split(".")) for spec in specs(table).values() for name in declared(spec)}
    assert read <= upstream


def test_every_check_is_described_in_a_sentence() -> None:
    for checks in CHECKS:
        for spec in checks.check_specs:
            assert spec.description, spec
            assert spec.description.rstrip().endswith("."), spec


def test_no_rule_reads_the_labels() -> None:
    for table in CATALOG.values():
        for rule in demands(table):
            assert "anomaly_flag" not in rule.columns
            assert not {"raw.injected_anomalies", "raw.world_truth"} & set(rule.reads)


def test_declaring_the_checks_imports_no_heavy_library() -> None:
    code = (
        "import sys; import ecom_platform.orchestration.checks.factory; "
        "print([name for name in ('pandera', 'ibis', 'pandas', 'pyarrow', 'duckdb') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
