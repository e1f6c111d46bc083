"""The platform's outline as text: asset keys, what each job selects, schedules, sensors. A change of it shows in review.

`python -m ecom_platform_tests.orchestration.automation.snapshot` rewrites it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from ecom_platform.definitions import build_definitions
from ecom_platform.settings import Settings

FILE = Path(__file__).parent / "snapshot.txt"


def outline() -> str:
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    definitions = build_definitions(Settings.load({"ECOM_AS_OF": "2026-11-22"}))
    graph = definitions.resolve_asset_graph()
    yield "assets"
    for key in sorted(graph.get_all_asset_keys()):
        node = graph.get(key)
        follows = ", follows its sources" if node.automation_condition else ""
        yield f"  {key.to_user_string()} ({'by signup month' if node.is_partitioned else 'whole'}{follows})"
    for job in sorted(definitions.jobs or [], key=lambda job: job.name):
        yield f"job {job.name}"
        selected = definitions.resolve_job_def(job.name).asset_layer.selected_asset_keys
        yield from (f"  {key.to_user_string()}" for key in sorted(selected))
    for schedule in definitions.schedules or []:
        assert isinstance(schedule, dg.ScheduleDefinition)
        yield f"schedule {schedule.name}: {schedule.cron_schedule}, {schedule.default_status.value}"
    for sensor in definitions.sensors or []:
        yield f"sensor {sensor.name}: {sensor.default_status.value}"


if __name__ == "__main__":
    FILE.write_text(outline())
