"""What is wrong with a source is one sentence that names the file and the way out."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ecom_platform.origins.source import Source, SourceError
from ecom_platform.warehouse.contract import WarehouseError
from ecom_platform_tests.origins.source.conftest import ORDERS, SETTINGS, USERS, OpenSource


def refused(open_source: OpenSource, said: str, files: dict[str, str | None]) -> None:
    """The files are refused on opening, with one line that matches."""
    with pytest.raises(SourceError, match=said) as caught:
        open_source(files)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, WarehouseError)


def refused_on_reading(open_source: OpenSource, said: str, files: dict[str, str | None]) -> None:
    """The files open, but their rows are refused, with one line that matches."""
    source = open_source(files)
    with pytest.raises(SourceError, match=said) as caught:
        source.month(date(2024, 1, 1))
    assert "\n" not in str(caught.value)


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is no folder"):
        Source.open(tmp_path / "nowhere")


def test_a_folder_that_gives_nothing(open_source: OpenSource) -> None:
    refused(open_source, r"gives no raw table; write one of users\.sql", {"users.sql": None})


@pytest.mark.parametrize("name", ["ordrs.sql", "Orders.sql", "ordrs.csv", "ordrs.parquet"])
def test_a_misspelt_table(open_source: OpenSource, name: str) -> None:
    refused(open_source, rf"{name}: there is no raw table \w+; did you mean orders\?", {name: ORDERS})


@pytest.mark.parametrize("name", ["world_truth", "injected_anomalies", "observation_windows"])
def test_a_table_that_only_the_platform_makes(open_source: OpenSource, name: str) -> None:
    refused(open_source, f"there is no raw table {name}", {f"{name}.sql": "SELECT 1"})


def test_a_table_in_a_format_that_is_not_read(open_source: OpenSource) -> None:
    refused(
        open_source, r"orders\.xlsx: a raw table is given as \.sql, \.csv or \.parquet, not as \.xlsx", {"orders.xlsx": ""}
    )


def test_notes_beside_the_tables_are_welcome(open_source: OpenSource) -> None:
    open_source({"README.md": "", "orders.md": "", ".gitignore": ""})


def test_a_table_that_is_given_twice(open_source: OpenSource) -> None:
    refused(open_source, r"users\.csv and users\.sql both give users", {"users.csv": "user_id,signup_date\n"})


def test_a_table_file_that_its_own_sql_reads_is_data(open_source: OpenSource) -> None:
    open_source(
        {"users.csv": "id,day\n1,2024-01-02\n", "users.sql": "SELECT id AS user_id, day AS signup_date FROM 'users.csv'"}
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", r"source\.toml is no TOML"),
        ("start = '2024-01'", r"source\.toml: there is no setting 'start'; did you mean start_month\?"),
        ("start_month = '2024-13'", "start_month = '2024-13' must be a month such as '2010-12'"),
        ("start_month = 2024-01-02", "must be a month"),
        ("as_of = 'today'", "as_of = 'today' must be a day such as '2011-12-09'"),
        ("as_of = 2024-01-02T00:00:00", "must be a day"),
        ("currency = 'pounds'", "currency = 'pounds' is no ISO 4217 code"),
        ("title = 3", "title = 3 must be a text"),
        ("data = 'nowhere'", "data = 'nowhere' is no folder"),
        ("start_month = '2024-02'\nas_of = 2024-01-31", "as_of 2024-01-31 lies before start_month 2024-02"),
    ],
)
def test_a_setting_that_is_not_understood(open_source: OpenSource, text: str, said: str) -> None:
    refused(open_source, said, {"source.toml": text})


def test_other_toml_files(open_source: OpenSource) -> None:
    refused(open_source, r"sources\.toml: a source's settings are in source\.toml", {"sources.toml": ""})


def test_an_environment_variable_that_names_no_place(folder: Path) -> None:
    (folder / "source.toml").write_text('data_env = "PEOPLE"')
    with pytest.raises(SourceError, match="PEOPLE names /nowhere, which does not exist"):
        Source.open(folder, environ={"PEOPLE": "/nowhere"})


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "-- nothing",
        f"{USERS}; {USERS}",
        "DROP TABLE users",
        "COPY (SELECT 1) TO 'x.csv'",
        "CREATE TABLE x AS SELECT 1",
        "ATTACH 'x.duckdb'",
        "SET threads = 1",
        "PRAGMA version",
    ],
)
def test_anything_but_one_select(open_source: OpenSource, sql: str) -> None:
    refused(open_source, r"users\.sql must hold one SELECT and nothing else", {"users.sql": sql})


def test_a_syntax_error_with_its_line(open_source: OpenSource) -> None:
    refused(open_source, r"users\.sql, line 3: syntax error at or near \"from\"", {"users.sql": "SELECT\n1 +\nfrom from x"})


def test_an_unknown_column_of_a_users_file_with_its_line(open_source: OpenSource) -> None:
    refused(
        open_source,
        r'users\.sql, line 2: .*"idd" not found.*"id"',
        {"people.csv": "id\n1\n", "users.sql": "SELECT\n  idd AS user_id\nFROM 'people.csv'"},
    )


def test_an_unknown_view_with_its_line(open_source: OpenSource) -> None:
    refused(
        open_source,
        r"users\.sql, line 2: Table with name _peple does not exist; Did you mean \"_people",
        {"_people.sql": "SELECT 1 AS id", "users.sql": "SELECT id\nFROM _peple"},
    )


def test_an_error_in_a_view_names_the_view(open_source: OpenSource) -> None:
    refused(open_source, r"_people\.sql, line 1", {"_people.sql": "SELECT x", "users.sql": "SELECT * FROM _people"})


def test_views_that_read_each_other_in_a_circle(open_source: OpenSource) -> None:
    refused(open_source, "in a circle: _", {"_a.sql": "SELECT * FROM _b", "_b.sql": "SELECT * FROM _a"})


def test_python_variables_are_no_tables(open_source: OpenSource) -> None:
    refused(open_source, "Table with name folder does not exist", {"users.sql": "SELECT * FROM folder"})


@pytest.mark.parametrize("read", ["'sales.csv'", "read_parquet('sales.csv')", "read_csv(['sales.csv'])", '"sales.csv"'])
def test_a_data_file_that_is_not_there(open_source: OpenSource, read: str) -> None:
    refused(
        open_source,
        r"users\.sql, line 2: there is no file sales\.csv; put it into .*, or name its folder with SALES$",
        {"source.toml": "data_env = 'SALES'", "users.sql": f"SELECT *\nFROM {read}"},
    )


def test_a_column_that_the_raw_table_does_not_have(open_source: OpenSource) -> None:
    refused(
        open_source,
        r"users\.sql: raw\.users has no column signup_dat; did you mean signup_date\?",
        {"users.sql": "SELECT 'u1' AS user_id, DATE '2024-01-05' AS signup_dat"},
    )


@pytest.mark.parametrize(
    ("table", "missing"),
    [
        ("users", "columns user_id, signup_date"),
        ("products", "a column product_id"),
        ("orders", "columns order_id, user_id, order_date"),
        ("order_items", "columns order_item_id, order_id, product_id"),
        ("user_events", "columns event_id, user_id, event_timestamp"),
        ("experiment_assignments", "columns user_id, experiment, assigned_at"),
    ],
)
def test_a_table_without_its_key_or_what_it_belongs_to(open_source: OpenSource, table: str, missing: str) -> None:
    name = "price" if table == "products" else "arm" if table == "experiment_assignments" else "anomaly_flag"
    name = "qty" if table == "order_items" else name
    refused(open_source, rf"{table}\.sql: raw\.{table} needs {missing}", {f"{table}.sql": f"SELECT NULL AS {name}"})


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("12.5::DOUBLE AS total_amount", r"total_amount is DOUBLE, but raw\.orders needs NUMERIC.*CAST\(total_amount AS DEC"),
        ("12.555 AS total_amount", r"total_amount is DECIMAL\(5,3\), but raw\.orders needs NUMERIC"),
        ("'12.50' AS total_amount", "total_amount is VARCHAR, but"),
        ("1 AS is_discount_day", "is_discount_day is INTEGER, but raw.orders needs BOOL"),
        ("1.5 AS payment_status", r"payment_status is DECIMAL\(2,1\), but raw.orders needs STRING"),
    ],
)
def test_a_conversion_that_could_lose_something(open_source: OpenSource, expression: str, said: str) -> None:
    refused(open_source, rf"orders\.sql: column {said}", {"orders.sql": f"{ORDERS}, {expression}"})


def test_a_timestamp_where_a_day_belongs(open_source: OpenSource) -> None:
    sql = "SELECT 'u1' AS user_id, TIMESTAMP '2024-01-05 10:00:00' AS signup_date"
    refused(open_source, "signup_date is TIMESTAMP, but raw.users needs DATE", {"users.sql": sql})


def test_a_parquet_file_of_another_type(open_source: OpenSource, folder: Path) -> None:
    columns: dict[str, Any] = {
        "order_id": ["o1"],
        "user_id": ["u1"],
        "order_date": [date(2024, 1, 5)],
        "total_amount": ["12.50"],
    }
    pq.write_table(pa.table(columns), folder / "orders.parquet")
    said = r"orders\.parquet: column total_amount is VARCHAR, but raw\.orders needs NUMERIC; convert it in orders\.sql"
    refused(open_source, said, {})


def test_a_file_that_is_no_parquet(open_source: OpenSource) -> None:
    refused(open_source, r"orders\.parquet: ", {"orders.parquet": "order_id\n1\n"})


@pytest.mark.parametrize(
    ("column", "text", "type_"),
    [
        ("total_amount", "twelve", "NUMERIC"),
        ("total_amount", "12.345", "NUMERIC"),
        ("order_date", "2024-02-30", "DATE"),
        ("order_date", "2024-02-03 10:00:00", "DATE"),
        ("is_discount_day", "maybe", "BOOL"),
    ],
)
def test_a_csv_text_that_is_no_value_of_its_column(open_source: OpenSource, column: str, text: str, type_: str) -> None:
    given = {"order_id": "o1", "user_id": "u1", "order_date": "2024-02-01", column: text}
    refused_on_reading(
        open_source,
        rf"orders\.csv: 1 value of column {column} is no {type_}, which raw\.orders needs, such as '{text}'",
        {"orders.csv": f"{','.join(given)}\n{','.join(given.values())}\n"},
    )


def test_values_that_fail_while_the_sql_runs(open_source: OpenSource) -> None:
    sql = "SELECT 'u1' AS user_id, CAST(day AS DATE) AS signup_date FROM (VALUES ('2024-01-05'), ('soon')) AS t(day)"
    refused_on_reading(open_source, r'users\.sql: .*"soon"', {"users.sql": sql})


def test_a_number_too_large_for_its_column(open_source: OpenSource) -> None:
    refused_on_reading(
        open_source, r"orders\.sql: .*cast", {"orders.sql": f"{ORDERS}, 10000000000000000000::HUGEINT AS total_amount"}
    )


def test_after_an_error_nothing_is_left_in_the_scratch_folder(open_source: OpenSource, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    source = open_source({"users.sql": USERS.replace("2024", "2025"), "source.toml": SETTINGS}, scratch=scratch)
    with pytest.raises(SourceError, match="1 row happened after"):
        source.products()
    assert list(scratch.iterdir()) == []
