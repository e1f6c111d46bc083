"""Runs that a power cut or a kill leaves in a state that Dagster never resolves.

Some count as started although their process ended without a trace, and others wait for them: Dagster's run monitoring
asks the run launcher about a run's process, and the launcher of a single machine does not know. Others failed and should
have been retried, but were not: Dagster's daemon looks at each failure once, and if it looks in the moment between the
event and the update of the run's record, it takes the run to be still in progress.

Dagster does not export the names of the tags that say whether a run is retried; they are imported here and nowhere else.
"""

from __future__ import annotations

import json
import socket
import time

import dagster as dg
import psutil
from dagster._core.storage.tags import AUTO_RETRY_RUN_ID_TAG, WILL_RETRY_TAG

HOST_TAG = "ecom/host"
"""The machine of a run that no daemon launched: `ecom run` executes it in its own process."""

REPORTED_AGAIN_TAG = "ecom/reported_again"
ANSWER_SECONDS = 30.0
"""A retry follows its failure within seconds; a run without one by then will not get one."""

_LAUNCHED = ".dagster/grpc_info"
_TOLERANCE_SECONDS = 5.0


def lost_runs(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    """Started runs of this machine whose process no longer exists.

    Runs that a launcher placed on another machine are never among them, because nothing is known about their process.
    """
    if instance.run_launcher.supports_check_run_worker_health:
        return []
    started = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]))
    gone = [run for run in started if _is_local(run) and _is_gone(instance, run)]
    # A process may have finished normally since the runs were listed; its last event is recorded before it exits.
    return [run for run in gone if instance.get_runs(dg.RunsFilter([run.run_id], statuses=[run.status]))]


def overlooked_runs(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    """Failed runs that are marked for a retry, have had none, and for which `report_again` was never called."""
    failed = instance.get_run_records(dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], tags={WILL_RETRY_TAG: "true"}))
    return [
        record.dagster_run for record in failed if REPORTED_AGAIN_TAG not in record.dagster_run.tags and _unanswered(record)
    ]


def report_again(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Has Dagster's daemon look at the failure once more."""
    instance.add_run_tags(run.run_id, {REPORTED_AGAIN_TAG: "true"})
    instance.report_run_failed(run, "The run should have been retried and was not: its failure is reported again.")


def will_be_tried_again(record: dg.RunRecord) -> bool:
    """Whether another run does, or has done, the work of this failed one."""
    tags = record.dagster_run.tags
    return tags.get(WILL_RETRY_TAG) == "true" and not (REPORTED_AGAIN_TAG in tags and _unanswered(record))


def _unanswered(record: dg.RunRecord) -> bool:
    ended = record.end_time
    return AUTO_RETRY_RUN_ID_TAG not in record.dagster_run.tags and ended is not None and ended < time.time() - ANSWER_SECONDS


def _is_local(run: dg.DagsterRun) -> bool:
    # A launched run is a child of the code server that its tag names, and a socket has no other end than this machine.
    launched = json.loads(run.tags.get(_LAUNCHED, "{}"))
    return "socket" in launched or run.tags.get(HOST_TAG) == socket.gethostname()


def _is_gone(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    for entry in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ENGINE_EVENT):
        metadata = entry.dagster_event.engine_event_data.metadata if entry.dagster_event else {}
        if "pid" not in metadata:
            continue
        try:
            process = psutil.Process(int(str(metadata["pid"].value)))
            # A process that is younger than the run only reuses its process id.
            return process.status() == psutil.STATUS_ZOMBIE or process.create_time() > entry.timestamp + _TOLERANCE_SECONDS
        except psutil.NoSuchProcess:
            return True
    return False
