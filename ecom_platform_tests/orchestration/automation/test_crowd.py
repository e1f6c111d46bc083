"""Backfills, the daily schedule and readers at once: nobody fails, everybody waits a bounded time."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.execution.backfill import BulkActionStatus
from dagster._core.storage.tags import BACKFILL_ID_TAG

from ecom_platform.orchestration.partitions import signup_months
from ecom_platform_tests.orchestration.automation.service import LANDED, Service

MIDNIGHT = datetime(2026, 11, 25, 0, 35, tzinfo=UTC)
START = date(2023, 12, 1)
BACKFILLS = 8


@pytest.mark.slow
def test_eight_backfills_the_schedule_and_a_reader(tmp_path: Path) -> None:
    service = Service(tmp_path / "home", MIDNIGHT, {"ECOM_USERS": "300", "ECOM_START_MONTH": f"{START:%Y-%m}"})
    service.switch_on()
    service.start(webserver=True)
    waits: list[float] = []
    failures: list[str] = []
    over = threading.Event()

    def read() -> None:
        while not over.wait(0.2):
            began = time.perf_counter()
            program = [sys.executable, "-c", "from ecom_platform.cli import main; main()", "query", "SELECT 1 AS one"]
            answer = subprocess.run(program, env=service.environment, capture_output=True, text=True)
            if answer.returncode:
                failures.append(answer.stderr)
            waits.append(time.perf_counter() - began)

    reader = threading.Thread(target=read)
    try:
        service.set_clock(MIDNIGHT + timedelta(days=1))
        reader.start()
        months = signup_months(START, service.now.date()).get_partition_keys()
        backfills = [service.backfill(LANDED, months) for _ in range(BACKFILLS)]
        service.wait(lambda: service.scheduled() > 0, quiet=20)
    finally:
        over.set()
        reader.join()
        service.stop()
    assert len(months) == 36
    runs = service.instance.get_run_records()
    assert {record.dagster_run.status for record in runs} == {dg.DagsterRunStatus.SUCCESS}, service.history()
    launched = Counter(record.dagster_run.tags.get(BACKFILL_ID_TAG) for record in runs)
    assert [launched[backfill] for backfill in backfills] == [1] * BACKFILLS, "one run a contiguous range"
    assert set(service.backfill_statuses()) == {BulkActionStatus.COMPLETED_SUCCESS.value}
    assert failures == []
    spans = sorted((record.start_time or 0, record.end_time or 0) for record in runs)
    assert all(end <= after for (_, end), (after, _) in pairwise(spans)), "one run at a time"
    print(f"{len(runs)} runs; {len(waits)} reads, the longest wait {max(waits):.1f} s")
    assert max(waits) < 120
