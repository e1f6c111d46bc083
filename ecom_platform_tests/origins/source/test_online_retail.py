"""The Online Retail example maps its file faithfully: every line arrives, as it is, and nothing is made up.

Each test runs on a made-up sample, and on the real file where that is to be had.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from ecom_platform.origins.source import Source
from ecom_platform_tests.origins.source.online_retail_lines import EXAMPLE, SAMPLE_OR_FILE, given_lines, sample, write

Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module", params=SAMPLE_OR_FILE)
def lines(request: pytest.FixtureRequest) -> pd.DataFrame:
    """The lines of the data file, numbered from 0."""
    return given_lines(request.param)


@pytest.fixture(scope="module")
def source(lines: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    folder = write(lines, tmp_path_factory.mktemp("data"))
    with Source.open(EXAMPLE, environ={"ONLINE_RETAIL": str(folder)}) as source:
        yield source


@pytest.fixture(scope="module")
def tables(source: Source) -> Tables:
    """The raw tables over all months."""
    months = [source.month(month) for month in source.months]
    tables = {
        name: pd.concat([month[name].to_pandas() for month in months], ignore_index=True)
        for name in ("users", "orders", "order_items", "user_events")
    }
    return {**tables, "products": source.products().to_pandas()}


def test_it_carries_its_own_span_and_currency(source: Source) -> None:
    assert (source.months[0], source.months[-1]) == (date(2010, 12, 1), date(2011, 12, 1))
    assert source.settings.as_of == date(2011, 12, 9)
    assert source.settings.currency == "GBP"
    assert "10.24432/C5BW33" in source.settings.attribution


def test_every_line_is_an_order_item_in_the_order_of_the_file(lines: pd.DataFrame, tables: Tables) -> None:
    items = tables["order_items"].sort_values("order_item_id")
    assert len(items) == len(lines)
    assert items.order_item_id.is_unique
    assert items.order_item_id.iloc[0] == "line-0000001"
    assert items.order_id.tolist() == lines.InvoiceNo.tolist()
    assert items.product_id.tolist() == lines.StockCode.tolist()
    assert items.qty.tolist() == lines.Quantity.tolist()


def test_the_tables_have_the_rows_that_are_known_of_the_file(lines: pd.DataFrame, tables: Tables) -> None:
    known = {
        541_909: {"order_items": 541_909, "orders": 25_900, "users": 4_372, "products": 4_070},
        len(sample()): {"order_items": len(sample()), "orders": 94, "users": 27, "products": 27},
    }
    assert {name: len(tables[name]) for name in known[len(lines)]} == known[len(lines)]


def test_amounts_are_those_of_the_lines_to_the_penny(lines: pd.DataFrame, tables: Tables) -> None:
    items = tables["order_items"].sort_values("order_item_id")
    assert (items.price.astype(float).to_numpy() == lines.UnitPrice.round(2).to_numpy()).all()
    pence = (lines.Quantity * (lines.UnitPrice * 100).round()).astype("int64")
    assert ((items.line_amount * 100).astype("int64").to_numpy() == pence.to_numpy()).all()
    assert (items.line_amount == items.price * items.qty).all()


def test_an_invoice_is_an_order_that_totals_its_lines(lines: pd.DataFrame, tables: Tables) -> None:
    orders = tables["orders"].set_index("order_id")
    assert set(orders.index) == set(lines.InvoiceNo)
    totals = tables["order_items"].groupby("order_id").line_amount.sum()
    assert (orders.total_amount == totals.reindex(orders.index)).all()


def test_cancellations_are_the_invoices_that_begin_with_c(tables: Tables) -> None:
    orders = tables["orders"]
    cancelled = orders.order_id.str.startswith("C")
    assert cancelled.any()
    assert (orders.payment_status[cancelled] == "cancelled").all()
    assert (orders.payment_status[~cancelled] == "success").all()


def test_an_order_without_a_customer_belongs_to_nobody_and_to_its_own_month(lines: pd.DataFrame, tables: Tables) -> None:
    nobodys = set(lines.InvoiceNo[lines.CustomerID.isna()])
    orders = tables["orders"]
    assert set(orders.order_id[orders.user_id.isna()]) == nobodys
    own = orders[orders.user_id.isna()]
    assert (pd.to_datetime(own.signup_month) == pd.to_datetime(own.order_date).dt.to_period("M").dt.to_timestamp()).all()


def test_a_customer_signs_up_with_the_first_invoice_of_any_kind(lines: pd.DataFrame, tables: Tables) -> None:
    known = lines.dropna(subset="CustomerID")
    first = known.groupby(known.CustomerID.astype(int).astype(str)).InvoiceDate.min().dt.date
    users = tables["users"].set_index("user_id")
    assert users.signup_date.to_dict() == first.to_dict()


def test_a_customers_region_is_the_country_of_that_invoice(lines: pd.DataFrame, tables: Tables) -> None:
    first = lines.dropna(subset="CustomerID").sort_values("InvoiceDate", kind="stable").groupby("CustomerID").Country.first()
    users = tables["users"].set_index("user_id")
    assert users.region.to_dict() == {f"{customer:.0f}": country for customer, country in first.items()}


def test_orders_and_items_are_in_the_month_of_their_customers_signup(tables: Tables) -> None:
    months = tables["users"].set_index("user_id").signup_month
    orders = tables["orders"].dropna(subset="user_id").set_index("order_id")
    assert (orders.signup_month == months.reindex(orders.user_id).to_numpy()).all()
    items = tables["order_items"]
    of_orders = tables["orders"].set_index("order_id").signup_month.reindex(items.order_id)
    assert (items.signup_month.to_numpy() == of_orders.to_numpy()).all()


def test_list_price_is_the_most_frequent_price_above_zero(lines: pd.DataFrame, tables: Tables) -> None:
    priced = lines.assign(price=lines.UnitPrice.round(2)).query("price > 0")
    counts = priced.groupby(["StockCode", "price"]).size().rename("lines").reset_index()
    chosen = counts.sort_values(["StockCode", "lines", "price"], ascending=[True, False, True]).groupby("StockCode").first()
    products = tables["products"].set_index("product_id")
    assert set(products.index) == set(lines.StockCode)
    assert products.price.astype(float).to_dict() == chosen.price.reindex(products.index, fill_value=0.0).to_dict()


def test_price_tiers_rise_with_the_price_and_services_have_none(tables: Tables) -> None:
    products = tables["products"]
    assert products.price_tier[products.category == "Service"].isna().all()
    goods = products[products.category == "Giftware"].groupby("price_tier").price
    assert goods.max()["Low"] < goods.min()["Mid"] <= goods.max()["Mid"] < goods.min()["High"]


def test_postage_fees_and_corrections_are_services(tables: Tables) -> None:
    services = set(tables["products"].query("category == 'Service'").product_id)
    assert {"POST", "DOT", "M", "D", "B"} <= services
    assert not {code for code in services if code[:5].isdigit() or code.startswith(("DCGS", "gift_"))}


def test_what_has_no_source_is_null(tables: Tables) -> None:
    assert tables["users"][["device", "marketing_source", "subscription_type", "subscription_join_date"]].isna().all(axis=None)
    assert tables["products"][["brand", "discount_day_of_week"]].isna().all(axis=None)
    assert tables["orders"][["is_discount_day", "anomaly_flag"]].isna().all(axis=None)
    assert tables["user_events"].empty


def test_the_total_of_all_lines_is_kept(lines: pd.DataFrame, tables: Tables) -> None:
    pence = int((lines.Quantity * (lines.UnitPrice * 100).round()).sum())
    assert tables["order_items"].line_amount.sum() == Decimal(pence) / 100


def test_the_example_holds_no_data() -> None:
    ignored = (EXAMPLE / ".gitignore").read_text()
    assert "online_retail.*" in ignored
    committed = {path.name for path in EXAMPLE.iterdir()} - {"online_retail.parquet"}
    assert not [name for name in committed if Path(name).suffix in (".parquet", ".csv", ".xlsx")]
