"""`ecom query`: whatever the columns are called and the values are, an answer or a sentence."""

from __future__ import annotations

import csv
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecom_platform.cli import rendering
from ecom_platform.warehouse.contract import Stream
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse

PROGRAM = (sys.executable, "-c", "from ecom_platform.cli import main; main()", "query")
ODD = """
SELECT [1, NULL] AS l, INTERVAL 3 DAY AS i, DATE '294247-01-01' AS far,
  'infinity'::DATE AS never, '-infinity'::DOUBLE AS least,
  {'a': ['x']} AS s, '\\xAA'::BLOB AS b, TIMESTAMP 'infinity' AS t, MAP {'k': 1} AS m, NULL AS nothing,
  'nan'::DOUBLE AS nan, 12345678901234567890123::HUGEINT AS h, TIME '10:00' AS clock
"""


def query(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"ECOM_HOME": str(home)}
    return subprocess.run([*PROGRAM, *arguments], env=environment, capture_output=True, text=True, timeout=120)


def shown(sql: str, limit: int = 50) -> list[str]:
    with DuckDBWarehouse(Path("nowhere.duckdb")).stream_native(sql) as stream:
        return rendering.table(stream, limit, width=None)[0].splitlines()


def exported(sql: str) -> list[list[str]]:
    file = io.BytesIO()
    with DuckDBWarehouse(Path("nowhere.duckdb")).stream_native(sql) as stream:
        rendering.csv(stream, file)
    return list(csv.reader(io.StringIO(file.getvalue().decode())))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


class TestValues:
    def test_columns_of_one_name_keep_their_values(self) -> None:
        sql = "SELECT 1 a, 2 b, 3 a, 4 c"
        assert [line.split() for line in shown(sql)] == [["a", "b", "a", "c"], ["1", "2", "3", "4"]]
        assert exported(sql) == [["a", "b", "a", "c"], ["1", "2", "3", "4"]]

    @pytest.mark.parametrize("text", ["[electronics]", "[/foo]", "[bold]x[/bold]", ":smile:"])
    def test_markup_is_text(self, text: str) -> None:
        assert shown(f"SELECT '{text}' AS \"{text}\"") == [text, text]

    def test_a_terminal_is_not_given_orders(self) -> None:
        assert shown("SELECT chr(27) || '[31mred' || chr(10) || 'x' AS v")[1] == r"\x1b[31mred\nx"

    def test_odd_values_have_a_text(self) -> None:
        row = dict(zip(*exported(ODD), strict=True))
        assert row["l"] == "[1, null]"
        assert row["far"] == "294247-01-01"
        assert (row["never"], row["t"], row["least"], row["nan"]) == ("infinity", "infinity", "-inf", "nan")
        assert (row["s"], row["m"], row["b"]) == ('{"a": ["x"]}', '[["k", 1]]', "aa")
        assert (row["nothing"], row["h"], row["clock"]) == ("", "12345678901234567890123", "10:00:00")
        assert len(shown(ODD)) == 2

    @pytest.mark.parametrize(("value", "text"), [("1e-9", "1e-09"), ("1e300", "1e+300"), ("0.5", "0.5000"), ("0.0", "0.0000")])
    def test_small_and_large_numbers_are_not_rounded_away(self, value: str, text: str) -> None:
        assert shown(f"SELECT {value}::DOUBLE AS v")[1].strip() == text

    @given(st.lists(st.tuples(st.text(), st.floats(), st.binary(), st.integers(-(2**63), 2**63 - 1)), min_size=1, max_size=5))
    @settings(deadline=None, max_examples=30)
    def test_whatever_the_values_are_each_row_is_a_row(self, rows: list[tuple[str, float, bytes, int]]) -> None:
        connection = duckdb.connect(":memory:")
        relation = connection.execute(
            "SELECT unnest($1::VARCHAR[]) t, unnest($2::DOUBLE[]) f, unnest($3::BLOB[]) b, unnest($4::BIGINT[]) i",
            [[row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows], [row[3] for row in rows]],
        )
        found = relation.to_arrow_table()
        text, count, more = rendering.table(Stream(found.schema, iter(found.to_batches())), 50, width=None)
        assert (len(text.splitlines()), count, more) == (len(rows) + 1, len(rows), False)


