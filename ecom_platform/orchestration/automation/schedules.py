"""The daily schedule, and the tags of the runs that it starts."""

from __future__ import annotations

from datetime import timedelta

import dagster as dg

from ecom_platform.orchestration.automation.jobs import GENERATE

DAILY_CRON = "30 0 * * *"
DAILY_CRON_DELAY = timedelta(minutes=30)
RANGE_START = "dagster/asset_partition_range_start"
AS_OF = "ecom/as_of"
"""Tag that names the day up to which a scheduled run extends the data."""
RANGE_END = "dagster/asset_partition_range_end"


def range_tags(first: str, last: str) -> dict[str, str]:
    """The run tags that make one run cover the partitions from first to last, both included."""
    return {RANGE_START: first, RANGE_END: last}


def daily_name(job: str) -> str:
    """The name of a job's daily schedule."""
    return f"{job}_schedule"


def schedules(months: dg.TimeWindowPartitionsDefinition) -> list[dg.ScheduleDefinition]:
    @dg.schedule(
        name=daily_name(GENERATE),
        job_name=GENERATE,
        cron_schedule=DAILY_CRON,
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description="Every day half an hour after midnight (UTC): the day that has just ended is added to every cohort. Days "
        "that were missed in between are added first, in order. "
        "Off until switched on, because a new user should see the platform run before it runs on its own.",
    )
    def daily(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        day = context.scheduled_execution_time.date() - timedelta(days=1)
        keys = [key for key in months.get_partition_keys(current_time=context.scheduled_execution_time) if key <= f"{day}"]
        if not keys:
            return dg.SkipReason(f"{day} is before the first signup month.")
        ops = {name: {"config": {"as_of": f"{day}"}} for name in ("raw_cohorts", "raw__products")}
        return dg.RunRequest(run_key=f"{day}", run_config={"ops": ops}, tags=range_tags(keys[0], keys[-1]) | {AS_OF: f"{day}"})

    return [daily]
