"""What real runs say: failed checks are one alert each, failed runs another, and neither tells values."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
import pytest

from ecom_platform.orchestration.automation.run_reports import checks_seen, finished_runs, run_seen

MONTHS = dg.MonthlyPartitionsDefinition("2026-01-01", end_date="2026-04-01", fmt="%Y-%m-01")
RANGE = {"dagster/asset_partition_range_start": "2026-01-01", "dagster/asset_partition_range_end": "2026-03-01"}
UI = "http://ui"


class Shop(dg.Config):
    bad: list[str] = []  # noqa: RUF012
    warn: bool = False
    broken: bool = False
    crash: bool = False


@dg.asset(key=["clean", "orders"], partitions_def=MONTHS, backfill_policy=dg.BackfillPolicy.single_run())
def orders(config: Shop) -> None:
    if config.crash:
        raise ValueError("the customer's address is 1 Secret Street")


@dg.multi_asset_check(name="guard", specs=[dg.AssetCheckSpec("contract", asset=orders, blocking=True, partitions_def=MONTHS)])
def guard(context: dg.AssetCheckExecutionContext, config: Shop) -> Iterator[dg.AssetCheckEvaluation | dg.AssetCheckResult]:
    severity = dg.AssetCheckSeverity.WARN if config.warn else dg.AssetCheckSeverity.ERROR
    for key in context.op_execution_context.partition_keys:
        yield dg.AssetCheckEvaluation(
            asset_key=orders.key, check_name="contract", passed=key not in config.bad, severity=severity, partition=key
        )
    metadata: dict[str, Any] = {"offending_rows": 3, "example_keys": "o1, o2, o3, o4, o5, o6, o7"}
    if config.broken:
        metadata |= {"check_broke": True, "error": "ValueError: 1 Secret Street"}
    yield dg.AssetCheckResult(
        passed=not config.bad,
        asset_key=orders.key,
        check_name="contract",
        severity=severity,
        description="1 Secret Street" if config.broken else "3 rows violate 'an order has a user'.",
        metadata=metadata,
    )


def run(instance: dg.DagsterInstance, tags: Mapping[str, str] = RANGE, **shop: object) -> dg.RunRecord:
    job = dg.Definitions(
        assets=[orders], asset_checks=[guard], jobs=[dg.define_asset_job("daily", selection=[orders])]
    ).resolve_job_def("daily")
    ops = {name: {"config": shop} for name in ("clean__orders", "guard")}
    result = job.execute_in_process(instance=instance, tags=tags, run_config={"ops": ops}, raise_on_error=False)
    found = instance.get_run_record_by_id(result.run_id)
    assert found is not None
    return found


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def test_a_failed_check_is_one_fault_with_its_months_rows_and_a_few_keys(instance: dg.DagsterInstance) -> None:
    (seen,) = checks_seen(instance, run(instance, bad=["2026-01-01", "2026-03-01"]), UI)
    assert seen.alert is not None
    assert seen.alert.title == "clean/orders: check contract failed"
    assert seen.alert.partitions == ("2026-01-01", "2026-03-01")
    assert seen.alert.rows == 3
    assert seen.alert.keys == ("o1", "o2", "o3", "o4", "o5")
    assert seen.alert.link == "http://ui/assets/clean/orders?view=checks&checkDetail=contract"
    assert len(seen.looked_at) == 3


def test_a_run_that_only_a_check_stopped_is_not_told_twice(instance: dg.DagsterInstance) -> None:
    assert run_seen(instance, run(instance, bad=["2026-01-01"]), UI) is None


def test_a_warning_is_no_fault(instance: dg.DagsterInstance) -> None:
    (seen,) = checks_seen(instance, run(instance, bad=["2026-01-01"], warn=True), UI)
    assert seen.alert is None


def test_a_check_that_broke_says_so_and_nothing_of_what_the_error_said(instance: dg.DagsterInstance) -> None:
    (seen,) = checks_seen(instance, run(instance, bad=["2026-01-01"], broken=True), UI)
    assert seen.alert is not None
    assert seen.alert.title == "clean/orders: check contract could not run"
    assert "Secret" not in repr(seen)


def test_a_failed_run_names_its_steps_and_kinds_of_error_and_no_more(instance: dg.DagsterInstance) -> None:
    seen = run_seen(instance, run(instance, crash=True), UI)
    assert seen is not None
    assert seen.alert is not None
    assert seen.alert.title == "daily failed"
    assert seen.alert.text == "Failed: clean/orders (ValueError)."
    assert "Secret" not in repr(seen)


def test_a_run_that_will_be_tried_again_says_nothing_yet(instance: dg.DagsterInstance) -> None:
    failed = run(instance, RANGE | {"dagster/will_retry": "true"}, crash=True)
    assert run_seen(instance, failed, UI) is None


def test_a_good_run_of_the_same_job_says_that_it_is_right(instance: dg.DagsterInstance) -> None:
    seen = run_seen(instance, run(instance), UI)
    assert seen is not None
    assert (seen.incident, seen.alert) == ("run:daily", None)


def test_the_cursor_moves_over_finished_runs(instance: dg.DagsterInstance) -> None:
    run(instance)
    records, cursor = finished_runs(instance, None)
    assert len(records) == 1
    run(instance, crash=True)
    records, later = finished_runs(instance, cursor)
    assert records[-1].dagster_run.is_failure
    assert float(later) > float(cursor)
