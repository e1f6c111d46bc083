"""One run of the platform in this process, and what it shows while it goes and when it is done."""

from __future__ import annotations

import logging
import re
import socket
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import dagster as dg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table as RichTable
from rich.text import Text

from ecom_platform.cli.cost import announce
from ecom_platform.cli.instance import opened
from ecom_platform.cli.interruption import Interrupted, noticed
from ecom_platform.errors import FREE_SPACE, PlatformError, SettingsError, tells_of_a_full_disk
from ecom_platform.orchestration.automation.lost_runs import HOST_TAG
from ecom_platform.orchestration.automation.schedules import range_tags
from ecom_platform.orchestration.previews import knowingly
from ecom_platform.orchestration.write_mode import writes_only_changes
from ecom_platform.origins.advance import check_not_back
from ecom_platform.origins.origin import identity
from ecom_platform.settings import Settings

SHOWN_SECONDS = 0.05


@dataclass
class AssetSummary:
    """What became of one asset in a run."""

    rows: int | None = None
    """None for what is no table."""
    seconds: float = 0.0
    passed: int = 0
    warned: int = 0
    failed: int = 0
    materialised: bool = False


@dataclass
class RunSummary:
    """What became of a run, gathered from its events."""

    assets: dict[str, AssetSummary] = field(default_factory=lambda: defaultdict(AssetSummary))
    errors: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    """What each check that warned found, on one line; of those that failed, `failures`."""
    failures: list[str] = field(default_factory=list)
    started: dict[str, float] = field(default_factory=dict)

    def add(self, event: dg.DagsterEvent) -> None:
        step = event.step_key or ""
        if event.event_type == dg.DagsterEventType.STEP_START:
            self.started[step] = time.monotonic()
        elif event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION:
            materialization = event.step_materialization_data.materialization
            asset = self.assets[materialization.asset_key.to_user_string()]
            if not asset.materialised:
                # Tables that one step writes share its time; it is shown once.
                asset.seconds = time.monotonic() - self.started.pop(step, time.monotonic())
            asset.materialised = True
            rows = _rows(materialization.metadata)
            asset.rows = asset.rows if rows is None else (asset.rows or 0) + rows
        elif event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            evaluation = event.asset_check_evaluation_data
            if evaluation.partition is not None:
                return
            name = evaluation.asset_key.to_user_string()
            asset, words = self.assets[name], (evaluation.description or "").strip().partition("\n")[0]
            finding = f"{name}, {evaluation.check_name}: {words or 'it did not pass'}"
            if evaluation.passed:
                asset.passed += 1
            elif evaluation.severity == dg.AssetCheckSeverity.WARN:
                asset.warned += 1
                self.warnings.append(finding)
            else:
                asset.failed += 1
                self.failures.append(finding)
        elif event.event_type == dg.DagsterEventType.STEP_FAILURE:
            self._failed(step, event.step_failure_data.error)
        elif event.event_type == dg.DagsterEventType.RUN_FAILURE and not self.errors:
            self._failed("the run", event.job_failure_data.error)

    def _failed(self, what: str, error: Any) -> None:
        if error is None:
            self.errors[what] = "it failed without a message."
            return
        from ecom_platform.origins.source import SourceError

        error = _of_the_platform(error)
        # All files are read by whichever table comes first: it is not the one at fault.
        self.errors["your files" if _is_a(error, SourceError) else what] = _message(error)


def _rows(metadata: Any) -> int | None:
    for name in ("dagster/partition_row_count", "dagster/row_count"):
        if name in metadata:
            return int(metadata[name].value)
    return None


def _of_the_platform(error: Any) -> Any:
    """The error of a step, or below it the one whose sentence says what to do; the innermost where there is none."""
    while error.cause is not None and not _is_a(error, PlatformError):
        error = error.cause
    return error


