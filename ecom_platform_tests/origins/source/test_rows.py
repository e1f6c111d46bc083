"""What a source's files become: the raw tables, in their schemas."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ecom_platform.origins.source import Source
from ecom_platform.tables import CATALOG, RAW
from ecom_platform_tests.origins.source.conftest import ORDERS, SETTINGS, USERS, OpenSource, rows

JANUARY = date(2024, 1, 1)


def test_every_raw_table_of_a_month_comes_in_its_specified_schema(open_source: OpenSource) -> None:
    month = open_source().month(JANUARY)
    assert set(month) == {table.name for table in RAW if table.partitioned}
    for name, table in month.items():
        assert table.schema == CATALOG[f"raw.{name}"].arrow_schema


def test_a_table_that_the_source_does_not_give_is_empty(open_source: OpenSource) -> None:
    source = open_source()
    assert source.tables == ("users",)
    assert source.products().schema == CATALOG["raw.products"].arrow_schema
    assert source.products().num_rows == 0
    assert rows(source, "orders") == []
    assert rows(source, "world_truth") == []


def test_a_column_that_the_source_does_not_give_is_null(open_source: OpenSource) -> None:
    (user,) = rows(open_source(), "users")
    assert user["user_id"] == "u1"
    assert {user[name] for name in ("device", "marketing_source", "subscription_type", "anomaly_flag")} == {None}


@pytest.mark.parametrize(("signup", "new"), [("2024-01-30", False), ("2024-01-31", True), ("2024-03-15", True)])
def test_users_are_new_for_the_45_days_that_end_on_the_last_observed_day(
    open_source: OpenSource, signup: str, new: bool
) -> None:
    source = open_source({"users.sql": f"SELECT 'u1' AS user_id, DATE '{signup}' AS signup_date"})
    assert rows(source, "users")[0]["is_new_user_flag"] is new


def test_a_given_new_user_flag_is_kept(open_source: OpenSource) -> None:
    source = open_source({"users.sql": f"{USERS}, true AS is_new_user_flag"})
    assert rows(source, "users")[0]["is_new_user_flag"] is True


def test_each_month_is_observed_until_the_as_of_date(open_source: OpenSource) -> None:
    source = open_source()
    assert source.months == [date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)]
    assert rows(source, "observation_windows") == [
        {"signup_month": month, "observed_until": date(2024, 3, 15)} for month in source.months
    ]


def test_sql_reads_files_beside_it_whatever_the_working_directory(
    open_source: OpenSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "people.csv").write_text("id,joined\nintruder,2024-01-01\n")
    monkeypatch.chdir(elsewhere)
    source = open_source(
        {
            "people.csv": "id,joined\n7,2024-01-20\n",
            "users.sql": "SELECT id AS user_id, joined AS signup_date FROM 'people.csv'",
            "orders.sql": (
                "SELECT 'o1' AS order_id, id AS user_id, joined AS order_date\n"
                "FROM read_csv(['people.csv'], delim = ',') -- é\n;"
            ),
        }
    )
    assert [user["user_id"] for user in rows(source, "users")] == ["7"]
    assert [order["user_id"] for order in rows(source, "orders")] == ["7"]


def test_a_pattern_reads_many_files(open_source: OpenSource) -> None:
    source = open_source(
        {
            "data/2024-01.csv": "id,day\nb,2024-01-20\n",
            "data/2024-02.csv": "id,day\na,2024-02-01\n",
            "users.sql": "SELECT id AS user_id, day AS signup_date FROM read_csv('data/*.csv')",
        }
    )
    assert [user["user_id"] for user in rows(source, "users")] == ["b", "a"]


@pytest.mark.parametrize("named", ["folder", "file"])
def test_an_environment_variable_may_name_where_the_data_files_are(folder: Path, tmp_path: Path, named: str) -> None:
    data = tmp_path / "downloads"
    data.mkdir()
    (data / "people.csv").write_text("id,day\n1,2024-01-20\n")
    (folder / "source.toml").write_text(f'{SETTINGS}data_env = "PEOPLE"\n')
    (folder / "users.sql").write_text("SELECT id AS user_id, day AS signup_date FROM 'people.csv'")
    source = Source.open(folder, environ={"PEOPLE": str(data if named == "folder" else data / "people.csv")})
    assert len(rows(source, "users")) == 1


def test_source_toml_may_name_the_folder_of_the_data_files(open_source: OpenSource) -> None:
    source = open_source(
        {
            "source.toml": f'{SETTINGS}data = "files"\n',
            "files/people.csv": "id,day\n1,2024-01-20\n",
            "users.sql": "SELECT id AS user_id, day AS signup_date FROM 'people.csv'",
        }
    )
    assert len(rows(source, "users")) == 1


def test_a_file_that_begins_with_an_underscore_is_a_view_for_the_others(open_source: OpenSource) -> None:
    source = open_source(
        {
            "_a.sql": "SELECT * FROM _b WHERE id < 3",
            "_b.sql": "WITH _b AS (SELECT range AS id FROM range(5)) SELECT id FROM _b",
            "users.sql": "SELECT id AS user_id, DATE '2024-01-05' AS signup_date FROM _a",
        }
    )
    assert [user["user_id"] for user in rows(source, "users")] == ["0", "1", "2"]


def test_a_csv_file_in_the_raw_tables_columns_needs_no_sql(open_source: OpenSource) -> None:
    source = open_source(
        {
            "users.sql": None,
            "users.csv": 'user_id,signup_date,region,anomaly_flag\n007,2024-01-05,,\n008,2024-01-06,"Kent, UK",true\n',
            "orders.csv": "order_id,user_id,order_date,total_amount\no1,007,2024-02-10,12.50\n",
            "user_events.csv": (
                "event_id,user_id,event_timestamp\ne1,007,2024-01-05 10:00:00\ne2,007,2024-01-05T10:00:00+09:00\n"
            ),
        }
    )
    assert [(user["user_id"], user["region"], user["anomaly_flag"]) for user in rows(source, "users")] == [
        ("007", "Unknown", None),
        ("008", "Kent, UK", True),
    ]
    assert rows(source, "orders")[0]["total_amount"] == Decimal("12.50")
    assert [event["event_timestamp"] for event in rows(source, "user_events")] == [
        datetime(2024, 1, 5, 10, tzinfo=UTC),
        datetime(2024, 1, 5, 1, tzinfo=UTC),
    ]


def test_a_given_month_is_not_looked_at(open_source: OpenSource) -> None:
    source = open_source({"users.sql": None, "users.csv": "user_id,signup_date,signup_month\n1,2024-02-05,never\n"})
    assert rows(source, "users")[0]["signup_month"] == date(2024, 2, 1)


def test_a_parquet_file_in_the_raw_tables_columns_needs_no_sql(open_source: OpenSource, folder: Path) -> None:
    columns: dict[str, Any] = {"user_id": [7], "signup_date": [date(2024, 1, 5)], "device": pa.nulls(1, pa.int32())}
    pq.write_table(pa.table(columns), folder / "users.parquet")
    (user,) = rows(open_source({"users.sql": None}), "users")
    assert (user["user_id"], user["device"]) == ("7", None)


def test_raw_tables_written_out_can_be_read_back(open_source: OpenSource, tmp_path: Path) -> None:
    first = open_source({"orders.sql": f"{ORDERS}, 12.5::DECIMAL(18, 2) AS total_amount"})
    again = tmp_path / "again"
    again.mkdir()
    (again / "source.toml").write_text(SETTINGS)
    for name in ("users", "orders"):
        pq.write_table(pa.concat_tables(first.month(month)[name] for month in first.months), again / f"{name}.parquet")
    second = Source.open(again, environ={})
    for name in ("users", "orders"):
        assert rows(first, name) == rows(second, name)


@pytest.mark.parametrize(
    ("expression", "value"),
    [("7", Decimal("7.00")), ("7.5::DECIMAL(5, 1)", Decimal("7.50")), ("NULL", None), ("NULL::DATE", None)],
)
def test_a_conversion_that_loses_nothing_is_made(open_source: OpenSource, expression: str, value: Decimal | None) -> None:
    source = open_source({"orders.sql": f"{ORDERS}, {expression} AS total_amount"})
    assert rows(source, "orders")[0]["total_amount"] == value


def test_a_timestamp_without_a_zone_is_utc_whatever_the_machines_zone(
    open_source: OpenSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Seoul")
    event = "'e1' AS event_id, 'u1' AS user_id, TIMESTAMP '2024-01-31 23:30:00' AS event_timestamp"
    source = open_source({"user_events.sql": f"SELECT {event}"})
    assert rows(source, "user_events")[0]["event_timestamp"] == datetime(2024, 1, 31, 23, 30, tzinfo=UTC)


def test_products_come_sorted_by_key(open_source: OpenSource) -> None:
    source = open_source({"products.sql": "SELECT unnest(['b', 'c', 'a']) AS product_id, 'Deco' AS category"})
    assert source.products().column("product_id").to_pylist() == ["a", "b", "c"]


def test_the_files_are_evaluated_once_for_all_months(open_source: OpenSource) -> None:
    source = open_source({"users.sql": "SELECT uuid()::VARCHAR AS user_id, DATE '2024-01-05' AS signup_date"})
    assert source.month(JANUARY)["users"] == source.month(JANUARY)["users"]


def test_the_scratch_folder_is_empty_again_after_closing(open_source: OpenSource, tmp_path: Path) -> None:
    scratch = tmp_path / "not yet" / "scratch"
    with open_source(scratch=scratch) as source:
        source.month(JANUARY)
        assert len(os.listdir(scratch)) == 1
    assert os.listdir(scratch) == []


def test_the_callers_start_and_as_of_date_come_before_the_sources(open_source: OpenSource) -> None:
    source = open_source(start_month=date(2023, 12, 1), as_of=date(2024, 1, 20))
    assert source.months == [date(2023, 12, 1), date(2024, 1, 1)]
    assert source.settings.as_of == date(2024, 1, 20)
