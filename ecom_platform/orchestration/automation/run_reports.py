"""What finished runs report: checks that failed or passed again, runs that failed or succeeded again."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from ecom_platform.alerts.message import KEYS_SHOWN, Alert, Seen
from ecom_platform.orchestration.automation.lost_runs import will_be_tried_again

OVERLAP_SECONDS = 60.0
"""Runs that ended this long before the cursor are looked at again: another process may have recorded one late."""
FIRST_LOOK_SECONDS = 86_400.0

CHECK_FAILED = "DagsterAssetCheckFailedError"
_FINISHED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE)
_NAMELESS = "__ASSET_JOB"


def finished_runs(instance: dg.DagsterInstance, cursor: str | None) -> tuple[list[dg.RunRecord], str]:
    """Runs that ended since the cursor, in that order, and the cursor after them. Some of them were returned before."""
    # A clock that was set back must not hide runs that have ended since.
    since = min(float(cursor), time.time()) if cursor else time.time() - FIRST_LOOK_SECONDS
    records = instance.get_run_records(
        dg.RunsFilter(statuses=list(_FINISHED), updated_after=datetime.fromtimestamp(max(since - OVERLAP_SECONDS, 0), tz=UTC)),
        order_by="update_timestamp",
        ascending=True,
    )
    return list(records), repr(max([since, *(record.update_timestamp.timestamp() for record in records)]))


def checks_seen(instance: dg.DagsterInstance, record: dg.RunRecord, ui_url: str) -> Iterator[Seen]:
    """What a run's evaluations of each check report; a failed check is one fault, however many partitions failed."""
    run, order = record.dagster_run, record.update_timestamp.timestamp()
    found: dict[dg.AssetCheckKey, list[Any]] = defaultdict(list)
    for entry in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION):
        if entry.dagster_event is not None:
            evaluation: Any = entry.dagster_event.event_specific_data
            found[evaluation.asset_check_key].append(evaluation)
    for key, evaluations in found.items():
        of_months = [each for each in evaluations if each.partition is not None]
        whole = next((each for each in reversed(evaluations) if each.partition is None), evaluations[-1])
        looked_at = {each.partition: _failed(each) for each in of_months} or {"": _failed(whole)}
        bad = tuple(sorted(partition for partition, failed in looked_at.items() if failed))
        asset = key.asset_key.to_user_string()
        link = f"{ui_url}/assets/{asset}?view=checks&checkDetail={key.name}"
        incident = f"check:{asset}:{key.name}"
        alert = None
        if bad:
            rows, keys = _number(whole, "offending_rows"), _text(whole, "example_keys")
            broke = "check_broke" in whole.metadata
            alert = Alert(
                incident,
                title=f"{asset}: check {key.name} {'could not run' if broke else 'failed'}",
                # An exception's text may contain data; a finding's words contain names and counts only.
                text="The check itself failed, so nothing is known about the data; see the run."
                if broke
                else (whole.description or ""),
                link=link,
                partitions=bad,
                rows=None if broke else rows,
                keys=() if broke else tuple(filter(None, keys.split(", ")))[:KEYS_SHOWN],
            )
        yield Seen(f"{run.run_id}/{incident}", incident, tuple(looked_at), alert, f"{asset}: check {key.name}", link, order)


def run_seen(instance: dg.DagsterInstance, record: dg.RunRecord, ui_url: str) -> Seen | None:
    """What the end of a run reports; None where it reports nothing: it will be retried, or only checks have failed."""
    run, order = record.dagster_run, record.update_timestamp.timestamp()
    incident, link = f"run:{run.job_name}", f"{ui_url}/runs/{run.run_id}"
    name = "A run" if run.job_name.startswith(_NAMELESS) else run.job_name
    alert = None
    if run.status is dg.DagsterRunStatus.FAILURE:
        if will_be_tried_again(record):
            return None
        failures = [_failure(entry) for entry in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)]
        if failures and all(error == CHECK_FAILED for _, error in failures):
            return None
        steps = ", ".join(f"{step.replace('__', '/')} ({error})" for step, error in failures[:KEYS_SHOWN])
        # The errors' texts stay in the run: they may contain data.
        alert = Alert(incident, f"{name} failed", f"Failed: {steps}." if steps else "Its process ended unexpectedly.", link)
    return Seen(f"{run.run_id}/{incident}", incident, ("",), alert, f"{name} failed", link, order)


def _failed(evaluation: Any) -> bool:
    return not evaluation.passed and evaluation.severity is dg.AssetCheckSeverity.ERROR


def _failure(entry: dg.EventLogEntry) -> tuple[str, str]:
    event = entry.dagster_event
    if event is None:
        return "a step", "unknown"
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return event.step_key or "a step", (error.cls_name if error is not None else None) or "unknown"


def _number(evaluation: Any, name: str) -> int | None:
    value = evaluation.metadata.get(name)
    return None if value is None else int(value.value)


def _text(evaluation: Any, name: str) -> str:
    value = evaluation.metadata.get(name)
    return "" if value is None else str(value.value)
