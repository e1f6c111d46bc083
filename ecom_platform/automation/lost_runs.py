"""Runs whose process is gone without a word: after a power cut or a kill they count as started, and others wait for them.

Dagster's run monitoring asks the run launcher how a run's process does, and the launcher of a single machine cannot say.
"""

from __future__ import annotations

import json
import socket

import dagster as dg
import psutil

HOST_TAG = "ecom/host"
"""Where a run is executed that no daemon has launched: by `ecom run`, in its own process."""

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
