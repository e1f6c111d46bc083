"""`SqlAssets`: what is derived from a folder of SELECTs, and the one sentence that says what is wrong with it."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import ModuleType

import dagster as dg
import pyarrow as pa
import pytest

from ecom_platform.definitions import with_own
from ecom_platform.orchestration.io_manager import SPECIFICATION
from ecom_platform.orchestration.own import own_definitions
from ecom_platform.settings import Settings
from ecom_platform.tables import CATALOG
from ecom_platform.warehouse.contract import WarehouseError
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse

Write = Callable[[dict[str, str]], ModuleType]

DEFS = """\
type: ecom_platform.components.SqlAssets
attributes:
  tables:
    orders_by_day:
      key: [order_date]
    days:
      key: [signup_month]
      columns:
        busiest: Revenue of the best day.
"""
BY_DAY = """\
-- What was ordered on each day?
--
-- Failed payments count, too.
SELECT
  order_date,
  -- The oldest cohort
  -- among its buyers.
  MIN(signup_month) AS first_month,
  COUNT(*) AS order_count,
  SUM(total_amount) AS revenue  -- Sum of the orders, shop currency.
FROM clean.orders
GROUP BY order_date
"""
DAYS = """\
-- The days of a cohort.
SELECT orders.signup_month, COUNT(DISTINCT days.order_date) AS days, MAX(days.revenue) AS busiest
FROM clean.orders AS orders
JOIN report.orders_by_day AS days ON days.order_date = orders.order_date
GROUP BY signup_month
"""
FOLDER = {"report/defs.yaml": DEFS, "report/orders_by_day.sql": BY_DAY, "report/days.sql": DAYS}


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Writes files into the `defs` of a project and imports it; settings are those of a small, past world."""
    monkeypatch.setenv("ECOM_HOME", f"{tmp_path}/home")
    monkeypatch.setenv("ECOM_START_MONTH", "2026-01")
    monkeypatch.setenv("ECOM_AS_OF", "2026-02-10")
    monkeypatch.syspath_prepend(str(tmp_path))

    def folder(files: dict[str, str]) -> ModuleType:
        for name, text in files.items():
            path = tmp_path / "own_shop" / "defs" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return importlib.import_module("own_shop.defs")

    yield folder
    for name in [name for name in sys.modules if name.split(".")[0] == "own_shop"]:
        del sys.modules[name]


def spec(definitions: dg.Definitions, *key: str) -> dg.AssetSpec:
    assets = [each for each in definitions.assets or [] if isinstance(each, dg.AssetsDefinition)]
    (found,) = [each for asset in assets for each in asset.specs if each.key == dg.AssetKey(key)]
    return found


def test_dependencies_partitions_columns_and_lineage_are_derived(write: Write) -> None:
    definitions = with_own(Settings.load(), write(FOLDER))
    by_day, days = spec(definitions, "report", "orders_by_day"), spec(definitions, "report", "days")
    assert {dep.asset_key for dep in by_day.deps} == {dg.AssetKey(["clean", "orders"])}
    assert {dep.asset_key for dep in days.deps} == {dg.AssetKey(["clean", "orders"]), by_day.key}
    assert by_day.partitions_def is None
    assert days.partitions_def is spec(definitions, "clean", "orders").partitions_def
    assert by_day.description == "What was ordered on each day?\n\nFailed payments count, too."
    assert (by_day.group_name, by_day.owners) == ("report", [])
    columns = {column.name: column for column in by_day.metadata["dagster/column_schema"].columns}
    assert {name: column.type for name, column in columns.items()} == {
        "order_date": "DATE",
        "first_month": "DATE",
        "order_count": "INT64",
        "revenue": "NUMERIC",
    }
    assert [name for name, column in columns.items() if not column.constraints.nullable] == ["order_date"]
    lineage = days.metadata["dagster/column_lineage"].deps_by_column
    assert lineage["busiest"] == [dg.TableColumnDep(by_day.key, "revenue")]
    assert f"| `busiest` | `{by_day.key.to_user_string()}.revenue` |" in days.metadata["column_lineage"].value


def test_a_columns_meaning_is_declared_or_commented_or_handed_on_or_computed(write: Write) -> None:
    definitions = own_definitions(write(FOLDER))
    said = {
        column.name: column.description
        for table in ("orders_by_day", "days")
        for column in spec(definitions, "report", table).metadata["dagster/column_schema"].columns
    }
    assert said["busiest"] == "Revenue of the best day."
    assert said["first_month"] == "The oldest cohort among its buyers."
    assert said["order_date"] == CATALOG["clean.orders"].column("order_date").doc
    assert said["order_count"] == "Computed from clean.orders.order_id."


def test_group_owner_and_layer_are_attributes(write: Write) -> None:
    attributes = "attributes:\n  layer: shop_reports\n  group: sales\n  owner: team:sales"
    sql = DAYS.replace("report.", "shop_reports.")
    files = {**FOLDER, "report/defs.yaml": DEFS.replace("attributes:", attributes), "report/days.sql": sql}
    days = spec(own_definitions(write(files)), "shop_reports", "days")
    assert (days.group_name, days.owners) == ("sales", ["team:sales"])


