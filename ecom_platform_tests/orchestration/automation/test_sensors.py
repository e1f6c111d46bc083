"""Jobs, schedules and sensors as they appear on the Automation page; lateness."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from ecom_platform.definitions import build_definitions
from ecom_platform.orchestration.automation.sensors import late_seen
from ecom_platform.settings import Settings

SETTINGS = Settings.load({"ECOM_START_MONTH": "2026-06"})


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return build_definitions(SETTINGS)


def test_the_schedules_and_sensors_are_these(definitions: dg.Definitions) -> None:
    repository = definitions.get_repository_def()
    schedules = {each.name: (each.cron_schedule, each.default_status.value) for each in repository.schedule_defs}
    assert schedules == {"generate_synthetic_data_daily_schedule": ("30 0 * * *", "STOPPED")}
    assert {sensor.name: sensor.default_status.value for sensor in repository.sensor_defs} == {
        "marts_follow_the_data": "RUNNING",
        "lost_runs": "RUNNING",
        "failed_checks": "RUNNING",
        "failed_runs": "RUNNING",
        "late_data": "RUNNING",
        "deliver_alerts": "RUNNING",
    }


def test_each_says_what_it_does_and_why_it_is_on_or_off(tmp_path: Path) -> None:
    definitions = build_definitions(Settings.load({"ECOM_SOURCE": str(tmp_path)}))
    repository = definitions.get_repository_def()
    starters: list[dg.ScheduleDefinition | dg.SensorDefinition] = [*repository.schedule_defs, *repository.sensor_defs]
    assert len(starters) == 8
    for starter in starters:
        is_on = starter.default_status.value == "RUNNING"
        reason = r"On by default: \w.+\." if is_on else r"Off until switched on, because \w.+\."
        assert re.fullmatch(rf"[A-Z].+\. {reason}", starter.description or ""), starter.name


def test_a_source_is_watched(tmp_path: object) -> None:
    definitions = build_definitions(Settings.load({"ECOM_SOURCE": str(tmp_path)}))
    assert "source_files" in {sensor.name for sensor in definitions.get_repository_def().sensor_defs}


class TestDailySchedule:
    def request(self, definitions: dg.Definitions, at: datetime) -> dg.RunRequest | dg.SkipReason:
        with dg.DagsterInstance.ephemeral() as instance:
            context = dg.build_schedule_context(instance, scheduled_execution_time=at)
            answer = definitions.resolve_schedule_def("generate_synthetic_data_daily_schedule")(context)
        assert isinstance(answer, dg.RunRequest | dg.SkipReason)
        return answer

    def test_it_brings_the_world_to_the_end_of_the_day_before(self, definitions: dg.Definitions) -> None:
        request = self.request(definitions, datetime(2026, 8, 15, 0, 30, tzinfo=UTC))
        assert isinstance(request, dg.RunRequest)
        assert request.run_key == "2026-08-14"
        assert request.run_config["ops"]["raw_cohorts"]["config"]["as_of"] == "2026-08-14"
        assert request.tags["dagster/asset_partition_range_start"] == "2026-06-01"
        assert request.tags["dagster/asset_partition_range_end"] == "2026-08-01"

    def test_on_the_first_of_a_month_the_new_month_has_not_begun(self, definitions: dg.Definitions) -> None:
        request = self.request(definitions, datetime(2026, 8, 1, 0, 30, tzinfo=UTC))
        assert isinstance(request, dg.RunRequest)
        assert request.tags["dagster/asset_partition_range_end"] == "2026-07-01"

    def test_before_the_first_month_there_is_nothing_to_do(self, definitions: dg.Definitions) -> None:
        assert isinstance(self.request(definitions, datetime(2026, 6, 1, 0, 30, tzinfo=UTC)), dg.SkipReason)


class TestLateness:
    NOON = datetime(2026, 8, 15, 12, tzinfo=UTC)

    def test_the_day_before_is_expected_some_hours_after_midnight(self) -> None:
        late = late_seen(SETTINGS, date(2026, 8, 13), self.NOON)
        assert late is not None
        assert late.alert is not None
        assert late.alert.text == "2026-08-14 should be there by now; the newest day is 2026-08-13."

    def test_until_then_it_is_not_late(self) -> None:
        seen = late_seen(SETTINGS, date(2026, 8, 13), datetime(2026, 8, 15, 1, tzinfo=UTC))
        assert seen is not None
        assert seen.alert is None

    def test_a_fixed_as_of_day_is_never_late_once_it_is_there(self) -> None:
        settings = Settings.load({"ECOM_START_MONTH": "2026-06", "ECOM_AS_OF": "2026-07-31"})
        seen = late_seen(settings, date(2026, 7, 31), self.NOON)
        assert seen is not None
        assert seen.alert is None

    def test_where_nothing_ever_was_nothing_is_late(self) -> None:
        assert late_seen(SETTINGS, None, self.NOON) is None
