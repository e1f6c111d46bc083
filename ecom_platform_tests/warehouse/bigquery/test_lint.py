"""The lint of the SQL that is sent: each known difference is found, and what the platform generates has none."""

from __future__ import annotations

from datetime import date

import pytest

from ecom_platform.quality.statements import platform_sql
from ecom_platform.tables import CATALOG
from ecom_platform.warehouse.bigquery import layout, statements
from ecom_platform_tests.warehouse.bigquery.lint import RULES, faults, unfiltered_reads

FILTERED = ("raw.big",)


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("SELECT * FROM `raw`.`t` WHERE signup_month = TIMESTAMP '2024-01-01 00:00:00'", "which is no DATE"),
        ("SELECT * FROM `raw`.`t` WHERE signup_month IN ('2024-01-01')", "which is no DATE"),
        ("SELECT * FROM `raw`.`t` WHERE signup_month BETWEEN '2024-01-01' AND DATE '2024-02-01'", "which is no DATE"),
        ("BEGIN TRANSACTION; CREATE TABLE `raw`.`t` (a INT64); COMMIT TRANSACTION", "CREATE stands inside a transaction"),
        ("BEGIN TRANSACTION; DROP TABLE `raw`.`t`; COMMIT TRANSACTION", "DROP stands inside a transaction"),
        ("BEGIN TRANSACTION; DELETE FROM `raw`.`t` WHERE TRUE", "left open"),
        ("COMMIT TRANSACTION", "never began"),
        ("DELETE FROM `raw`.`t`", "no WHERE clause"),
        ("INSERT INTO `raw`.`t` SELECT 1", "does not name its columns"),
        ("SELECT * FROM raw.t", "not a quoted"),
        ("SELECT * FROM `t`", "not a quoted"),
        ("SELECT * FROM `raw`.`t$202401`", "decorator"),
        ("SELECT CAST(1 AS NUMERIC(18, 2))", "parameterised type"),
        ("SELECT 1; DECLARE x INT64", "DECLARE stands after"),
        ("SELECT * FROM `raw`.`big`", "without a filter"),
        ("SELECT * FROM `raw`.`big` WHERE other = DATE '2024-01-01'", "without a filter"),
        ("SELECT signup_month FROM `raw`.`big` JOIN `raw`.`t` USING (x)", "without a filter"),
        ("DELETE FROM `raw`.`big` WHERE TRUE", "without a filter"),
    ],
)
def test_what_the_service_refuses_is_found(script: str, fault: str) -> None:
    assert any(fault in found for found in faults(script, FILTERED))


@pytest.mark.parametrize(
    "script",
    [
        "SELECT * FROM `raw`.`big` WHERE signup_month >= DATE '0001-01-01'",
        "WITH t AS (SELECT 1 AS a) SELECT a FROM t",
        "BEGIN TRANSACTION; DELETE FROM `raw`.`big` WHERE signup_month IN (DATE '2024-01-01'); "
        "INSERT INTO `raw`.`big` (a) SELECT 1; COMMIT TRANSACTION; SELECT 1",
        "CREATE OR REPLACE TABLE `raw`.`t` (a NUMERIC(18, 2)) AS SELECT NUMERIC '1'",
    ],
)
def test_what_the_service_takes_is_not_complained_of(script: str) -> None:
    assert faults(script, FILTERED) == []


@pytest.mark.parametrize("rule", [*RULES, unfiltered_reads])
def test_every_rule_cites_the_services_documentation(rule: object) -> None:
    assert "https://cloud.google.com/bigquery/docs/" in (rule.__doc__ or "")


@pytest.mark.parametrize("file", platform_sql(), ids=lambda file: str(file.table))
def test_what_is_generated_for_an_asset_has_no_fault(file: object) -> None:
    from ecom_platform.warehouse.sql import SqlAsset

    assert isinstance(file, SqlAsset)
    months = (date(2024, 1, 1), date(2024, 3, 1)) if file.table.partitioned else None
    keys = [month.isoformat() for month in months] if months else None
    filtered = {f"{table.layer}.{table.name}" for table in CATALOG.values() if layout.requires_filter(table)}
    for absent in ((), file.reads):
        select = statements.rendered(file.query(), keys, str, absent)
        fitted = statements.fitted(file.table, select, months)
        script = statements.transaction({file.table: fitted}, {file.table: months}, str, [file.table])
        assert faults(script, filtered) == []
        assert faults(statements.recreated(file.table, fitted, str), filtered) == []


@pytest.mark.parametrize("table", CATALOG.values(), ids=str)
def test_what_is_generated_for_any_table_has_no_fault(table: object) -> None:
    from ecom_platform.tables import Table

    assert isinstance(table, Table)
    months = (date(2024, 1, 1),) if table.partitioned else None
    filtered = {f"{table.layer}.{table.name}"} if layout.requires_filter(table) else set()
    for script in (
        statements.read(table, table.column_names, None, str),
        statements.read(table, table.column_names, months, str),
        statements.count(table, None, str),
        statements.count(table, months, str),
        statements.transaction({table: statements.staged(table, "staging.x")}, {table: months}, str, []),
    ):
        assert faults(script, filtered) == []


def test_descriptions_survive_quotes_and_line_breaks() -> None:
    assert statements.literal('it\'s a \\ "doc"\n') == "'it\\'s a \\\\ \"doc\"\\n'"
