"""Every sensor: what it watches, and what it does. The work is in the modules it calls."""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dagster as dg

from ecom_platform.alerts.delivery import deliver
from ecom_platform.alerts.message import Alert, Seen
from ecom_platform.alerts.outbox import Outbox
from ecom_platform.alerts.sinks import sinks
from ecom_platform.orchestration.automation.jobs import GENERATE
from ecom_platform.orchestration.automation.layers import of_layers
from ecom_platform.orchestration.automation.lost_runs import lost_runs, overlooked_runs, report_again
from ecom_platform.orchestration.automation.run_reports import checks_seen, finished_runs, run_seen
from ecom_platform.orchestration.automation.schedules import DAILY_CRON_DELAY, daily_name, range_tags
from ecom_platform.settings import Settings
from ecom_platform.tables import CATALOG
from ecom_platform.tables.layers import Layers, Written

RUNNING, STOPPED = dg.DefaultSensorStatus.RUNNING, dg.DefaultSensorStatus.STOPPED
WINDOWS = dg.AssetKey(str(CATALOG["raw.observation_windows"]).split("."))
OBSERVED_UNTIL = "observed_until"
GRACE = timedelta(hours=3)
"""How long after midnight (UTC) the day before may be missing."""


def sensors(settings: Settings, months: dg.TimeWindowPartitionsDefinition, layers: Layers) -> list[dg.SensorDefinition]:
    watches = [
        _following(layers),
        _lost_runs(),
        _failed_checks(settings),
        _failed_runs(settings),
        _late_data(settings),
        _delivery(settings),
    ]
    return watches if settings.source is None else [*watches, _source_files(settings, months)]


def outbox(settings: Settings) -> Outbox:
    return Outbox(settings.alerts_path, [sink.name for sink in _sinks(settings)])


def _sinks(settings: Settings) -> Any:
    return sinks(settings.alerts, settings.home / "alerts.jsonl")


def _following(layers: Layers) -> dg.SensorDefinition:
    return dg.AutomationConditionSensorDefinition(
        "marts_follow_the_data",
        target=of_layers(layers.written(Written.FOLLOWING)),
        default_status=RUNNING,
        minimum_interval_seconds=30,
        # As a backfill, a range of months is one run; else every month would be a run of its own.
        emit_backfills=True,
        description="Rebuilds the months of marts and analyses whose sources were written, old months too, once all sources "
        "are there and none of their blocking checks has failed. On by default: it does nothing until data changes, "
        "and marts that do not follow their data are wrong.",
    )


