"""SQL files as assets: what is read from them, what is refused and where, and what they are restricted to."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st

from ecom_platform.quality.statements import platform_sql
from ecom_platform.tables.spec import Catalog, Column, Table, Type, signup_month_column
from ecom_platform.warehouse.contract import Query
from ecom_platform.warehouse.sql import SqlError, load_sql, to_bigquery, to_duckdb

PEOPLE = Table(
    "raw",
    "people",
    "One row per person.",
    (
        Column("person_id", Type.STRING, "The person."),
        Column("born", Type.DATE, "Day of birth."),
        Column("height", Type.FLOAT64, "In metres."),
        Column("wealth", Type.NUMERIC, "In coins."),
        Column("seen_at", Type.TIMESTAMP, "When last seen."),
        signup_month_column(),
    ),
    ("person_id",),
)
PETS = Table(
    "raw",
    "pets",
    "One row per pet.",
    (
        Column("pet_id", Type.STRING, "The pet."),
        Column("person_id", Type.STRING, "Its person."),
        signup_month_column(),
    ),
    ("pet_id",),
)
KINDS = Table("raw", "kinds", "One row per kind.", (Column("kind", Type.STRING, "The kind."),), ("kind",))
COUNTS = Table(
    "marts",
    "counts",
    "One row per person.",
    (Column("person_id", Type.STRING, "The person."), Column("pets", Type.INT64, "Pets."), signup_month_column()),
    ("person_id",),
)
TOTALS = Table("marts", "totals", "One row.", (Column("pets", Type.INT64, "Pets."),), ("pets",))
TABLES = Catalog((PEOPLE, PETS, KINDS, COUNTS, TOTALS))

COUNT_PETS = """-- Pets by person.
--
-- A person without pets has **0**.
WITH owned AS (
  SELECT person_id, COUNT(*) AS pets FROM raw.pets GROUP BY person_id
)
SELECT p.person_id, IFNULL(owned.pets, 0) AS pets, p.signup_month
FROM raw.people AS p
LEFT JOIN owned ON owned.person_id = p.person_id
"""
SUM_PETS = "-- All pets.\nSELECT SUM(pets) AS pets FROM marts.counts\n"

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(name: str, text: str) -> Path:
        path = tmp_path / "sql" / f"{name.replace('.', '/')}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return tmp_path / "sql"

    return write


class TestLoading:
    def test_a_file_is_an_asset_with_its_comment_its_text_and_the_tables_it_reads(self, write: Write) -> None:
        (asset,) = load_sql(write("marts.counts", COUNT_PETS), TABLES)
        assert asset.table == COUNTS
        assert asset.description == "Pets by person.\n\nA person without pets has **0**."
        assert asset.reads == (PEOPLE, PETS)
        assert asset.query() == Query(COUNT_PETS, (PEOPLE, PETS))

    def test_assets_come_after_those_they_read(self, write: Write) -> None:
        write("marts.totals", SUM_PETS)
        folder = write("marts.counts", COUNT_PETS)
        assert [asset.table for asset in load_sql(folder, TABLES)] == [COUNTS, TOTALS]

    def test_a_parameter_stands_for_the_catalogues_number_in_text_and_comment(self, write: Write) -> None:
        folder = write(
            "marts.totals", "-- Pets of those with @least or more.\n" + SUM_PETS.partition("\n")[2] + "WHERE pets >= @least\n"
        )
        write("marts.counts", COUNT_PETS)
        totals = load_sql(folder, Catalog(tuple(TABLES.values()), parameters={"least": 3}))[-1]
        assert totals.description == "Pets of those with 3 or more."
        assert totals.sql.endswith("WHERE pets >= 3\n")

    def test_an_unknown_parameter_is_refused_with_its_line(self, write: Write) -> None:
        folder = write("marts.totals", SUM_PETS + "WHERE pets >= @leats\n")
        with pytest.raises(SqlError, match=r"totals.sql:3: there is no parameter @leats; did you mean least\?"):
            load_sql(folder, Catalog(tuple(TABLES.values()), parameters={"least": 3}))

    def test_tables_that_read_each_other_are_refused(self, write: Write) -> None:
        write("marts.totals", SUM_PETS)
        folder = write(
            "marts.counts", "-- c\nSELECT 'a' AS person_id, pets, DATE '2024-01-01' AS signup_month FROM marts.totals"
        )
        with pytest.raises(SqlError, match="read each other"):
            load_sql(folder, TABLES)

    def test_an_empty_folder_has_no_assets(self, tmp_path: Path) -> None:
        assert load_sql(tmp_path, TABLES) == ()

    @pytest.mark.parametrize(
        ("old", "new", "line", "problem"),
        [
            ("FROM raw.pets", "FROM raw.pet", 5, "there is no table raw.pet; did you mean raw.pets?"),
            ("FROM raw.pets", "FROM pets", 5, "there is no table pets"),
            ("LEFT JOIN owned", "LEFT JOIN ownd AS owned", 9, "there is no table ownd.*did you mean owned"),
            ("owned.pets", "owned.petz", 7, "owned has no column petz; did you mean pets?"),
            ("SELECT person_id, COUNT", "SELECT persn_id, COUNT", 5, "no column persn_id; did you mean person_id?"),
            ("SELECT p.person_id", "SELECT person_id", 7, "person_id is ambiguous"),
            ("p.signup_month", "q.signup_month", 7, "there is no q in this FROM"),
            (
                "AS pets, p.signup",
                "AS pet, p.signup",
                7,
                "column 2 is pet, but marts.counts has pets there; did you mean pets?",
            ),
            (", p.signup_month", "", 7, "the select list lacks signup_month"),
            ("p.signup_month", "p.signup_month, 1 AS more", 7, "has more too many"),
            ("IFNULL(owned.pets, 0)", "'none'", 7, "pets is STRING, but marts.counts has INT64 there"),
            ("IFNULL(owned.pets, 0)", "0.5", 7, "pets is FLOAT64"),
            ("IFNULL(owned.pets, 0)", "CURRENT_DATE()", 7, "must not depend on the clock"),
            ("IFNULL(owned.pets, 0)", "RAND()", 7, "must not depend on chance"),
            ("COUNT(*)", "ANY_VALUE(1)", 5, "up to the engine"),
            ("SELECT p.person_id", "SELECT FROM p.person_id", 8, "this is no GoogleSQL"),
            ("-- Pets by person.\n--\n-- A person without pets has **0**.\n", "", 1, "needs a leading comment"),
            ("ON owned.person_id = p.person_id\n", "ON TRUE;\nSELECT 1", 10, "several statements"),
            ("ON owned.person_id = p.person_id\n", "USING (person_id)\nORDER BY p.person_id", 10, "a table has no order"),
        ],
    )
    def test_a_mistake_is_named_with_its_file_and_line(
        self, write: Write, old: str, new: str, line: int, problem: str
    ) -> None:
        assert old in COUNT_PETS
        folder = write("marts.counts", COUNT_PETS.replace(old, new))
        with pytest.raises(SqlError, match=problem) as caught:
            load_sql(folder, TABLES)
        assert str(caught.value).startswith(f"sql/marts/counts.sql:{line}: ")

    def test_a_file_that_is_no_table_is_refused(self, write: Write) -> None:
        with pytest.raises(SqlError, match=r"no table marts\.count for this file; did you mean marts\.counts"):
            load_sql(write("marts.count", COUNT_PETS), TABLES)

    def test_a_statement_other_than_select_is_refused(self, write: Write) -> None:
        with pytest.raises(SqlError, match="not a SELECT but DROP"):
            load_sql(write("marts.counts", "-- c\nDROP TABLE raw.people"), TABLES)

    def test_whole_numbers_fit_where_decimals_are_asked_for(self, write: Write) -> None:
        wide = Catalog((KINDS, Table("marts", "wide", "One row.", (Column("n", Type.NUMERIC, "n"),), ("n",))))
        load_sql(write("marts.wide", "-- w\nSELECT COUNT(*) AS n FROM raw.kinds"), wide)


class TestRefusals:
    @pytest.mark.parametrize(
        ("sql", "problem"),
        [
            ("SELECT ARRAY_AGG(person_id ORDER BY person_id LIMIT 1)[OFFSET(0)] AS x FROM raw.people", "cannot be carried"),
            ("SELECT ARRAY_AGG(person_id) AS x FROM raw.people", "arrays are not carried"),
            ("SELECT SAFE.LN(height) AS x FROM raw.people", "cannot be carried"),
            ("SELECT k FROM UNNEST([1, 2]) AS k WITH OFFSET AS o", "WITH OFFSET"),
            ("SELECT FARM_FINGERPRINT(person_id) AS x FROM raw.people", "no equal elsewhere"),
            ("SELECT CURRENT_TIMESTAMP() AS x", "clock"),
            ("SELECT GENERATE_UUID() AS x", "cannot be carried"),
            ("SELECT SESSION_USER() AS x", "cannot be carried"),
            ("SELECT NO_SUCH_FUNCTION(1) AS x", "NO_SUCH_FUNCTION cannot be carried"),
            ("SELECT APPROX_QUANTILES(height, 2) AS x FROM raw.people", "PERCENTILE_CONT"),
            ("SELECT STRING_AGG(person_id) AS x FROM raw.people", "STRING_AGG needs an ORDER BY"),
            ("SELECT MAX_BY(person_id, born) AS x FROM raw.people", "up to the engine"),
            ("SELECT wealth / 2 AS x FROM raw.people", "dividing NUMERIC"),
            ("SELECT AVG(wealth) AS x FROM raw.people", "AVG of NUMERIC"),
            ("SELECT 1 / height AS x FROM raw.people", "SAFE_DIVIDE"),
            ("SELECT 1 / 0 AS x", "SAFE_DIVIDE"),
            ("SELECT born FROM raw.people WHERE born > '2024-01-01'", "comparing DATE with STRING"),
            ("SELECT born FROM raw.people WHERE seen_at > born", "comparing DATE with TIMESTAMP"),
            ("SELECT born FROM raw.people WHERE person_id IN (1, 2)", "comparing INT64 with STRING"),
            ("SELECT born - 1 AS x FROM raw.people", "DATE_SUB"),
            ("SELECT born + INTERVAL 1 DAY AS x FROM raw.people", "DATE_ADD"),
            ("SELECT DATE_DIFF(seen_at, seen_at, DAY) AS x FROM raw.people", "works on days"),
            ("SELECT DATE_DIFF(born, born, ISOWEEK) AS x FROM raw.people", "ISOWEEK"),
            ("SELECT CAST(height AS STRING) AS x FROM raw.people", "FLOAT64 to STRING"),
            ("SELECT FORMAT_DATE('%Q', born) AS x FROM raw.people", "FORMAT_DATE carries the formats"),
            ("SELECT person_id FROM raw.people LIMIT 3", "LIMIT"),
            ("SELECT person_id FROM `raw.people`", "plainly"),
            ("SELECT COUNT(DISTINCT born, height) AS x FROM raw.people", "counts one expression"),
            ("SELECT person_id FROM raw.people TABLESAMPLE SYSTEM (10 PERCENT)", "cannot be carried"),
            ("SELECT DATETIME(seen_at) AS x FROM raw.people", "cannot be carried"),
            ("SELECT person_id FROM raw.kinds", "no column person_id"),
            ("SELECT k FROM raw.unknown", "no table raw.unknown"),
            ("WITH groups AS (SELECT kind FROM raw.kinds) SELECT kind FROM groups", "groups is a reserved word"),
            ("SELECT kind AS hash FROM raw.kinds", "hash is a reserved word"),
            ("SELECT IF(height > 1, 'tall', 0) AS x FROM raw.people", "its values are INT64 and STRING"),
            ("SELECT COALESCE(born, person_id) AS x FROM raw.people", "its values are DATE and STRING"),
            ("SELECT a.kind FROM raw.kinds AS a NATURAL JOIN raw.kinds AS b", "no GoogleSQL"),
            ("SELECT a.kind FROM raw.kinds AS a LEFT JOIN raw.kinds AS b ON a.kind > b.kind", "needs an equality"),
        ],
    )
    def test_what_two_engines_would_answer_differently_is_refused_for_both(self, sql: str, problem: str) -> None:
        with pytest.raises(SqlError, match=problem):
            to_duckdb(sql, (PEOPLE, KINDS), None)
        with pytest.raises(SqlError, match=problem):
            to_bigquery(sql, (PEOPLE, KINDS), None, str)

    def test_a_person_s_query_may_order_and_limit_its_result(self) -> None:
        assert "LIMIT 3" in to_duckdb("SELECT person_id FROM raw.people ORDER BY person_id LIMIT 3", (PEOPLE,), None)


@pytest.fixture
def database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA raw")
    connection.execute(
        "CREATE TABLE raw.people (person_id TEXT, born DATE, height DOUBLE, wealth DECIMAL(18,2), seen_at TIMESTAMP,"
        " signup_month DATE)"
    )
    connection.execute("CREATE TABLE raw.pets (pet_id TEXT, person_id TEXT, signup_month DATE)")
    connection.execute("CREATE TABLE raw.kinds (kind TEXT)")
    connection.execute("INSERT INTO raw.kinds VALUES ('dog')")
    for month in range(1, 7):
        connection.execute(f"INSERT INTO raw.people VALUES ('p{month}', NULL, 1, 1, NULL, DATE '2024-{month:02}-01')")
        connection.execute(f"INSERT INTO raw.pets VALUES ('a{month}', 'p{month}', DATE '2024-{month:02}-01')")
    return connection


class TestRestriction:
    SQL = """
    SELECT people.person_id, pets.pet_id, k.kind
    FROM raw.people JOIN raw.pets USING (person_id) CROSS JOIN raw.kinds AS k
    WHERE people.person_id IN (SELECT person_id FROM raw.pets AS people)
    """
    READS = (PEOPLE, PETS, KINDS)

    @given(st.sets(st.integers(1, 12)))
    def test_every_read_of_a_partitioned_table_is_restricted_and_no_other(self, months: set[int]) -> None:
        keys = [f"2024-{month:02}-01" for month in months]
        text = to_bigquery(self.SQL, self.READS, keys, str.upper)
        predicates = re.findall(r"\(SELECT \* FROM `RAW`\.`(?:people|pets)` WHERE ([^)]*\)?)\) AS (?:people|pets)", text)
        assert len(predicates) + text.count("FALSE) AS") >= 3 if months else text.count("WHERE FALSE") == 3
        assert "`RAW`.`kinds` AS k" in text
        sqlglot.parse_one(text, read="bigquery")
        sqlglot.parse_one(to_duckdb(self.SQL, self.READS, keys), read="duckdb")

    @pytest.mark.parametrize("months", [[], [1], [2, 3, 4], [5, 1], [1, 2, 3, 4, 5, 6], [12]])
    def test_the_result_is_that_of_the_partitions_alone(self, database: duckdb.DuckDBPyConnection, months: list[int]) -> None:
        keys = [f"2024-{month:02}-01" for month in months]
        rows = database.execute(to_duckdb(self.SQL, self.READS, keys)).fetchall()
        assert sorted(rows) == [(f"p{month}", f"a{month}", "dog") for month in sorted(months) if month <= 6]

    def test_without_partitions_all_is_read(self, database: duckdb.DuckDBPyConnection) -> None:
        assert len(database.execute(to_duckdb(self.SQL, self.READS, None)).fetchall()) == 6

    @pytest.mark.parametrize("key", ["2024-01", "2024-01-15", "January", ""])
    def test_a_key_that_is_no_partition_is_refused(self, key: str) -> None:
        with pytest.raises(SqlError, match="is no partition"):
            to_duckdb(self.SQL, self.READS, [key])

    def test_literals_are_typed(self) -> None:
        text = to_bigquery(self.SQL, self.READS, ["2024-01-01", "2024-03-01"], str)
        assert "signup_month IN (DATE '2024-01-01', DATE '2024-03-01')" in text

    def test_lines_stay_where_they_are_for_bigquery(self) -> None:
        text = to_bigquery(self.SQL, self.READS, ["2024-01-01"], str)
        assert text.count("\n") == self.SQL.count("\n")

    def test_a_common_table_expression_is_not_taken_for_a_table(self) -> None:
        sql = "WITH people AS (SELECT person_id FROM raw.people) SELECT person_id FROM people"
        assert to_bigquery(sql, (PEOPLE,), None, str) == (
            "WITH people AS (SELECT person_id FROM `raw`.`people` AS people) SELECT person_id FROM people"
        )


class TestThePlatformsOwnFiles:
    def test_all_load(self) -> None:
        platform_sql()

    def test_all_parse_again_in_both_dialects(self) -> None:
        for asset in platform_sql():
            partitions = ["2024-01-01", "2024-03-01"] if asset.table.partitioned else None
            sqlglot.parse_one(to_duckdb(asset.sql, asset.reads, partitions), read="duckdb")
            sqlglot.parse_one(to_bigquery(asset.sql, asset.reads, partitions, str), read="bigquery")

    def test_no_file_reads_the_ground_truth_of_the_injected_errors(self) -> None:
        for asset in platform_sql():
            if asset.table.layer in ("violations", "quarantine", "clean", "marts", "analysis"):
                assert not {"raw.injected_anomalies", "raw.world_truth"} & {str(table) for table in asset.reads}


def test_importing_the_layer_does_not_load_the_parser() -> None:
    program = "import sys, ecom_platform.warehouse.sql; sys.exit('sqlglot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