class TestSize:
    def test_a_table_of_a_billion_rows_is_not_computed_to_show_two(self, tmp_path: Path) -> None:
        measured = (
            "import resource, subprocess, sys; subprocess.run(sys.argv[1:]); "
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        )
        statement = "SELECT range AS r FROM range(1000000000)"
        answer = subprocess.run(
            [sys.executable, "-c", measured, *PROGRAM, statement, "--limit", "2"],
            env=os.environ | {"ECOM_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=120,
        )
        *shown, kilobytes = answer.stdout.split()
        assert shown == ["r", "0", "1"]
        assert "The first 2 rows" in answer.stderr
        assert int(kilobytes) < 1_000_000

    def test_a_failure_amid_the_rows_is_a_sentence(self, tmp_path: Path) -> None:
        sql = "SELECT CASE WHEN range = 90000 THEN CAST('x' AS INT) ELSE 1 END FROM range(100000)"
        answer = query(tmp_path, sql, "--format", "csv")
        assert answer.returncode == 1
        assert answer.stderr.startswith("ecom: The statement does not run: Conversion Error")
        assert len(answer.stderr.splitlines()) == 1

    def test_ctrl_c_ends_it(self, tmp_path: Path) -> None:
        environment = os.environ | {"ECOM_HOME": str(tmp_path)}
        endless = [*PROGRAM, "SELECT count(*) FROM range(100000000000) AS a, range(1000) AS b"]
        process = subprocess.Popen(endless, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(5)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
        assert process.returncode == 130
        assert told.strip() == "ecom: interrupted."


class TestOut:
    def test_a_file_that_exists_is_kept_unless_told_otherwise(self, tmp_path: Path) -> None:
        out = tmp_path / "mine.csv"
        out.write_text("mine")
        arguments = ("SELECT 1 AS a", "--format", "csv", "--out", str(out))
        refused = query(tmp_path / "home", *arguments)
        assert (refused.returncode, out.read_text()) == (2, "mine")
        assert "--force" in refused.stderr
        assert query(tmp_path / "home", *arguments, "--force").returncode == 0
        assert out.read_text() == "a\n1\n"

    @pytest.mark.parametrize("form", ["table", "csv", "parquet"])
    @pytest.mark.parametrize("through_a_link", [False, True])
    def test_a_file_of_the_platform_is_never_written(self, tmp_path: Path, form: str, through_a_link: bool) -> None:
        home = tmp_path / "home"
        home.mkdir()
        warehouse = home / "warehouse.duckdb"
        duckdb.connect(str(warehouse)).close()
        before = warehouse.read_bytes()
        out = warehouse
        if through_a_link:
            out = tmp_path / "link.csv"
            out.symlink_to(warehouse)
        answer = query(home, "SELECT 1 AS a", "--format", form, "--out", str(out), "--force")
        assert answer.returncode == 2
        assert "ECOM_HOME" in answer.stderr
        assert warehouse.read_bytes() == before

    @pytest.mark.parametrize("out", ["/dev/null", ".", "no/such/folder/x.csv"])
    def test_a_place_that_is_no_file_is_refused(self, tmp_path: Path, out: str) -> None:
        answer = query(tmp_path / "home", "SELECT 1 AS a", "--out", out, "--force")
        assert answer.returncode == 2
        assert len(answer.stderr.splitlines()) == 1

    @pytest.mark.parametrize("form", ["csv", "parquet"])
    def test_a_disk_that_takes_no_more_is_a_sentence_and_leaves_what_was_there(self, tmp_path: Path, form: str) -> None:
        out = tmp_path / "x"
        out.write_text("mine")
        limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000,) * 2); "
        statement = "SELECT md5(range::VARCHAR) FROM range(100000)"
        answer = subprocess.run(
            [sys.executable, "-c", limited + PROGRAM[2], "query", statement, "--format", form, "--out", str(out), "--force"],
            env=os.environ | {"ECOM_HOME": str(tmp_path / "home")},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert (answer.returncode, out.read_text()) == (2, "mine")
        assert answer.stderr == f"ecom: --out is {str(out)!r}: it cannot be written (File too large).\n"
        assert not list(tmp_path.glob(".*.part"))

    def test_so_is_a_device_that_takes_no_more(self, tmp_path: Path) -> None:
        with open("/dev/full", "wb") as full:
            answer = subprocess.run(
                [*PROGRAM, "SELECT range FROM range(100)"],
                env=os.environ | {"ECOM_HOME": str(tmp_path / "home")},
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                timeout=120,
            )
        assert answer.returncode == 1
        assert answer.stderr.splitlines() == [
            "ecom: No space left on device; the disk takes no more: free some space on it, and try again."
        ]

    def test_what_fails_leaves_nothing_and_what_was_there(self, tmp_path: Path) -> None:
        out = tmp_path / "x.parquet"
        out.write_text("mine")
        answer = query(tmp_path / "home", "SELECT 1 AS a, 2 AS a", "--format", "parquet", "--out", str(out), "--force")
        assert (answer.returncode, out.read_text()) == (2, "mine")
        assert not list(tmp_path.glob("*.part"))
