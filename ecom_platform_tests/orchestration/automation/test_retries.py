"""What is tried again, and what never is."""

from __future__ import annotations

import dagster as dg
import pytest

from ecom_platform.cli.instance import INSTANCE_YAML
from ecom_platform.orchestration import write_mode
from ecom_platform.warehouse.contract import ContentError, WarehouseBusyError, WarehouseError


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_mode, "BUSY_SECONDS", 0)


def run(error: Exception, times: int) -> tuple[bool, int]:
    """Whether a step succeeded whose first `times` attempts raised the error, and how often it was tried."""
    count = 0

    @dg.op
    def write() -> None:
        nonlocal count
        count += 1
        with write_mode.retried_when_busy():
            if count <= times:
                raise error

    @dg.job
    def job() -> None:
        write()

    return job.execute_in_process(raise_on_error=False).success, count


def test_a_busy_warehouse_is_tried_again() -> None:
    assert run(WarehouseBusyError("held"), times=2) == (True, 3)


def test_not_for_ever() -> None:
    assert run(WarehouseBusyError("held"), times=100) == (False, 1 + write_mode.BUSY_RETRIES)


@pytest.mark.parametrize("error", [ContentError("a wrong column"), WarehouseError("another world"), ValueError("a bug")])
def test_nothing_else_is(error: Exception) -> None:
    assert run(error, times=1) == (False, 1)


def test_a_run_is_started_again_when_its_process_died_and_not_when_its_step_failed() -> None:
    assert "retry_on_asset_or_op_failure: false" in INSTANCE_YAML
    assert "run_retries:\n  enabled: true" in INSTANCE_YAML
