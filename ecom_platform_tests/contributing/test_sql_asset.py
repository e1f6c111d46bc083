"""Adding an SQL asset as CONTRIBUTING.md says: its table, its place in the catalogue, its SELECT; three files."""

from __future__ import annotations

import json
from pathlib import Path

from ecom_platform_tests.contributing.guide import Copy

TITLE = "Add an SQL asset"

STORY = """
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import dagster as dg
import pyarrow as pa

from ecom_platform.definitions import build_definitions
from ecom_platform.quality.statements import platform_sql
from ecom_platform.settings import Settings
from ecom_platform.tables import CATALOG
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse

definitions = build_definitions(Settings.load({"ECOM_AS_OF": "2026-02-20", "ECOM_START_MONTH": "2026-01"}))
key = dg.AssetKey(["analysis", "payment_failures"])
(spec,) = (spec for spec in definitions.resolve_all_asset_specs() if spec.key == key)
checks = [check.asset_key == key for each in definitions.asset_checks for check in each.check_keys]

month = date(2026, 1, 1)
def rows(table, *given):
    names = table.arrow_schema.names
    return pa.Table.from_pylist([dict.fromkeys(names) | {"signup_month": month} | row for row in given], table.arrow_schema)

users, orders = CATALOG["clean.users"], CATALOG["clean.orders"]
store = DuckDBWarehouse(Path("warehouse.duckdb"))
store.replace({
    users: rows(users, {"user_id": "anna", "device": "iOS"}, {"user_id": "ben"}),
    orders: rows(
        orders,
        {"order_id": "1", "user_id": "anna", "payment_status": "success", "total_amount": Decimal(1)},
        {"order_id": "2", "user_id": "anna", "payment_status": "failed", "total_amount": Decimal(1)},
        {"order_id": "3", "user_id": "ben", "payment_status": "failed", "total_amount": Decimal(1)},
    ),
}, ["2026-01-01"])
(file,) = (file for file in platform_sql() if str(file.table) == "analysis.payment_failures")
store.replace({file.table: file.query()}, ["2026-01-01"])
found = sorted(list(row.values())[:3] for row in store.read(file.table).to_pylist())
print(json.dumps([sorted(dep.asset_key.to_user_string() for dep in spec.deps), spec.group_name,
    spec.automation_condition is not None, spec.partitions_def is not None, sum(checks),
    "dagster/column_lineage" in spec.metadata, found]))
"""


def test_three_files_make_an_asset_with_all_that_the_others_have(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    assert len(copy.apply(TITLE)) == 3
    answer = copy.python("-c", STORY)
    assert answer.returncode == 0, answer.stderr
    reads, group, follows, partitioned, checks, lineage, rows = json.loads(answer.stdout)
    assert reads == ["clean/orders", "clean/users"]
    assert (group, follows, partitioned, checks, lineage) == ("analysis", True, True, 1, True)
    assert rows == [["iOS", 2, 1], ["unknown", 1, 1]]


def test_a_misspelt_column_is_named_with_its_file_and_line(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    copy.apply(TITLE)
    copy.replace("sql/analysis/payment_failures.sql", "COUNT(*) AS order_count,", "COUNT(orders.order_no) AS order_count,")
    answer = copy.python("-c", "import ecom_platform.definitions as d; d.defs()")
    assert answer.returncode != 0
    assert "sql/analysis/payment_failures.sql:6: orders has no column order_no" in answer.stderr
