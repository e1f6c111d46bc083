"""Settings: what is understood, and the one sentence that answers what is not."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ecom_platform.settings import VARIABLES, Settings, SettingsError


def test_an_empty_environment_gives_the_documented_defaults() -> None:
    settings = Settings.load({})
    assert settings == Settings(
        home=Path.cwd() / ".ecom",
        target="duckdb",
        users=100_000,
        seed=7,
        start_month=date(2023, 12, 1),
        as_of=None,
        source=None,
    )
    assert settings.observed_until() == datetime.now(UTC).date()


def test_every_variable_is_read() -> None:
    settings = Settings.load(
        {
            "ECOM_HOME": "/tmp/shop",
            "ECOM_TARGET": "bigquery",
            "ECOM_USERS": "5_000",
            "ECOM_SEED": "0",
            "ECOM_START_MONTH": "2024-02",
            "ECOM_AS_OF": "2024-02-29",
        }
    )
    assert settings == Settings(Path("/tmp/shop"), "bigquery", 5000, 0, date(2024, 2, 1), date(2024, 2, 29), None)


def test_the_default_as_of_is_today_whenever_it_is_asked() -> None:
    assert Settings.load({"ECOM_AS_OF": " "}).as_of is None


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("ECOM_TARGET", "postgres", "duckdb, bigquery"),
        ("ECOM_USERS", "0", "from 1 to"),
        ("ECOM_USERS", "-5", "from 1 to"),
        ("ECOM_USERS", "many", "whole number"),
        ("ECOM_USERS", "1.5", "whole number"),
        ("ECOM_SEED", "-1", "from 0 to"),
        ("ECOM_START_MONTH", "2023-13", "a month such as"),
        ("ECOM_START_MONTH", "December", "a month such as"),
        ("ECOM_AS_OF", "2026-02-30", "a day such as"),
        ("ECOM_AS_OF", "yesterday", "a day such as"),
        ("ECOM_SOURCE", "/no/such/folder", "no such folder"),
    ],
)
def test_a_value_that_is_not_understood_is_named_with_what_is_allowed(name: str, value: str, allowed: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.load({name: value})
    message = str(raised.value)
    assert name in message
    assert repr(value) in message
    assert allowed in message
    assert "\n" not in message


def test_an_as_of_date_before_the_start_month_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"ECOM_AS_OF is 2023-11-30, before the start month 2023-12"):
        Settings.load({"ECOM_AS_OF": "2023-11-30"})


def test_a_misspelt_variable_is_refused_with_the_name_that_was_meant() -> None:
    with pytest.raises(SettingsError, match="ECOM_USER is not a setting: did you mean ECOM_USERS"):
        Settings.load({"ECOM_USER": "5"})


def test_the_readme_documents_every_variable() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text()
    for variable in VARIABLES:
        assert f"| `{variable.name}` | {variable.default and f'`{variable.default}`'} | {variable.doc} |" in readme