def _lost_runs() -> dg.SensorDefinition:
    @dg.sensor(
        name="lost_runs",
        minimum_interval_seconds=30,
        default_status=RUNNING,
        description="Marks a run as failed when its process has disappeared, for example after a power cut, so that it is "
        "retried and the runs that wait for it proceed; and reports again the failure of a run that should have been "
        "retried and was not. On by default: without it, one such run would block all others.",
    )
    def lost(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        gone, overlooked = lost_runs(context.instance), overlooked_runs(context.instance)
        for run in gone:
            context.instance.report_run_failed(
                run, "The run's process no longer exists: it was killed, or the machine lost power."
            )
        for run in overlooked:
            report_again(context.instance, run)
        return dg.SkipReason(f"{len(gone)} lost runs, {len(overlooked)} that were not retried.")

    return lost


def _failed_checks(settings: Settings) -> dg.SensorDefinition:
    @dg.sensor(
        name="failed_checks",
        minimum_interval_seconds=30,
        default_status=RUNNING,
        description="Raises an alert for each asset check that failed in a finished run, and announces its recovery. On by "
        "default: it only reports.",
    )
    def failed_checks(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        return _report(context, settings, checks_seen)

    return failed_checks


def _failed_runs(settings: Settings) -> dg.SensorDefinition:
    @dg.sensor(
        name="failed_runs",
        minimum_interval_seconds=30,
        default_status=RUNNING,
        description="Raises an alert when a run failed for another reason than a check and will not be retried, and "
        "announces when the job succeeds again. On by default: it only reports.",
    )
    def failed_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        return _report(context, settings, lambda *run: filter(None, [run_seen(*run)]))

    return failed_runs


def _report(
    context: dg.SensorEvaluationContext,
    settings: Settings,
    look: Callable[[dg.DagsterInstance, dg.RunRecord, str], Iterable[Seen]],
) -> dg.SkipReason:
    """Puts what is seen in the runs that have ended since the last tick into the outbox."""
    records, cursor = finished_runs(context.instance, context.cursor)
    box = outbox(settings)
    looks = (seen for record in records for seen in look(context.instance, record, settings.alerts.ui_url))
    news = sum(box.take(seen) is not None for seen in looks)
    context.update_cursor(cursor)
    return dg.SkipReason(f"{news} new alerts.")


def _late_data(settings: Settings) -> dg.SensorDefinition:
    @dg.sensor(
        name="late_data",
        minimum_interval_seconds=60,
        default_status=RUNNING,
        description=f"Raises an alert when the day before is not in the warehouse {GRACE.seconds // 3600} hours after "
        "midnight (UTC) although the daily schedule is on. On by default: it only reports, and does nothing until "
        "somebody switches the schedule on.",
    )
    def late_data(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        if not daily_is_on(context.instance):
            return dg.SkipReason("The daily schedule is off.")
        seen = late_seen(settings, newest_day(context.instance), datetime.now(UTC))
        news = seen is not None and outbox(settings).take(seen) is not None
        return dg.SkipReason(f"{int(news)} new alerts.")

    return late_data


def daily_is_on(instance: dg.DagsterInstance) -> bool:
    return any(state.instigator_name == daily_name(GENERATE) and state.is_running for state in instance.all_instigator_state())


def newest_day(instance: dg.DagsterInstance) -> date | None:
    """The newest day that the raw tables cover, according to the latest materialisations."""
    records = instance.fetch_materializations(WINDOWS, limit=200).records
    days = [
        str(record.asset_materialization.metadata[OBSERVED_UNTIL].value)
        for record in records
        if record.asset_materialization and OBSERVED_UNTIL in record.asset_materialization.metadata
    ]
    return date.fromisoformat(max(days)) if days else None


def late_seen(settings: Settings, newest: date | None, now: datetime) -> Seen | None:
    """Whether the day that should have arrived by now has. None where nothing ever arrived."""
    if newest is None:
        return None
    expected = (now - DAILY_CRON_DELAY - GRACE).date() - timedelta(days=1)
    if settings.as_of is not None:
        expected = min(expected, settings.as_of)
    title, link = "The newest day is missing", f"{settings.alerts.ui_url}/automation"
    if newest >= expected:
        return Seen(f"late/{newest}/there", "late", ("",), None, title, link, now.timestamp())
    words = f"{expected} should be there by now; the newest day is {newest}."
    return Seen(f"late/{expected}", "late", ("",), Alert("late", title, words, link), title, link, now.timestamp())


def _delivery(settings: Settings) -> dg.SensorDefinition:
    @dg.sensor(
        name="deliver_alerts",
        minimum_interval_seconds=30,
        default_status=RUNNING,
        description="Delivers alerts to the configured sinks, and retries those that failed. On by default: an alert that is "
        "not delivered helps nobody.",
    )
    def deliver_alerts() -> dg.SkipReason:
        said = deliver(outbox(settings), _sinks(settings))
        return dg.SkipReason("; ".join(f"{sink}: {words}" for sink, words in said.items()) or "Nothing to deliver.")

    return deliver_alerts


def _source_files(settings: Settings, months: dg.TimeWindowPartitionsDefinition) -> dg.SensorDefinition:
    @dg.sensor(
        name="source_files",
        job_name=GENERATE,
        minimum_interval_seconds=30,
        default_status=RUNNING,
        description="Loads the signup months whose rows changed with the source's files. Files are compared by their "
        "content; one that is still being copied waits until it is complete. On by default: whoever configures a source "
        "wants its data, and nothing runs until a file changes.",
    )
    def source_files(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        from ecom_platform.orchestration.automation.source_files import Watch, look, ranges

        assert settings.source is not None
        day = settings.observed_until()
        found = look(Watch.of(context.cursor), settings.source, settings.start_month, day, time.time())
        every = [key for key in months.get_partition_keys() if key <= f"{day}"]
        first_look = not Watch.of(context.cursor).loaded
        if not found.months or (first_look and context.instance.fetch_materializations(WINDOWS, limit=1).records):
            return dg.SensorResult(
                skip_reason=dg.SkipReason(found.why or "Nothing has changed since it was loaded."), cursor=found.watch.cursor()
            )
        ops = {name: {"config": {"as_of": f"{day}"}} for name in ("raw_cohorts", "raw__products")}
        return dg.SensorResult(
            run_requests=[
                dg.RunRequest(f"{found.watch.loaded}/{first}/{last}", {"ops": ops}, tags=range_tags(first, last))
                for first, last in ranges(found.months, every)
            ],
            cursor=found.watch.cursor(),
        )

    return source_files
