"""The packaged workbook: its extracts hold what the warehouse holds, and readers of others' making understand it."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest

from ecom_platform.dashboard.tableau.extracts import ROWS, disagreements, sums_of_warehouse, write_extracts
from ecom_platform.dashboard.tableau.lint import problems
from ecom_platform.dashboard.tableau.package import inner_workbook, sums_of_package, write_package
from ecom_platform.dashboard.tableau.schema import violations
from ecom_platform.dashboard.tableau.sheets import SHEETS, TABLES
from ecom_platform.tables import CATALOG
from ecom_platform_tests.dashboard.tableau.conftest import MEMBERS
from ecom_platform_tests.marts.shop import Marts


@pytest.fixture(scope="module")
def package(random_marts: Marts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("package") / "workbook.twbx"
    write_package(path, ((table, random_marts.arrow(table)) for table in TABLES), MEMBERS)
    return path


def test_it_holds_a_workbook_and_an_extract_of_each_table(package: Path) -> None:
    with ZipFile(package) as opened:
        names = opened.namelist()
    assert names == ["workbook.twb", *(f"Data/Extracts/{table.name}.hyper" for table in TABLES)]


def test_its_workbook_is_valid(package: Path, published: list[Path]) -> None:
    inner = inner_workbook(package)
    assert problems(inner) == []
    assert [violation for schema in published for violation in violations(inner, schema)] == []


def test_the_sums_of_its_extracts_are_those_of_the_warehouse(random_marts: Marts, package: Path) -> None:
    found = sums_of_package(package)
    assert list(found) == list(TABLES)
    for table, sums in found.items():
        there = sums_of_warehouse(random_marts.warehouse, table)
        assert there[ROWS] == len(random_marts.rows(table)) > 0
        assert set(sums) == set(there)
        assert disagreements(sums, there) == []


def test_a_sum_that_differs_is_named() -> None:
    there = {ROWS: 2, "revenue": Decimal("10.00"), "squares": 1e12, "nothing": None}
    assert disagreements(there | {"squares": 1e12 * (1 + 1e-12)}, there) == []
    assert disagreements(there | {"revenue": Decimal("10.01")}, there) == [
        "revenue is 10.01 in the extract and 10.00 in the warehouse"
    ]
    assert len(disagreements({ROWS: 1, "squares": None, "nothing": 0}, there)) == 4


def test_a_type_of_each_kind_survives_an_extract(random_marts: Marts, tmp_path: Path) -> None:
    from tableauhyperapi import Connection, HyperProcess, Telemetry

    summary = CATALOG["marts.dm_user_purchase_summary"]
    (path,) = write_extracts([(summary, random_marts.arrow(summary))], tmp_path)
    with (
        HyperProcess(Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU, parameters={"log_config": ""}) as process,
        Connection(process.endpoint, str(path)) as connection,
    ):
        sql = (
            "SELECT user_id, signup_date, is_activated, lifetime_revenue, first_event_at IS NULL "
            'FROM "Extract"."dm_user_purchase_summary" ORDER BY user_id'
        )
        read = [
            (user, str(day), activated, money, unseen)
            for user, day, activated, money, unseen in connection.execute_list_query(sql)
        ]
    rows = random_marts.rows(summary)
    assert read == [
        (
            row["user_id"],
            str(row["signup_date"]),
            row["is_activated"],
            row["lifetime_revenue"],
            row["first_event_at"] is None,
        )
        for row in rows
    ]


def test_no_log_is_left_behind(random_marts: Marts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "extracts").mkdir()
    write_extracts([(TABLES[0], random_marts.arrow(TABLES[0]))], tmp_path / "extracts")
    assert os.listdir(tmp_path) == ["extracts"]


@pytest.mark.filterwarnings("ignore:distutils Version classes are deprecated:DeprecationWarning")
def test_tableau_s_own_reader_of_documents_finds_the_fields_and_sheets(package: Path) -> None:
    """Its Document API is another reading of the format than ours."""
    from tableaudocumentapi import Workbook

    read = Workbook(str(package))
    assert sorted(read.worksheets) == sorted(sheet.title for sheet in SHEETS)
    assert [source.name for source in read.datasources] == ["Parameters", *(f"federated.{table.name}" for table in TABLES)]
    kpis = read.datasources[1]
    assert [connection.dbclass for connection in kpis.connections] == ["hyper"]
    assert {"[revenue]", "[device]", "[Calculation_average_order_value]"} <= set(kpis.fields)
    assert kpis.fields["[Calculation_average_order_value]"].calculation == "SUM([revenue]) / SUM([order_count])"