def store_orders(settings: Settings) -> None:
    table = CATALOG["clean.orders"]
    for month in (date(2026, 1, 1), date(2026, 2, 1)):
        row = {column.name: None for column in table.columns} | {
            "order_id": f"o-{month}",
            "user_id": "u",
            "order_date": month.replace(day=5),
            "total_amount": 12,
            "signup_month": month,
        }
        DuckDBWarehouse(settings.warehouse_path).replace(
            {table: pa.Table.from_pylist([row], table.arrow_schema)}, [f"{month}"]
        )


def test_the_tables_are_built_and_checked_and_python_assets_read_and_write_them(write: Write) -> None:
    reader = """\
import dagster as dg
import pyarrow as pa
from ecom_platform.orchestration.io_manager import specified_by
from ecom_platform.tables import Column, Table, Type

BEST = Table("report", "best", "One row: the best day.", (Column("revenue", Type.NUMERIC, "Its revenue."),), ("revenue",))

@dg.asset(
    key=["report", "best"],
    ins={"days": dg.AssetIn(["report", "orders_by_day"])},
    metadata=specified_by(BEST),
    io_manager_key="warehouse_io_manager",
)
def best(days: pa.Table) -> pa.Table:
    return pa.table({"revenue": [max(days["revenue"].to_pylist())]}, BEST.arrow_schema)
"""
    settings = Settings.load()
    definitions = with_own(settings, write({**FOLDER, "best.py": reader}))
    store_orders(settings)
    with dg.instance_for_test() as instance:
        job = definitions.resolve_implicit_global_asset_job_def()
        own = [dg.AssetKey(["report", name]) for name in ("orders_by_day", "best")]
        whole = job.execute_in_process(instance=instance, asset_selection=own)
        months = job.execute_in_process(
            instance=instance,
            asset_selection=[dg.AssetKey(["report", "days"])],
            tags={"dagster/asset_partition_range_start": "2026-01-01", "dagster/asset_partition_range_end": "2026-02-01"},
        )
    warehouse = DuckDBWarehouse(settings.warehouse_path)
    assert warehouse.query_native("SELECT order_count, revenue FROM report.orders_by_day").to_pydict() == {
        "order_count": [1, 1],
        "revenue": [12, 12],
    }
    assert warehouse.query_native("SELECT revenue FROM report.best").num_rows == 1
    assert warehouse.query_native("SELECT SUM(days) AS days FROM report.days").to_pydict() == {"days": [2]}
    checked = [*whole.get_asset_check_evaluations(), *months.get_asset_check_evaluations()]
    assert {(each.asset_key.path[-1], each.check_name) for each in checked} == {
        ("orders_by_day", "contract"),
        ("days", "contract"),
    }
    assert all(each.passed for each in checked)


def test_the_files_read_tables_of_python_assets_that_are_named(write: Write) -> None:
    module = """\
from ecom_platform.tables import Column, Table, Type

COLUMNS = (Column("day", Type.DATE, "The day."), Column("spent", Type.NUMERIC, "Shop currency."))
SPEND = Table("ads", "spend", "One row per day.", COLUMNS, ("day",))
"""
    sql = "-- What was spent?\nSELECT day, spent FROM ads.spend\n"
    defs = "type: ecom_platform.components.SqlAssets\nattributes:\n  tables: {spent: {key: [day]}}\n  reads:\n    - "
    files = {"ads.py": module, "report/spent.sql": sql}
    definitions = own_definitions(write({**files, "report/defs.yaml": f"{defs}own_shop.defs.ads.SPEND\n"}))
    assert {dep.asset_key for dep in spec(definitions, "report", "spent").deps} == {dg.AssetKey(["ads", "spend"])}
    for name, problem in (("own_shop.defs.ads.SPENT", "cannot be imported"), ("os.sep", "os.sep is no Table but str")):
        with pytest.raises(WarehouseError, match=f"defs.yaml:5: .*{problem}"):
            own_definitions(write({"report/defs.yaml": f"{defs}{name}\n"}))


def test_a_key_that_does_not_hold_fails_the_check(write: Write) -> None:
    sql = "-- Every order's day.\nSELECT order_date, signup_month AS cohort FROM clean.orders\n"
    sql += "UNION ALL\nSELECT order_date, signup_month FROM clean.orders\n"
    defs = "type: ecom_platform.components.SqlAssets\nattributes: {tables: {twice: {key: [order_date]}}}\n"
    settings = Settings.load()
    definitions = with_own(settings, write({"report/defs.yaml": defs, "report/twice.sql": sql}))
    store_orders(settings)
    job = definitions.resolve_implicit_global_asset_job_def()
    with dg.instance_for_test() as instance:
        run = job.execute_in_process(
            instance=instance, asset_selection=[dg.AssetKey(["report", "twice"])], raise_on_error=False
        )
    (contract,) = run.get_asset_check_evaluations()
    assert not contract.passed
    assert contract.metadata["offending_rows"].value == 4


