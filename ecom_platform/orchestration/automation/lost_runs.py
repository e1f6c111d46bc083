"""Runs that a power cut or a kill leaves behind, and that nothing would ever move on.

Some count as started although their process is gone without a word, and others wait for them: Dagster's run monitoring
asks the run launcher how a run's process does, and the launcher of a single machine cannot say. Others have failed and
were to be tried again, and are not: Dagster's daemon looks at each failure once, and when it looks in the moment between
the event and the run's record it takes the run for one that goes on.
"""

from __future__ import annotations

import json
import socket
import time

import dagster as dg
import psutil
from dagster._core.storage.tags import AUTO_RETRY_RUN_ID_TAG, WILL_RETRY_TAG

HOST_TAG = "ecom/host"
"""Where a run is executed that no daemon has launched: by `ecom run`, in its own process."""

TOLD_AGAIN_TAG = "ecom/told_again"
ANSWER_SECONDS = 30.0
"""A retry follows its failure within seconds; what has none by then will have none."""

_LAUNCHED = ".dagster/grpc_info"
_TOLERANCE_SECONDS = 5.0


def lost_runs(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    """Started runs of this machine whose process does not exist any more.

    A run of which this machine cannot know, because a launcher has put it elsewhere, is never among them.
    """
    if instance.run_launcher.supports_check_run_worker_health:
        return []
    started = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]))
    gone = [run for run in started if _is_local(run) and _is_gone(instance, run)]
    # A process may have ended well since the runs were listed; what it had to say is on record before it is gone.
    return [run for run in gone if instance.get_runs(dg.RunsFilter([run.run_id], statuses=[run.status]))]


def overlooked_runs(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    """Failed runs that are marked to be tried again, were not, and of which `tell_again` was never called."""
    failed = instance.get_run_records(dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], tags={WILL_RETRY_TAG: "true"}))
    return [record.dagster_run for record in failed if TOLD_AGAIN_TAG not in record.dagster_run.tags and _unanswered(record)]


def tell_again(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Has Dagster's daemon look at the failure once more."""
    instance.add_run_tags(run.run_id, {TOLD_AGAIN_TAG: "true"})
    instance.report_run_failed(run, "The run was to be tried again, and was not: its failure is told again.")


def will_be_tried_again(record: dg.RunRecord) -> bool:
    """Whether to wait for another run that does the work of a failed one, or has done it."""
    tags = record.dagster_run.tags
    return tags.get(WILL_RETRY_TAG) == "true" and not (TOLD_AGAIN_TAG in tags and _unanswered(record))


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
            # A process that is younger than the run has only inherited the number.
            return process.status() == psutil.STATUS_ZOMBIE or process.create_time() > entry.timestamp + _TOLERANCE_SECONDS
        except psutil.NoSuchProcess:
            return True
    return False
