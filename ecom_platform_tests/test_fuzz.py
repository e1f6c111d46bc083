"""Seeded inputs that nobody thought of, to `ecom query`, the settings and the sources.

Whatever comes ends with an answer or with one of the platform's sentences, in bounded time, and no row is lost on the way.
A seed makes the same input everywhere: the number in a failing test's name is the whole of its reproduction.
"""

from __future__ import annotations

import csv
import io
import random
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import click
import duckdb
import pyarrow.parquet as pq
import pytest

from ecom_platform.cli import rendering
from ecom_platform.cli.options import parse_months
from ecom_platform.cli.query import result_of
from ecom_platform.errors import PlatformError
from ecom_platform.origins.source import Source
from ecom_platform.settings import VARIABLES, Settings
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform_tests.test_settings import VALID, alone
from ecom_platform_tests.warehouse.tables import FEBRUARY, JANUARY, VISITS, visits

INPUTS, QUICK = 500, 50
LIMIT_SECONDS = 60
SEEDS = [seed if seed < QUICK else pytest.param(seed, marks=pytest.mark.slow) for seed in range(INPUTS)]

ODD = (
    "",
    "'",
    '"',
    "\\",
    "\0",
    "\x1b[31m",
    "\r\n",
    "\ufeff",
    "é",
    "𝔘",
    "\udcff",
    "[/x]",
    "{",
    "%s",
    "../",
    "~",
    "-",
    "NaN",
    "1e999",
)
"""Pieces that one layer or another gives a meaning of its own."""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> DuckDBWarehouse:
    made = DuckDBWarehouse(tmp_path_factory.mktemp("fuzz") / "warehouse.duckdb")
    made.replace({VISITS: visits([JANUARY, FEBRUARY], each=40)}, [JANUARY, FEBRUARY])
    return made


def outcome(use: Callable[[], object]) -> str:
    """The message a person sees, empty where it worked. Any error but the platform's own, with one line, is a failure."""
    started = time.monotonic()
    try:
        use()
        return ""
    except (PlatformError, click.ClickException) as error:
        message = str(error)
        assert message.strip()
        assert "\n" not in message.strip(), message
        assert "Traceback" not in message
        return message
    finally:
        assert time.monotonic() - started < LIMIT_SECONDS