def changed(file: str, old: str, new: str) -> dict[str, str]:
    assert old in FOLDER[f"report/{file}"]
    return {**FOLDER, f"report/{file}": FOLDER[f"report/{file}"].replace(old, new)}


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (
            changed("days.sql", "orders.signup_month,", "orders.signup_mont,"),
            "own_shop/defs/report/days.sql:2: orders has no column signup_mont; did you mean signup_month?",
        ),
        (changed("days.sql", "clean.orders AS", "clean.order AS"), "days.sql:3: there is no table clean.order; did you mean"),
        (changed("days.sql", "COUNT(DISTINCT days.order_date) AS days", "COUNT(*)"), "days.sql:2: this column has no name"),
        (changed("days.sql", "AS busiest", "AS days"), "days.sql:2: two columns are called days"),
        (changed("days.sql", "MAX(days.revenue)", "NULL"), "days.sql:2: the type of busiest is unknown: CAST it to one"),
        (changed("days.sql", "MAX(days.revenue)", "CURRENT_DATE()"), "days.sql:2: CURRENT_DATE cannot be carried"),
        (
            changed("days.sql", "SELECT orders.signup_month", "SELECT 'x' AS signup_month"),
            "days.sql:2: signup_month is STRING",
        ),
        (changed("days.sql", "-- The days of a cohort.\n", ""), "days.sql:1: the file needs a leading comment"),
        (
            changed("days.sql", "-- The days of a cohort.\nSELECT", "-- The days.\nSELECT FROM"),
            "days.sql:3: this is no GoogleSQL",
        ),
        (
            changed("orders_by_day.sql", "clean.orders", "report.days"),
            "these tables read each other: report.days -> report.orders_by_day -> report.days",
        ),
        (
            changed("defs.yaml", "key: [signup_month]", "key: [month]"),
            "own_shop/defs/report/defs.yaml:7: report.days has no column month; there is busiest, days, signup_month",
        ),
        (changed("defs.yaml", "busiest:", "best:"), "defs.yaml:9: report.days has no column best"),
        (changed("defs.yaml", "key: [signup_month]", "key: []"), "defs.yaml:6: days.sql has no key"),
        (changed("defs.yaml", "    days:", "    dais:"), "defs.yaml:3: days.sql has no key"),
        (
            {**FOLDER, "report/defs.yaml": f"{DEFS}    weeks:\n      key: [week]\n"},
            "defs.yaml:10: there is no file weeks.sql; there is days, orders_by_day",
        ),
        (
            changed("defs.yaml", "attributes:", "attributes:\n  layer: my-reports"),
            "own_shop/defs/report/defs.yaml:3: my-reports is no name for a layer",
        ),
        ({**FOLDER, "report/per-day.sql": BY_DAY}, "own_shop/defs/report/per-day.sql:1: per-day is no name for a table"),
        (
            changed("defs.yaml", "attributes:", "attributes:\n  layer: marts"),
            "own_shop/defs/report/defs.yaml:3: the layer marts is the platform's own: choose another than analysis",
        ),
    ],
)
def test_a_mistake_ends_in_one_sentence_with_file_and_line(write: Write, files: dict[str, str], sentence: str) -> None:
    with pytest.raises(WarehouseError) as caught:
        own_definitions(write(files))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_table_named_like_one_of_the_platforms_is_refused(write: Write) -> None:
    name = "dm_user_purchase_summary"
    defs = f"type: ecom_platform.components.SqlAssets\nattributes:\n  tables: {{{name}: {{key: [order_id]}}}}\n"
    folder = write({"marts/defs.yaml": defs, f"marts/{name}.sql": "-- x\nSELECT order_id FROM clean.orders\n"})
    with pytest.raises(WarehouseError, match=r"marts/defs.yaml:2: the layer marts is the platform's own"):
        with_own(Settings.load(), folder)


def test_the_widest_type_of_a_unions_branches_is_the_columns(write: Write) -> None:
    sql = "-- Two.\nSELECT 1 AS n, order_id FROM clean.orders\nUNION ALL SELECT total_amount, order_id FROM clean.orders\n"
    defs = "type: ecom_platform.components.SqlAssets\nattributes: {tables: {two: {key: [order_id]}}}\n"
    definitions = own_definitions(write({"report/defs.yaml": defs, "report/two.sql": sql}))
    (number, _) = spec(definitions, "report", "two").metadata["dagster/column_schema"].columns
    assert number.type == "NUMERIC"


def test_the_documentations_examples_are_assets(write: Write) -> None:
    text = (Path(__file__).parents[2] / "docs" / "extending.md").read_text()
    yaml, sql, python = (re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)[0] for kind in ("yaml", "sql", "python"))
    folder = {"report/defs.yaml": yaml, "report/users_by_month.sql": sql, "spend.py": python}
    definitions = with_own(Settings.load(), write(folder))
    assert spec(definitions, "report", "users_by_month").partitions_def is not None
    assert spec(definitions, "ads", "spend").metadata[SPECIFICATION].column_names == ("day", "spent")


def test_an_empty_folder_adds_nothing(write: Write) -> None:
    assert not own_definitions(write({"__init__.py": ""})).assets
