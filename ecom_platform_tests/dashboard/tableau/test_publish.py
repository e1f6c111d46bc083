"""Publishing: against a server that speaks Tableau's REST interface, and what is said when anything is wrong."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ecom_platform.cli.tableau import NAME, command
from ecom_platform.dashboard.tableau import publish as publishing
from ecom_platform.dashboard.tableau.options import TableauOptions
from ecom_platform.dashboard.tableau.package import LIVE, PACKAGE
from ecom_platform.dashboard.tableau.publish import PublishError, publish
from ecom_platform_tests.dashboard.tableau.stub_server import SECRET, SITE, TOKEN, StubServer, serving


@pytest.fixture
def server() -> Iterator[StubServer]:
    with serving(StubServer()) as stub:
        yield stub


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / PACKAGE
    path.write_bytes(b"PK the workbook's bytes")
    return path


def options(stub: StubServer, **others: str) -> TableauOptions:
    known: dict[str, Any] = {
        "server": stub.address,
        "site": SITE,
        "project": "Growth",
        "token_name": TOKEN,
        "token_secret": SECRET,
    }
    return TableauOptions(**known | others)


def refusal(options: TableauOptions, file: Path, overwrite: bool = False) -> str:
    with pytest.raises(PublishError) as raised:
        publish(options, file, "Value", overwrite)
    message = str(raised.value)
    assert SECRET not in message
    assert "\n" not in message
    assert message.endswith(".")
    return message


def test_a_workbook_is_published_in_the_project(server: StubServer, file: Path) -> None:
    made = publish(options(server), file, "Value")
    assert made == ("Value", "Growth", f"{server.address}/#/workbooks/1")
    (upload,) = server.uploads
    assert file.read_bytes() in upload
    assert b'<project id="project-1"' in upload
    assert server.requests[-1].endswith("/auth/signout"), "the session stays open"


def test_one_that_is_there_is_replaced_only_where_asked(server: StubServer, file: Path) -> None:
    publish(options(server), file, "Value")
    assert "has a workbook 'Value' already: replace it with --overwrite" in refusal(options(server), file)
    file.write_bytes(b"PK another")
    publish(options(server), file, "Value", overwrite=True)
    assert b"PK another" in server.uploads[-1]


@pytest.mark.parametrize("wrong", [{"token_secret": "not-it"}, {"token_name": "nobody"}, {"site": "elsewhere"}])
def test_a_token_that_is_refused_is_named_without_its_secret(server: StubServer, file: Path, wrong: dict[str, str]) -> None:
    message = refusal(options(server, **wrong), file)
    assert "refuses the token" in message
    assert "ECOM_TABLEAU_TOKEN_SECRET" in message
    assert "not-it" not in message
    assert server.uploads == []


def test_a_project_that_is_missing_is_named(server: StubServer, file: Path) -> None:
    assert "no project 'Shop'" in refusal(options(server, project="Shop"), file)


def test_projects_of_one_name_are_not_guessed_between(server: StubServer, file: Path) -> None:
    server.projects = ("Growth", "Growth")
    assert "there are 2 projects 'Growth'" in refusal(options(server), file)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("html", "does not answer as a Tableau server does"),
        ("redirect", "redirects to another address"),
        ("internal", "does not answer as a Tableau server does"),
    ],
)
def test_a_server_that_is_none_or_broken_ends_in_a_sentence(server: StubServer, file: Path, broken: str, said: str) -> None:
    server.broken = broken
    assert said in refusal(options(server), file)


def test_a_redirect_is_not_followed_with_the_token(server: StubServer, file: Path) -> None:
    with serving(StubServer()) as other:
        server.broken = "redirect"
        server.answer = lambda *_: (302, "", {"Location": f"{other.address}/api/3.25/auth/signin"})  # type: ignore[method-assign]
        refusal(options(server), file)
        assert other.requests == []


def test_a_host_that_does_not_answer_is_named(file: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        message = refusal(TableauOptions(server=address, token_name=TOKEN, token_secret=SECRET), file)
    assert "cannot be reached" in message
    assert address.removeprefix("http://") in message


@pytest.mark.parametrize("missing", ["server", "token_name", "token_secret"])
def test_a_setting_that_is_missing_is_named(server: StubServer, file: Path, missing: str) -> None:
    assert f"ECOM_TABLEAU_{missing.upper()} is not set" in refusal(options(server, **{missing: ""}), file)


def test_without_the_client_it_says_what_to_install(server: StubServer, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "find_spec", lambda _: None)
    assert "pip install 'ecom-platform[tableau]'" in refusal(options(server), file)


def test_a_workbook_that_is_missing_is_named(server: StubServer, tmp_path: Path) -> None:
    assert f"there is no workbook {tmp_path / 'none.twbx'}" in refusal(options(server), tmp_path / "none.twbx")


def test_the_secret_reaches_no_log(server: StubServer, file: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        publish(options(server), file, "Value")
        refusal(options(server, token_secret=SECRET[::-1]), file)
    assert caplog.text
    assert SECRET not in caplog.text
    assert SECRET[::-1] not in caplog.text
    assert SECRET not in repr(options(server))


class TestCommand:
    @pytest.fixture(autouse=True)
    def home(self, server: StubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setenv("ECOM_HOME", str(tmp_path))
        monkeypatch.setenv("ECOM_TABLEAU_SERVER", server.address)
        monkeypatch.setenv("ECOM_TABLEAU_SITE", SITE)
        monkeypatch.setenv("ECOM_TABLEAU_TOKEN_NAME", TOKEN)
        monkeypatch.setenv("ECOM_TABLEAU_TOKEN_SECRET", SECRET)
        (tmp_path / "dashboard").mkdir()
        return tmp_path

    def test_it_publishes_the_workbook_with_extracts_where_there_is_one(self, server: StubServer, home: Path) -> None:
        (home / "dashboard" / LIVE).write_bytes(b"live")
        assert CliRunner().invoke(command, ["publish"]).exit_code == 0
        assert b"live" in server.uploads[-1]
        (home / "dashboard" / PACKAGE).write_bytes(b"packaged")
        again = CliRunner().invoke(command, ["publish", "--overwrite", "--project", "Growth"])
        assert again.output == f"{NAME!r} is published in the project 'Growth': {server.address}/#/workbooks/1\n"
        assert b"packaged" in server.uploads[-1]

    def test_what_is_wrong_is_said_in_one_line(self, home: Path) -> None:
        found = CliRunner().invoke(command, ["publish"])
        assert found.exit_code == 1
        assert found.output == (
            f"Error: there is no workbook {home / 'dashboard' / PACKAGE}: build it with `ecom run`, or name another --file.\n"
        )