@pytest.mark.parametrize("seed", SEEDS[0::3])
def test_a_query(seed: int, warehouse: DuckDBWarehouse) -> None:
    chance = random.Random(seed)
    sql, form = statement(chance), chance.choice(["table", "csv", "parquet"])
    file = io.BytesIO()
    written = -1

    def use() -> None:
        nonlocal written
        with result_of(warehouse, sql) as stream:
            if form == "table":
                _, written, _ = rendering.table(stream, 10**6, width=chance.choice([None, 1, 80]))
            else:
                written = (rendering.csv if form == "csv" else rendering.parquet)(stream, file)

    if outcome(use):
        return
    with duckdb.connect(str(warehouse.path), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        rows = len(connection.execute(sql).fetchall()) if deterministic(sql) else written
    assert written == rows, sql
    if form == "csv":
        assert len(list(csv.reader(io.StringIO(file.getvalue().decode(), newline="")))) - 1 == rows
    elif form == "parquet":
        assert pq.read_table(io.BytesIO(file.getvalue())).num_rows == rows


def deterministic(sql: str) -> bool:
    return "SAMPLE" not in sql and "random" not in sql


def statement(chance: random.Random) -> str:
    """A statement that mostly parses, broken at a random place now and then."""
    text = chance.choice(["'x'", f"'{chance.choice(ODD).replace(chr(39), chr(39) * 2)}'", "visit_id", "signup_month::VARCHAR"])
    number = chance.choice(
        ["1", "-0.0", "1e308 * 10", "'nan'::DOUBLE", "pages", "seconds / 0", "pages % 0", "2 ** 2000", "1 // 0"]
    )
    value = chance.choice(
        [
            text,
            number,
            "NULL",
            "[1, NULL]",
            "{'a': [visit_id]}",
            "MAP {pages: day}",
            "INTERVAL 3 MONTH",
            "'infinity'::TIMESTAMP",
            "'\\xAA\\x00'::BLOB",
            "'101'::BIT",
            "170141183460469231731687303715884105727",
            "TIME '24:00:00'",
            "DATE '5881580-07-10'",
            "TIMESTAMPTZ '290309-12-22 00:00:00+00'",
            "uuid()",
            "union_value(k := 1)",
            "'a'::ENUM('a', 'b')",
            "CAST(visit_id AS INT)",
            "error('no')",
            "spent * 10 ** 17",
            "(SELECT pages FROM raw.visits)",
            "count(*) OVER ()",
            "unnest([1, 2])",
            "struct_pack(a := 1, b := NULL)",
            "regexp_extract(visit_id, '(')",
            "strftime(at, '%Q')",
            "json('{')",
            "list_sort([1, NULL, 'nan'::DOUBLE])",
        ]
    )
    source = chance.choice(
        [
            "raw.visits",
            "range(3)",
            "(VALUES (1), (2)) AS t(x)",
            "raw.nothing",
            "'/etc/passwd'",
            "read_csv('x.csv')",
            "raw.visits AS v, range(2)",
        ]
    )
    names = [
        chance.choice(
            ["a", "a", '"A"', '""""', '"[b]"', f'"{chance.choice(ODD).replace(chr(34), "").replace(chr(0), "") or "x"}"']
        )
    ]
    sql = chance.choice(
        [
            f"SELECT {value} AS {names[0]}, {number} AS a FROM {source}",
            f"SELECT {value} FROM {source} ORDER BY ALL LIMIT {chance.choice([0, 1, 5])}",
            f"SELECT {text}, count(*), {number} FROM {source} GROUP BY ALL",
            f"WITH c AS (SELECT {value} AS v) FROM c",
            f"FROM {source}",
            f"DESCRIBE SELECT {value}",
            f"EXPLAIN SELECT {value} FROM {source}",
            "SHOW ALL TABLES",
            f"PIVOT raw.visits ON bought USING sum({number}) GROUP BY day",
            f"SELECT {value}; SELECT 1",
            f"INSERT INTO raw.visits SELECT {value}",
            f"COPY (SELECT {value}) TO 'x.csv'",
            f"SET memory_limit = {text}",
            f"PRAGMA {chance.choice(['database_list', 'version', 'threads=1'])}",
            f"SELECT $1, ?, {value}",
        ]
    )
    if chance.random() < 0.3:
        at = chance.randrange(len(sql) + 1)
        sql = sql[:at] + chance.choice([*ODD, ";", "--", "/*", ")", "SELECT"]) + sql[at + chance.choice([0, 1, 4]) :]
    return sql


@pytest.mark.parametrize("seed", SEEDS[1::3])
def test_settings(seed: int) -> None:
    chance = random.Random(seed)
    environment: dict[str, str] = {}
    for variable in chance.sample(VARIABLES, chance.randint(1, 4)):
        environment |= alone(variable.name, broken(chance, VALID[variable.name]))
    if chance.random() < 0.2:
        environment[f"ECOM_{broken(chance, 'USERS')}"] = "1"
    said = outcome(lambda: Settings.load(environment))
    assert said.isprintable()
    outcome(lambda: parse_months(broken(chance, "2024-01..2024-06")))


def broken(chance: random.Random, text: str) -> str:
    """A text with nothing to a few changes."""
    for _ in range(chance.choice([0, 1, 1, 2, 5])):
        at = chance.randrange(len(text) + 1)
        piece = chance.choice([*ODD, "0", "9" * 40, ".", ":", "@", ",", text[:at]])
        text = text[:at] + piece + text[at + chance.choice([0, 0, 1, 3]) :]
    return text


START, END = date(2026, 1, 1), date(2026, 3, 20)


@pytest.mark.parametrize("seed", SEEDS[2::3])
def test_a_source(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    given = {name: table(chance) for name in chance.sample(list(TABLES), chance.randint(1, 3))}
    for name in given:
        content = written(chance, TABLES[name], given[name])
        (tmp_path / f"{name}.csv").write_bytes(content)
        if chance.random() < 0.2:
            (tmp_path / f"{name}.csv").rename(tmp_path / "data.txt")
            (tmp_path / f"{name}.sql").write_text(
                broken(chance, "SELECT * FROM read_csv('data.txt', all_varchar = true)"), errors="replace"
            )
    if chance.random() < 0.3:
        own = broken(chance, 'title = "x"\ncurrency = "EUR"\n[values.device]\nphone = "iOS"\n"*" = ""\n')
        (tmp_path / "source.toml").write_bytes(own.encode(errors="surrogateescape"))
    arrived: dict[str, int] = {}

    def use() -> None:
        with Source.open(tmp_path, start_month=START, as_of=END, environ={}) as source:
            arrived["products"] = source.products().num_rows
            for month in source.months:
                for name, rows in source.month(month).items():
                    arrived[name] = arrived.get(name, 0) + rows.num_rows

    if not outcome(use):
        for name in given:
            if (tmp_path / f"{name}.csv").exists():
                assert arrived[name] == records(tmp_path / f"{name}.csv"), name


TABLES = {
    "users": ("user_id", "signup_date", "device", "region"),
    "orders": ("order_id", "user_id", "order_date", "total_amount", "payment_status"),
    "order_items": ("order_item_id", "order_id", "product_id", "price", "qty", "line_amount"),
    "products": ("product_id", "category", "price"),
    "user_events": ("event_id", "user_id", "event_timestamp", "event_type", "session_id"),
}


def table(chance: random.Random) -> int:
    return chance.choice([0, 1, 2, 7, 30])


def cell(chance: random.Random, column: str, row: int) -> str:
    if chance.random() < 0.03:
        return chance.choice([*ODD[:-8], "x,y", 'a"b', "a\nb", "NULL", " "]).encode(errors="replace").decode()
    if column.endswith("_id"):
        return f"{column[0]}{row if chance.random() < 0.9 else 1}"
    if column.endswith("_date"):
        return f"2026-0{chance.randint(1, 3)}-{chance.randint(1, 20):02}" if chance.random() < 0.98 else "20/03/2026"
    if column.endswith("_timestamp"):
        return f"2026-02-{chance.randint(1, 28):02} 10:00:00{chance.choice(['', '.123456', '+09:00'])}"
    if column in ("total_amount", "price", "line_amount"):
        return chance.choice(["10", "9.99", "-1.00", "", "1e2" if chance.random() < 0.05 else "3.5"])
    return {"qty": "2", "payment_status": "success", "event_type": "view_product"}.get(column, "phone")


def written(chance: random.Random, columns: tuple[str, ...], rows: int) -> bytes:
    """A CSV file of the columns, in one of the ways in which people's programs write them."""
    text = io.StringIO(newline="")
    names = [name for name in columns if chance.random() < 0.97]
    if chance.random() < 0.05:
        names.append(chance.choice(["odd", names[0], ""]) if names else "odd")
    writer = csv.writer(
        text, delimiter=";" if chance.random() < 0.05 else ",", lineterminator=chance.choice(["\n", "\r\n"]),
        quoting=chance.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    )  # fmt: skip
    writer.writerow(names)
    for row in range(rows):
        writer.writerow([cell(chance, name, row) for name in names][: None if chance.random() < 0.99 else -1])
    content = text.getvalue().encode(chance.choice(["utf-8"] * 9 + ["utf-16", "latin-1", "utf-8-sig"]), errors="replace")
    if chance.random() < 0.1:
        at = chance.randrange(len(content) + 1)
        content = content[:at] + chance.choice([b"\x00", b"\xff", b'"', b"\n\n", b"\r", b"," * 5]) + content[at:]
    return content


def records(path: Path) -> int:
    """Records of a CSV file, its header and empty lines apart, as Python's parser counts them."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sum(1 for record in csv.reader(file) if record) - 1