def _is_a(error: Any, kind: type[Exception]) -> bool:
    """Whether what is left of an error, the name of its class, is that of a kind of error or of a kind of that."""
    return bool(error.cls_name == kind.__name__) or any(_is_a(error, each) for each in kind.__subclasses__())


def _message(error: Any) -> str:
    message: str = re.sub(rf"^[\w.]*{error.cls_name}: ", "", error.message.strip())
    advised = _is_a(error, PlatformError) or not tells_of_a_full_disk(message)
    return message if advised else f"{message}; {FREE_SPACE}."


class _EventHandler(logging.Handler):
    def __init__(self, summary: RunSummary, progress: Progress, task: Any) -> None:
        super().__init__(logging.DEBUG)
        self.summary, self.progress, self.task = summary, progress, task

    def emit(self, record: logging.LogRecord) -> None:
        meta = getattr(record, "dagster_meta", {})
        event = meta.get("dagster_event")
        if event is None:
            if record.levelno == logging.INFO:
                self.progress.update(self.task, detail=meta.get("orig_message", ""))
            return
        self.summary.add(event)
        if event.event_type == dg.DagsterEventType.STEP_START:
            self.progress.update(self.task, description=event.step_key.replace("__", "/"), detail="")
        elif event.event_type in (dg.DagsterEventType.STEP_SUCCESS, dg.DagsterEventType.STEP_FAILURE):
            self.progress.advance(self.task)


def execute(
    settings: Settings,
    select: str | None,
    months: tuple[str, str] | None,
    job_name: str | None = None,
    *,
    kept: bool = True,
) -> int:
    """Runs a job, or the selected assets, for the given range of months; returns the exit code.

    Where to look at the results is said only of those that are `kept`.

    Raises SettingsError for an unknown job, a selection that names no asset and months that are not partitions, and
    WarehouseError when the warehouse holds another world, or days after the as-of date.
    """
    from ecom_platform.definitions import with_own
    from ecom_platform.orchestration.partitions import signup_months
    from ecom_platform.orchestration.resources import warehouse_resource

    resource = warehouse_resource(settings)
    console = Console(width=None if sys.stdout.isatty() else 120)
    keys = signup_months(settings.start_month, settings.as_of).get_partition_keys()
    first, last = months or (keys[0], keys[-1])
    for key in (first, last):
        if key not in keys:
            raise SettingsError(
                f"--months names {key[:7]}, which is not a signup month: they run from {keys[0][:7]} to {keys[-1][:7]}."
            )

    summary = RunSummary()
    columns = (SpinnerColumn(), MofNCompleteColumn(), BarColumn(20), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, TextColumn("[dim]{task.fields[detail]}"), console=console, transient=True) as progress:
        task = progress.add_task("loading the definitions", total=None, detail="")

        def gather(_: dg.InitLoggerContext) -> logging.Logger:
            logger = logging.Logger("ecom run", logging.DEBUG)
            logger.addHandler(_EventHandler(summary, progress, task))
            return logger

        loggers = {"gather": dg.LoggerDefinition(gather, config_schema={})}
        definitions = dg.Definitions.merge(with_own(settings), dg.Definitions(loggers=loggers))
        job = _job(definitions, job_name)
        selection = _select(definitions, select)
        store = resource.open()
        store.confirm(identity(settings))
        if not writes_only_changes(job.tags):
            check_not_back(store, settings.observed_until())
        if billing := store.billing:
            progress.update(task, description="estimating what the run will read")
            wanted = selection or sorted(job.asset_layer.executable_asset_keys)
            tables = [".".join(key.path) for key in wanted]
            console.print(announce(billing, [key for key in keys if first <= key <= last], tables), highlight=False)
        run_id = str(uuid4())
        with opened(settings) as instance, noticed(lambda: _cancel(instance, run_id)) as signals:
            started = time.monotonic()
            result = job.execute_in_process(
                instance=instance,
                run_id=run_id,
                asset_selection=selection,
                tags=range_tags(first, last) | {HOST_TAG: socket.gethostname()},
                run_config={"loggers": {"gather": {}}},
                raise_on_error=False,
            )
            seconds = time.monotonic() - started
            if signals:
                _cancel(instance, run_id)
    if signals:
        raise Interrupted(signals[0], f"interrupted: run {run_id.split('-')[0]} is canceled; what it had finished is kept.")
    show_run(console, summary, result.success, run_id, seconds)
    if kept:
        _recommend(console, resource.whereabouts())
    return 0 if result.success else 1


