"""Backfills, the daily schedule and readers at once: nobody fails, everybody waits a bounded time."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import dagster as dg
import pytest

from ecom_platform.automation.jobs import GENERATE
from ecom_platform.automation.schedules import range_tags
from ecom_platform_tests.automation.service import Service

MIDNIGHT = datetime(2026, 11, 25, 0, 35, tzinfo=UTC)
BACKFILLS = 8


@pytest.mark.slow
def test_eight_backfills_the_schedule_and_a_reader(tmp_path: Path) -> None:
    service = Service(tmp_path / "home", MIDNIGHT, {"ECOM_USERS": "300", "ECOM_START_MONTH": "2023-12"})
    service.switch_on()
    service.start()
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
        tags = json.dumps(range_tags("2023-12-01", "2026-11-01"))
        config = json.dumps({"ops": {op: {"config": {"as_of": "2026-11-24"}} for op in ("raw_cohorts", "raw__products")}})
        reader.start()
        for _ in range(BACKFILLS):
            service.launch("--job", GENERATE, "--tags", tags, "--config-json", config)
        service.wait(lambda: service.scheduled() > 0, quiet=20)
    finally:
        over.set()
        reader.join()
        service.stop()
    runs = service.instance.get_run_records()
    assert [record.dagster_run.status for record in runs] == [dg.DagsterRunStatus.SUCCESS] * len(runs)
    assert len(runs) >= BACKFILLS + 1
    assert failures == []
    spans = sorted((record.start_time or 0, record.end_time or 0) for record in runs)
    assert all(end <= after for (_, end), (after, _) in pairwise(spans)), "one run at a time"
    print(f"{len(runs)} runs; {len(waits)} reads, the longest wait {max(waits):.1f} s")
    assert max(waits) < 120
