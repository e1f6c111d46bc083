"""The answers on other data: Online Retail has orders and nothing else. What applies is answered; the rest says why not.

On a made-up sample of its file, and on the real one where that is to be had.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from ecom_platform.insights.analysis import analysis
from ecom_platform.insights.effect import Kind
from ecom_platform.insights.inquiry import Context, inquiries
from ecom_platform.orchestration.assets.analyses import Made, analysed
from ecom_platform.orchestration.assets.insights import answered
from ecom_platform.origins.source import Source
from ecom_platform.quality.statements import platform_sql
from ecom_platform.tables import CATALOG, ESTIMATES
from ecom_platform.tables.analysis.purchase_cohorts import PURCHASE_COHORTS
from ecom_platform.tables.insights.answers import ANSWERS_TO
from ecom_platform.warehouse.contract import Warehouse
from ecom_platform.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecom_platform_tests.origins.source.online_retail_lines import EXAMPLE, SAMPLE_OR_FILE, given_lines, sample, write

SHOP = Context(currency="GBP")

DECEMBER_2010 = (885, 324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445, 235)
"""The customers who first bought in December 2010, and how many of them bought in each month after it, as everybody has it."""

NEEDS_EVENTS_OR_AN_EXPERIMENT = {"1.3", "1.4", "2.1", "2.2", "2.3", "3.1", "4.1", "4.3", "5.1", "5.2", "5.3", "6.1", "6.2"}
NEEDS_ORDERS_ALONE = {"1.2", "4.2"}


@pytest.fixture(
    scope="module", params=[pytest.param(each, marks=pytest.mark.slow if each == "file" else ()) for each in SAMPLE_OR_FILE]
)
def lines(request: pytest.FixtureRequest) -> pd.DataFrame:
    return given_lines(request.param)


@pytest.fixture(scope="module")
def warehouse(lines: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Everything that the platform makes of the example, but for the scores."""
    folder = write(lines, tmp_path_factory.mktemp("online_retail"))
    warehouse = DuckDBWarehouse(folder / "warehouse.duckdb")
    with warehouse.session(), Source.open(EXAMPLE, environ={"ONLINE_RETAIL": str(folder)}) as source:
        months = [f"{month}" for month in source.months]
        warehouse.replace({CATALOG["raw.products"]: source.products()}, None)
        for month in source.months:
            rows = {CATALOG[f"raw.{name}"]: table for name, table in source.month(month).items()}
            warehouse.replace(rows, [f"{month}"])
        for asset in platform_sql():
            if asset.table.layer != "quality":
                warehouse.replace({asset.table: asset.query()}, months if asset.table.partitioned else None)
    return warehouse


@pytest.fixture(scope="module")
def answers(warehouse: Warehouse) -> dict[str, list[dict[str, Any]]]:
    """The effects of every question."""
    found = {}
    for question, inquiry in inquiries().items():
        rows = answered(warehouse, SHOP, question, inquiry).rows
        warehouse.replace({ANSWERS_TO[question.number]: rows}, None)
        found[question.number] = rows.to_pylist()
    return found


@pytest.fixture(scope="module")
def analyses(warehouse: Warehouse) -> dict[str, Made]:
    return {table.name: analysed(warehouse, SHOP, analysis(table)) for table in ESTIMATES}


def months(days: pd.Series[Any]) -> pd.Series[Any]:
    """Months since year 0."""
    numbers: pd.Series[Any] = days.dt.year * 12 + days.dt.month - 1
    return numbers


def cohorts(lines: pd.DataFrame) -> dict[int, dict[int, int]]:
    """Customers by the month of their first purchase, and by months since: from sound lines of known customers."""
    sound = lines[lines.CustomerID.notna() & (lines.Quantity > 0) & (lines.UnitPrice.round(2) > 0)]
    bought = pd.DataFrame({"customer": sound.CustomerID, "month": months(sound.InvoiceDate)})
    first = bought.groupby("customer").month.transform("min")
    found: dict[int, dict[int, int]] = {}
    for row in bought.assign(cohort=first, since=bought.month - first).drop_duplicates().to_dict("records"):
        cohort = found.setdefault(row["cohort"], {})
        cohort[row["since"]] = cohort.get(row["since"], 0) + 1
    return found


def test_the_cohorts_by_first_purchase_are_those_of_the_lines(warehouse: Warehouse, lines: pd.DataFrame) -> None:
    rows = warehouse.read(PURCHASE_COHORTS).to_pylist()
    expected = cohorts(lines)
    last = 2011 * 12 + 11
    cells = {(month, since) for month in expected for since in range(last - month + 1)}
    found = {
        (row["cohort_month"].year * 12 + row["cohort_month"].month - 1, row["months_since_first_order"]): row["buyer_count"]
        for row in rows
    }
    assert found == {(month, since): expected[month].get(since, 0) for month, since in cells}


def test_the_december_2010_cohort_is_the_known_one(warehouse: Warehouse, lines: pd.DataFrame) -> None:
    rows = [row for row in warehouse.read(PURCHASE_COHORTS).to_pylist() if row["cohort_month"] == date(2010, 12, 1)]
    rows.sort(key=lambda row: row["months_since_first_order"])
    counted = cohorts(lines)[2010 * 12 + 11]
    known = {541_909: DECEMBER_2010, len(sample()): tuple(counted.get(since, 0) for since in range(13))}
    assert tuple(row["buyer_count"] for row in rows) == known[len(lines)]
    assert {row["customer_count"] for row in rows} == {known[len(lines)][0]}
    assert [row["is_complete_month"] for row in rows] == [True] * 12 + [False]


def test_every_question_answers_or_says_why_not(answers: dict[str, list[dict[str, Any]]]) -> None:
    for number, effects in answers.items():
        assert effects, number
        for effect in effects:
            assert effect["sentence"].endswith("."), number
            assert (effect["kind"] == "declined") == (effect["n"] is None), number


def test_what_needs_an_event_log_an_experiment_or_a_subscription_is_declined(answers: dict[str, list[dict[str, Any]]]) -> None:
    kinds = {number: {effect["kind"] for effect in effects} for number, effects in answers.items()}
    assert {number for number in NEEDS_EVENTS_OR_AN_EXPERIMENT if kinds[number] != {"declined"}} == set()
    assert not any("causal" in found for found in kinds.values())


def test_what_orders_can_tell_is_told(answers: dict[str, list[dict[str, Any]]], lines: pd.DataFrame) -> None:
    told = {number for number, effects in answers.items() if any(effect["kind"] != "declined" for effect in effects)}
    expected: dict[int, set[str]] = {541_909: NEEDS_ORDERS_ALONE, len(sample()): set()}
    assert told == expected[len(lines)]


def test_analyses_of_orders_are_made_and_the_others_declined(analyses: dict[str, Made], lines: pd.DataFrame) -> None:
    made = {name for name, each in analyses.items() if each.finding.kind is not Kind.DECLINED}
    expected = {541_909: {"early_behavior_correlations", "retention_heatmap"}, len(sample()): set[str]()}
    assert made == expected[len(lines)]
    for each in analyses.values():
        assert each.finding.sentence.endswith(".")
        assert isinstance(each.rows, pa.Table)
