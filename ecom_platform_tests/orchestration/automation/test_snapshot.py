"""Nobody changes what runs, or what starts it, without seeing it in the diff."""

from ecom_platform_tests.orchestration.automation.snapshot import FILE, outline


def test_assets_job_selections_schedules_and_sensors_are_those_on_record() -> None:
    assert outline() == FILE.read_text(), "if this is meant: python -m ecom_platform_tests.orchestration.automation.snapshot"
