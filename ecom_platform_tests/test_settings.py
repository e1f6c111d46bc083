"""Settings: what is understood, and the one sentence that answers what is not."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecom_platform.origins.origin import world_settings
from ecom_platform.settings import VARIABLES, Settings, SettingsError


def test_an_empty_environment_gives_the_documented_defaults() -> None:
    found = Settings.load({})
    assert found == Settings(
        home=Path.cwd() / ".ecom",
        target="duckdb",
        users=100_000,
        seed=7,
        start_month=date(2023, 12, 1),
        as_of=None,
        source=None,
    )
    assert found.observed_until() == datetime.now(UTC).date()


def test_every_variable_is_read() -> None:
    found = Settings.load(
        {
            "ECOM_HOME": "/tmp/shop",
            "ECOM_TARGET": "bigquery",
            "ECOM_USERS": "5_000",
            "ECOM_SEED": "0",
            "ECOM_START_MONTH": "2024-02",
            "ECOM_AS_OF": "2024-02-29",
        }
    )
    assert found == Settings(Path("/tmp/shop"), "bigquery", 5000, 0, date(2024, 2, 1), date(2024, 2, 29), None)


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


VALID = {
    "ECOM_HOME": "./.ecom",
    "ECOM_TARGET": "bigquery",
    "ECOM_USERS": "20_000",
    "ECOM_SEED": "0",
    "ECOM_START_MONTH": "2024-01",
    "ECOM_AS_OF": "2026-11-22",
    "ECOM_SOURCE": str(Path(__file__).parents[1] / "examples" / "online_retail"),
    "ECOM_WORLD": __file__,
    "ECOM_BIGQUERY_PROJECT": "my-shop-prod",
    "ECOM_BIGQUERY_LOCATION": "asia-northeast3",
    "ECOM_BIGQUERY_DATASET_PREFIX": "dev_",
    "ECOM_BIGQUERY_MAXIMUM_BYTES_BILLED": "2.5 GiB",
    "ECOM_BIGQUERY_PRICE_PER_TIB": "7.5",
    "ECOM_BIGQUERY_KEY_FILE": __file__,
    "ECOM_BIGQUERY_IMPERSONATE": "etl@my-shop-prod.iam.gserviceaccount.com",
    "ECOM_ALERT_SLACK_URL": "https://hooks.example.com/services/T0/B0",
    "ECOM_ALERT_WEBHOOK_URL": "https://[2001:db8::1]:8443/alerts",
    "ECOM_ALERT_WEBHOOK_SECRET": "schlüssel",
    "ECOM_ALERT_SMTP": "smtps://mail.example.com:465",
    "ECOM_ALERT_SMTP_USER": "ecom",
    "ECOM_ALERT_SMTP_PASSWORD": "p4ss word",
    "ECOM_ALERT_MAIL_FROM": "ecom@example.com",
    "ECOM_ALERT_MAIL_TO": "a@example.com, b@example.com",
    "ECOM_UI_URL": "http://dagster.example.com/",
    "ECOM_UI_TOKEN": "open sesame",
    "ECOM_TABLEAU_SERVER": "https://tableau.example.com",
    "ECOM_TABLEAU_SITE": "shop",
    "ECOM_TABLEAU_PROJECT": "Activation",
    "ECOM_TABLEAU_TOKEN_NAME": "ecom",
    "ECOM_TABLEAU_TOKEN_SECRET": "s3cret",
    "ECOM_TABLEAU_SCHEMAS": str(Path(__file__).parent),
}
"""A value for every variable; with what a variable needs, each can be used."""

BY_NAME = {variable.name: variable for variable in VARIABLES}


def alone(name: str, value: str) -> dict[str, str]:
    """A variable, and beside it only those that it needs."""
    environment, missing = {name: value}, [name]
    while missing:
        needed = BY_NAME[missing.pop()].needs
        if needed and needed not in environment:
            environment[needed] = VALID[needed]
            missing.append(needed)
    return environment


@pytest.mark.parametrize("name", BY_NAME)
def test_every_variable_can_be_set_and_changes_its_setting(name: str) -> None:
    assert set(VALID) == set(BY_NAME)
    if VALID[name] != BY_NAME[name].default:
        without = {needed: value for needed, value in alone(name, VALID[name]).items() if needed != name}
        before = Settings() if name in ("ECOM_ALERT_SMTP", "ECOM_ALERT_MAIL_TO") else Settings.load(without)
        assert Settings.load(alone(name, VALID[name])) != before


@pytest.mark.parametrize("name", [variable.name for variable in VARIABLES if variable.default])
def test_a_default_is_what_its_own_text_means(name: str) -> None:
    assert Settings.load({name: BY_NAME[name].default}) == Settings.load({}) == Settings()


@pytest.mark.parametrize("name", [variable.name for variable in VARIABLES if variable.needs])
def test_a_variable_without_the_one_that_it_needs_is_refused(name: str) -> None:
    environment = alone(name, VALID[name])
    del environment[BY_NAME[name].needs]
    with pytest.raises(SettingsError, match=f"{BY_NAME[name].needs} is not"):
        Settings.load(environment)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ECOM_HOME", "~nouser/ecom"),
        ("ECOM_HOME", "/tmp/\udcff"),
        ("ECOM_SOURCE", "~nouser"),
        ("ECOM_SOURCE", "x" * 5000),
        ("ECOM_BIGQUERY_KEY_FILE", "\0"),
        ("ECOM_USERS", "1__0"),
        ("ECOM_USERS", "_10"),
        ("ECOM_USERS", "٣"),
        ("ECOM_USERS", "9" * 5000),
        ("ECOM_AS_OF", "9999-12-31"),
        ("ECOM_AS_OF", "2026-11-22T00:00"),
        ("ECOM_START_MONTH", "0001-01"),
        ("ECOM_START_MONTH", "1500-01"),
        ("ECOM_BIGQUERY_MAXIMUM_BYTES_BILLED", "9" * 30 + "TiB"),
        ("ECOM_BIGQUERY_MAXIMUM_BYTES_BILLED", "1__0GiB"),
        ("ECOM_ALERT_MAIL_TO", ","),
        ("ECOM_ALERT_MAIL_TO", "somebody"),
        ("ECOM_ALERT_SMTP", "mail.example.com"),
        ("ECOM_ALERT_SMTP", "mail.example.com:99999"),
        ("ECOM_ALERT_SMTP", "http://mail.example.com:25"),
        ("ECOM_ALERT_SMTP", "[::1:25"),
        ("ECOM_UI_URL", "http://[::1"),
        ("ECOM_UI_URL", "http://example.com:99999"),
        ("ECOM_UI_URL", "http://example.com:http"),
        ("ECOM_UI_URL", "http://"),
        ("ECOM_UI_URL", "ftp://example.com"),
        ("ECOM_ALERT_SLACK_URL", "https://[::1"),
        ("ECOM_ALERT_WEBHOOK_URL", "https://example.com:0/"),
    ],
)
def test_a_value_that_looks_right_and_is_not_is_refused_in_one_sentence(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.load(alone(name, value) if name in BY_NAME else {name: value})
    message = str(raised.value)
    assert message.startswith(name)
    assert message.isprintable()
    assert len(message) < 1500


@pytest.mark.parametrize("name", ["ECOM_UI_URL", "ECOM_ALERT_SLACK_URL", "ECOM_ALERT_WEBHOOK_URL", "ECOM_ALERT_SMTP"])
def test_a_password_in_an_address_is_refused_and_not_repeated(name: str) -> None:
    scheme = "smtp" if name == "ECOM_ALERT_SMTP" else "https"
    with pytest.raises(SettingsError, match="no user and no password") as raised:
        Settings.load(alone(name, f"{scheme}://ann:hunter2@example.com:25"))
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("form", ["ftp://ann:hunter2@h", "https:/ann:hunter2@h", "ann:hunter2@h:1:2", "x\\\\ann:hunter2@h\t"])
def test_a_password_in_what_was_meant_to_be_an_address_is_not_repeated(name: str, form: str) -> None:
    said = ""
    try:
        Settings.load(alone(name, form))
    except SettingsError as error:
        said = str(error)
    assert "hunter2" not in said


TEXTS = st.text(max_size=40) | st.text("0123456789-_.:/[]@,~ eE+GiBhtps", max_size=25)
"""Anything at all, surrogates included, and what is nearly a number, a date, an address or a path."""


@pytest.mark.parametrize("name", BY_NAME)
@given(text=TEXTS)
@settings(max_examples=60, deadline=None)
def test_any_value_is_understood_or_refused_in_one_sentence(name: str, text: str) -> None:
    try:
        said = repr(Settings.load(alone(name, text)))
    except SettingsError as error:
        said = str(error)
    assert said.isprintable()
    if BY_NAME[name].secret:
        assert repr(text.strip()) not in said.replace("''", "")


@pytest.mark.parametrize(
    ("content", "allowed"),
    [
        ("a = " + "[" * 5000 + "]" * 5000, "cannot be read as TOML"),
        ("overlap_rate = 'half'", "must be a number"),
        ("seasonality = 5", "wrong type"),
        ("seasonality = [[1.0]]", "weights"),
        ("confounding = nan", "must be a number"),
        ("activation_days = 10000000000000000000000000", "must be a whole number"),
    ],
)
def test_a_worlds_file_that_cannot_be_used_is_refused_in_one_sentence(tmp_path: Path, content: str, allowed: str) -> None:
    (tmp_path / "world.toml").write_text(content)
    chosen = Settings.load({"ECOM_WORLD": str(tmp_path / "world.toml"), "ECOM_AS_OF": "2026-11-22"})
    with pytest.raises(SettingsError, match=allowed) as raised:
        world_settings(chosen, chosen.observed_until())
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("content", "allowed"),
    [
        ("a = " + "[" * 5000 + "]" * 5000, "no TOML"),
        ("start_month = '1500-01'", "from 1970 to 2199"),
        ("as_of = 9999-12-31", "from 1970 to 2199"),
    ],
)
def test_a_sources_file_that_cannot_be_used_is_refused_in_one_sentence(tmp_path: Path, content: str, allowed: str) -> None:
    (tmp_path / "source.toml").write_text(content)
    with pytest.raises(SettingsError, match=allowed) as raised:
        Settings.load({"ECOM_SOURCE": str(tmp_path)})
    assert "\n" not in str(raised.value)


def test_the_readme_has_a_row_for_every_variable_and_no_other() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text()
    rows = [line for line in readme.splitlines() if line.startswith("| `ECOM_")]
    assert rows == [f"| `{each.name}` | {each.shown and f'`{each.shown}`'} | {each.doc} |" for each in VARIABLES]
