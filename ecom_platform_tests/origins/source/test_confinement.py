"""A source's SQL reads the source's own folders and nothing else, and ends."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from ecom_platform.origins.source import SourceError
from ecom_platform_tests.origins.source.conftest import ORDERS, SETTINGS, USERS, OpenSource, rows

PEOPLE = "id,day\nu7,2024-01-05\n"
ENDLESS = "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n FROM r) SELECT CAST(n AS VARCHAR) AS user_id, "


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the source, with a file that is none of its business."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "people.csv").write_text(PEOPLE)
    return folder


def reading(relation: str) -> str:
    return f"SELECT id AS user_id, day AS signup_date FROM {relation}"


@pytest.mark.parametrize(
    "relation",
    [
        "'{outside}/people.csv'",
        "'../outside/people.csv'",
        "'../*/people.csv'",
        "read_csv('{outside}/people.csv')",
        "read_csv(['{outside}/people.csv'])",
        "read_csv('{outside}/peo' || 'ple.csv')",
        "read_csv('file://{outside}/people.csv')",
        "query('FROM ''{outside}/people.csv''')",
        "(SELECT content AS id, DATE '2024-01-05' AS day FROM read_text('{outside}/peo' || 'ple.csv'))",
        "(SELECT file AS id, DATE '2024-01-05' AS day FROM glob('{outside}/' || '*'))",
    ],
)
def test_sql_reads_no_file_outside(open_source: OpenSource, outside: Path, relation: str) -> None:
    with pytest.raises(SourceError, match=r"^users\.sql.*lies outside the source's folders; .*may_read in source\.toml"):
        open_source({"users.sql": reading(relation.format(outside=outside))})


@pytest.mark.parametrize("relation", ["'link.csv'", "read_csv('li' || 'nk.csv')", "'linked/people.csv'", "'lin*.csv'"])
def test_a_link_leads_no_further(open_source: OpenSource, folder: Path, outside: Path, relation: str) -> None:
    (folder / "link.csv").symlink_to(outside / "people.csv")
    (folder / "linked").symlink_to(outside)
    with pytest.raises(SourceError, match=r"lies outside the source's folders|No files found"):
        open_source({"users.sql": reading(relation)})


def test_a_linked_table_leads_no_further(open_source: OpenSource, folder: Path, outside: Path) -> None:
    (folder / "users.csv").symlink_to(outside / "people.csv")
    with pytest.raises(SourceError, match=r"^users\.csv: .*people\.csv, lies outside the source's folders"):
        open_source({"users.sql": None})


def test_a_folder_that_the_source_names_may_be_read(open_source: OpenSource, folder: Path, outside: Path) -> None:
    (folder / "link.csv").symlink_to(outside / "people.csv")
    for relation in (f"'{outside}/people.csv'", "'../outside/people.csv'", "'link.csv'"):
        source = open_source({"source.toml": f'{SETTINGS}may_read = ["../outside"]', "users.sql": reading(relation)})
        assert [user["user_id"] for user in rows(source, "users")] == ["u7"]


@pytest.mark.parametrize(
    "function", ["duckdb_secrets()", "read_blob('/etc/hostname')", "parquet_metadata('/etc/host' || 'name')"]
)
def test_sql_learns_nothing_of_the_machine(open_source: OpenSource, function: str) -> None:
    sql = f"SELECT CAST(count(*) AS VARCHAR) AS user_id, DATE '2024-01-05' AS signup_date FROM {function}"
    with pytest.raises(SourceError, match=r"^users\.sql.*(outside the source's folders|disabled)"):
        rows(open_source({"users.sql": sql}), "users")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("may_read = '/data'", "must be a list of folders"),
        ("may_read = [3]", "must be a list of folders"),
        ("may_read = ['nowhere']", "may_read names 'nowhere', which is no folder"),
        ("time_limit = 0", "time_limit = 0 must be a number of seconds"),
        ("time_limit = nan", "time_limit = nan must be a number of seconds"),
        ("time_limit = true", "time_limit = True must be a number of seconds"),
    ],
)
def test_a_limit_that_is_not_understood(open_source: OpenSource, text: str, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        open_source({"source.toml": text})


@pytest.mark.parametrize(
    "sql",
    [
        f"{ENDLESS}DATE '2024-01-05' AS signup_date FROM r",
        "SELECT CAST(a.range + b.range AS VARCHAR) AS user_id, DATE '2024-01-05' AS signup_date "
        "FROM range(1000000000) AS a, range(1000000000) AS b",
    ],
)
def test_sql_that_does_not_end_is_stopped_and_leaves_nothing(open_source: OpenSource, tmp_path: Path, sql: str) -> None:
    scratch = tmp_path / "scratch"
    source = open_source({"source.toml": f"{SETTINGS}time_limit = 0.5", "users.sql": sql}, scratch=scratch)
    started = time.monotonic()
    with pytest.raises(SourceError, match=r"took longer than 0\.5 s and was stopped; .*time_limit .* in source\.toml"):
        source.products()
    assert time.monotonic() - started < 10
    assert list(scratch.iterdir()) == []


def test_looking_at_sql_that_does_not_end_is_stopped_too(open_source: OpenSource) -> None:
    # A column of another type is counted, to see whether it is null throughout.
    sql = f"{ENDLESS}CAST(NULL AS VARCHAR) AS signup_date FROM r"
    with pytest.raises(SourceError, match=r"took longer than 0\.5 s"):
        open_source({"source.toml": f"{SETTINGS}time_limit = 0.5", "users.sql": sql})


@pytest.mark.parametrize("name", ["orders.csv", "orders.parquet", "orders.sql", "source.toml"])
def test_a_link_that_leads_nowhere_is_no_empty_table(open_source: OpenSource, folder: Path, name: str) -> None:
    for target in (folder / "gone", folder / name):
        (folder / name).symlink_to(target)
        with pytest.raises(SourceError, match=rf"^{name}.* (leads nowhere|cannot be read)"):
            open_source({"source.toml": None})
        (folder / name).unlink()


def test_a_pipe_or_a_folder_is_no_table(open_source: OpenSource, folder: Path) -> None:
    os.mkfifo(folder / "orders.csv")
    with pytest.raises(SourceError, match=r"^orders\.csv: .* is no file"):
        open_source()
    (folder / "orders.csv").unlink()
    (folder / "orders.csv").mkdir()
    with pytest.raises(SourceError, match=r"^orders\.csv: .* is no file"):
        open_source()


def test_a_link_among_the_files_of_a_pattern_that_leads_nowhere(open_source: OpenSource, folder: Path) -> None:
    (folder / "parts").mkdir()
    (folder / "parts" / "lost.csv").symlink_to(folder / "gone.csv")
    with pytest.raises(SourceError, match=r"^users\.sql, line 1: .*lost\.csv is a link that leads nowhere"):
        open_source({"parts/people.csv": PEOPLE, "users.sql": reading("'parts/*.csv'")})


@pytest.mark.parametrize("name", ["ORDERS.CSV", "orders.CSV", "orders.csv.gz", "Orders.json"])
def test_a_table_in_another_spelling_is_not_passed_over(open_source: OpenSource, name: str) -> None:
    with pytest.raises(SourceError, match=rf"^{name}: a raw table is given as \.sql, \.csv or \.parquet, not as"):
        open_source({name: ORDERS, "users.sql": USERS})
