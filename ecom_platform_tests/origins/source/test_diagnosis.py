"""A file that cannot be read: the sentence names the true cause, the file's line and the way out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ecom_platform.origins.source import SourceError
from ecom_platform_tests.origins.source.conftest import SETTINGS, USERS, OpenSource, rows

HEADER = "order_id,user_id,order_date\n"
SOUND = "o1,u1,2024-01-10\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            b"order_id;user_id;order_date\no1;u1;2024-01-10\n",
            r"^orders\.csv, line 1: columns are separated by semicolons, .* read_csv\('orders\.csv', delim = ';'\)$",
        ),
        (b"order_id\tuser_id\torder_date\n", r"^orders\.csv, line 1: columns are separated by tabs, .*delim = '\\t'\)$"),
        (
            f"{HEADER}{SOUND}o2,Zoë,2024-01-11\n".encode("latin-1"),
            r"^orders\.csv, line 3: the text is not UTF-8; .*encoding = 'latin-1'",
        ),
        (f"{HEADER}{SOUND}".encode("utf-16"), r"^orders\.csv, line 1: the text is not UTF-8; .*encoding = 'utf-16'"),
        (b"", r"^orders\.csv is empty: it begins with a line of column names"),
        (f"{HEADER}{SOUND}o2,u1\n".encode(), r"^orders\.csv, line 3: 2 values for 3 columns"),
        (f"{HEADER}{SOUND}o2,u1,2024-01-11,5\n".encode(), r"^orders\.csv, line 3: 4 values for 3 columns"),
        (f"{HEADER}{SOUND}\0\n".encode(), r"^orders\.csv, line 3: there is a NUL character"),
        (f'{HEADER}o1,"u1,2024-01-10\n'.encode(), r"^orders\.csv, line \d: .* a quote is opened and not closed"),
        (b"order_id,user_id,order_date,user_id\n", r"^orders\.csv, line 1: column user_id is there more than once"),
        (
            f"{HEADER}{SOUND}o2,u1,31/01/2024\n".encode(),
            r"^orders\.csv: 1 value of column order_date .*'31/01/2024' on line 3 \(DATE is written 2024-01-31 here\)",
        ),
        (
            b'order_id,user_id,order_date,total_amount\no1,u1,2024-01-10,"12,50"\n',
            r"'12,50' on line 2 \(NUMERIC is written 1234\.50 here\)",
        ),
    ],
)
def test_a_csv_file_of_a_raw_table(open_source: OpenSource, folder: Path, content: bytes, said: str) -> None:
    (folder / "orders.csv").write_bytes(content)
    with pytest.raises(SourceError, match=said) as caught:
        open_source().month(date(2024, 1, 1))
    assert "\n" not in str(caught.value)


def test_a_file_of_names_alone_is_an_empty_table(open_source: OpenSource) -> None:
    assert rows(open_source({"orders.csv": HEADER}), "orders") == []


@pytest.mark.parametrize("view", [True, False])
def test_a_text_file_that_sql_reads_is_blamed_itself(open_source: OpenSource, folder: Path, view: bool) -> None:
    people = "id,day\nu1,2024-01-05\nZoë,2024-01-06\n"
    (folder / "people.csv").write_bytes(people.encode("latin-1"))
    select = "SELECT id AS user_id, day AS signup_date FROM"
    files: dict[str, str | None] = {"_people.sql": "SELECT * FROM 'people.csv'"} if view else {}
    files["users.sql"] = f"{select} {'_people' if view else chr(39) + 'people.csv' + chr(39)}"
    with pytest.raises(SourceError, match=r"^people\.csv, line 3: the text is not UTF-8; .*encoding = 'latin-1'"):
        open_source(files)
    # The way out that the sentence names is one.
    read = "read_csv('people.csv', encoding = 'latin-1')"
    repaired = open_source({"_people.sql": f"SELECT * FROM {read}", "users.sql": f"{select} _people"})
    assert {user["user_id"] for user in rows(repaired, "users")} == {"u1", "Zoë"}


@pytest.mark.parametrize(
    ("expression", "part"),
    [("{'id': 'u1'}", r"user_id\.NAME"), ("['u1']", r"user_id\[1\]"), ("map {'a': 'u1'}", r"user_id\[1\]")],
)
def test_a_nested_column_is_not_to_be_cast(open_source: OpenSource, expression: str, part: str) -> None:
    sql = USERS.replace("'u1'", expression)
    with pytest.raises(
        SourceError, match=rf"user_id holds several values in one .*say in users\.sql which .* {part}"
    ) as caught:
        open_source({"users.sql": sql, "source.toml": SETTINGS})
    assert "CAST" not in str(caught.value)
