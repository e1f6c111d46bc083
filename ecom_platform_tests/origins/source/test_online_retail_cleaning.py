"""Online Retail through the remediations: every line is accounted for, and the clean layer's figures are those of pandas.

Each test runs on a made-up sample, and on the real file where that is to be had.
"""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

from ecom_platform.origins.source import Source
from ecom_platform.quality.statements import platform_sql
from ecom_platform.tables import CATALOG, CLEANED
from ecom_platform.warehouse.contract import Warehouse
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform_tests.origins.source.online_retail_lines import EXAMPLE, SAMPLE_OR_FILE, given_lines, write

REMEDIATIONS = ("violations", "quarantine", "clean")


@pytest.fixture(scope="module", params=SAMPLE_OR_FILE)
def lines(request: pytest.FixtureRequest) -> pd.DataFrame:
    """The lines of the data file, with the key that the example gives them and their price in pence."""
    lines = given_lines(request.param)
    keys = [f"line-{number:07d}" for number in range(1, len(lines) + 1)]
    return lines.assign(order_item_id=keys, pence=(lines.UnitPrice * 100).round().astype("int64"))


@pytest.fixture(scope="module")
def warehouse(lines: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A warehouse with the example's raw tables and what the remediations make of them."""
    folder = tmp_path_factory.mktemp("online_retail")
    write(lines.drop(columns=["order_item_id", "pence"]), folder)
    warehouse = DuckDBWarehouse(folder / "warehouse.duckdb")
    with Source.open(EXAMPLE, environ={"ONLINE_RETAIL": str(folder)}) as source:
        months = [f"{month}" for month in source.months]
        warehouse.replace({CATALOG["raw.products"]: source.products()}, None)
        for month in source.months:
            rows = {CATALOG[f"raw.{name}"]: table for name, table in source.month(month).items()}
            warehouse.replace(rows, [f"{month}"])
    for asset in platform_sql():
        if asset.table.layer in REMEDIATIONS:
            warehouse.replace({asset.table: asset.query()}, months if asset.table.partitioned else None)
    return warehouse


@pytest.fixture(scope="module")
def quarantined(warehouse: Warehouse) -> dict[str, set[str]]:
    """The reasons of every quarantined line, by its key."""
    rows = warehouse.read(CATALOG["quarantine.order_items"], columns=["order_item_id", "quarantine_reason"]).to_pydict()
    return {key: set(said.split(",")) for key, said in zip(rows["order_item_id"], rows["quarantine_reason"], strict=True)}


def of_a_customer(lines: pd.DataFrame) -> pd.Series:
    return lines.CustomerID.notna()


def cancelled(lines: pd.DataFrame) -> pd.Series:
    return lines.InvoiceNo.str.startswith("C")


def repeated(lines: pd.DataFrame) -> pd.Series:
    return lines.duplicated(["InvoiceNo", "StockCode", "Quantity", "pence"])


def paid(lines: pd.DataFrame) -> pd.DataFrame:
    """The lines that were sold to a known customer and paid, each counted once."""
    sold = (lines.Quantity > 0) & (lines.pence > 0)
    return lines[of_a_customer(lines) & ~cancelled(lines) & sold & ~repeated(lines)]


def keys(lines: pd.DataFrame) -> set[str]:
    return set(lines.order_item_id)


def test_every_line_is_either_clean_or_quarantined(
    warehouse: Warehouse, lines: pd.DataFrame, quarantined: dict[str, set[str]]
) -> None:
    clean = warehouse.read(CATALOG["clean.order_items"], columns=["order_item_id"]).column(0).to_pylist()
    assert len(clean) + len(quarantined) == len(lines)
    assert set(clean) | quarantined.keys() == keys(lines)


@pytest.mark.parametrize("table", CLEANED, ids=lambda table: table.name)
def test_every_row_of_every_month_is_either_clean_or_quarantined(warehouse: Warehouse, table: object) -> None:
    name = str(table).removeprefix("raw.")
    raw, clean, quarantine = (warehouse.row_counts(CATALOG[f"{layer}.{name}"]) for layer in ("raw", "clean", "quarantine"))
    assert {month: clean.get(month, 0) + quarantine.get(month, 0) for month in raw} == raw
    assert clean.keys() | quarantine.keys() <= raw.keys()


def test_the_clean_lines_are_those_sold_to_a_customer(warehouse: Warehouse, lines: pd.DataFrame) -> None:
    clean = warehouse.read(CATALOG["clean.order_items"], columns=["order_item_id"]).column(0).to_pylist()
    assert set(clean) == keys(paid(lines))


def test_every_dirty_line_names_its_dirt(lines: pd.DataFrame, quarantined: dict[str, set[str]]) -> None:
    expected = {
        "order_quarantined": ~of_a_customer(lines) | cancelled(lines),
        "non_positive_qty": lines.Quantity <= 0,
        "zero_price": lines.pence == 0,
        "negative_price": lines.pence < 0,
        "duplicate_line": repeated(lines),
    }
    for reason, condition in expected.items():
        assert {key for key, reasons in quarantined.items() if reason in reasons} >= keys(lines[condition]), reason


def test_every_order_names_why_it_is_no_sale(warehouse: Warehouse, lines: pd.DataFrame) -> None:
    rows = warehouse.read(CATALOG["quarantine.orders"], columns=["order_id", "quarantine_reason"]).to_pydict()
    reasons = {key: set(said.split(",")) for key, said in zip(rows["order_id"], rows["quarantine_reason"], strict=True)}
    for reason, condition in {"missing_user": ~of_a_customer(lines), "cancelled_order": cancelled(lines)}.items():
        assert {key for key, said in reasons.items() if reason in said} == set(lines.InvoiceNo[condition])
    assert set(lines.InvoiceNo) - reasons.keys() == set(paid(lines).InvoiceNo)


def test_paid_revenue_orders_and_customers_are_those_of_pandas(warehouse: Warehouse, lines: pd.DataFrame) -> None:
    sold = paid(lines)
    expected = (Decimal(int((sold.pence * sold.Quantity).sum())) / 100, sold.InvoiceNo.nunique(), sold.CustomerID.nunique())
    orders = CATALOG["clean.orders"]
    figures = "SUM(total_amount) AS revenue, COUNT(*) AS orders, COUNT(DISTINCT user_id) AS customers"
    (found,) = warehouse.query(f"SELECT {figures} FROM clean.orders WHERE payment_status = 'success'", [orders]).to_pylist()
    assert tuple(found.values()) == expected


def test_the_clean_orders_total_their_clean_lines(warehouse: Warehouse) -> None:
    totals = "SELECT order_id, SUM(line_amount) AS amount FROM clean.order_items GROUP BY order_id"
    differing = (
        f"SELECT o.order_id FROM clean.orders AS o JOIN ({totals}) AS i USING (order_id) WHERE o.total_amount <> i.amount"
    )
    reads = [CATALOG["clean.orders"], CATALOG["clean.order_items"]]
    assert warehouse.query(differing, reads).num_rows == 0


def test_every_customer_is_kept(warehouse: Warehouse, lines: pd.DataFrame) -> None:
    assert sum(warehouse.row_counts(CATALOG["clean.users"]).values()) == lines.CustomerID.nunique()