def _cancel(instance: dg.DagsterInstance, run_id: str) -> None:
    """Has the run called canceled: when it ends, or now that it has ended and Dagster took the interruption for a failure."""
    run = instance.get_run_by_id(run_id)
    if run is None or run.status is dg.DagsterRunStatus.CANCELED:
        return
    if run.is_finished:
        instance.report_run_canceled(run)
    else:
        instance.report_run_canceling(run)


def _job(definitions: dg.Definitions, name: str | None) -> dg.JobDefinition:
    if name is None:
        return definitions.resolve_implicit_global_asset_job_def()
    known = sorted(job.name for job in definitions.jobs or [])
    if name not in known:
        raise SettingsError(f"--job is {name!r}: the jobs are {', '.join(known)}.")
    return definitions.resolve_job_def(name)


def _select(definitions: dg.Definitions, select: str | None) -> list[dg.AssetKey] | None:
    if select is None:
        return None
    graph = definitions.resolve_asset_graph()
    try:
        with knowingly():
            selection = dg.AssetSelection.from_string(select)
        keys = selection.required_multi_asset_neighbors().resolve(graph)
    except Exception as error:
        raise SettingsError(f"--select is {select!r}: {str(error).splitlines()[0]}") from None
    if not keys:
        raise SettingsError(f"--select is {select!r}: it selects no asset; try 'group:marts' or 'key:\"clean/*\"'.")
    return sorted(keys)


def show_run(console: Console, summary: RunSummary, success: bool, run_id: str, seconds: float) -> None:
    """Prints what became of each asset, what every check that did not pass found, why a step failed, and the verdict."""
    table = RichTable(box=None, header_style="bold", pad_edge=False)
    table.add_column("asset", no_wrap=True)
    for name in ("rows", "seconds", "checks passed", "warned", "failed"):
        table.add_column(name, justify="right")
    for name, asset in summary.assets.items():
        table.add_row(
            name,
            "" if asset.rows is None else f"{asset.rows:,}",
            f"{asset.seconds:.1f}" if asset.seconds >= SHOWN_SECONDS else "",
            str(asset.passed or ""),
            f"[yellow]{asset.warned}[/]" if asset.warned else "",
            f"[red]{asset.failed}[/]" if asset.failed else "",
        )
    console.print(table)
    if summary.warnings or summary.failures:
        console.print()
    for word, style, findings in (("warned", "yellow", summary.warnings), ("failed", "red", summary.failures)):
        for finding in findings:
            console.print(Text.assemble((f"{word}: ", style), finding), soft_wrap=True)
    for step, error in summary.errors.items():
        console.print(Text.assemble((f"{step.replace('__', '/')} failed:", "red"), f" {error}"), soft_wrap=True)
    materialised = sum(asset.materialised for asset in summary.assets.values())
    verdict = "[green]done[/]" if success else "[red]failed[/]"
    console.print(f"\n{verdict}: {materialised} assets in {seconds:.0f} s, run {run_id.split('-')[0]}.", highlight=False)


def _recommend(console: Console, whereabouts: str) -> None:
    console.print(
        f"Look next:\n  ecom ui                      the assets, their checks and this run, in the Dagster UI\n"
        f'  ecom query "SELECT * FROM analysis.ltv_repurchase"\n'
        f"  {whereabouts}",
        highlight=False,
        soft_wrap=True,
    )
