"""What cannot be done is answered with one sentence and a non-zero exit, and nothing is written."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ecom_platform_tests.cli.conftest import Answer, Ecom


def assert_refused(answer: Answer, exit_code: int, *words: str) -> None:
    assert answer.exit_code == exit_code, answer
    lines = answer.err.strip().splitlines()
    assert len(lines) == 1, answer.err
    assert lines[0].startswith("ecom: ")
    assert "Traceback" not in answer.out + answer.err
    for word in words:
        assert word in lines[0]


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"ECOM_TARGET": "oracle"}, ("ECOM_TARGET", "'oracle'", "duckdb, bigquery")),
        ({"ECOM_AS_OF": "2026-13-01"}, ("ECOM_AS_OF", "'2026-13-01'", "such as")),
        ({"ECOM_AS_OF": "2025-12-31"}, ("ECOM_AS_OF", "before the start month 2026-01")),
        ({"ECOM_USERS": "0"}, ("ECOM_USERS", "'0'")),
        ({"ECOM_USERS": "-4"}, ("ECOM_USERS", "'-4'")),
        ({"ECOM_HOME": "/proc/nowhere"}, ("ECOM_HOME", "/proc/nowhere", "cannot be written")),
        ({"ECOM_USRES": "10"}, ("ECOM_USRES is not a setting", "ECOM_USERS")),
        ({"ECOM_HOME": "~nouser"}, ("ECOM_HOME", "there is no user 'nouser'")),
        ({"ECOM_AS_OF": "9999-12-31"}, ("ECOM_AS_OF", "from 1970 to 2199")),
        ({"ECOM_AS_OF": "2150-01-01"}, ("2150-01-01", "2090-12-31")),
        ({"ECOM_UI_URL": "http://[::1"}, ("ECOM_UI_URL", "such as https://")),
        ({"ECOM_ALERT_WEBHOOK_SECRET": "hidden"}, ("ECOM_ALERT_WEBHOOK_SECRET", "ECOM_ALERT_WEBHOOK_URL is not")),
    ],
)
def test_a_setting_that_cannot_be_used(ecom: Ecom, environment: dict[str, str], words: tuple[str, ...]) -> None:
    assert_refused(ecom("run", **environment), 2, *words)


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--users", "-1", ("ECOM_USERS", "'-1'")),
        ("--as-of", "soon", ("ECOM_AS_OF", "'soon'")),
        ("--months", "2026-02..2026-01", ("--months", "after the last")),
        ("--months", "spring", ("--months", "'spring'")),
        ("--months", "", ("--months", "''")),
        ("--select", "", ("--select", "''")),
        ("--job", "", ("--job", "''", "the jobs are")),
        ("--users", "", ("--users", "''")),
        ("--as-of", " ", ("--as-of", "' '")),
        ("--months", "2031-01", ("2031-01", "not a signup month", "2026-01 to 2026-03")),
        ("--select", "marts/nothing_here", ("--select", "marts/nothing_here")),
        ("--select", "group:", ("--select", "group:")),
    ],
)
def test_an_option_that_cannot_be_used(ecom: Ecom, option: str, value: str, words: tuple[str, ...]) -> None:
    assert_refused(ecom("run", option, value), 2, *words)


@pytest.mark.parametrize(("folder", "words"), [("/no/such/folder", "no such folder"), ("", "FOLDER"), (" ", "FOLDER")])
def test_a_folder_that_is_no_source(ecom: Ecom, folder: str, words: str) -> None:
    assert_refused(ecom("import", folder), 2, words)


def test_a_source_with_a_misspelt_table(ecom: Ecom, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "ordrs.sql").write_text("SELECT 1 AS order_id")
    assert_refused(ecom("import", str(tmp_path / "shop")), 1, "ordrs.sql", "orders")


def test_a_source_with_a_parquet_file_of_a_wrong_type(ecom: Ecom, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    rows = pa.table({"order_id": ["o"], "user_id": ["u"], "order_date": ["soon"], "total_amount": ["much"]})
    pq.write_table(rows, tmp_path / "shop" / "orders.parquet")
    assert_refused(ecom("import", str(tmp_path / "shop")), 1, "orders.parquet", "order_date")


def test_a_corrupt_warehouse_file(ecom: Ecom, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "warehouse.duckdb").write_bytes(b"no database at all" * 1000)
    assert_refused(ecom("query", "SELECT 1"), 1, "warehouse.duckdb")
    assert_refused(ecom("run", "--select", "key:raw/products"), 1, "warehouse.duckdb", "restore it from a backup")


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("DROP TABLE raw.users", ("Only one statement that reads", "DROP")),
        ("SELECT 1; SELECT 2", ("Only one statement",)),
        ("SELEC 1", ("SELEC",)),
        ("SELECT * FROM raw.usres", ("usres",)),
        ("SELECT * FROM read_csv('/etc/passwd')", ("disabled",)),
        ("COPY (SELECT 1) TO '/tmp/out.csv'", ("Only one statement that reads",)),
    ],
)
def test_a_query_that_may_not_run(ecom: Ecom, sql: str, words: tuple[str, ...]) -> None:
    assert_refused(ecom("query", sql), 1, *words)


def test_parquet_needs_a_file(ecom: Ecom) -> None:
    answer = ecom("query", "SELECT 1", "--format", "parquet")
    assert answer.exit_code == 2
    assert "--out" in answer.err
